import { describe, expect, it } from "vitest";
import { Use } from "../../src/core/threads/thread-table.ts";
import { chain, cores, micros, traceOf, twoBranches } from "./run-runtime.ts";

describe("Dask", () => {
  it("the scheduler's time for each task bounds the rate", async () => {
    const ops = { ops: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`task${i}`, "100us"])) };
    const run = async (overhead: string) => micros({ workload: { graph: ops }, machine: cores(8), runtime: { use: "dask", scheduler_overhead: overhead, latency: "0ns" } });
    expect(await run("200us")).toBeGreaterThanOrEqual(40 * 200);
    expect(await run("1us")).toBeLessThan(40 * 100 / 3);
  });

  it("workers with nothing to do take tasks from one that has many", async () => {
    // In turn, every second task is long: one of the two workers gets all of those.
    const ops = { ops: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`task${i}`, i % 2 === 0 ? "4ms" : "10us"])) };
    const run = async (stealing: boolean) => micros({ workload: { graph: ops }, machine: cores(4), runtime: { use: "dask", n_workers: 2, work_stealing: stealing, scheduler_overhead: "10us", latency: "0ns" } });
    expect(await run(false)).toBeGreaterThan(32_000);
    expect(await run(true)).toBeLessThan(20_000);
  });
});

describe("NumExpr", () => {
  const numexpr = (knobs: object) => micros({ machine: cores(8), runtime: { use: "numexpr", elements: 100_000, evaluations: 5, ...knobs } });

  it("blocks that stay in the cache are faster than arrays that do not, and tiny blocks pay for each", async () => {
    const [tiny, fitting, huge] = [await numexpr({ block_size: 16, num_threads: 1 }), await numexpr({ block_size: 512, num_threads: 1 }), await numexpr({ block_size: 100_000, num_threads: 1 })];
    expect(huge).toBeGreaterThan(2 * fitting);
    expect(tiny).toBeGreaterThan(2 * fitting);
  });

  it("threads share the blocks, and small arrays stay on one", async () => {
    expect(await numexpr({ num_threads: 4, block_size: 512 })).toBeLessThan(0.3 * (await numexpr({ num_threads: 1, block_size: 512 })));
    expect((await traceOf({ machine: cores(8), runtime: { use: "numexpr", elements: 1000 } })).threads!.table.length).toBe(1);
  });
});

describe("Pyro", () => {
  const pyro = (knobs: object) => micros({ machine: cores(4), runtime: { use: "pyro", process_start: "0ns", spread: 0, ...knobs } });

  it("chains run side by side where there is a core for each, else one after the other", async () => {
    expect(await pyro({ num_chains: 4 })).toBeCloseTo(200_000, -2);
    expect(await pyro({ num_chains: 5 })).toBeCloseTo(1_000_000, -2);
  });

  it("vectorised particles take what one takes, and more arithmetic", async () => {
    expect(await pyro({ algorithm: "svi", vectorize_particles: false })).toBeCloseTo(800_000, -2);
    expect(await pyro({ algorithm: "svi", vectorize_particles: true })).toBeCloseTo(170_000, -2);
  });
});

describe("MPI", () => {
  const mpi = (knobs: object) => micros({ machine: cores(8), runtime: { use: "mpi", ...knobs } });

  it("ranks share the work; messages and meetings do not shrink", async () => {
    const [one, eight] = [await mpi({ np: 1 }), await mpi({ np: 8 })];
    expect(one).toBeCloseTo(100_000, -2);
    expect(eight).toBeGreaterThan(one / 8);
    expect(eight).toBeLessThan(one / 4);
    expect(await mpi({ np: 8, message: "8MiB" })).toBeGreaterThan(2 * eight);
  });

  it("all wait for the slowest", async () => {
    expect(await mpi({ imbalance: 1 })).toBeGreaterThan(1.3 * (await mpi({ imbalance: 0 })));
  });

  it("the last rank computes more than the first by the imbalance, over the mean", async () => {
    const computed = async (np: number, imbalance: number) => {
      const { rows } = (await traceOf({ machine: cores(8), runtime: { use: "mpi", np, imbalance, steps: 1, work: `${np}ms`, message: "0B", latency: "0ns", collective: "none" } })).threads!;
      const ticks = new Array<number>(np).fill(0);
      for (let row = 0; row < rows.length; row++) if (rows.use[row] === Use.compute) ticks[rows.thread[row]!]! += rows.end[row]! - rows.start[row]!;
      return ticks.map((each) => each / 1e6);
    };
    expect(await computed(3, 2)).toEqual([0, 1, 2]);
    expect(await computed(5, 0.4)).toEqual([0.8, 0.9, 1, 1.1, 1.2]);
    expect(await computed(1, 2)).toEqual([1]);
    await expect(computed(2, 2.1)).rejects.toThrow(/imbalance must be at most 2, not 2\.1/);
  });

  it("ranks that wait for a message poll for it, or sleep and have to be woken", async () => {
    const run = (mpi_yield_when_idle: boolean) => traceOf({ machine: cores(8), runtime: { use: "mpi", np: 8, collective: "none", imbalance: 0.5, mpi_yield_when_idle } });
    const [polling, yielding] = [await run(false), await run(true)];
    expect(polling.threads!.wakes.length).toBe(0);
    expect(yielding.threads!.wakes.length).toBeGreaterThan(500);
    expect(polling.makespanTicks).toBeLessThan(yielding.makespanTicks);
  });

  it("ranks yield by default where there are more of them than cores, and had better", async () => {
    expect(await mpi({ np: 16 })).toBe(await mpi({ np: 16, mpi_yield_when_idle: true }));
    expect(await mpi({ np: 8 })).toBe(await mpi({ np: 8, mpi_yield_when_idle: false }));
    expect(await mpi({ np: 16, mpi_yield_when_idle: false })).toBeGreaterThan(10 * (await mpi({ np: 16 })));
  });
});

describe("pools of one operator a thread", () => {
  it("as many operators run at once as there are threads", async () => {
    const run = async (threads: number) => micros({ workload: twoBranches("1ms", 5), machine: cores(4), runtime: { use: "static-pool", threads } });
    expect(await run(2)).toBeLessThan(0.6 * (await run(1)));
  });

  /** A trickle of jobs, then a burst, then a trickle again; each of 8 operators that do not depend on each other. */
  const changing = (runtime: object) => {
    const ops = { ops: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`op${i}`, "500us"])) };
    const phases = [{ for: "80ms", every: "20ms" }, { for: "20ms", every: "1ms" }, { for: "80ms", every: "20ms" }];
    return traceOf({ workload: { graph: ops, phases }, machine: cores(8), runtime });
  };
  const meanMs = ({ jobs }: Awaited<ReturnType<typeof traceOf>>) => jobs.endTicks.reduce((sum, end, job) => sum + end - jobs.arrivalTicks[job]!, 0) / jobs.endTicks.length / 1e6;
  const threadMs = ({ threads }: Awaited<ReturnType<typeof traceOf>>) => threads!.table.endTicks.reduce((sum, end, i) => sum + end - threads!.table.bornTicks[i]!, 0) / 1e6;

  it("a dynamic pool grows with the load and shrinks after it; a static one is slow or idle; a hybrid one is between", async () => {
    const [small, large, dynamic, hybrid] = await Promise.all([changing({ use: "static-pool", threads: 1 }), changing({ use: "static-pool", threads: 8 }), changing({ use: "dynamic-pool", keep_alive: "2ms" }), changing({ use: "hybrid-pool", core_threads: 3, keep_alive: "2ms" })]);
    expect(meanMs(dynamic)).toBeLessThan(0.2 * meanMs(small));
    expect(threadMs(dynamic)).toBeLessThan(0.5 * threadMs(large));
    expect(meanMs(hybrid)).toBeLessThanOrEqual(meanMs(dynamic));
    expect(threadMs(hybrid)).toBeLessThan(threadMs(large));
    // They come and go more than once.
    expect(dynamic.threads!.table.length).toBeGreaterThan(9);
  });

  it("keeping threads longer starts fewer of them", async () => {
    const started = async (keep: string) => (await changing({ use: "dynamic-pool", keep_alive: keep })).threads!.table.length;
    expect(await started("50ms")).toBeLessThan(await started("500us"));
  });

  it("one that starts threads late starts fewer", async () => {
    const ran = async (above: number) => (await changing({ use: "dynamic-pool", grow_above: above, keep_alive: "100ms" })).threads!.table.length;
    expect(await ran(100)).toBeLessThan(await ran(0));
  });

  it("chains leave a dynamic pool at one thread", async () => {
    expect((await traceOf({ workload: chain("100us", 20), machine: cores(8), runtime: "dynamic-pool" })).threads!.table.length).toBe(2);
  });
});

describe("pools whose line is under a lock", () => {
  it.each(["static-pool", "dynamic-pool", "hybrid-pool"].flatMap((use) => ["futex", "adaptive", "mcs", "ticket", "test-and-set"].map((lock) => [use, lock])))("%s, %s: operators that come from outside wake who waits", async (use, queue_lock) => {
    await traceOf({ workload: { ...chain("30ns", 1), instances: 50, arrivals: { every: "5us" } }, machine: cores(4), runtime: { use, queue_lock } });
  });

  it("an operator that comes while a thread looks is not missed", async () => {
    // To look takes 2 us: some arrivals are in the midst of it, whatever the rest takes.
    for (let every = 1; every < 20; every++) await traceOf({ workload: { ...chain("30ns", 1), instances: 2, arrivals: { every: `${every}us` } }, machine: cores(1), runtime: { use: "static-pool", threads: 1, queue_lock: "mcs" }, threadCosts: { queue: "2us" } });
  });
});
