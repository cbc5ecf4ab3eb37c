import { Opcode, STRIDE } from "../core/threads/opcode.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";
import type { Device, Machine } from "../machine/machine.ts";

const onOperators: ReadonlySet<number> = new Set([Opcode.nextReady, Opcode.runOp, Opcode.complete, Opcode.launch, Opcode.awaitOp, Opcode.opTicks, Opcode.startOpLoop]);

/** True where the programs run the operator graph, and no scheduler does. */
export function runsOperators({ program: { code }, readyQueue }: ThreadSpec): boolean {
  if (readyQueue >= 0) return true;
  for (let at = 0; at < code.length; at += STRIDE) if (onOperators.has(code[at]!)) return true;
  return false;
}

/**
 * The machine as threads on a CPU's cores see it: an operator computes on one core, and what starting several takes is
 * what the programs pay, not a figure of the device.
 */
export function machineOfThreads(machine: Machine, cpu: Device): Machine {
  return { ...machine, devices: machine.devices.map((device) => (device.id === cpu.id ? { ...device, slots: device.units, width: 1, launchNs: 0 } : device)) };
}
