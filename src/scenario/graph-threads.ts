import { Opcode, STRIDE } from "../core/threads/opcode.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";
import type { Costs } from "../cost/cost-model.ts";
import type { Device, Machine } from "../machine/machine.ts";
import { sumOfSpeeds } from "../memory/system/index.ts";

const onOperators: ReadonlySet<number> = new Set([Opcode.nextReady, Opcode.runOp, Opcode.complete, Opcode.launch, Opcode.awaitOp, Opcode.opTicks, Opcode.startOpLoop]);

/** True where the programs run the operator graph, and no scheduler does. */
export function runsOperators({ program: { code }, readyQueue }: ThreadSpec): boolean {
  if (readyQueue >= 0) return true;
  return contains(code, (opcode) => onOperators.has(opcode));
}

function contains(code: ThreadSpec["program"]["code"], isMeant: (opcode: number) => boolean): boolean {
  for (let at = 0; at < code.length; at += STRIDE) if (isMeant(code[at]!)) return true;
  return false;
}

/**
 * Costs as the threads on a CPU's cores meet them: where no program launches anything on another device, no operator can
 * run on one, and neither bounds nor speed-ups count with it.
 */
export function costsOfThreads(costs: Costs, { program: { code } }: ThreadSpec, cpu: number): Costs {
  if (!("estimate" in costs) || contains(code, (opcode) => opcode === Opcode.launch)) return costs;
  return { name: costs.name, estimate: (op, device, width) => (device.id === cpu ? costs.estimate(op, device, width) : undefined) };
}

/**
 * The machine as threads on a CPU's cores see it: an operator computes on one core, and what starting several takes is
 * what the programs pay, not a figure of the device. Costs are those of a core of speed 1; all cores together have the
 * peak of the CPU, so where some are slower, that is more than its share by number.
 */
export function machineOfThreads(machine: Machine, cpu: Device): Machine {
  return { ...machine, devices: machine.devices.map((device) => (device.id === cpu.id ? { ...device, slots: device.units, width: 1, launchNs: 0, peakFlopsPerNs: peaksOfEqualCores(device) } : device)) };
}

/** The peaks that the CPU would have if all its cores were as fast as those of speed 1. */
function peaksOfEqualCores(device: Device): Device["peakFlopsPerNs"] {
  const factor = device.units / sumOfSpeeds(device);
  if (factor === 1) return device.peakFlopsPerNs;
  return Object.fromEntries(Object.entries(device.peakFlopsPerNs).map(([dtype, peak]) => [dtype, peak * factor]));
}
