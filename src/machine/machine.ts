import type { DType } from "../graph/graph.ts";

/** What a device is: its defaults and some cost models depend on it. */
export type DeviceKind = "cpu" | "gpu" | "tpu" | "fpga" | "npu";

/** A place where tensors live. Devices that name the same memory share it, and its bandwidth. */
export interface Memory {
  /** Position in the machine. */
  readonly id: number;
  readonly name: string;
  readonly capacityBytes: number;
  /** Bytes a nanosecond (= GB/s) that its devices share; Infinity = never a limit. */
  readonly bytesPerNs: number;
  /** Of a load by a core at this memory; absent = not stated. */
  readonly latencyNs?: number;
  /** Where files and swapped pages are. */
  readonly disk?: Disk;
  /** Bytes of the disk that pages can be swapped out to; absent = none. */
  readonly swapBytes?: number;
}

/** A disk behind a memory. */
export interface Disk {
  /** Shared by all who read and write. */
  readonly bytesPerNs: number;
  /** Of one request alone. */
  readonly latencyNs: number;
  /** Requests that it works on at once. */
  readonly queue: number;
  /** Bytes of a request where a file is read on end. */
  readonly readAheadBytes: number;
}

/** Cores of a CPU that are alike. */
export interface CoreType {
  /** "core" where there is one type. */
  readonly name: string;
  readonly count: number;
  /** Hardware threads of each. */
  readonly threads: number;
  readonly clockGHz?: number;
  /** Of one core, beside the first type. */
  readonly speed: number;
  /** Cache misses that a core has in flight at most. */
  readonly outstanding: number;
}

/** A level of a CPU's data caches. */
export interface CacheLevel {
  /** From 1, nearest to the core. */
  readonly level: number;
  readonly capacityBytes: number;
  /** Cores that share one. */
  readonly cores: number;
  readonly ways?: number;
  readonly latencyNs: number;
  /** What one core can draw; Infinity = never a limit. */
  readonly bytesPerNs: number;
  /** What all its cores can draw together. */
  readonly sharedBytesPerNs: number;
  /** A line from one of its cores to another; absent = its latency, and that of the level before. */
  readonly transferNs?: number;
  /** It holds what the inner caches gave up, not copies of what they have. */
  readonly victim: boolean;
  /** Ways or page colours of each class of threads; absent = not divided. */
  readonly divide?: { readonly ways: readonly number[] } | { readonly colours: readonly number[] };
}

/** NUMA nodes of a CPU, each with its part of the cores and the memory. */
export interface NumaNodes {
  readonly nodes: number;
  /** Between nodes of this CPU, as in an ACPI SLIT: 10 = local. */
  readonly distance: readonly (readonly number[])[];
  /** To memory of other CPUs. */
  readonly remote: number;
  /** Between two nodes of this CPU, each direction; Infinity = never a limit. */
  readonly bytesPerNs: number;
}

/** Data TLBs of a CPU. */
export interface Tlb {
  readonly levels: readonly { readonly entries: number; readonly hugeEntries: number; readonly latencyNs: number }[];
  readonly walkNs: number;
  readonly walkers: number;
}

/** Pages of memory, and what their first touch takes. */
export interface Pages {
  readonly bytes: number;
  readonly hugeBytes: number;
  /** Without zeroing. */
  readonly faultNs: number;
  /** Infinity = at once. */
  readonly zeroBytesPerNs: number;
}

/** What a CPU is made of, as threads see it. What was not described is absent. */
export interface CpuParts {
  /** Together they are the device's units. */
  readonly cores?: readonly CoreType[];
  /** From the nearest to the core. */
  readonly caches?: readonly CacheLevel[];
  readonly numa?: NumaNodes;
  readonly tlb?: Tlb;
  readonly pages?: Pages;
}

/** Something that runs operators. */
export interface Device extends CpuParts {
  /** Position in the machine, from 0. */
  readonly id: number;
  readonly name: string;
  readonly kind: DeviceKind;
  /** Library model this came from: "nvidia-a100-sxm4-80gb"; absent for one written inline. */
  readonly model?: string;
  /** How many operators may be resident at once: CPU worker threads, GPU streams, FPGA kernels. */
  readonly slots: number;
  /** Compute units: cores, multiprocessors, systolic arrays, pipelines. */
  readonly units: number;
  /** Units that one operator occupies; by default units / slots. */
  readonly width: number;
  /** Id of the memory its operators read and write. */
  readonly memory: number;
  /** Bandwidth of that memory, repeated here for cost models, bytes/ns; absent = never a limit. */
  readonly memoryBytesPerNs?: number;
  /** Peak of all units together, flop/ns (= GFLOP/s; TFLOP/s × 1000); integer operations count alike. A dtype that is absent cannot run here. */
  readonly peakFlopsPerNs: Readonly<Partial<Record<DType, number>>>;
  /** Memory bandwidth that one unit can draw alone, bytes/ns; Infinity = one unit can draw it all. */
  readonly unitBytesPerNs: number;
  /** Fixed time before each operator: kernel launch, dispatch, driver. */
  readonly launchNs: number;
  /** Fraction of peak that an operator kind reaches, by kind; `default` for the rest. */
  readonly efficiency: Readonly<Record<string, number>>;
  /** Fraction of the memory's bandwidth that streaming operators reach. */
  readonly memoryEfficiency: number;
  /** Engines that copy to and from its memory, apart from compute, each as fast as the fastest link; absent = never a limit. */
  readonly copyEngines?: number;
  /** True where the usual runtime merges element-wise operators into their producer. */
  readonly fuses: boolean;
  /** Set on tpu and npu: matrix units that work on whole tiles. */
  readonly systolic?: { readonly rows: number; readonly columns: number };
  /** Set on fpga: clock, initiation interval in cycles, pipeline depth in cycles, and the time to load another kernel. */
  readonly pipeline?: { readonly clockGHz: number; readonly initiationInterval: number; readonly depthCycles: number; readonly reconfigureNs: number };
  readonly power?: { readonly idleWatts: number; readonly busyWatts: number };
  readonly pricePerHour?: number;
  /** Where the figures come from: a figure as scenarios name it ("peak.f16", "launch"), its group ("peak") or "*" → source. */
  readonly sources: Readonly<Record<string, string>>;
}

/** A physical connection between two memories. */
export interface Link {
  readonly id: number;
  readonly name: string;
  /** Names of the memories or switches at its ends. */
  readonly ends: readonly [string, string];
  readonly latencyNs: number;
  /** Bytes a nanosecond, in each direction when duplex is full, together when it is half. */
  readonly bytesPerNs: number;
  readonly duplex: "full" | "half";
  /** `shared`: transfers divide the bandwidth (max-min); `unlimited`: each has all of it. */
  readonly sharing: "shared" | "unlimited";
  readonly source?: string;
}

/** One directed use of a link. */
export interface Hop {
  readonly link: number;
  /** True from ends[0] to ends[1]. */
  readonly forward: boolean;
}

/** How data moves between two memories; a transfer alone takes latencyNs + bytes / bytesPerNs. */
export interface Route {
  readonly from: number;
  readonly to: number;
  readonly hops: readonly Hop[];
  /** Sum over the hops. */
  readonly latencyNs: number;
  /** Smallest over the hops. */
  readonly bytesPerNs: number;
}

/** Immutable. Made by `buildMachine` (scenario, library), `processorMachine`, or by hand. */
export interface Machine {
  readonly name: string;
  readonly devices: readonly Device[];
  readonly memories: readonly Memory[];
  readonly links: readonly Link[];
  /** The route between two memories, or undefined when they are not connected. `from === to`: no hops, 0 ns. */
  route(from: number, to: number): Route | undefined;
}
