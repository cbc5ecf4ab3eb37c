import { quantile } from "../stats/quantile.ts";
import type { Stage } from "../pipeline/pipeline.ts";

/** One stage, measured again and again on each processor: alone, and while all the others run the same stage. */
export interface MeasuredStage {
  readonly name: string;
  /** Times of an item in ns, by processor. */
  readonly alone: Readonly<Record<string, readonly number[]>>;
  readonly loaded: Readonly<Record<string, readonly number[]>>;
}

/** A fitted stage, and how well the fit says what was measured. */
export interface FittedStage extends Stage {
  /** By processor: rate alone / rate when all are busy, as measured, for those that are slowed beyond the scatter of their times. */
  readonly slowdown: Readonly<Record<string, number>>;
  /** By processor: the same as the fit has it; below the measured one where the memory cannot explain it all. */
  readonly explained: Readonly<Record<string, number>>;
}

/**
 * Fits what each stage draws of the memory that all processors share, from times alone and with everything else busy.
 *
 * With everything busy, the engine's max-min sharing gives each processor that is held up the same level λ of the
 * capacity C, and the others what they ask for. One that runs at the rate r = alone / loaded < 1 therefore asks for
 * λ / r; one that is not held up moves the bytes of the same stage in its own time, so it asks for λ · min(1, L / loaded),
 * with L the median loaded time of those that are, or for more, up to λ, where that would be too little to slow the
 * others so much; and all draw C together, which gives λ. A processor cannot ask for more than C. Where nobody is held up, nothing is known but that there is room, and the demand is 0.
 *
 * Times that are shorter with everything busy are no contention: clocks were up, and waiting threads awake. They are the
 * stage's `awakeNs`.
 * @param capacity bytes a nanosecond of the shared memory; demands scale with it, and predictions do not depend on it
 * @example
 * fitInterference([{ name: "sort", alone: { cpu: [4e6], gpu: [2e6] }, loaded: { cpu: [8e6], gpu: [3e6] } }], 40)[0].demand;
 * // { cpu: 40, gpu: 30 }: 20 each, and at half and at two thirds of the speed
 */
export function fitInterference(stages: readonly MeasuredStage[], capacity = 1): FittedStage[] {
  return stages.map((stage) => fitStage(stage, capacity));
}

function fitStage({ name, alone, loaded }: MeasuredStage, capacity: number): FittedStage {
  const processors = Object.keys(alone);
  const timed = processors.map((processor) => {
    const aloneNs = median(alone[processor]!);
    const loadedNs = median(loaded[processor] ?? alone[processor]!);
    // Twice the standard error of the difference of two medians: what is less is scatter.
    const scatter = 2 * Math.hypot(medianError(alone[processor]!), medianError(loaded[processor] ?? []));
    return { processor, aloneNs, loadedNs, slowed: loadedNs - aloneNs > scatter, awake: aloneNs - loadedNs > scatter };
  });
  const slowed = timed.filter((time) => time.slowed);
  const typical = median(slowed.map(({ loadedNs }) => loadedNs));
  // In levels: what each draws while all are busy, and what it asks for.
  const draws = enough(timed.map(({ slowed: held, loadedNs }) => (slowed.length === 0 ? 0 : held ? 1 : Math.min(1, typical / loadedNs))), Math.max(...slowed.map(({ loadedNs, aloneNs }) => loadedNs / aloneNs)));
  const level = capacity / Math.max(1, sumOf(draws));
  const demands = timed.map(({ slowed: held, loadedNs, aloneNs }, i) => Math.min(capacity, level * (held ? loadedNs / aloneNs : draws[i]!)));
  const by = (pick: (time: (typeof timed)[number], i: number) => number | undefined): Record<string, number> =>
    Object.fromEntries(timed.map((time, i) => [time.processor, pick(time, i)] as const).filter((entry): entry is [string, number] => entry[1] !== undefined));
  return {
    name,
    aloneNs: by(({ aloneNs }) => aloneNs),
    awakeNs: by(({ awake, loadedNs }) => (awake ? loadedNs : undefined)),
    demand: by((_, i) => (demands[i]! > 0 ? demands[i] : undefined)),
    slowdown: by(({ slowed: held, loadedNs, aloneNs }) => (held ? loadedNs / aloneNs : undefined)),
    explained: by(({ slowed: held }, i) => (held ? Math.max(1, demands[i]! / level) : undefined)),
  };
}

/** Who slows another so much must draw that much: raises those that are not held up until all draw `levels`, or a level each. */
function enough(draws: readonly number[], levels: number): number[] {
  const missing = levels - sumOf(draws);
  if (!(missing > 0)) return [...draws];
  const room = draws.length - sumOf(draws);
  return draws.map((share) => share + (1 - share) * (room > 0 ? Math.min(1, missing / room) : 0));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function median(values: readonly number[]): number {
  return values.length === 0 ? NaN : quantile([...values].sort((a, b) => a - b), 0.5);
}

/** Of the median of independent values, from their own median absolute deviation; 0 where there are fewer than three. */
function medianError(values: readonly number[]): number {
  if (values.length < 3) return 0;
  const middle = median(values);
  // 1.4826: deviation of a normal variable over its median absolute deviation; 1.2533: √(π/2), median over mean.
  return (1.2533 * 1.4826 * median(values.map((value) => Math.abs(value - middle)))) / Math.sqrt(values.length);
}
