import { describe, expect, it } from "vitest";
import type { MachineInput } from "../../../src/machine/schema.ts";
import { bestBlock } from "../../../src/memory/system/index.ts";
import { runOnMachine, type MemoryRun } from "./run-memory.ts";

/** 16 cores of 40 GB/s each on 83.2 GB/s; and 64 of 16 GB/s or so on 204.8, eight under each L3 of 32 MiB. */
const desktop: MachineInput = { devices: { cpu0: { use: "amd-ryzen-9-7950x" } } };
const server: MachineInput = { devices: { cpu0: { use: "amd-epyc-7763" } } };

/** Time of the second of two like computations, whose data was touched before. */
function again(machine: MachineInput, memory: Record<string, unknown>): number {
  const compute = { compute: { work: "0ns", ...memory } };
  return runOnMachine(machine, { programs: { w: [compute, { measure: { name: "again", do: [compute] } }] }, threads: { w: 1 } }).spanNs("again");
}

describe("a loop that does nothing but move bytes", () => {
  const loop = (machine: MachineInput, threads: number): number => {
    const sweep = { parallel: { loop: "l", iterations: 4096, each: "100ns" } };
    return runOnMachine(machine, {
      programs: { w: [sweep, { measure: { name: "sweep", do: [sweep] } }] }, threads: { w: threads },
      data: { x: { bytes: "4GiB", huge: true } }, loops: { l: { memory: { bytes: "4GiB", in: "x", write: 0.5 } } },
    }).spanNs("sweep");
  };
  const curve = (machine: MachineInput, threads: readonly number[]): number[] => threads.map((count) => Number((loop(machine, 1) / loop(machine, count)).toFixed(2)));

  it("gets faster with threads until they draw the memory's bandwidth, and no further", () => {
    // One core draws 40 of 83.2 GB/s; and 15 or so of 204.8, so that there all of sixteen count but two.
    expect(curve(desktop, [1, 2, 3, 4, 8, 16])).toEqual([1, 2, 2.08, 2.08, 2.08, 2.08]);
    const [eight, twelve, fourteen, sixteen] = curve(server, [8, 12, 14, 16]) as [number, number, number, number];
    expect(eight).toBeGreaterThan(7.9);
    expect(twelve).toBeGreaterThan(11.8);
    expect(fourteen).toBeCloseTo(sixteen, 0);
    expect(sixteen).toBeLessThan(14);
  });

  it("is not disturbed by what threads compute meanwhile, as long as that hides behind it", () => {
    const one = (work: string): number => again(server, { bytes: "1GiB", huge: true, work });
    expect(one("60ms")).toBe(one("0ns"));
    // Beyond it only the walks of page tables are left to see.
    expect(one("100ms")).toBeGreaterThanOrEqual(100e6);
    expect(one("100ms")).toBeLessThan(100.1e6);
  });
});

describe("working sets", () => {
  const each = (pattern: string, workingSet: string): number => again(server, { bytes: "1GiB", workingSet, pattern }) / (2 ** 30 / 8);

  it("cost a load in a chain what the cache takes that holds them", () => {
    // 4 cycles at 2.45 GHz, 12, some 20 ns of L3 with walks, and memory; what lies between holds a part.
    expect(each("chase", "32KiB")).toBeCloseTo(1.633, 2);
    const steps = ["32KiB", "256KiB", "8MiB", "1GiB"].map((set) => each("chase", set));
    expect(steps.slice(1).map((step, i) => step / steps[i]!).every((ratio) => ratio > 2)).toBe(true);
    expect(steps[3]).toBeGreaterThan(100);
    expect(steps[3]).toBeLessThan(160);
    // Independent loads wait together.
    expect(each("random", "1GiB")).toBeLessThan(each("chase", "1GiB") / 10);
  });

  it("step up for streams where they fit no more: after L1, L2 and L3 with what the inner ones hold", () => {
    const steps = ["16KiB", "32KiB", "64KiB", "256KiB", "1MiB", "16MiB", "48MiB", "256MiB"].map((set) => Number(each("stream", set).toFixed(2)));
    expect(steps[0]).toBe(steps[1]);
    expect(steps[2]).toBe(steps[3]);
    expect(steps[2]).toBeGreaterThan(1.9 * steps[1]!);
    expect(steps[6]).toBe(steps[7]);
    expect(steps[6]).toBeGreaterThan(3.5 * steps[5]!);
  });

  it("of blocked matrix products: fastest where three blocks fit into the first cache, and slower again beyond the second", () => {
    const product = (block: number): number => again(server, { matrix: 2048, block, work: "40ms", element: "4B" });
    const times = [8, 16, 32, 48, 64, 96, 128, 256, 512, 2048].map((block) => [product(block), block] as const);
    const [, best] = times.reduce((least, one) => (one[0] < least[0] ? one : least));
    expect(bestBlock(32 * 1024, 4)).toBe(52);
    expect([48, 64]).toContain(best);
    expect(product(8)).toBeGreaterThan(4 * product(best));
    expect(product(2048)).toBeGreaterThan(1.3 * product(best));
  });
});

describe("threads beside each other", () => {
  interface Runner { readonly set: string; readonly core: number; readonly cacheClass?: number; readonly pattern?: string }
  const beside = (runners: readonly Runner[], machine = server): MemoryRun => runOnMachine(machine, {
    programs: Object.fromEntries(runners.map(({ set, pattern = "chase" }, i) => [`t${i}`, [{ repeat: 20, do: [{ compute: { work: "0ns", bytes: "32MiB", workingSet: set, pattern } }] }]])),
    threads: Object.fromEntries(runners.map(({ core, cacheClass = 0 }, i) => [`t${i}`, { affinity: core, cacheClass }])),
  });
  const first = (...runners: readonly Runner[]): number => beside(runners).endNs("t0");

  it("slow each other down under one L3 where their sets do not fit together, and nowhere else", () => {
    const alone = first({ set: "24MiB", core: 0 });
    const rival = first({ set: "24MiB", core: 0 }, { set: "24MiB", core: 1 });
    expect(rival).toBeGreaterThan(1.5 * alone);
    expect(first({ set: "24MiB", core: 0 }, { set: "4MiB", core: 1 })).toBe(alone);
    expect(first({ set: "24MiB", core: 0 }, { set: "24MiB", core: 8 })).toBe(alone);
  });

  it("are kept apart by ways and by page colours, at the price of what each could have had", () => {
    const divided = (divide: object): MachineInput => ({ devices: { cpu0: { use: "amd-epyc-7763", caches: { l3: { divide } } } } }) as MachineInput;
    for (const divide of [{ ways: [12, 4] }, { colours: [384, 128] }]) {
      const classes = [{ set: "20MiB", core: 0 }, { set: "24MiB", core: 1, cacheClass: 1 }] as const;
      const together = beside(classes, divided(divide));
      expect(together.endNs("t0")).toBe(beside(classes.slice(0, 1), divided(divide)).endNs("t0"));
      expect(together.endNs("t0")).toBeLessThan(0.8 * beside(classes).endNs("t0"));
      expect(together.endNs("t1")).toBeGreaterThan(1.5 * beside(classes).endNs("t1"));
    }
  });

  it("are timed anew when one comes or goes: half of the way alone, half in company", () => {
    const run = (start: string): number => runOnMachine(server, {
      programs: { long: [{ measure: { name: "long", do: [{ compute: { work: "0ns", bytes: "1GiB", workingSet: "24MiB", pattern: "chase" } }] } }], short: [{ compute: { work: "0ns", bytes: "4GiB", workingSet: "24MiB", pattern: "chase" } }] },
      threads: { long: { affinity: 0 }, short: { affinity: 1, start } },
    }).spanNs("long");
    const [never, late, early] = [run("100s"), run("1s"), run("0ns")] as const;
    expect(late).toBeGreaterThan(never * 1.1);
    expect(late).toBeLessThan(early * 0.95);
    // The first second goes as alone, the rest as in company.
    expect(late).toBeCloseTo(1e9 + (1 - 1e9 / never) * early, -8);
  });

  it("share the caches of their core as hardware threads, and get the core to themselves while the other waits", () => {
    const core = { set: "20KiB", core: 0 };
    const alone = first(core);
    expect(first(core, { ...core, core: 1 })).toBe(alone);
    expect(first(core, { ...core, core: 64 })).toBeGreaterThan(1.3 * alone);
    // Two that fit together wait side by side: a chain of loads leaves the core free.
    expect(first({ set: "12KiB", core: 0 }, { set: "12KiB", core: 64 })).toBe(first({ set: "12KiB", core: 0 }));
    const busy = (cores: readonly number[]): number => runOnMachine(server, { programs: { w: [{ compute: { work: "1ms", bytes: "1KiB" } }] }, threads: { w: { count: cores.length, affinity: [...cores] } } }, { policy: "pinned" }).makespanNs;
    expect(busy([0, 64]) / busy([0])).toBeCloseTo(2 / 1.3, 2);
  });
});

describe("a thread that is moved", () => {
  it("pays for caches that are cold there, once", () => {
    const { spanNs } = runOnMachine(server, {
      programs: {
        mover: [{ compute: { work: "0ns", bytes: "4MiB", workingSet: "4MiB" } }, { measure: { name: "stays", do: [{ compute: { work: "0ns", bytes: "4MiB" } }] } }, { await: "moved" }, { measure: { name: "after", do: [{ compute: { work: "0ns", bytes: "4MiB" } }] } }, { measure: { name: "settled", do: [{ compute: { work: "0ns", bytes: "4MiB" } }] } }],
        // Comes while the other sleeps, and takes its core for good.
        taker: [{ compute: "20ms" }, { set: "moved" }, { compute: "1s" }],
      },
      // Under L3s of their own: cores 0 and 8.
      threads: { mover: { affinity: [0, 8] }, taker: { affinity: 0, start: "20ms" } }, flags: ["moved"],
    });
    expect(spanNs("after")).toBeGreaterThan(3 * spanNs("stays"));
    expect(spanNs("settled")).toBe(spanNs("stays"));
  });

  it("takes as long in slices as in one piece, but for what others left of its caches", () => {
    const run = (quantum: string, set: string): number => runOnMachine(server, {
      programs: { w: [{ compute: { work: "0ns", bytes: "1MiB", workingSet: set, pattern: "chase" } }, { compute: { work: "0ns", bytes: "16MiB", workingSet: set, pattern: "chase" } }] }, threads: { w: { count: 2, affinity: 0 } },
    }, { policy: "round-robin", with: { quantum } }).makespanNs;
    expect(run("100us", "16KiB") / run("1s", "16KiB")).toBeLessThan(1.01);
    // Each fills the second cache anew when its turn comes.
    expect(run("20us", "400KiB") / run("1s", "400KiB")).toBeGreaterThan(1.05);
  });
});

describe("the accounts", () => {
  it("tell what cores waited for memory", () => {
    const { host } = runOnMachine(server, { programs: { w: [{ compute: { work: "10ms", bytes: "1GiB", pattern: "chase", workingSet: "1GiB", huge: true } }] }, threads: { w: 1 } });
    const total = host.cores.useTicks[0]!;
    expect(total - host.cores.stalledTicks[0]!).toBeCloseTo(10e6, -1);
  });
});
