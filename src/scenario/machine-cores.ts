import { InputError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import type { CoreSpec } from "../core/threads/thread-spec.ts";
import type { Machine } from "../machine/machine.ts";
import { memorySystemOf, type MemorySystemSpec } from "../memory/system/index.ts";
import { defaultSmtGain } from "../programs/build-cores.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The cores of the machine that a scenario's threads run on, and the memory system under them: of the CPUs that
 * `cores: {of: …}` names, or of all where the scenario names a machine and says nothing of cores. Undefined where it
 * describes its cores itself, or names no machine with a CPU.
 * @returns `devices`: the CPUs, by id
 * @throws {InputError} for a device that is not there, or is no CPU.
 */
export function machineCores(scenario: Scenario, machine: Machine | undefined): { readonly devices: readonly number[]; readonly cores: CoreSpec; readonly memory: MemorySystemSpec } | undefined {
  const { cores: wanted, machine: named } = scenario.spec;
  if (machine === undefined) return undefined;
  const cpus = machine.devices.filter(({ kind }) => kind === "cpu");
  if (wanted === undefined ? named === undefined || named.processors !== undefined || cpus.length === 0 : !("of" in wanted)) return undefined;
  const { of = ["machine"], smt, smtGain = defaultSmtGain } = wanted !== undefined && "of" in wanted ? wanted : {};
  const chosen = of.flatMap((name) => {
    if (name === "machine") return cpus;
    const device = machine.devices.find((one) => one.name === name);
    if (device?.kind === "cpu") return [device];
    throw new InputError({ code: "unknown-device", message: device ? `threads run on CPUs, and ${name} is a ${device.kind}` : `there is no device ${JSON.stringify(name)}`, ...scenario.position(["cores", "of"]), path: ["cores", "of"], hint: cpus.length === 0 ? nameOne : suggestion(name, cpus.map((cpu) => cpu.name)) });
  });
  if (chosen.length === 0) throw new InputError({ code: "no-cpu", message: "threads run on the cores of a CPU, and the machine has none", ...scenario.position(["machine"]), path: ["machine"], hint: nameOne });
  const devices = chosen.map(({ id }) => id);
  const { threads, memory } = memorySystemOf(machine, { devices, ...(smt !== undefined && { smt }) });
  return { devices, cores: { names: threads.names, speed: threads.speed, physical: threads.physical, node: threads.node, smtGain: threads.names.length > new Set(threads.physical).size ? smtGain : 1 }, memory };
}

const nameOne = "name a machine with a CPU: machine: workstation";
