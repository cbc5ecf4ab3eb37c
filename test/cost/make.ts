import { GraphBuilder, type OpInit } from "../../src/graph/builder.ts";
import type { OpClass } from "../../src/graph/graph.ts";
import type { Device } from "../../src/machine/machine.ts";

/** The class that a builder would intern. */
export function opClass(init: OpInit): OpClass {
  const builder = new GraphBuilder("one");
  builder.op(init);
  return builder.build().classes[0]!;
}

/** 10 units of 10 flop/ns each, 100 bytes/ns, no overheads, everything at full efficiency. */
export function device(change: Partial<Device> = {}): Device {
  return {
    id: 0, name: "d", kind: "cpu", slots: 1, units: 10, width: 10, memory: 0, memoryBytesPerNs: 100, peakFlopsPerNs: { f32: 100 }, unitBytesPerNs: Infinity,
    launchNs: 0, efficiency: {}, memoryEfficiency: 1, fuses: false, sources: {}, ...change,
  };
}
