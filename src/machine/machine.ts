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
}

/** Something that runs operators. */
export interface Device {
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
