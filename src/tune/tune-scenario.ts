import { HeddleError, InputError, type Warning } from "../base/errors.ts";
import type { Instance } from "../core/instance.ts";
import type { Trace } from "../core/trace.ts";
import { quantile } from "../stats/quantile.ts";
import { written } from "../scenario/runtime-values.ts";
import { readOrdinaryFile, type ReadFile } from "../scenario/read-file.ts";
import { resolveScenario, type ResolvedScenario } from "../scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../scenario/run-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { onRuntime, withKnobs } from "../scenario/with-knobs.ts";
import { dimensionsOf, type Tries } from "./dimensions.ts";
import { search, type SearchKind } from "./search.ts";
import { settingLines, whatIfKnobs } from "./settings.ts";

/** What is made as small as possible. */
export const tuneObjectives = ["makespan", "latency-mean", "latency-p99"] as const;
/** One of {@link tuneObjectives}. */
export type TuneObjective = (typeof tuneObjectives)[number];

/** How to tune; everything is optional. */
export interface TuneOptions {
  /** Runtimes that are tried, by name. Default: the scenario's own. */
  readonly runtimes?: readonly string[];
  /** Values to try for a knob, instead of those that its file names, or beside them for knobs it does not tune. */
  readonly tries?: Tries;
  /** Most simulations of each runtime. Default 300. */
  readonly budget?: number;
  /** Default: the makespan, and where several jobs arrive over time their mean latency. */
  readonly by?: TuneObjective;
  /** Told after each simulation. */
  readonly onTrial?: (done: number) => void;
}

/** One setting of a runtime, and what it gave. */
export interface TunedSetting {
  readonly runtime: string;
  /** All knobs that were tried, as they are here. */
  readonly knobs: Readonly<Record<string, string | number | boolean>>;
  /** True for what it is without tuning: a runtime's defaults, under what the scenario sets. */
  readonly isDefault: boolean;
  /** Of the objective; Infinity where the run failed. */
  readonly ns: number;
  /** Share of the cores' time that was spent computing. */
  readonly computing: number;
  readonly failure?: string;
  /** What to tell the real runtime. */
  readonly lines: readonly string[];
}

/** How one runtime was searched. */
export interface TuneSearch {
  readonly runtime: string;
  readonly kind: SearchKind;
  /** Settings that were simulated, of so many. */
  readonly tried: number;
  readonly size: number;
  /** Knobs that were tried and that the real runtime has no setting for: see {@link Tuned.whatIfs}. */
  readonly whatIf: readonly string[];
}

/** The result of tuning. */
export interface Tuned {
  readonly name: string;
  readonly machine: string;
  readonly cores: number;
  readonly by: TuneObjective;
  /** The scenario sets knobs itself: what it is without tuning are not the runtime's defaults. */
  readonly given: boolean;
  readonly searches: readonly TuneSearch[];
  /** All that were tried and that one can have, the best first. */
  readonly settings: readonly TunedSetting[];
  /** If a runtime were built otherwise than it is, such as with another lock: of each way that was tried the best setting, the best first. */
  readonly whatIfs: readonly TunedSetting[];
  readonly warnings: readonly Warning[];
}

const defaultBudget = 300;

/**
 * Finds the knobs with which a scenario's runtime is fastest, by simulation: see {@link search}. Each setting runs on the
 * same compiled workload with the same luck. Equal ones stand in the order defaults first, then as they were tried, with
 * fewer threads before more.
 * @throws {InputError} where the scenario has no runtime and none is named, or a knob is wrong.
 * @example
 * const tuned = await tuneScenario(await loadScenario("scenarios/runtime-settings.yaml"), { budget: 4 });
 * console.log(tuned.settings[0]!.lines.join("\n")); // what to write into the real program
 */
export async function tuneScenario(scenario: Scenario, options: TuneOptions = {}): Promise<Tuned> {
  const read = cachedReader();
  const runtimes = options.runtimes ?? [undefined];
  const settings: TunedSetting[] = [];
  const whatIfs: TunedSetting[] = [];
  const searches: TuneSearch[] = [];
  let shared: { readonly resolved: ResolvedScenario; readonly instance: Instance } | undefined;
  let by = options.by;
  let done = 0;
  for (const runtime of runtimes) {
    const own = runtime === undefined || scenario.spec.runtime?.use === runtime ? scenario : onRuntime(scenario, runtime);
    const resolved = await resolveScenario(own, { readFile: read });
    by ??= resolved.arrivalsNs.some((ns) => ns > 0 && ns < Infinity) ? "latency-mean" : "makespan";
    const setting = resolved.threads?.runtime;
    if (setting === undefined) throw new InputError({ code: "no-runtime", message: `${scenario.name} names no runtime to tune`, hint: "add runtime: onnxruntime-parallel, or --runtime NAME; see heddle list runtimes" });
    const instance = compileScenario(resolved);
    shared = { resolved, instance };
    const dimensions = dimensionsOf(setting, options.tries);
    const whatIf = whatIfKnobs(setting, dimensions.map(({ knob }) => knob));
    const trials: TunedSetting[] = [];
    const run = async (knobs: Readonly<Record<string, string | number | boolean>>, isDefault: boolean): Promise<TunedSetting> => {
      const changed = isDefault ? resolved : await withKnobs(own, resolved, dimensions.map(({ knob, at }) => ({ knob, value: knobs[knob], at })), read);
      const lines = settingLines(changed.threads!.runtime!, dimensions.map(({ knob }) => knob));
      options.onTrial?.(++done);
      try {
        const trace = runScenario(changed, { instance });
        const failure = trace.threads?.outcome?.message;
        return { runtime: setting.use, knobs, isDefault, ns: failure === undefined ? objectiveNs(trace, by!, resolved.tickNs) : Infinity, computing: computing(trace), ...(failure !== undefined && { failure }), lines };
      } catch (error) {
        if (!(error instanceof HeddleError)) throw error;
        return { runtime: setting.use, knobs, isDefault, ns: Infinity, computing: 0, failure: error.issues[0]!.message, lines };
      }
    };
    const defaults = Object.fromEntries(dimensions.map(({ knob }) => [knob, written(setting.values.get(knob)!)]));
    trials.push(await run(defaults, true));
    const start = dimensions.map(({ knob, values }) => Math.max(0, values.indexOf(defaults[knob]!)));
    const { kind, trials: { length: tried }, size } = await search(dimensions.map(({ values }) => values.length), start, options.budget ?? defaultBudget, async (point) => {
      const knobs = Object.fromEntries(dimensions.map(({ knob, values }, d) => [knob, values[point[d]!]!]));
      if (dimensions.every(({ knob }) => knobs[knob] === defaults[knob])) return trials[0]!.ns;
      trials.push(await run(knobs, false));
      return trials.at(-1)!.ns;
    });
    searches.push({ runtime: setting.use, kind, tried, size, whatIf });
    const wayOf = ({ knobs }: TunedSetting): string => whatIf.map((knob) => knobs[knob]).join();
    const usual = wayOf(trials[0]!);
    settings.push(...trials.filter((one) => wayOf(one) === usual));
    whatIfs.push(...bestOfEach(trials.filter((one) => wayOf(one) !== usual), wayOf));
  }
  const { resolved } = shared!;
  return {
    name: resolved.name, machine: resolved.machine.name, cores: resolved.threads!.spec.cores.names.length, by: by!, given: options.runtimes === undefined && Object.keys(scenario.spec.runtime ?? {}).length > 1, searches,
    settings: ranked(settings), whatIfs: ranked(whatIfs), warnings: resolved.warnings,
  };
}

/** The best first. Of those that differ from the best by less than anybody could measure, a default is the best. */
function ranked(settings: readonly TunedSetting[]): TunedSetting[] {
  // A stable sort: of equal settings, the one tried first stands first.
  const sorted = [...settings].sort((a, b) => a.ns - b.ns || Number(b.isDefault) - Number(a.isDefault));
  const usual = sorted.findIndex(({ isDefault, ns }) => isDefault && ns <= sorted[0]!.ns * (1 + indistinguishable));
  return usual > 0 ? [sorted[usual]!, ...sorted.slice(0, usual), ...sorted.slice(usual + 1)] : sorted;
}

/** The first of the least time of each kind. */
function bestOfEach(settings: readonly TunedSetting[], kindOf: (setting: TunedSetting) => string): TunedSetting[] {
  const best = new Map<string, TunedSetting>();
  for (const setting of settings) {
    const before = best.get(kindOf(setting));
    if (before === undefined || setting.ns < before.ns) best.set(kindOf(setting), setting);
  }
  return [...best.values()];
}

/** Relative difference below which a setting is not called faster. */
const indistinguishable = 1e-3;

function objectiveNs(trace: Trace, by: TuneObjective, tickNs: number): number {
  if (by === "makespan") return trace.makespanTicks * tickNs;
  const latencies = Float64Array.from(trace.jobs.endTicks, (end, job) => (end - trace.jobs.arrivalTicks[job]!) * tickNs);
  return by === "latency-mean" ? latencies.reduce((sum, ns) => sum + ns, 0) / latencies.length : quantile(latencies.sort(), 0.99);
}

/** Share of all cores' time that was spent on computing. */
function computing({ threads, makespanTicks }: Trace): number {
  if (threads === undefined || makespanTicks === 0) return 0;
  const { names } = threads.cores;
  let ticks = 0;
  const { useTicks } = threads.cores;
  // Computing is the first use of each core.
  for (let at = 0; at < useTicks.length; at += useTicks.length / names.length) ticks += useTicks[at]!;
  return ticks / (makespanTicks * names.length);
}

/** Reads each file once: a search resolves the scenario for each setting. */
function cachedReader(): ReadFile {
  const known = new Map<string, Promise<Uint8Array>>();
  return (file) => {
    let bytes = known.get(file);
    if (bytes === undefined) known.set(file, (bytes = readOrdinaryFile(file)));
    return bytes;
  };
}
