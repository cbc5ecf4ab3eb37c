import { nowNs } from "../harness/clock.ts";
import type { Program } from "../harness/program.ts";

/** Shorter interruptions are not those of another thread, but of the system itself. */
const shortestGapNs = 100_000;

/**
 * Every thread reads the clock for `milliseconds` and notes when it was interrupted for long. Figures, by interruption:
 * `stopped`, the last reading before; `resumed`, the first one after.
 */
export const sliceProbe: Program<{ readonly milliseconds: number }> = {
  name: "slice-probe",
  words: () => 0,
  create: ({ params: { milliseconds } }) => ({
    run() {
      const stopped: number[] = [];
      const resumed: number[] = [];
      // A clock that allocates nothing: otherwise collecting garbage would be measured.
      const origin = startOfClock();
      const end = performance.now() + milliseconds;
      for (let last = performance.now(); last < end; ) {
        const now = performance.now();
        if ((now - last) * 1e6 > shortestGapNs) {
          stopped.push(origin + last * 1e6);
          resumed.push(origin + now * 1e6);
        }
        last = now;
      }
      return { stopped, resumed };
    },
  }),
};

/**
 * When `performance.now` of this thread was 0, in the ns of the clock that all threads share. The two cannot be read at
 * once: of many tries the one counts in which they lay closest together, not the first, which meets code not yet compiled.
 */
function startOfClock(): number {
  let [origin, closest] = [0, Infinity];
  for (let i = 0; i < 1000; i++) {
    const before = nowNs();
    const own = performance.now();
    const apart = nowNs() - before;
    if (apart < closest) [origin, closest] = [before + apart / 2 - own * 1e6, apart];
  }
  return origin;
}

/** ns that a thread ran between two interruptions. */
export function slicesOf(stopped: readonly number[], resumed: readonly number[]): number[] {
  return resumed.slice(0, -1).map((from, i) => stopped[i + 1]! - from);
}

/** ns from the last reading of one thread to the first of another that ran after it on the same core. */
export function switchesOf(stopped: readonly number[], otherResumed: readonly number[]): number[] {
  let at = 0;
  return stopped.flatMap((time) => {
    while (at < otherResumed.length && otherResumed[at]! < time) at++;
    const taken = otherResumed[at]! - time;
    return taken < shortestGapNs ? [taken] : [];
  });
}
