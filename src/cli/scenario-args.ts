import { statSync } from "node:fs";
import { InputError } from "../base/errors.ts";
import { parseQuantity } from "../base/units.ts";
import { modelRegistry } from "../graph/models/index.ts";
import { defaultScheduler } from "../scenario/schema.ts";
import { defaultScenario } from "../scenario/default-scenario.ts";
import { loadScenario } from "../scenario/load-scenario.ts";
import { readMachine } from "../scenario/machine-file.ts";
import { parseOverride, type Override } from "../scenario/overrides.ts";
import type { ResolvedScenario } from "../scenario/resolve-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { formatPath } from "../scenario/source-tree.ts";
import { mostInstances } from "../scenario/workload-schema.ts";
import { wholeNumber, type Flag, type Values } from "./command.ts";

/** Flags that say what to simulate; the same for every command that takes a scenario or a model. */
export const scenarioFlags = {
  machine: { type: "string", short: "m", value: "NAME|FILE", help: "Machine of the library (heddle list machines), or the one in a file: ./mine.yaml", choices: "machines" },
  processors: { type: "string", short: "p", value: "N", help: "That many equal processors, for task graphs" },
  scheduler: { type: "string", short: "s", value: "NAME|FILE", help: `Scheduler by name (heddle list schedulers), or a file of your own: ./mine.mjs (default ${defaultScheduler})`, choices: "schedulers" },
  sync: { type: "string", value: "NAME|FILE", help: "Graph synchronization policy (default dataflow)", choices: "sync" },
  dim: { type: "string", short: "d", multiple: true, value: "NAME=N", help: "Value of a symbolic dimension of an ONNX file: --dim batch=8" },
  instances: { type: "string", short: "n", value: "N", help: "Run the workload that many times, back to back unless the scenario says otherwise (default 1)" },
  seed: { type: "string", value: "N", help: "Seed of everything random (default 0)" },
  set: { type: "string", multiple: true, value: "PATH=VALUE", help: "Set any value of the scenario, or an option of a model: --set workload.batch=8, --set machine.devices.gpu0.slots=4" },
  "policy-timeout": { type: "string", value: "TIME", help: "End a policy of your own that makes no progress for this long (default 10s)" },
} as const satisfies Record<string, Flag>;

/** Most processors of a machine. */
export const mostProcessors = 4096;

/**
 * The scenario that a command line describes: a scenario file, changed by flags; or a model or workload file alone.
 * @throws {InputError} when the file or a flag is wrong.
 */
export async function scenarioFromArgs(file: string, values: Values, extra: { readonly compare?: string; readonly compareThreads?: string } = {}): Promise<Scenario> {
  const machine = values["machine"] as string | undefined;
  const scheduler = values["scheduler"] as string | undefined;
  const sync = values["sync"] as string | undefined;
  const processors = wholeNumber(values, "processors", 1, mostProcessors);
  const seed = wholeNumber(values, "seed", 0);
  const instances = wholeNumber(values, "instances", 1, mostInstances);
  policyTimeoutMs(values);
  const dims = parseDims((values["dim"] as readonly string[] | undefined) ?? []);
  if (machine !== undefined && processors !== undefined) throw new InputError({ code: "conflicting-flags", message: "--machine and --processors exclude each other" });
  const machineFile = machine !== undefined && /[\\/]|\.(ya?ml|json)$/i.test(machine);
  const compare = namesIn(extra.compare);
  const compareThreads = namesIn(extra.compareThreads);
  const overrides = setsBesideFlags(values, dims);
  if (machineFile) overrides.unshift({ path: "machine", source: await readMachine(machine), from: "--machine" });
  if (compareThreads !== undefined) overrides.push({ path: "compareThreads", value: compareThreads, from: "--thread-policies" });
  if (instances !== undefined) overrides.push({ path: "workload.instances", value: instances, from: "--instances" });
  if (/\.ya?ml$/i.test(file)) {
    const flags: (Override | undefined)[] = [
      machine === undefined || machineFile ? undefined : { path: "machine", value: machine, from: "--machine" },
      processors === undefined ? undefined : { path: "machine", value: { processors }, from: "--processors" },
      scheduler === undefined ? undefined : { path: "scheduler", value: scheduler, from: "--scheduler" },
      sync === undefined ? undefined : { path: "sync", value: sync, from: "--sync" },
      seed === undefined ? undefined : { path: "seed", value: seed, from: "--seed" },
      compare === undefined ? undefined : { path: "compare", value: compare, from: "--schedulers" },
      ...Object.entries(dims).map(([name, value]) => ({ path: ["workload", "dims", name], value, from: "--dim" })),
    ];
    return loadScenario(file, { overrides: [...flags.filter((flag) => flag !== undefined), ...overrides] });
  }
  const isModel = modelRegistry.tryGet(file) !== undefined;
  if (!isModel && statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new InputError({ code: "not-a-file", message: `${file} is a folder`, hint: "name a scenario or a workload file in it" });
  }
  if (isModel && Object.keys(dims).length > 0) {
    throw new InputError({ code: "conflicting-flags", message: `--dim is for ONNX files, and ${file} is a built-in model`, hint: `its options are set with --set, for example --set workload.batch=8; heddle list model ${file} names them` });
  }
  if (processors !== undefined && (isModel || /\.onnx$/i.test(file))) {
    throw new InputError({ code: "conflicting-flags", message: `--processors is for task graphs, which bring their durations; ${file} needs a machine`, hint: "for example --machine workstation; see heddle list machines" });
  }
  return defaultScenario(file, {
    ...(Object.keys(dims).length > 0 && { dims }), ...(machine !== undefined && !machineFile && { machine }), ...(processors !== undefined && { processors }),
    ...(scheduler !== undefined && { scheduler }), ...(sync !== undefined && { sync }), ...(seed !== undefined && { seed }), ...(compare !== undefined && { compare }), overrides,
  });
}

/** Names with commas between, or all. */
function namesIn(text: string | undefined): "all" | string[] | undefined {
  return text === undefined || text === "all" ? text : text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** What `--set` changes, but for values that a flag gives too: the flag wins. */
function setsBesideFlags(values: Values, dims: Readonly<Record<string, number>>): Override[] {
  const flagged = new Set(Object.keys(dims).map((name) => formatPath(["workload", "dims", name])));
  for (const [flag, paths] of Object.entries(flagPaths)) if (values[flag] !== undefined) for (const path of paths) flagged.add(path);
  const sets = ((values["set"] as readonly string[] | undefined) ?? []).map(parseOverride);
  return sets.filter(({ path }) => !flagged.has(typeof path === "string" ? path : formatPath(path)));
}

/** What of a scenario each flag gives. */
const flagPaths: Readonly<Record<string, readonly string[]>> = {
  machine: ["machine", "machine.use"], processors: ["machine", "machine.processors"], scheduler: ["scheduler", "scheduler.use"], sync: ["sync", "sync.use"], seed: ["seed"], schedulers: ["compare"], "thread-policies": ["compareThreads"],
};

/** From `--policy-timeout`; 10 s by default. @throws {InputError} when it is not a time. */
export function policyTimeoutMs(values: Values): number {
  const text = values["policy-timeout"] as string | undefined;
  if (text === undefined) return 10_000;
  const parsed = parseQuantity(text, "time");
  if (!parsed.ok || parsed.value <= 0) throw new InputError({ code: "bad-flag", message: `--policy-timeout: ${parsed.ok ? "must be above 0" : parsed.message}`, hint: "for example --policy-timeout 60s" });
  return parsed.value / 1e6;
}

/** True when the scenario names a policy that is not built in: its code is the user's. */
export async function hasForeignPolicy(scenario: Scenario): Promise<boolean> {
  const { scheduler, sync, compare, compareThreads, threadPolicy, loops = {} } = scenario.spec;
  const [{ isForeignPolicy }, { schedulers }, { syncPolicies }, { threadPolicies }, { loopPolicies }] = await Promise.all([
    import("../scenario/load-policy.ts"), import("../schedulers/index.ts"), import("../sync/index.ts"), import("../threads/index.ts"), import("../loops/index.ts"),
  ]);
  return (
    (threadPolicy !== undefined && isForeignPolicy(scenario, ["threadPolicy"], threadPolicy, threadPolicies)) ||
    Object.entries(loops).some(([name, { policy }]) => policy !== undefined && isForeignPolicy(scenario, ["loops", name, "policy"], policy, loopPolicies)) ||
    (Array.isArray(compareThreads) && compareThreads.some((use, i) => isForeignPolicy(scenario, ["compareThreads", i], use, threadPolicies))) ||
    (scheduler !== undefined && isForeignPolicy(scenario, ["scheduler"], scheduler, schedulers)) ||
    (sync !== undefined && isForeignPolicy(scenario, ["sync"], sync, syncPolicies)) ||
    (Array.isArray(compare) && compare.some((use, i) => isForeignPolicy(scenario, ["compare", i], use, schedulers)))
  );
}

/** Whose code runs in a run, as the guard names it: the user's own, where there is some. */
export async function policyPhase(resolved: Pick<ResolvedScenario, "scheduler" | "sync" | "threads">, { spec: { loops = {} } }: Scenario): Promise<string> {
  const [{ schedulers }, { syncPolicies }, { threadPolicies }, { loopPolicies }] = await Promise.all([import("../schedulers/index.ts"), import("../sync/index.ts"), import("../threads/index.ts"), import("../loops/index.ts")]);
  const scheduler = resolved.scheduler.definition;
  const sync = resolved.sync.definition;
  const threads = resolved.threads?.policy.definition;
  const foreign = [
    ...(schedulers.tryGet(scheduler.name) === scheduler ? [] : [`scheduler "${scheduler.name}"`]),
    ...(syncPolicies.tryGet(sync.name) === sync ? [] : [`sync policy "${sync.name}"`]),
    ...(threads === undefined || threadPolicies.tryGet(threads.name) === threads ? [] : [`thread policy "${threads.name}"`]),
    ...Object.entries(loops).flatMap(([loop, { policy }]) => (policy === undefined || loopPolicies.tryGet(policy.use) !== undefined ? [] : [`the loop policy "${policy.use}" of "${loop}"`])),
  ];
  return foreign.join(" or ") || `scheduler "${scheduler.name}"`;
}

function parseDims(texts: readonly string[]): Record<string, number> {
  const dims: Record<string, number> = {};
  for (const text of texts.flatMap((item) => item.split(","))) {
    const [, name, value] = /^([^=]+)=(\d+)$/.exec(text.trim()) ?? [];
    if (name === undefined || !(Number(value) >= 1)) throw new InputError({ code: "bad-flag", message: `--dim needs NAME=N with N at least 1, not "${text}"`, hint: "for example --dim batch=8" });
    dims[name] = Number(value);
  }
  return dims;
}
