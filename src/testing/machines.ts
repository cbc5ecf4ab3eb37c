import { buildMachine } from "../machine/build-machine.ts";
import type { Machine } from "../machine/machine.ts";
import { processorMachine } from "../machine/processors.ts";
import { machineSchema } from "../machine/schema.ts";

/** A machine must be able to compute; how fast is for the costs of the graphs to say. */
const peak = { f32: "1TFLOP/s" };

/** The machines that the conformance checks run every policy on. */
export const conformanceMachines: readonly Machine[] = [
  processorMachine(["P1"], { name: "one-processor" }),
  processorMachine(["P1", "P2", "P3"], { name: "three-processors" }),
  processorMachine(["P1", "P2", "P3"], { name: "slots", slots: [2, 1, 3] }),
  // Two devices in one memory, one far away behind a slow link that transfers share.
  buildMachine(machineSchema.parse({
    name: "shared-link",
    devices: {
      cpu: { kind: "cpu", slots: 2, peak, memory: { capacity: "1GiB" } },
      npu: { kind: "npu", peak, memory: "cpu" },
      gpu: { kind: "gpu", slots: 2, peak, memory: { capacity: "1GiB" } },
    },
    links: [{ between: ["cpu", "gpu"], latency: "3ns", bandwidth: "2GB/s", duplex: "half" }],
  })),
];
