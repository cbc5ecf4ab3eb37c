import type { Trace } from "../core/trace.ts";
import type { Machine } from "../machine/machine.ts";
import { pathUse, type PathUse } from "../trace/explain/instance-variants.ts";
import type { Variant } from "../trace/explain/what-if.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import { compileScenario } from "./run-scenario.ts";

/**
 * The machine of a scenario with one thing changed that only its cost model can answer for: one more slot on a device
 * (beside the others on the same compute units), half the launch time on a device, a memory with twice the bandwidth.
 */
export function machineVariants(scenario: ResolvedScenario, trace: Trace, use: PathUse = pathUse(trace)): Variant[] {
  const { machine } = scenario;
  const compiled = (changed: Partial<Machine>): Variant["instance"] => () => compileScenario({ ...scenario, machine: { ...machine, ...changed } });
  // Where threads run the operators, cores are what there could be more of.
  const variants = machine.devices.filter(({ id }) => id !== scenario.threads?.device).map(({ id, name }): Variant => ({
    change: "slot", subject: name, label: `one more slot on ${name}`, pathTicks: use.wait[id]!,
    instance: compiled({ devices: machine.devices.map((device) => (device.id === id ? { ...device, slots: device.slots + 1 } : device)) }),
  }));
  for (const { id, name, launchNs } of machine.devices) {
    if (launchNs === 0) continue;
    variants.push({
      change: "launch", subject: name, label: `half the launch time on ${name}`, pathTicks: Math.min(use.run[id]!, (use.count[id]! * launchNs) / scenario.tickNs),
      instance: compiled({ devices: machine.devices.map((device) => (device.id === id ? { ...device, launchNs: launchNs / 2 } : device)) }),
    });
  }
  for (const memory of machine.memories) {
    const users = machine.devices.filter((device) => device.memory === memory.id && device.memoryBytesPerNs !== undefined);
    if (users.length === 0 || !(memory.bytesPerNs < Infinity)) continue;
    variants.push({
      change: "memory", subject: memory.name, label: `${memory.name} with twice the bandwidth`, pathTicks: users.reduce((sum, { id }) => sum + use.run[id]!, 0),
      instance: compiled({
        memories: machine.memories.map((other) => (other.id === memory.id ? { ...other, bytesPerNs: other.bytesPerNs * 2 } : other)),
        devices: machine.devices.map((device) => (users.includes(device) ? { ...device, memoryBytesPerNs: device.memoryBytesPerNs! * 2, unitBytesPerNs: device.unitBytesPerNs * 2 } : device)),
      }),
    });
  }
  return variants;
}
