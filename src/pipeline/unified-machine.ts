import type { DeviceKind, Machine, Route } from "../machine/machine.ts";

const otherKinds: readonly DeviceKind[] = ["gpu", "tpu", "fpga", "npu"];

/**
 * Processors on one memory, as in a system on a chip: nothing has to be moved between them, and what they draw of the
 * memory together is limited. One whose name begins with a kind of device, "gpu0", is of that kind; the others are CPUs.
 * @param bytesPerNs of the memory; Infinity = never a limit
 * @example
 * unifiedMachine(["little", "big", "gpu"], 51.2).memories.length; // 1
 */
export function unifiedMachine(names: readonly string[], bytesPerNs: number): Machine {
  const route = (from: number, to: number): Route | undefined => (from === 0 && to === 0 ? { from, to, hops: [], latencyNs: 0, bytesPerNs: Infinity } : undefined);
  return {
    name: "pipeline", links: [], route,
    memories: [{ id: 0, name: "memory", capacityBytes: Infinity, bytesPerNs }],
    devices: names.map((name, id) => ({
      id, name, kind: otherKinds.find((kind) => name.startsWith(kind)) ?? "cpu", slots: 1, units: 1, width: 1, memory: 0, ...(bytesPerNs < Infinity && { memoryBytesPerNs: bytesPerNs }), peakFlopsPerNs: {}, unitBytesPerNs: Infinity, launchNs: 0,
      efficiency: {}, memoryEfficiency: 1, fuses: false, sources: { "*": "the pipeline's own times" },
    })),
  };
}
