import { InputError, type Issue } from "../base/errors.ts";
import type { Device, Machine } from "../machine/machine.ts";
import { ExpressionError } from "../programs/expression.ts";
import { fillIn } from "./fill-in.ts";
import { mergeSources } from "./merge.ts";
import type { ReadFile } from "./read-file.ts";
import { isRuntimeName, readRuntime, runtimePath, sectionsOf, type RuntimeFile } from "./runtime-file.ts";
import { setKnobs } from "./runtime-knobs.ts";
import { evaluate, type KnobScope } from "./runtime-values.ts";
import type { Scenario } from "./scenario.ts";
import { fromPlain, nodeAt, type SourceMap, type SourceNode } from "./source-tree.ts";

/** What a runtime is set to: its knobs, and what they were not told but the machine decides. */
export interface RuntimeSetting {
  readonly use: string;
  readonly file: RuntimeFile;
  readonly values: KnobScope;
}

/** What a runtime learns of what it runs, and on what. */
export interface RuntimeGround {
  readonly machine: Machine;
  /** Operators that there are to run, over all instances. */
  readonly operators: number;
  readonly instances: number;
  readonly readFile?: ReadFile | undefined;
}

/**
 * The scenario with the file of its runtime under it: its knobs set, its programs and threads put in, and its cores
 * taken from the machine's CPU, the first unless `cores: {of: …}` names another. What the scenario says of threads itself wins.
 * @throws {InputError} for an unknown runtime, wrong knobs, or a machine without a CPU.
 */
export async function withRuntime(scenario: Scenario, ground: RuntimeGround): Promise<{ readonly scenario: Scenario; readonly setting: RuntimeSetting }> {
  const { use, ...given } = scenario.spec.runtime!;
  const path = isRuntimeName(use) ? runtimePath(use) : scenario.path(use, ["runtime", "use"]);
  const file = await readRuntime(use, path, scenario.position(["runtime", "use"]), ground.readFile).catch((error: unknown) => {
    throw scenario.blame(error, ["runtime", "use"]);
  });
  const cpu = cpuOf(ground.machine, scenario);
  if (cpu === undefined) throw new InputError({ code: "no-cpu", message: `the threads of ${use} run on a CPU, and the machine has none`, ...scenario.position(["machine"]), hint: "for example machine: workstation" });
  const written = scenario.spec.cores;
  const cores = written === undefined || "of" in written ? coresOf(cpu) : written;
  const known: KnobScope = new Map(Object.entries({
    cores: cores.reduce((sum, { count = 1, smt = 1 }) => sum + count * smt, 0), operators: ground.operators, instances: ground.instances, accelerators: ground.machine.devices.length - 1, nodes: cpu.numa?.nodes ?? 1,
  }).map(([name, value]) => [name, { kind: "number" as const, value }]));
  const values = setKnobs(use, file.knobs, given, known, (knob, part) => (given[knob] === undefined || given[knob] === null ? nodeAt(file.source, ["knobs", knob, "default"])!.at : scenario.position(["runtime", knob], part)));
  const issues: Issue[] = [];
  derive(file, values, issues);
  const filled = fillIn(sectionsOf(file), values, issues);
  if (issues.length > 0) throw new InputError(issues);
  const at = scenario.position(["machine"]);
  const withCores: SourceMap = filled.entries.has("cores") ? filled : { ...filled, entries: new Map([["cores", { keyAt: at, node: fromPlain(cores, at) }], ...filled.entries]) };
  return { scenario: scenario.under((own) => mergeSources(withCores, own) as SourceMap), setting: { use, file, values } };
}

/** The values that the file computes from its knobs. */
function derive(file: RuntimeFile, values: KnobScope, issues: Issue[]): void {
  for (const name of file.derived) {
    const node = nodeAt(file.source, ["derived", name])!;
    const wrapped: SourceMap = { kind: "map", at: node.at, entries: new Map([[name, { keyAt: node.at, node }]]) };
    const chosen: SourceNode | undefined = fillIn(wrapped, values, issues).entries.get(name)?.node;
    if (chosen?.kind !== "scalar" || chosen.value === null) {
      issues.push({ code: "wrong-type", message: `$${name} has no value`, ...node.at });
      continue;
    }
    const { value } = chosen;
    try {
      values.set(name, typeof value === "boolean" ? { kind: "boolean", value } : typeof value === "number" ? { kind: "number", value } : /^[A-Za-z][\w-]*$/.test(value) ? { kind: "word", value } : evaluate(value, values));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      issues.push({ code: error.code, message: error.message, ...chosen.at });
    }
  }
}

/** The CPU whose cores threads run on: the first that `cores: {of: …}` names, else the first of all. Undefined where there is none. */
export function cpuOf(machine: Machine, { spec: { cores } }: Scenario): Device | undefined {
  const named = cores !== undefined && "of" in cores ? cores.of : [];
  const cpus = machine.devices.filter(({ kind }) => kind === "cpu");
  return cpus.find(({ name }) => named.includes(name)) ?? cpus[0];
}

/** Its cores as a scenario writes them: one hardware thread each, as the runtimes' own defaults count them. */
function coresOf({ cores, units, numa }: Device): readonly { readonly name?: string; readonly count: number; readonly smt?: number; readonly speed?: number; readonly nodes?: number }[] {
  if (cores === undefined || cores.length === 0) return [{ count: units }];
  return cores.map(({ name, count, speed }) => ({ name, count, speed, ...(cores.length === 1 && numa && { nodes: numa.nodes }) }));
}
