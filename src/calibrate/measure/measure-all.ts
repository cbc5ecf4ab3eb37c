import type { MeasureOptions } from "../backend.ts";
import type { Kernel, Sample, SampleFailure } from "../sample.ts";
import { medianLoad } from "./busy.ts";
import type { MeasurePort, WatchedOutcome } from "./measure-process.ts";
import type { Plan, Step } from "./plan.ts";

/** Where samples go. */
export interface SampleSink {
  append(line: Sample | SampleFailure): void;
}

/** What {@link measureAll} works with. */
export interface MeasureAllOptions {
  readonly plan: Plan;
  readonly port: MeasurePort;
  readonly sink: SampleSink;
  /** Most kernels of one request. */
  readonly batch: number;
  /** Of one request. */
  readonly repeat: Omit<MeasureOptions, "budgetMs" | "seed"> & { /** For each kernel. */ readonly kernelMs: number };
  /** Share of the time that is over; measuring ends at 1. */
  elapsed(): number;
  /** True = stop now. */
  stopped(): boolean;
  /** Told before each request. */
  onStep?(step: Step): void;
  /** Told of each kernel that could not be measured. */
  onFailure?(failure: SampleFailure): void;
}

/** How calibrations repeat a kernel in one request. */
export const usualRepeat: MeasureAllOptions["repeat"] = { least: 5, most: 24, tightness: 0.03, kernelMs: 50 };

/** How measuring ended. */
export interface MeasureAllResult {
  /** "done" = nothing is left that would tell more; "time" = the time is over; "stopped" = it was asked to; "given-up" = the backend fails on everything. */
  readonly end: "done" | "time" | "stopped" | "given-up";
  readonly samples: number;
  readonly failures: number;
  /** How much faster than the slowest moment the fastest one was, by the clock of the core: 0.02 = 2 %; absent where it was not seen. */
  readonly clockSpread?: number;
  /** Median over the samples of the share of all cores' time that other programs had; absent where the system does not say. */
  readonly load?: number;
}

/** So many kernels in a row that kill the backend, with none between them that it measures, and it is given up. */
const mostDeaths = 5;

/**
 * Measures by a plan until the time is over or nothing is left. Each round has a process of its own. Where a request kills
 * the process or makes it hang, its kernels are tried one by one: those that do it again are noted as failures, and the
 * rest goes on.
 */
export async function measureAll({ plan, port, sink, batch, repeat, elapsed, stopped, onStep, onFailure }: MeasureAllOptions): Promise<MeasureAllResult> {
  let [samples, failures, deaths] = [0, 0, 0];
  const steps: number[] = [];
  const loads: Pick<Sample, "load">[] = [];
  let lastRound: number | undefined;

  const fail = (kernel: Kernel, round: number, failure: string): void => {
    const { kind, shape, dtype, threads, variant } = kernel;
    const line: SampleFailure = { kind, shape, dtype, ...(threads !== undefined && { threads }), ...(variant !== undefined && { variant }), round, failure };
    sink.append(line);
    plan.fail(line);
    failures++;
    onFailure?.(line);
  };
  const take = (round: number) => (outcome: WatchedOutcome): void => {
    if ("failure" in outcome) return fail(outcome, round, outcome.failure);
    const { ns, load, ...kernel } = outcome;
    const times = ns.filter((time) => Number.isFinite(time) && time > 0);
    if (times.length === 0) return fail(kernel, round, "gave no times");
    const sample: Sample = { ...kernel, round, ns: times, ...(load !== undefined && { load: Math.min(1, Math.round(load * 1000) / 1000) }) };
    loads.push({ ...(sample.load !== undefined && { load: sample.load }) });
    sink.append(sample);
    plan.add(sample);
    samples++;
    deaths = 0;
  };
  /** @returns why it failed, and which kernels came to nothing */
  const request = async (kernels: readonly Kernel[], round: number): Promise<{ failure?: string; missing: readonly Kernel[] }> => {
    const { failure, stepNs } = await port.measure(kernels, { least: repeat.least, most: repeat.most, tightness: repeat.tightness, budgetMs: repeat.kernelMs * kernels.length, seed: round + 1 }, take(round));
    if (stepNs !== undefined) steps.push(stepNs);
    return { ...(failure !== undefined && { failure }), missing: plan.missing(kernels, round) };
  };

  const finish = (end: MeasureAllResult["end"]): MeasureAllResult => {
    port.end();
    const median = medianLoad(loads);
    return { end, samples, failures, ...(steps.length > 1 && { clockSpread: Math.max(...steps) / Math.min(...steps) - 1 }), ...(median !== undefined && { load: median }) };
  };
  for (;;) {
    if (stopped()) return finish("stopped");
    if (elapsed() >= 1) return finish("time");
    const step = plan.next(batch, elapsed());
    if (step === undefined) return finish("done");
    if (lastRound !== undefined && step.round !== lastRound) port.end();
    lastRound = step.round;
    onStep?.(step);
    const { failure, missing } = await request(step.kernels, step.round);
    if (stopped()) return finish("stopped");
    for (const kernel of missing) {
      if (failure === undefined || step.kernels.length === 1) fail(kernel, step.round, failure ?? "the backend said nothing of it");
      else {
        const alone = await request([kernel], step.round);
        if (stopped()) return finish("stopped");
        if (alone.missing.length === 0) continue;
        fail(kernel, step.round, alone.failure ?? "the backend said nothing of it");
      }
      if (failure !== undefined && ++deaths >= mostDeaths) return finish("given-up");
      if (elapsed() >= 1) return finish("time");
    }
  }
}
