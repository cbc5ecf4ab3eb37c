import { describe, expect, it } from "vitest";
import type { MachineInput } from "../../../src/machine/schema.ts";
import { runOnMachine, type MemoryRun } from "./run-memory.ts";

const server: MachineInput = { devices: { cpu0: { use: "amd-epyc-7763" } } };
/** Two sockets of 64 cores, and distance 19 between them: cores 0 to 63 are of node 0, 64 to 127 of node 1. */
const twoSockets = { devices: { cpu: { use: "amd-epyc-7763", count: 2 } }, links: [{ between: ["cpu0", "cpu1"], use: "xgmi2", lanes: 3 }] } as MachineInput;
const small = (more: object): MachineInput => ({ devices: { cpu0: { use: "amd-epyc-7763", memory: { capacity: "16GiB", disk: { bandwidth: "3GB/s", latency: "80us", queue: 32 }, ...more } } } }) as MachineInput;
const work = "0ns";

describe("NUMA", () => {
  const on = (home: number | string, pattern: string): number => {
    const compute = { compute: { work, bytes: "1GiB", home, pattern, huge: true } };
    return runOnMachine(twoSockets, { programs: { w: [compute, { measure: { name: "again", do: [compute] } }] }, threads: { w: { affinity: 0 } } }).spanNs("again");
  };

  it.each(["stream", "chase"])("%s: the other socket's memory is farther, and interleaved pages lie in between", (pattern) => {
    expect(on(1, pattern) / on(0, pattern)).toBeCloseTo(1.9, 0);
    expect(on("interleave", pattern)).toBeCloseTo((on(0, pattern) + on(1, pattern)) / 2, -6);
    expect(on("first-touch", pattern)).toBe(on(0, pattern));
  });

  const team = (init: "by one" | "by all", home = "first-touch"): MemoryRun => runOnMachine(twoSockets, {
    programs: { w: [
      ...(init === "by all" ? [{ compute: { work, bytes: "256MiB", in: "x[$i]", write: 1 } }] : [{ if: "$i == 0", then: [{ repeat: 32, as: "k", do: [{ compute: { work, bytes: "256MiB", in: "x[$k]", write: 1 } }] }] }]),
      { barrier: "ready" }, { measure: { name: "sweep", do: [{ compute: { work, bytes: "256MiB", in: "x[$i]" } }] } }, { barrier: "ready" }, { mark: "done" },
    ] },
    threads: { w: { count: 32, affinity: Array.from({ length: 32 }, (_, i) => (i % 2) * 64 + (i >> 1) * 4) } }, barriers: ["ready"],
    data: { x: { count: 32, bytes: "256MiB", huge: true, home: home as "interleave" } },
  }, { policy: "pinned" });

  it("punishes whoever lets one thread touch everything first: its node serves all", () => {
    const [byOne, byAll, spread] = [team("by one"), team("by all"), team("by one", "interleave")];
    expect(byOne.spanNs("sweep")).toBeGreaterThan(2 * byAll.spanNs("sweep"));
    expect(spread.spanNs("sweep")).toBeLessThan(byOne.spanNs("sweep"));
    expect(spread.spanNs("sweep")).toBeGreaterThan(byAll.spanNs("sweep"));
    // And touching by all is faster by itself.
    expect(byAll.makespanNs).toBeLessThan(byOne.makespanNs / 8);
  });
});

describe("pages", () => {
  const random = (workingSet: string, huge: boolean): number => runOnMachine(server, {
    programs: { w: [{ compute: { work, bytes: workingSet, huge, in: "x" } }, { measure: { name: "again", do: [{ compute: { work, bytes: "64MiB", workingSet, pattern: "random", in: "x" } }] } }].map((step) => JSON.parse(JSON.stringify(step).replace(`"huge":${huge},`, ""))) }, threads: { w: 1 }, data: { x: { bytes: workingSet, huge } },
  }).spanNs("again");

  it("that are huge help random loads beyond what the TLB reaches: 8 MiB of small ones, 4 GiB of huge", () => {
    expect(random("4MiB", false) / random("4MiB", true)).toBeLessThan(1.5);
    expect(random("1GiB", false) / random("1GiB", true)).toBeGreaterThan(1.6);
    expect(random("16GiB", true)).toBeGreaterThan(1.1 * random("4GiB", true));
  });

  it("cost a fault each when they are first touched; huge ones far less", () => {
    const first = (huge: boolean): number => runOnMachine(server, { programs: { w: [{ compute: { work, bytes: "1GiB", write: 1, huge } }] }, threads: { w: 1 } }).makespanNs;
    expect(first(false)).toBeGreaterThan(1.4 * first(true));
  });
});

describe("a mapped file", () => {
  const read = (bytes: string): MemoryRun => {
    const scan = { compute: { work, bytes, in: "f" } };
    return runOnMachine(small({}), { programs: { w: [{ measure: { name: "first", do: [scan] } }, { measure: { name: "again", do: [scan] } }] }, threads: { w: 1 }, data: { f: { bytes, file: true } } });
  };

  it("comes from the disk once, and from the page cache then, as long as it fits there", () => {
    const fits = read("15GiB");
    expect(fits.spanNs("first")).toBeGreaterThan(15 * 2 ** 30 / 3);
    expect(fits.spanNs("again")).toBeLessThan(fits.spanNs("first") / 10);
    const scanned = read("17GiB");
    expect(scanned.spanNs("again")).toBeGreaterThan(17 * 2 ** 30 / 3);
  });

  it("is pushed out by memory that programs commit", () => {
    const scan = { compute: { work, bytes: "8GiB", in: "f" } };
    const beside = (bytes: string): number => runOnMachine(small({}), { programs: { w: [{ compute: { work, bytes } }, scan, { measure: { name: "again", do: [scan] } }] }, threads: { w: 1 }, data: { f: { bytes: "8GiB", file: true } } }).spanNs("again");
    expect(beside("9GiB")).toBeGreaterThan(5 * beside("7GiB"));
  });

  it("is read by all through one disk", () => {
    const readers = (count: number): number => runOnMachine(small({}), { programs: { w: [{ compute: { work, bytes: "1GiB", in: "f[$i]" } }] }, threads: { w: count }, data: { f: { count: 12, bytes: "1GiB", file: true } } }).makespanNs;
    // One waits for each of its requests; twelve keep the disk busy.
    expect(readers(4) / readers(1)).toBeLessThan(1.5);
    expect(readers(12) / readers(1)).toBeGreaterThan(2.5);
  });
});

describe("memory that is overcommitted", () => {
  /** Time of a GiB of touches where a share of the memory is in use, beside that at half. */
  const slowdown = (share: number, pattern: string): number => {
    const at = (used: number): number => {
      const workingSet = `${Math.round(used * 16 * 1024)}MiB`;
      return runOnMachine(small({ swap: "64GiB" }), {
        programs: { w: [{ compute: { work, bytes: workingSet, write: 1, in: "x" } }, { measure: { name: "again", do: [{ compute: { work, bytes: "1GiB", workingSet, pattern, write: 0.5, in: "x" } }] } }] },
        threads: { w: 1 }, data: { x: { bytes: workingSet } },
      }).spanNs("again");
    };
    return at(share) / at(0.5);
  };

  it("has a cliff at all of it, and none before: at 80 and 100 per cent it runs as at half", () => {
    for (const pattern of ["stream", "random"]) for (const share of [0.8, 0.9, 1]) expect(slowdown(share, pattern)).toBeCloseTo(1, 2);
    expect(slowdown(1.05, "stream")).toBeGreaterThan(1.5);
    expect(slowdown(1.25, "stream")).toBeGreaterThan(3);
    // A page comes with 80 us for 8 bytes.
    expect(slowdown(1.05, "random")).toBeGreaterThan(100);
  });

  it("is felt at 80 per cent by whoever shares it with another that holds the rest", () => {
    const beside = (other: string): number => runOnMachine(small({ swap: "64GiB" }), {
      programs: { w: [{ barrier: "b" }, { compute: { work, bytes: "13107MiB", write: 1, in: "x" } }, { measure: { name: "again", do: [{ compute: { work, bytes: "13107MiB", in: "x" } }] } }], other: [{ compute: { work, bytes: other } }, { barrier: "b" }, { sleep: "1000s" }] },
      threads: { w: 1, other: 1 }, barriers: ["b"], data: { x: { bytes: "13107MiB" } },
    }).spanNs("again");
    expect(beside("3GiB")).toBeLessThan(1.01 * beside("1GiB"));
    expect(beside("6GiB")).toBeGreaterThan(2.5 * beside("1GiB"));
  });

  it("is out of memory where nothing can be swapped", () => {
    const run = (): unknown => runOnMachine(small({}), { programs: { w: [{ compute: { work, bytes: "17GiB" } }] }, threads: { w: 1 } });
    expect(run).toThrow(/thread w finds no memory: cpu0\.memory has 16\.0 GiB, and 17\.0 GiB are touched/);
  });

  it("is free again when its thread has ended", () => {
    const { makespanNs } = runOnMachine(small({}), { programs: { main: [{ repeat: 4, do: [{ spawn: { group: "w", into: "t" } }, { join: "$t" }] }], w: [{ compute: { work, bytes: "9GiB" } }] }, threads: { main: 1, w: { count: 0 } } });
    expect(makespanNs).toBeGreaterThan(0);
  });
});
