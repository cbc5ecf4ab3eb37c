import type { Device } from "../../machine/machine.ts";
import type { DeviceFigures } from "./profile.ts";

/** What GPU kernels depend on beside the figures of the machine library. */
export interface GpuSheet {
  /** Last cache, bytes. */
  readonly cacheBytes: number;
  /** CUDA compute capability: the generation of kernels. */
  readonly capability: number;
}

const mib = 2 ** 20;

/**
 * By library model.
 * @source NVIDIA's architecture whitepapers: Pascal GP100 (WP-08019), Volta (WP-08608), Turing (WP-09183), A100, GA102, H100, Ada;
 * compute capabilities: NVIDIA, "CUDA C++ programming guide", 2024
 */
const sheets: Readonly<Record<string, GpuSheet>> = {
  "nvidia-p4": { cacheBytes: 2 * mib, capability: 6.1 },
  "nvidia-p100-pcie": { cacheBytes: 4 * mib, capability: 6 },
  "nvidia-v100-sxm2-32gb": { cacheBytes: 6 * mib, capability: 7 },
  "nvidia-v100-pcie-32gb": { cacheBytes: 6 * mib, capability: 7 },
  "nvidia-t4": { cacheBytes: 4 * mib, capability: 7.5 },
  "nvidia-a100-pcie-40gb": { cacheBytes: 40 * mib, capability: 8 },
  "nvidia-a100-sxm4-40gb": { cacheBytes: 40 * mib, capability: 8 },
  "nvidia-a100-pcie-80gb": { cacheBytes: 40 * mib, capability: 8 },
  "nvidia-a100-sxm4-80gb": { cacheBytes: 40 * mib, capability: 8 },
  "nvidia-a10": { cacheBytes: 6 * mib, capability: 8.6 },
  "nvidia-rtx-3090": { cacheBytes: 6 * mib, capability: 8.6 },
  "nvidia-jetson-agx-orin-gpu": { cacheBytes: 4 * mib, capability: 8.7 },
  "nvidia-l4": { cacheBytes: 48 * mib, capability: 8.9 },
  "nvidia-rtx-4090": { cacheBytes: 72 * mib, capability: 8.9 },
  "nvidia-l40s": { cacheBytes: 96 * mib, capability: 8.9 },
  "nvidia-h100-sxm5": { cacheBytes: 50 * mib, capability: 9 },
  "nvidia-h100-pcie": { cacheBytes: 50 * mib, capability: 9 },
};

/**
 * Figures of a machine's GPU for models that serve several devices: those of the machine, with cache and generation of
 * its library model. A GPU that is not known counts as one of compute capability 8 without a large cache.
 */
export function gpuFiguresOf(device: Device): DeviceFigures {
  const sheet = device.model === undefined ? undefined : sheets[device.model];
  const { peakFlopsPerNs, memoryBytesPerNs, units, power } = device;
  return { peakFlopsPerNs, ...(memoryBytesPerNs !== undefined && { memoryBytesPerNs }), units, ...(power && { watts: power.busyWatts }), ...sheet };
}
