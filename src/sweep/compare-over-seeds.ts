import { availableParallelism } from "node:os";
import { InputError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import type { Instance } from "../core/instance.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";
import type { SchedulerDefinition, ThreadPolicyDefinition } from "../plugin.ts";
import type { ChosenPolicy } from "../scenario/load-policy.ts";
import { policyLabels } from "../scenario/policy-labels.ts";
import type { ResolvedScenario } from "../scenario/resolve-scenario.ts";
import { compileScenario } from "../scenario/run-scenario.ts";
import { uselessDevices } from "../scenario/useless-devices.ts";
import { compareSamples, type Estimated } from "../stats/comparison.ts";
import { mean, meanInterval } from "../stats/mean.ts";
import { otherObjectives } from "../trace/comparison-text.ts";
import { nanoseconds } from "../trace/nanoseconds.ts";
import { isThreadObjective, latencyObjectives, namesOf, objectives, usualObjective, type Objective, type RankedBy } from "../trace/objective.ts";
import type { CellSetting, Compared } from "./cell-runner.ts";
import type { Comparison, ComparedScheduler } from "./comparison.ts";
import { assumptionsOf } from "./instance-variation.ts";
import type { DevicePower } from "./measures.ts";
import { runSweep, type SweepOptions, type SweepResult } from "./run-sweep.ts";
import { sensitivityOf } from "./sensitivity.ts";
import { sharedCopy } from "./share-instance.ts";
import { checkThreadObjective } from "./thread-measure.ts";

/** How to compare schedulers over seeds; everything is optional. */
export interface OverSeedsOptions {
  /** Default: the scenario's `compare` list. */
  readonly schedulers?: readonly ChosenPolicy<SchedulerDefinition>[];
  /** How many seeds, from the scenario's on; default 1. */
  readonly seeds?: number;
  /** Compare these instead, each on the threads of the scenario, with its own scheduler. Default: its `compareThreads` list, where threads are all that runs, or run the graph. */
  readonly threadPolicies?: readonly ChosenPolicy<ThreadPolicyDefinition>[];
  /** What to rank by; default the makespan, and where jobs arrive over time their mean latency. Of threads: what their programs measure, `span:rest:p99`, `counter:done` (the time for each), or the response of a group of periodic threads, `response:control:max`. */
  readonly by?: RankedBy;
  /** What the others are measured against: a scheduler's name in the result, such as "dmda beta=2". Default: the first. */
  readonly baseline?: string;
  /** Threads; 0 = in the caller's. Default: one a core. Definitions that were made in the program run in the caller's thread in any case. */
  readonly workers?: number;
  /** Vary each assumption by ±20 % too, and say which one changes the winner. Default false. */
  readonly sensitivity?: boolean;
  /** A policy of one's own, in a worker, that makes no progress for this long fails; default 10 s. */
  readonly policyTimeoutMs?: number;
  /** Told now and then how much is done: runs, and the bounds of seeds. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** By how much `sensitivity` varies. */
export const sensitivityShare = 0.2;

/**
 * Compares schedulers on a scenario with many seeds. A seed decides operator times (noise), random arrivals and the random
 * numbers of policies; every scheduler meets each seed with the same luck, so that differences are paired. Graph and
 * machine are those of the scenario. The result depends neither on the number of workers nor on their speed.
 *
 * A scheduler that fails, or hangs in a worker, is in `failures`, and the others are compared without it.
 * @throws {InputError} when there is nothing to compare, the baseline is not among the schedulers, or the scenario has not
 * what to rank by: latencies of jobs, power figures.
 * @example
 * const comparison = await compareOverSeeds(scenario, { seeds: 100, baseline: "heft" });
 * console.log(formatComparisonOverSeeds(comparison));
 */
export async function compareOverSeeds(scenario: ResolvedScenario, options: OverSeedsOptions = {}): Promise<Comparison> {
  const ofThreads = comparesThreads(scenario, options);
  const chosen: readonly ChosenPolicy<Compared>[] = ofThreads ? (options.threadPolicies ?? scenario.compareThreads) : (options.schedulers ?? scenario.compare);
  if (chosen.length === 0) throw new InputError({ code: "nothing-to-compare", message: `there is no ${ofThreads ? "thread policy" : "scheduler"} to compare`, hint: ofThreads ? "for example --thread-policies fair,eevdf" : "for example --schedulers heft,fifo" });
  const names = policyLabels(chosen);
  const baseline = baselineOf(options.baseline, names);
  const seedCount = options.seeds ?? 1;
  if (!(Number.isInteger(seedCount) && seedCount >= 1)) throw new InputError({ code: "bad-seeds", message: `schedulers are compared with a whole number of seeds from 1, not ${seedCount}` });

  const instance = compileScenario(scenario);
  const overTime = instance.jobCount > 1 && (scenario.drawArrivals !== undefined || instance.jobArrivalTicks.some((ticks) => ticks > 0 && ticks < Infinity));
  const by = options.by ?? usualObjective(overTime);
  const powers = scenario.machine.devices.map(({ power }) => power);
  checkObjective(by, instance, powers, scenario.threads?.spec);
  if (options.sensitivity === true && instance.opCount === 0) throw new InputError({ code: "no-sensitivity", message: "sensitivity varies operator times, links and launches, and threads are all that runs here", hint: "change figures by --set threadCosts.switch=5us, or explain the scenario" });
  const random = (scenario.threads !== undefined && drawsNumbers(scenario.threads.spec)) || instance.costSigma.some((sigma) => sigma > 0) || scenario.drawArrivals !== undefined || scenario.information?.mode === "noisy";
  const setting: CellSetting = {
    instance, variations: [undefined], schedulers: chosen, sync: scenario.sync, firstSeed: scenario.seed,
    ...(ofThreads && { scheduler: scenario.scheduler }), ...(scenario.threads && { threads: scenario.threads }), ...(isThreadObjective(by) && { by }),
    ...(scenario.information && { information: scenario.information }), ...(scenario.dispatch && { dispatch: scenario.dispatch }), ...(scenario.memory && { memory: scenario.memory }), ...(by === "energy" && { powers }),
    ...(scenario.drawArrivals && seedCount > 1 && { arrivalTicks: drawArrivals(scenario, instance, seedCount) }),
  };
  const sweepOptions: SweepOptions = { seedCount, workers: options.workers ?? availableParallelism(), timeoutMs: options.policyTimeoutMs ?? 10_000, names, random, ...(options.onProgress && { onProgress: options.onProgress }) };
  const assumptions = options.sensitivity === true ? assumptionsOf(instance, scenario.machine.devices) : [];
  const changes = [-sensitivityShare, sensitivityShare];
  const variations = assumptions.flatMap(({ variation }) => changes.map((change) => ({ ...variation, factor: 1 + change })));
  const sweep = await runSweep({ ...setting, variations: [undefined, ...variations] }, sweepOptions);

  const failures = names.flatMap((name, i) => {
    const failure = sweep.failures[0]![i];
    return failure === undefined ? [] : [{ name, ...failure, seed: scenario.seed + failure.seed }];
  });
  const ran = names.flatMap((_, i) => (sweep.failures[0]![i] === undefined ? [i] : []));
  const warnings = [...scenario.warnings, ...uselessDevices(scenario, instance)];
  const used = ran.includes(baseline) ? baseline : (ran[0] ?? baseline);
  if (used !== baseline) warnings.push({ code: "baseline-failed", message: `the baseline ${names[baseline]!} failed; ${names[used]!} stands in for it` });
  const base = { name: scenario.name, compares: ofThreads ? ("thread policies" as const) : ("schedulers" as const), firstSeed: scenario.seed, seedCount, random, by, baseline: names[used]!, failures, warnings };
  if (ran.length === 0) return { ...base, schedulers: [], pairs: [] };
  const compared = rankSchedulers(sweep, { ran, names, baseline: used, by, others: otherObjectives(by, overTime), tickNs: instance.tickNs, random });
  return {
    ...base, ...compared,
    ...(instance.opCount > 0 && sharedBounds(sweep, ran, instance.tickNs)),
    ...(options.sensitivity === true && { sensitivity: sensitivityOf(sweep, assumptions, changes, names, names.indexOf(compared.schedulers[0]!.name), namesOf(by).key, random) }),
  };
}

/** True where thread policies are what differs: they are given, or no scheduler decides anything. */
function comparesThreads({ threads, graph }: ResolvedScenario, { schedulers, threadPolicies }: OverSeedsOptions): boolean {
  if (schedulers !== undefined && threadPolicies !== undefined) throw new InputError({ code: "conflicting-options", message: "either schedulers or thread policies are compared, and both are given" });
  const decided = threads !== undefined && (threads.device !== undefined || graph.opCount === 0);
  if (threadPolicies !== undefined) {
    if (threads === undefined) throw new InputError({ code: "no-threads", message: "the scenario has no threads, whose policies could be compared" });
    return true;
  }
  if (decided && schedulers !== undefined) throw new InputError({ code: "no-scheduler-decides", message: `${threads.device === undefined ? "threads are all that runs" : "threads run the operators"} in this scenario: no scheduler decides anything`, hint: "compare thread policies: --thread-policies fair,eevdf" });
  return decided;
}

/** True where threads meet with luck: durations that are drawn, or locks that any of the waiters may get. */
function drawsNumbers({ distributions, objects }: ThreadSpec): boolean {
  return distributions.length > 0 || objects.some((group) => group.kind === "mutex" && group.design === "test-and-set");
}

function baselineOf(wanted: string | undefined, names: readonly string[]): number {
  if (wanted === undefined) return 0;
  const index = names.indexOf(wanted);
  if (index < 0) throw new InputError({ code: "unknown-baseline", message: `the baseline "${wanted}" is not among the schedulers compared`, hint: suggestion(wanted, names) });
  return index;
}

function drawArrivals(scenario: ResolvedScenario, { jobCount, tickNs }: Instance, seedCount: number): Float64Array {
  const ticks = new Float64Array(seedCount * jobCount);
  for (let seed = 0; seed < seedCount; seed++) scenario.drawArrivals!(scenario.seed + seed).forEach((ns, job) => (ticks[seed * jobCount + job] = Math.round(ns / tickNs)));
  return sharedCopy(ticks);
}

function inNs(ticks: Float64Array, tickNs: number): Float64Array {
  return ticks.map((value) => nanoseconds(value, tickNs));
}

/** By seed: the best bound of schedules as scheduler `i` makes them. */
function boundTicksOf({ boundTicks, mayDuplicate, duplicationBoundTicks = boundTicks }: SweepResult, i: number): Float64Array {
  return mayDuplicate[i] === true ? duplicationBoundTicks : boundTicks;
}

/** The bound that holds for all that ran, and where it differs that of those that run every operator once. */
function sharedBounds(sweep: SweepResult, ran: readonly number[], tickNs: number): Pick<Comparison, "lowerBoundNs" | "lowerBoundOnceNs"> {
  const means = ran.map((i) => mean(inNs(boundTicksOf(sweep, i), tickNs)));
  const [least, most] = [Math.min(...means), Math.max(...means)];
  if (most === Infinity) return {};
  return { lowerBoundNs: least, ...(most > least && { lowerBoundOnceNs: most }) };
}

/** Who is ranked, and how. */
interface Ranking {
  /** Schedulers that have a result, by index. */
  readonly ran: readonly number[];
  readonly names: readonly string[];
  readonly baseline: number;
  readonly by: RankedBy;
  readonly others: readonly RankedBy[];
  readonly tickNs: number;
  readonly random: boolean;
}

function rankSchedulers(sweep: SweepResult, { ran, names, baseline, by, others, tickNs, random }: Ranking): Pick<Comparison, "schedulers" | "pairs"> {
  const measured = ran.map((i) => sweep.measures[0]![i]!);
  const values = measured.map((columns) => columns[namesOf(by).key]);
  const varies = (row: Float64Array): boolean => row.some((value) => value !== row[0]);
  // A scheduler that draws random numbers of its own makes luck where the scenario has none.
  const { statistics, pairs } = compareSamples({ values, baseline: ran.indexOf(baseline), random: random || values.some(varies) });
  const best = Math.min(...statistics.map((row) => row.mean.value));
  const boundsOf = ran.map((i) => inNs(boundTicksOf(sweep, i), tickNs));
  const bounded = boundsOf.every((bounds) => bounds.every((ns) => ns > 0 && ns < Infinity));
  const estimated = (row: Float64Array): Estimated => ({ value: mean(row), ...(varies(row) && { interval: meanInterval(row) }) });
  const schedulers = statistics.map((row, k): ComparedScheduler => {
    const columns = measured[k]!;
    return {
      name: names[ran[k]!]!, ...row, vsBest: best > 0 ? row.mean.value / best : 1,
      ...(bounded && { gap: mean(columns.makespanNs.map((ns, seed) => ns / boundsOf[k]![seed]! - 1)) }),
      utilization: mean(columns.utilization), makespansNs: columns.makespanNs, samples: values[k]!,
      others: Object.fromEntries(others.map((other) => [other, estimated(columns[namesOf(other).key])])),
    };
  });
  const nameOf = (row: number): string => names[ran[row]!]!;
  return {
    schedulers: schedulers.sort((a, b) => a.mean.value - b.mean.value),
    pairs: pairs.map(({ a, b, ...pair }) => ({ faster: nameOf(a), slower: nameOf(b), ...pair })),
  };
}

function checkObjective(by: RankedBy, { jobCount }: Instance, powers: readonly DevicePower[], threads: ThreadSpec | undefined): void {
  if (isThreadObjective(by)) return checkThreadObjective(by, threads);
  if (!objectives.includes(by)) throw new InputError({ code: "unknown-objective", message: `schedulers cannot be ranked by "${by}"`, hint: suggestion(by, objectives) });
  if (by === "energy" && powers.every((power) => power === undefined)) throw new InputError({ code: "no-energy", message: "no device of the machine has power figures, so there is no energy to rank by", hint: "give a device power: {idle: 20W, busy: 150W}, or rank by makespan" });
  if ((latencyObjectives as readonly Objective[]).includes(by) && jobCount === 1) throw new InputError({ code: "no-latency", message: "there is one job, and its latency is the makespan", hint: "set workload.instances and workload.arrivals, or rank by makespan" });
}
