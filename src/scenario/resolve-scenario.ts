import { checkOptions } from "../base/check-options.ts";
import { InputError, type Issue, type Warning } from "../base/errors.ts";
import type { Registry } from "../base/registry.ts";
import { counted, formatWhole } from "../base/units.ts";
import { buildCostModel, defaultCostModel } from "../cost/build-cost-model.ts";
import type { Costs } from "../cost/cost-model.ts";
import type { Information } from "../core/information.ts";
import type { DispatchCost } from "../core/scheduler-host.ts";
import type { DeviceEvent } from "../core/compile-changes.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { MergedOp } from "../graph/fuse.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import { joinJobs, type JobsGraph } from "../graph/join-jobs.ts";
import { buildMachine } from "../machine/build-machine.ts";
import type { Machine } from "../machine/machine.ts";
import { processorMachine } from "../machine/processors.ts";
import type { SchedulerDefinition, SyncDefinition, ThreadPolicyDefinition } from "../plugin.ts";
import { exact } from "../schedulers/exact.ts";
import { schedulers } from "../schedulers/index.ts";
import { syncPolicies } from "../sync/index.ts";
import { threadPolicies } from "../threads/index.ts";
import type { LoadPhases } from "../trace/load-phases.ts";
import { arrivalTimes } from "./arrivals.ts";
import { comparedThreadPolicies } from "./compared-thread-policies.ts";
import { distinctPolicies } from "./distinct-policies.ts";
import { checkCostDevices } from "./check-cost-devices.ts";
import { idleOperators } from "./idle-operators.ts";
import { givenTimes } from "./inline-graph.ts";
import { loadProfiles } from "./load-profiles.ts";
import { loadPolicy, type ChosenPolicy } from "./load-policy.ts";
import { loadPhases, loadWorkload, sourceOf, type LoadedWorkload } from "./load-workload.ts";
import { phaseArrivals, phaseBegins, phaseOfJobs } from "./phases.ts";
import type { ReadFile } from "./read-file.ts";
import { resolveEvents } from "./resolve-events.ts";
import { resolveDispatch, resolveInformation } from "./resolve-information.ts";
import { resolveMemory, type MemoryPlan } from "./resolve-memory.ts";
import { costsOfThreads, launchProblem, machineOfThreads, runsOperators } from "./graph-threads.ts";
import { resolveThreads, type ResolvedThreads } from "./resolve-threads.ts";
import type { Scenario } from "./scenario.ts";
import { defaultMachine, defaultSync, schedulerOf, type PolicyUse, type ScenarioSpec } from "./schema.ts";
import type { Path, Position } from "./source-tree.ts";
import { tickWarnings } from "./tick-warning.ts";
import { unusedCostRows } from "./unused-cost-rows.ts";
import { cpuOf, withRuntime } from "./with-runtime.ts";

/** All that a simulation needs, as plain values: what `compile` takes, the policies, and what to do with the result. */
export interface ResolvedScenario {
  readonly name: string;
  readonly graph: OperatorGraph;
  readonly machine: Machine;
  readonly costs: Costs;
  /** Set when the scenario or the workload file says so; else 1. */
  readonly tickNs: number;
  /** One arrival an instance; Infinity = when an earlier one ends. */
  readonly arrivalsNs: readonly number[];
  /** By operator, its instance, where `graph` has the operators of all instances: those of different phases differ. Absent where the graph is repeated. */
  readonly jobOf?: Uint32Array;
  /** Where the load has phases: when each begins, and the phase of each instance. */
  readonly phases?: LoadPhases;
  /** The arrivals with another seed; absent where they are no matter of luck. */
  readonly drawArrivals?: (seed: number) => readonly number[];
  /** When each instance should have ended, after its arrival; absent = no deadline. */
  readonly deadlineNs?: number;
  /** Devices that are slowed, lost, and join; absent where none does. */
  readonly events?: readonly DeviceEvent[];
  readonly weights: "resident" | "host";
  /** Allocators, and what happens when a memory is full; absent = bytes are only counted. */
  readonly memory?: MemoryPlan;
  /** Threads that run programs, beside the graph or on it; absent where the graph is all there is. */
  readonly threads?: ResolvedThreads;
  /** Relative standard deviation of operator times. */
  readonly noise: number;
  readonly seed: number;
  /** What schedulers know; absent = the true means. */
  readonly information?: Information;
  /** What deciding takes; absent = no time. */
  readonly dispatch?: DispatchCost;
  readonly scheduler: ChosenPolicy<SchedulerDefinition>;
  readonly sync: ChosenPolicy<SyncDefinition>;
  /** Schedulers to rank, each once; empty when the scenario has no `compare`. */
  readonly compare: readonly ChosenPolicy<SchedulerDefinition>[];
  /** Thread policies to rank, each once; empty when the scenario has no `compareThreads`. */
  readonly compareThreads: readonly ChosenPolicy<ThreadPolicyDefinition>[];
  readonly output: NonNullable<ScenarioSpec["output"]>;
  /** What fusing merged; empty when nothing was fused. */
  readonly fused: readonly MergedOp[];
  readonly warnings: readonly Warning[];
  /** Where the machine was written, or the scenario that names none: for messages of `compile`, which knows no files. */
  readonly machineAt?: Position;
}

/** Most operators of one simulation, over all instances: some 10 GB of memory. */
const operatorLimit = 10_000_000;

/** How to resolve a scenario; everything is optional. */
export interface ResolveOptions {
  /** Default: from disk. */
  readonly readFile?: ReadFile;
  /** Told before a policy that is not built in is loaded, which runs its code; after the workload has been read. */
  readonly onLoadPolicy?: (use: string) => void;
}

/**
 * Reads what a scenario names and builds what a simulation needs: the workload file, the fused graph, the machine, the
 * cost model, the policies.
 *
 * `fuse: auto` fuses where all devices of the machine have `fuses: true`, since one graph runs on all of them; never a
 * graph written by hand, and never a task graph.
 * @throws {InputError} with the problems of all sections together.
 * @example
 * const { scheduler, sync, seed, ...spec } = await resolveScenario(await loadScenario("quickstart.yaml"));
 * const instance = compile(spec);
 */
export async function resolveScenario(scenario: Scenario, options: ResolveOptions = {}): Promise<ResolvedScenario> {
  const { spec } = scenario;
  const issues: Issue[] = [];
  const attempt = async <T>(path: Path, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const blamed = scenario.blame(error, path);
      if (!(blamed instanceof InputError)) throw blamed;
      issues.push(...blamed.issues);
      return undefined;
    }
  };

  const seed = spec.seed ?? 0;
  const { phases } = spec.workload;
  const phaseOf = phases && (await attempt(["workload"], () => phaseOfJobs(spec.workload)));
  const instances = phases ? (phaseOf?.length ?? 1) : (spec.workload.instances ?? 1);
  const loaded = await attempt(["workload"], () => (sourceOf(spec.workload) === undefined ? noWorkload(scenario.name) : loadWorkload(scenario, processorCount(spec), options.readFile)));
  const whole = await attempt(["machine"], () => machineOf(scenario, loaded));
  const memory = whole && spec.memory && (await attempt(["memory"], () => resolveMemory(scenario, spec.memory!, whole)));
  const described = memory?.machine ?? whole;
  if (loaded && loaded.graph.opCount * instances > operatorLimit) {
    issues.push({ code: "too-many-operators", message: `${formatWhole(instances)} instances of ${counted(loaded.graph.opCount, "operator")} are more than ${formatWhole(operatorLimit)}`, ...scenario.position(["workload", phases ? "phases" : "instances"]), path: ["workload", phases ? "phases" : "instances"] });
  }
  const arrivalsOf = (other: number): number[] => (phases ? phaseArrivals(phases, phaseOf ?? [], other) : arrivalTimes(spec.workload, other));
  const arrivalsNs = await attempt(["workload"], () => arrivalsOf(seed));
  const fused = loaded && described && (await attempt(["workload", "fuse"], () => fuse(loaded, spec.workload.fuse ?? "auto", described)));
  const joined = loaded && described && phaseOf && (await attempt(["workload", "phases"], () => joinPhases(scenario, loaded, described, phaseOf)));
  const tickNs = spec.tick ?? loaded?.tickNs ?? 1;
  const operators = joined?.graph.opCount ?? (fused?.graph.opCount ?? 0) * instances;
  const threads = await attempt([], () => threadsOf(scenario, { machine: described, operators: loaded && operators, instances, tickNs }, options));
  // Threads compute an operator on one core at a time.
  const machine = described && threads?.resolved.device !== undefined ? machineOfThreads(described, described.devices[threads.resolved.device]!) : described;
  const allCosts = machine && (await attempt(["cost"], () => costsOf(scenario, loaded, machine, options.readFile)));
  const idle = loaded?.inline && machine && allCosts && "estimate" in allCosts ? await attempt(["workload", "graph"], () => idleOperators(loaded.graph, machine, allCosts)) : undefined;
  const costs = allCosts && threads?.resolved.device !== undefined ? costsOfThreads(allCosts, threads.resolved.spec, threads.resolved.device) : allCosts;

  const events = machine && spec.events && spec.events.length > 0 ? await attempt(["events"], () => resolveEvents(spec.events!, machine, threads?.resolved.cpus)) : undefined;
  const information = machine && spec.information && (await attempt(["information"], () => resolveInformation(spec.information!, machine)));

  const choose = <D extends SchedulerDefinition | SyncDefinition | ThreadPolicyDefinition>(path: Path, use: PolicyUse, registry: Registry<D>, own?: ChosenPolicy<D>) => attempt(path, () => {
    if (registry.tryGet(use.use) === undefined) options.onLoadPolicy?.(use.use);
    return loadPolicy(scenario, path, use, registry, options.readFile, own);
  });
  const scheduler = await choose(["scheduler"], schedulerOf(spec), schedulers);
  const sync = await choose(["sync"], spec.sync ?? { use: defaultSync }, syncPolicies);
  const listed: ChosenPolicy<SchedulerDefinition>[] = [];
  if (spec.compare === "all") {
    // The search of exact takes its time, and small graphs only: it is for those who ask for it.
    for (const definition of schedulers.all) if (definition !== exact) listed.push(...(definition === scheduler?.definition ? [scheduler] : ((await defaultsOf(definition)) ?? [])));
  } else for (const [i, use] of (spec.compare ?? []).entries()) listed.push(...[(await choose(["compare", i], use, schedulers, scheduler))].filter((chosen) => chosen !== undefined));

  // What is wrong with the threads has been told.
  const listedThreads = issues.length > 0 && threads === undefined ? [] : await attempt([], () => comparedThreadPolicies(scenario, threads?.resolved, (i, use) => choose(["compareThreads", i], use, threadPolicies, threads?.resolved.policy)));

  if (issues.length > 0 || !listedThreads || !loaded || !machine || !arrivalsNs || !fused || !costs || !scheduler || !sync) throw new InputError(issues);
  const [compared, comparedThreads] = [distinctPolicies("compare", listed), distinctPolicies("compareThreads", listedThreads)];
  const drawn = instances > 1 && (phases ? phases.some(({ rate }) => rate !== undefined) : typeof spec.workload.arrivals === "object" && "rate" in spec.workload.arrivals);
  return {
    name: scenario.name, graph: joined?.graph ?? fused.graph, ...(joined && { jobOf: joined.jobOf }), machine, costs, tickNs, arrivalsNs, ...(phases && phaseOf && { phases: { beginNs: phaseBegins(phases), ofJob: phaseOf } }), ...(drawn && { drawArrivals: arrivalsOf }), ...(spec.workload.deadline !== undefined && { deadlineNs: spec.workload.deadline }), ...(events && { events }), weights: spec.workload.weights ?? "resident",
    noise: spec.noise ?? 0, seed, ...(information && { information }), ...(memory && { memory: memory.plan }), ...(threads && { threads: threads.resolved }), ...(spec.dispatch && { dispatch: resolveDispatch(spec.dispatch, tickNs) }), scheduler, sync, compare: compared.distinct, compareThreads: comparedThreads.distinct, output: spec.output ?? {}, fused: fused.merged, warnings: [...loaded.warnings, ...(idle ?? []), ...(threads?.warnings ?? []), ...tickWarnings(fused.graph, machine, costs, tickNs), ...unusedCostRows(spec.cost, fused.graph), ...compared.warnings, ...comparedThreads.warnings],
    machineAt: scenario.position(["machine"]),
  };
}

/** The threads that the scenario describes, by itself or by naming a runtime; and whose cores they are where they run the graph. */
async function threadsOf(scenario: Scenario, { machine, operators, instances, tickNs }: { readonly machine: Machine | undefined; readonly operators: number | undefined; readonly instances: number; readonly tickNs: number }, options: ResolveOptions): Promise<{ readonly resolved: ResolvedThreads; readonly warnings: readonly Warning[] } | undefined> {
  const { spec } = scenario;
  // Without a machine nobody knows how many cores there are; what is wrong with it has been told.
  if (spec.runtime !== undefined && machine === undefined) return undefined;
  const under = spec.runtime && (await withRuntime(scenario, { machine: machine!, operators: operators ?? 0, instances, readFile: options.readFile }));
  const whole = under?.scenario ?? scenario;
  if (whole.spec.threads === undefined) return undefined;
  const { resolved, warnings } = await resolveThreads(whole, tickNs, machine, options);
  const cpu = machine && cpuOf(machine, scenario);
  const onGraph = runsOperators(resolved.spec);
  if (onGraph && operators === 0) throw new InputError({ code: "missing-key", message: `${under ? under.setting.use : "the programs"} ${under ? "runs" : "run"} operators, and the scenario has no workload`, ...scenario.position([under ? "runtime" : "workload"]), hint: "for example workload: {model: resnet50}" });
  if (onGraph && cpu === undefined) throw new InputError({ code: "no-cpu", message: "threads run operators on the cores of a CPU, and the machine has none", ...scenario.position(["machine"]) });
  // Beside a scheduler's operators nobody could say what its result is of.
  if (under !== undefined && !onGraph && operators !== undefined && operators > 0) throw new InputError({ code: "conflicting-keys", message: `${under.setting.use} brings its own work, and runs no operator of the workload`, ...scenario.position(["runtime"]), hint: "remove the workload, or choose a runtime that runs operators: runtime: onnxruntime-parallel" });
  const launch = onGraph ? launchProblem(resolved.spec, machine!, under && { name: under.setting.use, at: scenario.position(["runtime"]) }) : undefined;
  if (launch) throw new InputError(launch);
  const decider = onGraph ? (["scheduler", "compare", "sync"] as const).find((key) => spec[key] !== undefined) : undefined;
  if (decider !== undefined) throw new InputError({ code: "conflicting-keys", message: `the threads decide which operator runs where, and so does ${decider}`, ...scenario.position([decider], "key"), hint: `remove ${decider}, or the ${under ? "runtime" : "threads"}` });
  // A runtime has programs for all its knobs: that some are not used says nothing of the scenario.
  const told = under === undefined ? warnings : warnings.filter(({ code }) => code !== "unused-program");
  const writesCores = spec.cores !== undefined && !("of" in spec.cores);
  const cpus = cpu !== undefined && (onGraph || (under !== undefined && !writesCores)) ? [...new Set([cpu.id, ...resolved.cpus])] : resolved.cpus;
  return { resolved: { ...resolved, cpus, ...(onGraph && { device: cpu!.id }), ...(under && { runtime: under.setting }) }, warnings: told };
}

/** Where threads are all that runs. */
function noWorkload(name: string): LoadedWorkload {
  return { source: "graph", graph: new GraphBuilder(name).build(), warnings: [] };
}

function processorCount(spec: ScenarioSpec): number | undefined {
  const processors = spec.machine?.processors;
  return typeof processors === "object" ? processors.length : processors;
}

/** The machine written, else the task file's own processors, else the default. */
function machineOf(scenario: Scenario, loaded: LoadedWorkload | undefined): Machine | undefined {
  const { machine } = scenario.spec;
  if (!machine && sourceOf(scenario.spec.workload) === undefined && scenario.spec.runtime === undefined) return processorMachine([]);
  if (!machine) return loaded?.machine ?? (loaded || neverBrings(sourceOf(scenario.spec.workload)!) ? buildMachine({ use: defaultMachine }) : undefined);
  if (!loaded?.machine) return buildMachine(machine);
  if (loaded.source === "tasks" || loaded.source === "pipeline") {
    throw new InputError({ code: "conflicting-keys", message: `a ${loaded.source === "tasks" ? "tasks file" : "pipeline"} brings its own processors, and its durations hold for them alone`, path: [], hint: "remove machine" });
  }
  if (machine.processors === undefined) {
    throw new InputError({ code: "conflicting-keys", message: `${bringer(loaded.source)} gives durations for equal processors, not for a machine`, path: [], hint: "for example machine: {processors: 4}" });
  }
  return typeof machine.processors === "object" ? buildMachine(machine) : loaded.machine;
}

/** Such workloads run on the default machine, also where they cannot be read and only names are looked up. */
function neverBrings(source: LoadedWorkload["source"]): boolean {
  return source === "onnx" || source === "model" || source === "graph";
}

/** What has durations of its own, as the subject of a sentence. */
function bringer(source: LoadedWorkload["source"]): string {
  return source === "generate" ? "a generated graph" : source === "pipeline" ? "a pipeline" : `${source === "estee" ? "an" : "a"} ${source} file`;
}

/** The jobs of all phases in one graph, where the phases run different graphs; undefined where one graph is repeated. */
async function joinPhases(scenario: Scenario, loaded: LoadedWorkload, machine: Machine, phaseOf: readonly number[]): Promise<JobsGraph | undefined> {
  const graphs = loadPhases(scenario, loaded);
  const distinct = [...new Set(graphs)];
  if (distinct.length === 1 && distinct[0] === loaded.graph) return undefined;
  const total = phaseOf.reduce((sum, i) => sum + graphs[i]!.opCount, 0);
  if (total > operatorLimit) throw new InputError({ code: "too-many-operators", message: `the phases have ${total} operators, and ${operatorLimit} are possible`, path: [] });
  const fused: OperatorGraph[] = [];
  for (const graph of distinct) fused.push((await fuse({ ...loaded, graph }, scenario.spec.workload.fuse ?? "auto", machine)).graph);
  return joinJobs(loaded.graph.name, fused, phaseOf.map((i) => distinct.indexOf(graphs[i]!)));
}

async function fuse(loaded: LoadedWorkload, wanted: "auto" | "on" | "off", machine: Machine): Promise<{ graph: OperatorGraph; merged: readonly MergedOp[] }> {
  const automatic = loaded.costs === undefined && loaded.stageTimes === undefined && loaded.inline === undefined && loaded.source !== "generate" && machine.devices.every((device) => device.fuses);
  if (wanted === "off" || (wanted === "auto" && !automatic)) return { graph: loaded.graph, merged: [] };
  if (loaded.inline && loaded.inline.times.length > 0) {
    throw new InputError({ code: "conflicting-keys", message: "operators with given times cannot be fused", hint: "remove fuse, or give flops and bytes instead of time" });
  }
  const { fuseGraph } = await import("../graph/fuse.ts");
  return fuseGraph(loaded.graph);
}

/** Without the workload, the names in the cost section are checked all the same. */
async function costsOf(scenario: Scenario, loaded: LoadedWorkload | undefined, machine: Machine, readFile: ReadFile | undefined): Promise<Costs> {
  const own = loaded?.costs ?? loaded?.stageTimes;
  if (loaded && own) {
    if (scenario.spec.cost === undefined) return own;
    throw new InputError({ code: "conflicting-keys", message: `${bringer(loaded.source)} brings its own durations`, hint: "remove cost" });
  }
  if (scenario.spec.cost !== undefined) checkCostDevices(scenario.spec.cost, machine);
  const model = scenario.spec.cost === undefined ? defaultCostModel() : buildCostModel(scenario.spec.cost, machine, await loadProfiles(scenario, scenario.spec.cost, readFile));
  if (!loaded?.inline) return model;
  try {
    return givenTimes(loaded.inline, machine, model);
  } catch (error) {
    throw scenario.blame(error, ["workload", "graph"]);
  }
}

/** A scheduler with no options given, or undefined when it cannot do without. */
async function defaultsOf(definition: SchedulerDefinition): Promise<[ChosenPolicy<SchedulerDefinition>] | undefined> {
  const checked = await checkOptions(definition, {});
  return checked.issues === undefined ? [{ definition, options: checked.options }] : undefined;
}
