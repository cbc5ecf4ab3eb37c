import { describe, expect, it } from "vitest";
import { InputError, SimulationError } from "../../../src/base/errors.ts";
import { loadTrace, saveTrace } from "../../../src/trace/saved-trace.ts";
import { threadMetrics } from "../../../src/trace/threads/thread-metrics.ts";
import { resolved } from "../../sweep/resolved.ts";
import { runScenario } from "../../../src/scenario/run-scenario.ts";
import { threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { runThreads } from "./run-threads.ts";

/** Eight threads that do little but allocate and free. */
function allocating(heap: object, threads = 8): ThreadSpecInput {
  return {
    programs: { worker: [{ repeat: 100, do: [{ allocate: { from: "h", bytes: "1KiB", into: "a" } }, { compute: "10ns" }, { free: { address: "$a", to: "h" } }] }] },
    threads: { worker: threads }, cores: threads, heaps: { h: heap },
  } as ThreadSpecInput;
}

const fast = { use: "first-fit", fast: "100ns", slow: "100ns" };

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SimulationError || error instanceof InputError) return `${error.issues[0]!.code}: ${error.issues[0]!.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("heaps", () => {
  it("charges each call to the thread that makes it", () => {
    const { makespan, threads } = runThreads(allocating({ capacity: "1MiB", allocator: fast }, 1));
    expect(makespan).toBe(100 * (100 + 10 + 100));
    expect(threads.cores.useTicks.slice(0, 2)).toEqual(Float64Array.of(1000, 20_000));
    expect([threads.heaps.allocations[0], threads.heaps.frees[0], threads.heaps.liveBytes[0], threads.heaps.heldTicks[0]]).toEqual([100, 100, 0, 20_000]);
  });

  it("scales calls with the speed of the core, and the lock is held for so long", () => {
    const slow = { ...allocating({ capacity: "1MiB", allocator: fast }, 1), cores: [{ count: 1, speed: "50%" }] };
    expect(runThreads(slow).makespan).toBe(2 * 100 * 210);
    // Both come at once: the second waits 200 ns for the slow one, or 100 ns for the fast one.
    const once = (speeds: readonly string[]): ThreadSpecInput => ({ programs: { w: [{ allocate: { from: "h", bytes: "1B", into: "a" } }] }, threads: { w: 2 }, cores: [{ count: 2, speeds: [...speeds] }], heaps: { h: { allocator: fast } } });
    expect(runThreads(once(["50%", "100%"])).makespan).toBe(300);
    expect(runThreads(once(["100%", "100%"])).makespan).toBe(200);
  });

  it("serves calls under one lock one after the other; arenas relieve it", () => {
    const one = runThreads(allocating({ capacity: "1MiB", allocator: fast }));
    const eight = runThreads(allocating({ capacity: "1MiB", allocator: fast, arenas: "per-thread" }));
    // The lock is busy all the time but for the first computations: 1600 calls of 100 ns.
    expect(one.makespan).toBeGreaterThanOrEqual(1600 * 100);
    expect(one.makespan).toBeLessThan(1600 * 100 + 100);
    expect(eight.makespan).toBe(100 * 210);
    expect(one.threads.objects.contended[0]).toBeGreaterThan(1500);
    expect(eight.threads.objects.contended[0]).toBe(0);
    expect(one.threads.objects.waits.largest[0]).toBe(700);
  });

  it("takes the arenas from the heap or from the allocator, and not from both", () => {
    const inside = runThreads(allocating({ capacity: "1MiB", allocator: { ...fast, arenas: 8 } }));
    expect(inside.makespan).toBe(100 * 210);
    expect(messageOf(() => threadSpec(allocating({ allocator: { ...fast, arenas: 8 }, arenas: 2 })))).toMatch(/conflicting-keys: the arenas are given twice/);
  });

  it("tells peak, live and fragmentation of each heap", () => {
    const input: ThreadSpecInput = {
      programs: { w: [
        { allocate: { from: "h", bytes: "100B", into: "a" } }, { compute: "1us" }, { allocate: { from: "h", bytes: "100B", into: "b" } }, { allocate: { from: "h", bytes: "100B", into: "c" } },
        { free: { address: "$b", to: "h" } }, { compute: "1us" }, { free: { address: "$a", to: "h" } },
      ] },
      threads: { w: 1 }, cores: 1, heaps: { h: { capacity: "512B", allocator: { use: "first-fit", fast: "0ns", slow: "0ns" } } },
    };
    const { threads } = runThreads(input);
    const [heap] = threadMetrics(threads, 1).heaps!;
    expect(heap).toMatchObject({ name: "h", allocator: "first-fit", allocations: 3, frees: 2, peakLiveBytes: 300, peakNs: 1000, allocatedBytes: 384, peakReservedBytes: 384, liveBytes: 100, externalFragmentation: 0 });
    expect(heap!.internalFragmentation).toBeCloseTo(1 - 300 / 384, 9);
    // Free: 128 in the middle and 128 at the end; then 256 at the beginning.
    expect(heap!.worstExternalFragmentation).toBeCloseTo(0.5, 9);
    expect([...threads.heaps.log.at]).toEqual([0, 1000, 2000]);
    expect([...threads.heaps.log.liveBytes]).toEqual([100, 200, 100]);
  });

  it("puts every built-in allocator to work", () => {
    for (const use of ["bump", "first-fit", "best-fit", "buddy", "size-class", "caching"]) {
      const { threads } = runThreads(allocating({ capacity: "64MiB", allocator: use }));
      expect([use, threads.heaps.allocations[0], threads.heaps.liveBytes[0]]).toEqual([use, 800, 0]);
      expect(threads.heaps.peakLiveBytes[0]).toBeGreaterThanOrEqual(1024);
    }
  });

  it("survives being saved", async () => {
    const scenario = await resolved("{programs: {w: [{allocate: {from: h, bytes: 1KiB, into: a}}, {compute: 1us}]}, threads: {w: 4}, heaps: {h: {capacity: 1MiB}}}");
    const trace = runScenario(scenario);
    const text = [...saveTrace(trace)].join("");
    expect(loadTrace(text).threads!.heaps).toEqual(trace.threads!.heaps);
  });
});

describe("what goes wrong with heaps", () => {
  it("says what is alive, and from where, when a heap is full", async () => {
    const scenario = await resolved("programs:\n  w:\n    - repeat: 100\n      do:\n        - allocate: {from: h, bytes: 100KiB, into: a}\n        - compute: 1us\nthreads: {w: 2}\nheaps: {h: {capacity: 1MiB, allocator: first-fit}}\n");
    expect(messageOf(() => runScenario(scenario))).toMatch(/^out-of-memory: thread w\[0\] asks "h" for 100 KiB and gets none: the largest free piece has 24.0 KiB of the 24.0 KiB that are free, and 1000 KiB of 1.00 MiB are alive in 10 blocks: 1000 KiB in 10 blocks from a.yaml:5:11 \(at /);
    try {
      runScenario(scenario);
    } catch (error) {
      expect((error as SimulationError).issues[0]).toMatchObject({ file: "a.yaml", line: 5, column: 11, hint: "give it more capacity, or free blocks earlier" });
    }
  });

  it("tells scattered room from none", () => {
    const scattered: ThreadSpecInput = {
      programs: { w: [...["a", "b", "c", "d"].map((into) => ({ allocate: { from: "h", bytes: "64B", into } })), { free: { address: "$a", to: "h" } }, { free: { address: "$c", to: "h" } }, { allocate: { from: "h", bytes: "128B", into: "e" } }] },
      threads: { w: 1 }, heaps: { h: { capacity: "256B", allocator: "first-fit" } },
    };
    expect(messageOf(() => runThreads(scattered))).toContain("the largest free piece has 64 B of the 128 B that are free");
  });

  it("names a block that is freed twice, and an address where none begins", () => {
    const program = (frees: readonly object[]): ThreadSpecInput => ({ programs: { w: [{ allocate: { from: "h", bytes: "64B", into: "a" } }, ...frees] }, threads: { w: 1 }, heaps: { h: {} } });
    const free = (address: string | number) => ({ free: { address, to: "h" } });
    expect(messageOf(() => runThreads(program([free("$a"), free("$a")])))).toContain('double-free: thread w frees the block at 0 of "h", which was freed before');
    expect(messageOf(() => runThreads(program([free("$a + 8")])))).toContain('bad-free: thread w frees the address 8 of "h", where no block begins (1 block alive)');
    expect(messageOf(() => runThreads(program([free(12345)])))).toContain("bad-free");
  });

  it("refuses blocks that not even an empty heap has room for, where they are written", async () => {
    const text = (heap: string, bytes: string): string => `programs:\n  w:\n    - allocate: {from: h, bytes: ${bytes}, into: a}\n    - compute: 1us\nthreads: {w: 1}\nheaps: {h: ${heap}}\n`;
    await expect(resolved(text("1KiB", "2KiB"))).rejects.toMatchObject({ issues: [{ code: "heap-too-small", file: "a.yaml", line: 3, message: expect.stringContaining("h has no room for 2.00 KiB") as string }] });
    // Buddies are powers of two: three quarters of a power are not one block. And arenas divide.
    await expect(resolved(text("{capacity: 3MiB, allocator: buddy}", "3MiB"))).rejects.toMatchObject({ issues: [{ code: "heap-too-small" }] });
    await expect(resolved(text("{capacity: 4MiB, allocator: first-fit, arenas: 4}", "2MiB"))).rejects.toMatchObject({ issues: [{ code: "heap-too-small" }] });
    await expect(resolved(text("1KiB", "0B"))).rejects.toMatchObject({ issues: [{ code: "bad-value", line: 3 }] });
    // A size that is drawn is known when it is asked for.
    const drawn = await resolved(text("1KiB", "{uniform: [4KiB, 4100B]}"));
    expect(messageOf(() => runScenario(drawn))).toMatch(/^heap-too-small: thread w asks "h" for 4\.00 KiB, and it has no room for that even when it is empty/);
  });

  it("says where an allocator is misspelt or has an option wrong", async () => {
    const text = (heap: string): string => `programs:\n  w: [{allocate: {from: h, bytes: 1KiB, into: a}}]\nthreads: {w: 1}\nheaps:\n  h:\n    allocator: ${heap}\n`;
    await expect(resolved(text("budy"))).rejects.toMatchObject({ issues: [{ code: "unknown-allocator", file: "a.yaml", line: 6, hint: expect.stringContaining("buddy") as string }] });
    await expect(resolved(text("{use: buddy, minBlock: 3KiB}"))).rejects.toMatchObject({ issues: [{ line: 6, message: expect.stringContaining("power of two") as string }] });
    await expect(resolved(text("{use: buddy, slab: 3KiB}"))).rejects.toMatchObject({ issues: [{ code: "unknown-key", line: 6 }] });
    await expect(resolved("{programs: {w: [{compute: 1us}]}, threads: {w: 1}, heaps: {h: {capacity: 0B}}}")).rejects.toThrow(/above 0/);
  });
});
