import { compile, type CompileSpec } from "../core/compile.ts";
import type { Instance } from "../core/instance.ts";
import { withLentInstance } from "../core/lent-instance.ts";
import { simulate } from "../core/simulate.ts";
import type { Trace } from "../core/trace.ts";
import type { Machine } from "../machine/machine.ts";
import type { PolicyDefinition, SchedulerDefinition, SyncDefinition } from "../plugin.ts";
import { syncPolicies } from "../sync/index.ts";
import { schedulers } from "../schedulers/index.ts";
import { verifyTrace } from "../trace/verify.ts";
import { conformanceGraphs, type ConformanceGraph } from "./graphs.ts";
import { createChecked, located, runAll, wellFormed, type ConformanceCheck } from "./kit.ts";
import { conformanceMachines } from "./machines.ts";

/** How to make the policy under test. */
export interface ConformanceOptions {
  /** Options for the run of an instance, validated by the definition's schema first. Default: `{}`. */
  readonly options?: (instance: Instance) => unknown;
}

/**
 * Checks that hold for every scheduler, to be run by any test framework: every operator runs once, on a device that can
 * run it, after its inputs came; no slot runs two at once; nothing that the view shows is overwritten; nothing waits for ever, under any synchronization policy,
 * with jobs that repeat and with noise; the same seed gives the same schedule, and names change nothing.
 * @example
 * for (const check of schedulerChecks(myScheduler)) test(check.name, check.run);
 */
export function schedulerChecks(definition: SchedulerDefinition, options: ConformanceOptions = {}): ConformanceCheck[] {
  const run: Runner = (instance, sync, seed) =>
    withLentInstance(instance, [`scheduler "${definition.name}"`], (lent) => simulate({ instance: lent, scheduler: create(definition, lent, options), sync: sync.create(undefined), freshSync: () => sync.create(undefined), seed, schedulerName: definition.name, syncName: sync.name }));
  return [wellFormed("scheduler", definition), ...checks(run, syncPolicies.all)];
}

/**
 * Checks that hold for every synchronization policy: every run ends, whichever scheduler places the operators, even one
 * that fixed its order beforehand; precedence holds; the same seed gives the same schedule, and names change nothing.
 * @example
 * for (const check of syncChecks(mySync)) test(check.name, check.run);
 */
export function syncChecks(definition: SyncDefinition, options: ConformanceOptions = {}): ConformanceCheck[] {
  const run: Runner = (instance, scheduler, seed) =>
    withLentInstance(instance, [`sync policy "${definition.name}"`], (lent) => simulate({ instance: lent, scheduler: create(schedulers.get(scheduler.name), lent, {}), sync: create(definition, lent, options), seed, schedulerName: scheduler.name, syncName: definition.name }));
  return [wellFormed("sync policy", definition), ...checks(run, ["fifo", "heft", "dmda", "work-stealing"].map((name) => schedulers.get(name)))];
}

/** Runs all of {@link schedulerChecks}. @throws {Error} that lists every check that failed. */
export function checkScheduler(definition: SchedulerDefinition, options: ConformanceOptions = {}): void {
  runAll(definition, schedulerChecks(definition, options));
}

/** Runs all of {@link syncChecks}. @throws {Error} that lists every check that failed. */
export function checkSync(definition: SyncDefinition, options: ConformanceOptions = {}): void {
  runAll(definition, syncChecks(definition, options));
}

/** Runs one instance with the policy under test and a partner of the other kind. */
type Runner = (instance: Instance, partner: { name: string; create(options: unknown): never }, seed: number) => Trace;
type Partner = Parameters<Runner>[1];

function checks(run: Runner, partners: readonly { name: string }[]): ConformanceCheck[] {
  const everywhere = (graph: ConformanceGraph, compiled: Partial<CompileSpec> | ((machine: Machine) => Partial<CompileSpec>), check: (instance: Instance, partner: Partner, machine: Machine) => void) => (): void => {
    for (const machine of conformanceMachines) {
      const instance = compileGraph(graph, machine, typeof compiled === "function" ? compiled(machine) : compiled);
      for (const partner of partners) located(`${graph.name} on ${machine.name} with ${partner.name}`, () => check(instance, partner as Partner, machine));
    }
  };
  const sound = (instance: Instance, partner: Partner): void => {
    const problems = verifyTrace(run(instance, partner, 1));
    if (problems.length > 0) throw new Error(problems.map(({ code, message }) => `${code}: ${message}`).join("; "));
  };
  const [layered, independent] = ["layered", "independent"].map((name) => conformanceGraphs.find((graph) => graph.name === name)!) as [ConformanceGraph, ConformanceGraph];
  return [
    ...conformanceGraphs.map((graph) => ({ name: `runs ${graph.name}`, run: everywhere(graph, {}, sound) })),
    { name: "runs with noise", run: everywhere(layered, { noise: 0.3 }, sound) },
    { name: "runs jobs side by side", run: everywhere(layered, { arrivalsNs: [0, 0, 0] }, sound) },
    { name: "runs jobs back to back", run: everywhere(layered, { arrivalsNs: [0, Infinity, Infinity] }, sound) },
    { name: "runs jobs that arrive over time", run: everywhere(layered, { arrivalsNs: [0, 25, 25, 400] }, sound) },
    { name: "runs while devices become slower and faster", run: everywhere(layered, changing((device) => [[9 + 7 * device, 0.5], [40 + 5 * device, 3]]), sound) },
    { name: "runs while devices are lost and join again", run: everywhere(layered, changing((device) => [[5 + 11 * device, 0], [30 + 13 * device, 1]]), sound) },
    { name: "runs while devices that many operators need are lost", run: everywhere(independent, changing((device) => [[3 + device, 0], [25 - device, 1]]), sound) },
    { name: "runs on devices that join late", run: everywhere(layered, changing((device, count) => (device === count - 1 && count > 1 ? [] : [[0, 0], [20 + 20 * device, 1]])), sound) },
    {
      name: "gives the same schedule for the same seed",
      run: everywhere(layered, {}, (instance, partner, machine) => {
        const first = run(instance, partner, 7).digest;
        run(compileGraph(independent, machine, {}), partner, 7);
        if (run(instance, partner, 7).digest !== first) throw new Error("a second run with the same seed gave another schedule: is anything kept outside the policy that `create` makes, or taken from Math.random or a clock?");
      }),
    },
    {
      name: "does not depend on names",
      run: everywhere(layered, {}, (instance, partner, machine) => {
        const renamed = compileGraph(layered, machine, {}, (op) => `other ${(op * 17) % 1000}`);
        if (run(instance, partner, 3).digest !== run(renamed, partner, 3).digest) throw new Error("renaming the operators changed the schedule: break ties by id");
      }),
    },
  ];
}

/** Devices that change: for each, times in ns and the speeds from then on. */
function changing(steps: (device: number, count: number) => readonly (readonly [number, number])[]): (machine: Machine) => Partial<CompileSpec> {
  return ({ devices }) => ({ events: devices.flatMap(({ id }) => steps(id, devices.length).map(([atNs, speed]) => ({ atNs, device: id, speed }))) });
}

function compileGraph(source: ConformanceGraph, machine: Machine, compiled: Partial<CompileSpec>, nameOf = (op: number): string => `op ${op}`): Instance {
  const graph = source.build(nameOf);
  const deviceCount = machine.devices.length;
  const ns = Float64Array.from({ length: graph.opCount * deviceCount }, (_, i) => source.costNs(Math.floor(i / deviceCount), i % deviceCount, deviceCount));
  return compile({ name: `${source.name} on ${machine.name}`, graph, machine, costs: { deviceCount, ns }, ...compiled });
}

function create<P>(definition: PolicyDefinition<P>, instance: Instance, { options }: ConformanceOptions): P {
  return createChecked(definition, options?.(instance) ?? {}, "(instance) => …");
}
