import { ProgramBuilder } from "../../src/programs/index.ts";
import { mean } from "../../src/stats/mean.ts";
import { studentQuantile } from "../../src/stats/student-t.ts";
import { runThreads } from "./run-threads.ts";

/** Ticks of the mean service time: long enough that ends at whole ticks do not show. */
const service = 1_000_000;

/** Mean wait for a core, over the mean service time, of jobs that arrive at a load of `load` a core; and what is known of the sample, for control. */
export interface QueueSample {
  readonly wait: number;
  /** Mean work of a job, and mean time between two, over their expectations. */
  readonly work: number;
  readonly gap: number;
}

/** One replication of M/M/c: a thread for each job, served first come first served by `cores` cores. */
export function queueSample(seed: number, load: number, cores: number, jobs: number): QueueSample {
  const gap = service / (load * cores);
  const source = new ProgramBuilder("source").repeat(jobs, (p) => p.sleep({ exponential: `${gap}ns` }).spawn("job"));
  const job = new ProgramBuilder("job").compute({ exponential: `${service}ns` });
  const { table } = runThreads({
    programs: [source, job], cores: cores + 1,
    threads: { source: { affinity: [cores] }, job: { count: 0, affinity: Array.from({ length: cores }, (_, core) => core) } },
  }, { seed });
  const { readyTicks, ranTicks, endTicks } = table;
  let wait = 0;
  let work = 0;
  for (let thread = 1; thread <= jobs; thread++) {
    wait += readyTicks[thread]!;
    work += ranTicks[thread]!;
  }
  return { wait: wait / jobs / service, work: work / jobs / service, gap: endTicks[0]! / jobs / gap };
}

/** Mean wait over mean service of M/M/c: Erlang's C formula ÷ (c (1 − load)). */
export function erlangWait(load: number, cores: number): number {
  const offered = load * cores;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < cores; k++) sum += term *= offered / k;
  const last = ((term * offered) / cores) / (1 - load);
  return last / (sum + last) / (cores * (1 - load));
}

/**
 * One replication of the machine-repairman queue (M/M/1//N): threads that think, `think` times as long as they hold their one lock.
 * @param holds how long it runs, in mean times of holding
 * @returns how often the lock was let go, over `holds`: the share of time in which it is held
 */
export function repairSample(seed: number, threads: number, think: number, holds: number): number {
  const worker = new ProgramBuilder("worker").forever((p) => p.compute({ exponential: `${think * service}ns` }).lock("m").compute({ exponential: `${service}ns` }).unlock("m").mark("done"));
  const { counters } = runThreads({ programs: [worker], threads: { worker: threads }, locks: { m: { kind: "futex", fair: true } }, cores: threads }, { seed, until: holds * service });
  return counters.marks[0]! / holds;
}

/** What {@link repairSample} is on average: the lock is idle with probability 1 / Σ N! / (N − k)! · think^−k. */
export function repairThroughput(threads: number, think: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= threads; k++) sum += term *= (threads - k + 1) / think;
  return 1 - 1 / sum;
}

/**
 * The mean of the waits with the 99 % interval of its error. Controlled: what the mean work and gap of a replication tell
 * of its wait (a regression on both, whose expectations are known) is taken off.
 */
export function controlled(samples: readonly QueueSample[]): { readonly mean: number; readonly halfWidth: number } {
  const waits = samples.map(({ wait }) => wait);
  const x = samples.map(({ work }) => work - 1);
  const y = samples.map(({ gap }) => gap - 1);
  const covariance = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + (value - mean(a)) * (b[i]! - mean(b)), 0);
  const [xx, yy, xy, xw, yw] = [covariance(x, x), covariance(y, y), covariance(x, y), covariance(x, waits), covariance(y, waits)];
  const determinant = xx * yy - xy * xy;
  const [byWork, byGap] = [(xw * yy - yw * xy) / determinant, (yw * xx - xw * xy) / determinant];
  const left = waits.map((wait, i) => wait - byWork * x[i]! - byGap * y[i]!);
  // Two coefficients were estimated, which leaves n - 3 degrees of freedom.
  const freedom = samples.length - 3;
  return { mean: mean(left), halfWidth: studentQuantile(0.995, freedom) * Math.sqrt(covariance(left, left) / freedom / samples.length) };
}
