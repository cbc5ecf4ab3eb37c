import type { Device, Link, Machine, Memory, Route } from "./machine.ts";

/** How the processors of {@link processorMachine} differ from the default. */
export interface ProcessorOptions {
  /** Name of the machine; default "processors". */
  readonly name?: string;
  /** Slots of each processor; default 1. */
  readonly slots?: readonly number[];
}

/**
 * The machine of the scheduling literature: processors that differ only by their costs, each with a memory of its own,
 * and between any two of them a connection that nothing else delays. A transfer takes one nanosecond a byte and no
 * latency, so a task graph that gives transfer times stores them as tensor bytes. The connections meet in a switch
 * without limits: P links instead of P², and every transfer still has all it wants.
 * @example
 * processorMachine(["P1", "P2"]).route(0, 1)?.bytesPerNs; // 1
 */
export function processorMachine(names: readonly string[], options: ProcessorOptions = {}): Machine {
  const memories: Memory[] = [];
  const devices: Device[] = [];
  const links: Link[] = [];
  for (const [id, name] of names.entries()) {
    const slots = options.slots?.[id] ?? 1;
    const memory = `${name}.memory`;
    memories.push({ id, name: memory, capacityBytes: Infinity, bytesPerNs: Infinity });
    devices.push({
      id, name, kind: "cpu", slots, units: slots, width: 1, memory: id, peakFlopsPerNs: {}, unitBytesPerNs: Infinity, launchNs: 0,
      efficiency: {}, memoryEfficiency: 1, fuses: false, sources: { "*": "the task graph's own durations" },
    });
    links.push({ id, name: `${name}.link`, ends: [memory, "switch"], latencyNs: 0, bytesPerNs: 1, duplex: "full", sharing: "unlimited" });
  }
  const route = (from: number, to: number): Route | undefined => {
    if (!(from in memories && to in memories)) return undefined;
    if (from === to) return { from, to, hops: [], latencyNs: 0, bytesPerNs: Infinity };
    return { from, to, hops: [{ link: from, forward: true }, { link: to, forward: false }], latencyNs: 0, bytesPerNs: 1 };
  };
  return { name: options.name ?? "processors", devices, memories, links, route };
}
