import { describe, expect, it } from "vitest";
import { ProgramBuilder } from "../../src/programs/index.ts";
import { meanInterval } from "../../src/stats/mean.ts";
import { controlled, erlangWait, queueSample, repairSample, repairThroughput } from "./queueing.ts";
import { runThreads } from "./run-threads.ts";

const replications = (make: (seed: number) => number, count = 30): { low: number; high: number; half: number } => {
  const values = Array.from({ length: count }, (_, i) => make(i + 1));
  const { low, high } = meanInterval(values, 0.99) as { low: number; high: number };
  return { low, high, half: (high - low) / (high + low) };
};

describe("queues of threads for cores", () => {
  // Half-widths of 1 % take longer: test/slow/queueing.test.ts.
  it.each([[0.5, 1], [0.8, 1], [0.5, 4], [0.8, 4]])("M/M/c, load %f on %i cores: the mean wait is Erlang's", (load, cores) => {
    const { mean, halfWidth } = controlled(Array.from({ length: 30 }, (_, i) => queueSample(i + 1, load, cores, 700)));
    expect(Math.abs(mean - erlangWait(load, cores))).toBeLessThan(halfWidth);
    expect(halfWidth / mean).toBeLessThan(0.25);
  });

  it("round robin with a small quantum shares the core: M/D/1 waits ρ / (1 − ρ), twice as long as first come first served", () => {
    const load = 0.7;
    const wait = (policy: string, options: object) => (seed: number): number => {
      const jobs = 250;
      const source = new ProgramBuilder("source").repeat(jobs, (p) => p.sleep({ exponential: `${1000 / load}ns` }).spawn("job"));
      const job = new ProgramBuilder("job").compute("1000ns");
      const { table } = runThreads({ programs: [source, job], cores: 2, threads: { source: { affinity: 1 }, job: { count: 0, affinity: 0 } } }, { policy, options, seed });
      let sum = 0;
      for (let thread = 1; thread <= jobs; thread++) sum += table.readyTicks[thread]!;
      return sum / jobs / 1000;
    };
    const shared = replications(wait("round-robin", { quantum: "50ns" }));
    const inTurn = replications(wait("fifo", {}));
    expect(shared.low).toBeLessThan(load / (1 - load));
    expect(shared.high).toBeGreaterThan(load / (1 - load));
    expect(inTurn.low).toBeLessThan(load / (1 - load) / 2);
    expect(inTurn.high).toBeGreaterThan(load / (1 - load) / 2);
    expect(inTurn.high).toBeLessThan(shared.low);
  });

  it("preemptive priorities: the mean response of each class is the closed form", () => {
    // L. Kleinrock, Queueing Systems II, 1976, section 3.4, preemptive resume; mean service 1, loads 0.3 and 0.4.
    const loads = [0.3, 0.4];
    const response = (k: number): number => {
      const above = loads.slice(0, k).reduce((sum, load) => sum + load, 0);
      const upTo = above + loads[k]!;
      return (1 - upTo + loads.slice(0, k + 1).reduce((sum, load) => sum + load, 0)) / ((1 - above) * (1 - upTo));
    };
    const jobs = 400;
    const runs = Array.from({ length: 30 }, (_, i) => {
      const programs = loads.flatMap((load, k) => [
        new ProgramBuilder(`source${k}`).repeat(jobs, (p) => p.sleep({ exponential: `${10_000 / load}ns` }).spawn(`job${k}`)),
        new ProgramBuilder(`job${k}`).compute({ exponential: "10us" }),
      ]);
      const { table } = runThreads({ programs, cores: 3, threads: { source0: { affinity: 1 }, source1: { affinity: 2 }, job0: { count: 0, affinity: 0, priority: 2 }, job1: { count: 0, affinity: 0, priority: 1 } } }, { policy: "priority", seed: i + 1 });
      const sums = [0, 0];
      for (let thread = 2; thread < table.length; thread++) sums[table.group[thread]! - 2]! += table.readyTicks[thread]! + table.ranTicks[thread]!;
      return sums.map((sum) => sum / jobs / 10_000);
    });
    for (const k of [0, 1]) {
      const { low, high } = meanInterval(runs.map((means) => means[k]!), 0.99) as { low: number; high: number };
      expect(low, `class ${k}`).toBeLessThan(response(k));
      expect(high, `class ${k}`).toBeGreaterThan(response(k));
    }
  });
});

describe("threads on one lock", () => {
  it.each([[4, 3], [8, 10], [16, 10]])("%i threads that think %i times as long as they hold it: the machine-repairman queue", (threads, think) => {
    // Half-widths of 1 % take longer: test/slow/queueing.test.ts.
    const throughput = repairThroughput(threads, think);
    const { low, high, half } = replications((seed) => repairSample(seed, threads, think, 800));
    expect(low).toBeLessThan(throughput);
    expect(high).toBeGreaterThan(throughput);
    expect(half).toBeLessThan(0.03);
  });
});
