import type { DeviceInput } from "../schema.ts";

/** A core with the caches that are its own, as its maker documents it: in cycles and bytes a cycle. */
interface CoreDesign {
  readonly threads: number;
  /** Cache misses in flight. */
  readonly outstanding: number;
  readonly l1: OwnCache;
  readonly l2: OwnCache;
  readonly tlb: NonNullable<DeviceInput["tlb"]>;
  readonly sources: { readonly cores: string; readonly caches: string; readonly tlb: string };
}

interface OwnCache {
  readonly capacity: string;
  readonly ways: number;
  readonly cycles: number;
  /** What one load after the other draws, bytes a cycle. */
  readonly bytes: number;
}

/** The last cache of a CPU, whose figures depend on the chip more than on the core. */
export interface LastCache {
  readonly capacity: string;
  readonly cores: number;
  readonly ways?: number;
  readonly latency: string;
  /** What one core draws, bytes a cycle of its clock. */
  readonly bytes: number;
  /** A line from one of its cores to another. */
  readonly transfer?: string;
  readonly victim?: boolean;
  readonly source: string;
}

const notPublished = "misses in flight: not published for this core, the usual default of 10";
const armWalk = "walk: four loads that hit the second cache, an assumption";
const zenSmall = { l1: { capacity: "32KiB", ways: 8, cycles: 4, bytes: 64 }, l2: { capacity: "512KiB", ways: 8, cycles: 12, bytes: 32 } } as const;
const zenWalk = "walk: 20 ns, four loads that hit the second cache and the start of the walk, an assumption";

/** Core designs of the library's CPUs. */
export const coreDesigns = {
  zen2: {
    threads: 2, outstanding: 22, ...zenSmall,
    tlb: { levels: [{ entries: 64 }, { entries: 2048, latency: "3ns" }], walk: "20ns", walkers: 2 },
    sources: {
      cores: "AMD 56305, 2020: two hardware threads, 22 miss address buffers",
      caches: "AMD 56305, 2020: capacities, ways, cycles (4 and 12), two 32-byte loads a cycle, 32 bytes a cycle from the second; at base clock",
      tlb: `AMD 56305, 2020: entries and two walkers; second level: seven cycles; ${zenWalk}`,
    },
  },
  zen3: {
    threads: 2, outstanding: 24, ...zenSmall,
    tlb: { levels: [{ entries: 64 }, { entries: 2048, latency: "3ns" }], walk: "20ns", walkers: 6 },
    sources: {
      cores: "AMD 56665, 2020: two hardware threads, 24 misses in flight",
      caches: "AMD 56665, 2020: capacities, ways, cycles (4 and 12), two 32-byte vector loads a cycle, 32 bytes a cycle from the second; at base clock",
      tlb: `AMD 56665, 2020: entries and six walkers; second level: seven cycles; ${zenWalk}`,
    },
  },
  zen4: {
    threads: 2, outstanding: 24, l1: zenSmall.l1, l2: { capacity: "1MiB", ways: 8, cycles: 14, bytes: 32 },
    tlb: { levels: [{ entries: 72 }, { entries: 3072, latency: "3ns" }], walk: "20ns", walkers: 6 },
    sources: {
      cores: "AMD 57647, 2023: two hardware threads, 24 misses in flight",
      caches: "AMD 57647, 2023: capacities, ways, cycles (4 and 14), two 32-byte vector loads a cycle, 32 bytes a cycle from the second; at base clock. A chain of loads takes 1.1 and 3.8 ns at 3.7 GHz, as it should",
      tlb: `AMD 57647, 2023: entries and six walkers; second level: seven cycles; ${zenWalk}`,
    },
  },
  broadwell: {
    threads: 2, outstanding: 10, l1: { capacity: "32KiB", ways: 8, cycles: 4, bytes: 64 }, l2: { capacity: "256KiB", ways: 8, cycles: 12, bytes: 32 },
    tlb: { levels: [{ entries: 64, hugeEntries: 32 }, { entries: 1536, latency: "3.2ns" }], walk: "16ns", walkers: 2 },
    sources: {
      cores: "Intel 248966, Haswell and Broadwell: two hardware threads, 10 line fill buffers",
      caches: "Intel 248966, cache parameters of Haswell and Broadwell: capacities, ways, cycles (4 and 12), 64 bytes a cycle; of the second, half of its peak is sustained, an assumption; at base clock",
      tlb: "Intel 248966, Broadwell: entries, two walkers, seven cycles; walk: four loads, an assumption",
    },
  },
  sunnyCove: {
    threads: 2, outstanding: 12, l1: { capacity: "48KiB", ways: 12, cycles: 5, bytes: 128 }, l2: { capacity: "1280KiB", ways: 20, cycles: 14, bytes: 48 },
    tlb: { levels: [{ entries: 64, hugeEntries: 32 }, { entries: 2048, hugeEntries: 1024, latency: "3ns" }], walk: "16ns", walkers: 4 },
    sources: {
      cores: "Intel 248966, Ice Lake: two hardware threads; 12 line fill buffers, as of the core before",
      caches: "Intel 248966, cache parameters of Ice Lake: capacities, ways, cycles (5 and 14), two 64-byte loads a cycle, 48 of 64 bytes a cycle sustained from the second; at base clock",
      tlb: "Intel 248966, Ice Lake: entries; seven cycles, four walkers; walk: four loads, an assumption",
    },
  },
  goldenCove: {
    threads: 2, outstanding: 16, l1: { capacity: "48KiB", ways: 12, cycles: 5, bytes: 128 }, l2: { capacity: "2MiB", ways: 16, cycles: 15, bytes: 48 },
    tlb: { levels: [{ entries: 96, hugeEntries: 32 }, { entries: 2048, hugeEntries: 1024, latency: "3.5ns" }], walk: "18ns", walkers: 4 },
    sources: {
      cores: "Intel 248966, Golden Cove: two hardware threads, 16 fill buffers, four walkers",
      caches: "Intel 248966, Golden Cove: capacities, ways, five cycles, two 64-byte loads a cycle; 15 cycles and 48 of 64 bytes a cycle of the second as in the core before, one cycle more; at base clock",
      tlb: "Intel 248966, Golden Cove: entries; seven cycles; walk: four loads, an assumption",
    },
  },
  redwoodCove: {
    threads: 2, outstanding: 16, l1: { capacity: "48KiB", ways: 12, cycles: 5, bytes: 64 }, l2: { capacity: "2MiB", ways: 16, cycles: 16, bytes: 48 },
    tlb: { levels: [{ entries: 96, hugeEntries: 32 }, { entries: 2048, hugeEntries: 1024, latency: "1.8ns" }], walk: "9ns", walkers: 4 },
    sources: {
      cores: "Intel ARK, Core Ultra 7 155H, 2023: two hardware threads of a performance core; 16 fill buffers as in Golden Cove (Intel 248966)",
      caches: "capacities and cycles (5 and 16): Chips and Cheese, Previewing Meteor Lake at CES, 2024; two 32-byte loads a cycle, 48 bytes a cycle of the second: Intel 248966, Golden Cove",
      tlb: "as in Golden Cove: Intel 248966; walk: four loads, an assumption",
    },
  },
  a76: arm("64KiB", 4, "512KiB", 8, 9, [48, 1280], "Arm, Cortex-A76 Core Technical Reference Manual (100798), 2018: 48 and 1280 entries, four-way first and eight-way second cache"),
  x1: arm("64KiB", 4, "1MiB", 8, 10, [48, 2048], "Arm, Cortex-X1 Core Technical Reference Manual (101433), 2020; 1 MiB of second cache: AnandTech, Google's Tensor inside of Pixel 6, 2021"),
  a78: arm("64KiB", 4, "256KiB", 8, 9, [32, 1024], "Arm, Cortex-A78 Core Technical Reference Manual (101430), 2020; 256 KiB of second cache as the middle cores of the first Tensor have, an assumption"),
  a55: arm("32KiB", 4, "128KiB", 4, 6, [16, 1024], "Arm, Cortex-A55 Core Technical Reference Manual (100442), 2018; sizes of caches as in the first Tensor, an assumption", 16),
} as const satisfies Record<string, CoreDesign>;

function arm(l1: string, l1Ways: number, l2: string, l2Ways: number, l2Cycles: number, [first, second]: readonly [number, number], manual: string, bytes = 32): CoreDesign {
  return {
    threads: 1, outstanding: 10,
    l1: { capacity: l1, ways: l1Ways, cycles: bytes === 16 ? 3 : 4, bytes }, l2: { capacity: l2, ways: l2Ways, cycles: l2Cycles, bytes },
    tlb: { levels: [{ entries: first }, { entries: second, latency: "2ns" }], walk: "15ns" },
    sources: { cores: `${manual}; ${notPublished}`, caches: `${manual}; cycles and bytes a cycle: ${bytes} bytes of loads a cycle (Software Optimization Guide), latencies are assumptions`, tlb: `${manual}; ${armWalk}` },
  };
}

/** What {@link cpuOf} takes beside the design. */
interface Chip {
  /** Clock that all cores sustain, GHz: that of the peaks. */
  readonly clock: number;
  readonly l3: LastCache;
  /** Of a load from local memory. */
  readonly latency: string;
  readonly latencySource: string;
  /** Distance to the memory of another socket, and whose word that is. */
  readonly remote?: readonly [number, string];
}

/** Cores, caches, TLBs and memory latency of a CPU, and their sources: to be spread into its entry. */
export function cpuOf(design: CoreDesign, { clock, l3, latency, latencySource, remote }: Chip): { readonly parts: DeviceInput; readonly latency: string; readonly sources: Record<string, string> } {
  const own = ({ capacity, ways, cycles, bytes }: OwnCache) => ({ capacity, ways, latency: `${round(cycles / clock)}ns`, bandwidth: `${round(bytes * clock)}GB/s` });
  return {
    parts: {
      cores: [{ threads: design.threads, clock: `${clock}GHz`, outstanding: design.outstanding }],
      caches: {
        l1: own(design.l1), l2: own(design.l2),
        l3: {
          capacity: l3.capacity, cores: l3.cores, ...(l3.ways !== undefined && { ways: l3.ways }), latency: l3.latency, bandwidth: `${round(l3.bytes * clock)}GB/s`,
          ...(l3.transfer !== undefined && { transfer: l3.transfer }), ...(l3.victim && { victim: true }),
        },
      },
      tlb: design.tlb,
      ...(remote && { numa: { remote: remote[0] } }),
    },
    latency,
    sources: { ...design.sources, "caches.l3": l3.source, "memory.latency": latencySource, ...(remote && { numa: remote[1] }) },
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
