import type { Instance } from "../core/instance.ts";

/** Steps in which heads and tails are told apart. */
const steps = 64;

/**
 * A lower bound from the work that lies between a beginning and an end which dependencies keep free of it: for any
 * times h and t, the operators that start no earlier than h and end no later than t before the end of the run have
 * T − h − t for their work. So T ≥ h + t + their work, as weights of the machine's resources measure it (see
 * `areaBound`). A grid of h and t is tried. Time O(ops).
 * @param workOfClass what one operator of each class takes at the least, under weights with the sum 1
 * @source Fernández & Bussell, "Bounds on the number of processors and time for multiprocessor optimal schedules", IEEE
 *   Transactions on Computers C-22 (1973), doi:10.1109/TC.1973.5009153 (work in windows)
 */
export function windowBound({ opCount, classOf }: Instance, heads: Float64Array, tails: Float64Array, workOfClass: Float64Array): number {
  const scale = Math.max(largest(heads), largest(tails));
  if (!(scale > 0 && scale < Infinity)) return 0;
  const work = new Float64Array(steps * steps);
  for (let op = 0; op < opCount; op++) work[step(heads[op]!, scale) * steps + step(tails[op]!, scale)]! += workOfClass[classOf[op]!]!;
  let best = 0;
  for (let h = steps - 1; h >= 0; h--) {
    for (let t = steps - 1; t >= 0; t--) {
      // Everything at or beyond (h, t), by inclusion and exclusion of what is known already.
      const at = h * steps + t;
      const beyond = (dh: number, dt: number): number => (h + dh < steps && t + dt < steps ? work[at + dh * steps + dt]! : 0);
      work[at] = work[at]! + beyond(1, 0) + beyond(0, 1) - beyond(1, 1);
      if (work[at]! > 0) best = Math.max(best, ((h + t) * scale) / steps + work[at]!);
    }
  }
  return best;
}

/** The step at or below `ticks`. */
function step(ticks: number, scale: number): number {
  return Math.min(steps - 1, Math.floor((ticks / scale) * steps * (1 - 1e-12)));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
