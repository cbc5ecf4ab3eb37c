import { availableParallelism, cpus, release } from "node:os";
import { quietShare } from "../harness/load.ts";
import { median, quietRuns, summarize, type Summary } from "../harness/summary.ts";
import { runRounds, type RoundOptions } from "../harness/rounds.ts";
import { figuresOf, type Figure } from "./figures.ts";
import type { CostUnit, Micro } from "./micro.ts";

/** One measured item: what it is, and how sure that is. */
export interface Cost extends Summary {
  /** Median share of the cores that other programs had in the runs that were kept; absent where the system does not say. */
  readonly others?: number;
  readonly unit: CostUnit;
  readonly what: string;
}

/** Where something was measured; no names of machines or users. */
export interface MeasuredOn {
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly node: string;
}

/** The file `heddle-thread-costs/1`: what synchronization and scheduling cost on a machine. */
export interface ThreadCosts {
  readonly format: "heddle-thread-costs/1";
  /** Where the figures come from, in words. */
  readonly source: string;
  /** Day of the measurement, as 2026-01-31. */
  readonly date: string;
  readonly machine: MeasuredOn;
  /** How quiet the machine was: what other programs had of the cores' time, in the runs that were kept. */
  readonly load: {
    /** Runs that were kept and left out, over all items. */
    readonly kept: number;
    readonly leftOut: number;
    /** Median and greatest share among those kept; absent where the system does not say. */
    readonly othersMedian?: number;
    readonly othersMost?: number;
  };
  /** What a simulator charges, by the names of a scenario's `threadCosts`, and the items that this follows from. */
  readonly costs: Readonly<Record<string, Cost | Figure>>;
  /** Items that could not be measured, and why. */
  readonly missing: Readonly<Record<string, string>>;
}

/** All samples of an item in one run. */
export interface RawSamples {
  readonly item: string;
  readonly round: number;
  /** Share of the cores that other programs had; null where the system does not say. */
  readonly others: number | null;
  readonly samples: readonly number[];
}

/** Where other programs have a larger share of the cores, what needs a quiet machine is not believed. */
const busyShare = 0.25;

/** This machine. */
export function thisMachine(): MeasuredOn {
  return { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), os: `${process.platform} ${/^\d+(\.\d+)?/.exec(release())?.[0] ?? ""} ${process.arch}`, node: process.versions.node };
}

/**
 * Measures in interleaved rounds; see {@link runRounds}.
 * @returns all samples, and why items are missing
 */
export async function measureCosts(micros: readonly Micro[], options: RoundOptions): Promise<{ raw: RawSamples[]; failures: Record<string, string> }> {
  const outcomes = await runRounds(micros, options);
  const failures: Record<string, string> = {};
  const raw = micros.flatMap(({ items, samples }, at) => {
    const { runs, failure } = outcomes[at]!;
    if (failure !== undefined) for (const { name } of items) failures[name] = failure;
    return runs.flatMap((run) => {
      const all = samples(run);
      return items.map(({ name }, i): RawSamples => ({ item: name, round: run.round, others: run.others === undefined ? null : rounded(run.others), samples: all[i]!.map(rounded) }));
    });
  });
  return { raw, failures };
}

/** What a profile says of where its samples come from. */
export interface CostsOrigin {
  readonly source: string;
  /** Why items were not measured. */
  readonly failures?: Readonly<Record<string, string>>;
  /** Default: today. */
  readonly date?: string;
  /** Default: this machine. */
  readonly machine?: MeasuredOn;
}

/** The profile that these samples give: of each item the quieter runs, as {@link quietRuns} has them. */
export function costsOf(micros: readonly Micro[], raw: readonly RawSamples[], { source, failures = {}, date = new Date().toISOString().slice(0, 10), machine = thisMachine() }: CostsOrigin): ThreadCosts {
  const byItem = new Map<string, { readonly others: number | undefined; readonly samples: readonly number[] }[]>();
  for (const { item, others, samples } of raw) {
    const runs = byItem.get(item) ?? [];
    byItem.set(item, runs);
    if (samples.length > 0) runs.push({ others: others ?? undefined, samples });
  }
  const costs: Record<string, Cost> = {};
  const missing: Record<string, string> = {};
  const loads: number[] = [];
  let [kept, all] = [0, 0];
  for (const { name, unit, what, needsQuiet } of micros.flatMap((micro) => micro.items.map((item) => ({ ...item, needsQuiet: micro.needsQuiet ?? false })))) {
    const runs = byItem.get(name) ?? [];
    const quiet = quietRuns(needsQuiet ? runs.filter(({ others }) => (others ?? 0) <= busyShare) : runs);
    [kept, all] = [kept + quiet.length, all + runs.length];
    loads.push(...quiet.flatMap(({ others }) => others ?? []));
    if (quiet.length === 0) missing[name] = failures[name] ?? (runs.length > 0 ? "other programs kept the cores busy" : "no samples: the system does not tell, or it was not asked for");
    else {
      const others = median(quiet.map((run) => run.others ?? NaN));
      costs[name] = { ...roundedSummary(summarize(quiet.map(({ samples }) => samples))), ...(!Number.isNaN(others) && { others: rounded(others) }), unit, what };
    }
  }
  return {
    format: "heddle-thread-costs/1",
    source, date, machine,
    load: { kept, leftOut: all - kept, ...(loads.length > 0 && { othersMedian: rounded(median(loads)), othersMost: rounded(Math.max(...loads)) }) },
    costs: { ...figuresOf(costs), ...costs }, missing,
  };
}

/** What the profile says of the load, in words. */
export function loadText({ kept, leftOut, othersMedian, othersMost }: ThreadCosts["load"]): string {
  const others = othersMedian === undefined ? "the load of others is not known here" : `others had ${share(othersMedian)} of the cores at the median, ${share(othersMost!)} at most`;
  return `${kept} runs kept, ${leftOut} with more load left out (quiet: others have ${share(quietShare)} of the cores at most); in those kept ${others}`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function roundedSummary(summary: Summary): Summary {
  return { ...summary, value: rounded(summary.value), low: rounded(summary.low), high: rounded(summary.high), spread: rounded(summary.spread) };
}

/** Four digits: more are never known. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
