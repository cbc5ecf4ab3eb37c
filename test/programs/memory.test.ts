import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { loopPolicies } from "../../src/loops/index.ts";
import { threadSpec, type ThreadSpecInput } from "../../src/programs/index.ts";
import { emptyInstance } from "../../src/core/empty-instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import { threadPolicies } from "../../src/threads/index.ts";
import { runThreads } from "../core/threads/run-threads.ts";

const accessOf = (compute: object, more: Partial<ThreadSpecInput> = {}) => threadSpec({ programs: { p: [{ compute: { work: "1us", ...compute } }] }, threads: { p: 1 }, ...more }).accesses[0]!;
function issuesOf(input: () => unknown): string[] {
  try {
    input();
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`));
    throw error;
  }
  return [];
}

describe("how memory is touched", () => {
  it("is written beside the work", () => {
    expect(accessOf({ bytes: "1MiB", pattern: "chase", skew: 0.5, load: "4B", huge: true, home: 0 })).toEqual({ name: "p", bytes: 2 ** 20, workingSetBytes: 2 ** 20, pattern: "chase", writeShare: 0, home: 0, accessBytes: 4, skew: 0.5, huge: true });
    expect(accessOf({ bytes: "1GiB", in: "x", stride: "64B" }, { data: { x: "1MiB" } })).toMatchObject({ name: "p in x", workingSetBytes: 2 ** 20, strideBytes: 64 });
    expect(accessOf({ bytes: "1MiB" }, { threads: { p: { cacheClass: 3 } } })).toMatchObject({ cacheClass: 3 });
  });

  it("of a matrix product follows from its blocks", () => {
    expect(accessOf({ matrix: 1024, block: 64 })).toMatchObject({ pattern: "blocked", workingSetBytes: 3 * 4 * 2 ** 20, bytes: 4 * (22 / 96) * 2 ** 30, matmul: { size: 1024, block: 64, elementBytes: 4 } });
  });

  it.each<[object, string]>([
    [{ pattern: "random" }, "this says how memory is touched, and not how much of it; add bytes: 1MiB"],
    [{ bytes: "1KiB", pattern: "chse" }, 'pattern must be stream or random or chase or blocked, not "chse"; did you mean chase?'],
    [{ bytes: "1KiB", write: 2 }, "write is a share of the bytes: at most 1"],
    [{ bytes: "1KiB", pattern: "random", skew: 1 }, "skew must be below 1; 0 is even; at 0.8, a tenth of the data gets 63 % of the loads"],
    [{ bytes: "1KiB", skew: 0.1 }, "skew is for pattern random and chase, and this one is stream"],
    [{ bytes: "1KiB", load: "8B", stride: "4B" }, "a stride of 4 bytes is less than the 8 of a load"],
    [{ pattern: "blocked" }, "pattern blocked needs the size of the matrices; add matrix: 1024"],
    [{ matrix: 10.5, block: 2 }, "matrix is a whole number of rows, not 10.5"],
    [{ bytes: "1KiB", home: "first-tuch" }, 'home is first-touch, interleave or the number of a NUMA node, not "first-tuch"; did you mean first-touch?'],
    [{ bytes: "1KiB", home: 1 }, "there is no NUMA node 1; there is node 0"],
    [{ bytes: "1KiB", huge: "yes" }, 'huge must be true or false, not "yes"'],
    [{ bytes: "1KiB", in: "y" }, 'there is no shared data "y"; did you mean x?'],
    [{ bytes: "1KiB", in: "x", home: 0 }, "home is said of the data, which it does not choose; move it to the data section"],
    [{ bytes: "2MiB", workingSet: "2MiB", in: "x" }, "the working set has 2097152 bytes, and the data 1048576"],
    [{ bytes: "$n * 1KiB" }, "bytes must be known before the run; it may depend on parameters that are the same for all threads of the group, and on no variable"],
  ])("%o is refused", (compute, message) => {
    const block = "n" in compute || JSON.stringify(compute).includes("$n") ? [{ let: { n: 1 } }, { compute: { work: "1us", ...compute } }] : [{ compute: { work: "1us", ...compute } }];
    expect(issuesOf(() => threadSpec({ programs: { p: block }, threads: { p: 1 }, data: { x: "1MiB" } }))).toEqual([message]);
  });

  it("of loops is checked likewise", () => {
    const loop = (memory: object) => issuesOf(() => threadSpec({ programs: { p: [{ parallel: { loop: "l", iterations: 4, each: "1us" } }] }, threads: { p: 1 }, data: { x: { bytes: "1MiB", count: 2 } }, loops: { l: { memory: memory as { bytes: "1KiB" } } } }, { loopPolicies: { static: () => loopPolicies.get("static").create({ chunk: 0 }) } }));
    expect(loop({ bytes: "1KiB", in: "x" })).toEqual(["there are 2 of x, and a loop touches one"]);
    expect(loop({ bytes: "1KiB", in: "z" })).toEqual(['there is no shared data "z"; did you mean x?']);
    expect(loop({ bytes: "1KiB", home: 2 })).toEqual(["there is no NUMA node 2; there is node 0"]);
  });
});

describe("iterations that store to the same cache lines", () => {
  const free = Object.fromEntries(["atomic", "park", "wake", "wakeLatency", "switch", "migrate", "spawn", "yield", "queue"].map((key) => [key, "0ns"]));
  const run = (chunk: number, threads = 4, element = "8B"): number => {
    const spec = threadSpec({
      programs: { w: [{ parallel: { loop: "l", iterations: 4096, each: "100ns" } }] }, threads: { w: threads }, cores: threads, threadCosts: { ...free, line: "60ns" },
      loops: { l: { policy: "static", falseSharing: { element } } },
    }, { loopPolicies: { static: () => loopPolicies.get("static").create({ chunk }) } });
    return simulate({ instance: emptyInstance("lines", 1), scheduler: { dispatch: () => undefined }, threads: { spec, policyName: "fifo", policy: threadPolicies.get("fifo").create({}) } }).makespanTicks;
  };

  it("wait for the line to come back: with chunks of less than a line, and not with whole ones", () => {
    const alone = 1024 * 100;
    // Three others write the line: it comes back after four transfers, of which the work of an iteration hides 100 ns.
    expect(run(1)).toBeGreaterThan(1024 * (100 + 140));
    expect(run(1)).toBeLessThan(1024 * (100 + 140) * 1.02 + 1000);
    // Of three lines of chunks of twelve, one is shared by two: one transfer for a third of the stores.
    expect(run(12) - run(8)).toBeGreaterThan((1024 / 3) * 55);
    expect(run(8)).toBeLessThan(alone * 1.02 + 1000);
    expect(run(1, 4, "64B")).toBe(run(1, 4, "128B"));
    expect(run(1, 1)).toBeLessThan(4096 * 100 + 100);
  });
});

describe("messages between processes", () => {
  const pass = (between: object | string, bytes: string): number => {
    const { makespan, threads } = runThreads({
    programs: { sender: [{ repeat: 10, do: [{ send: { to: "ch", bytes } }] }], receiver: [{ repeat: 10, do: [{ receive: "ch" }] }] },
    threads: { sender: 1, receiver: 1 }, cores: 2, channels: { ch: { between: between as "copying", capacity: 1 } },
    });
    expect(threads.host.allEnded).toBe(true);
    return makespan;
  };

  it("cost a system call and a copy at each end, or the lines that the receiver brings over", () => {
    const copied = pass({ copying: { call: "500ns", bandwidth: "8GB/s" } }, "64KiB");
    const shared = pass({ sharing: { transfer: "50ns", outstanding: 10 } }, "64KiB");
    // 8692 ns at each end, and 5170 ns at one: ten messages, one after the other.
    expect(copied).toBeGreaterThan(10 * 8692);
    expect(copied).toBeLessThan(20.5 * 8692);
    expect(shared).toBeGreaterThan(10 * 5170 - 5);
    expect(shared).toBeLessThan(11 * 5170);
    // The sender waits for room behind a receiver that waits for a message.
    expect(pass({ sharing: { transfer: "0ns" } }, "64B")).toBe(0);
    // Small ones: two system calls beside two lines.
    expect(pass({ copying: { call: "500ns" } }, "64B")).toBeGreaterThan(4 * pass({ sharing: { transfer: "50ns" } }, "64B"));
    expect(pass({ copying: { bandwidth: "10GB/s" } }, "1MiB")).toBeGreaterThan(pass("copying", "1MiB"));
  });
});
