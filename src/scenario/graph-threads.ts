import type { Issue } from "../base/errors.ts";
import { codePosition, issuePlace } from "../core/threads/code-position.ts";
import { Opcode, STRIDE } from "../core/threads/opcode.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";
import type { Costs } from "../cost/cost-model.ts";
import type { Device, Machine } from "../machine/machine.ts";
import { sumOfSpeeds } from "../memory/system/index.ts";

const onOperators: ReadonlySet<number> = new Set([Opcode.nextReady, Opcode.runOp, Opcode.complete, Opcode.launch, Opcode.awaitOp, Opcode.opTicks, Opcode.startOpLoop]);

/** True where the programs run the operator graph, and no scheduler does. */
export function runsOperators({ program: { code }, readyQueue }: ThreadSpec): boolean {
  return readyQueue >= 0 || firstOf(code, (opcode) => onOperators.has(opcode)) >= 0;
}

/**
 * What is wrong where programs launch operators on an accelerator, and the machine has none.
 * @param runtime whose programs they are, and where it is named
 */
export function launchProblem({ program }: ThreadSpec, { devices }: Machine, runtime: { readonly name: string; readonly at: Partial<Issue> } | undefined): Issue | undefined {
  const launch = firstOf(program.code, isLaunch);
  if (launch < 0 || devices.length > 1) return undefined;
  return {
    code: "no-accelerator", message: `${runtime ? `${runtime.name} launches` : "the programs launch"} operators on an accelerator, and the machine has none: ${devices[0]!.name} is its only device`,
    ...(runtime ? runtime.at : issuePlace(codePosition(program, launch))), hint: "add an accelerator to the machine, or let the CPU run the operators",
  };
}

function isLaunch(opcode: number): boolean {
  return opcode === Opcode.launch;
}

/** The first such instruction; -1 = there is none. */
function firstOf(code: ThreadSpec["program"]["code"], isMeant: (opcode: number) => boolean): number {
  for (let pc = 0; pc < code.length; pc += STRIDE) if (isMeant(code[pc]!)) return pc;
  return -1;
}

/**
 * Costs as the threads on a CPU's cores meet them: where no program launches anything on another device, no operator can
 * run on one, and neither bounds nor speed-ups count with it.
 */
export function costsOfThreads(costs: Costs, { program: { code } }: ThreadSpec, cpu: number): Costs {
  if (!("estimate" in costs) || firstOf(code, isLaunch) >= 0) return costs;
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
