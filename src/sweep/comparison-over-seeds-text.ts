import { formatNs, formatPercent } from "../base/units.ts";
import type { Estimated } from "../stats/comparison.ts";
import type { Interval } from "../stats/interval.ts";
import { formatComparison, type ComparisonRow } from "../trace/comparison-text.ts";
import { isThreadObjective, namesOf, type ObjectiveUnit, type RankedBy } from "../trace/objective.ts";
import { clip, textTable, type TextColumn } from "../trace/table-text.ts";
import type { ComparedScheduler, Comparison } from "./comparison.ts";
import { formatSensitivity } from "./sensitivity-text.ts";
import { valueScale, type ValueScale } from "./value-scale.ts";

/**
 * A comparison as aligned tables, best first, with what the figures mean below them. Where nothing was luck, or there
 * was one seed alone, it is one plain table.
 * @example
 * console.log(formatComparisonOverSeeds(await compareOverSeeds(scenario, { seeds: 100 })));
 */
export function formatComparisonOverSeeds(comparison: Comparison): string {
  const { schedulers, failures, seedCount, random, lowerBoundNs, lowerBoundOnceNs, sensitivity } = comparison;
  const plain = seedCount === 1 || schedulers.every((row) => row.constant);
  const lines = plain && schedulers.length > 0 ? plainLines(comparison) : statisticsLines(comparison);
  if (schedulers.length > 0 && !plain && lowerBoundNs !== undefined) lines.push("", `lower bound ${comparison.by === "makespan" ? "" : "of the makespan "}${formatNs(lowerBoundNs)}${random ? ", mean over the seeds" : ""}: no schedule can be faster`);
  if (lowerBoundNs !== undefined && lowerBoundOnceNs !== undefined) lines.push(...(plain ? [""] : []), `gap to bound: above ${formatNs(lowerBoundOnceNs)} where every operator runs once, above ${formatNs(lowerBoundNs)} where the scheduler may run some several times`);
  if (failures.length > 0) lines.push("", ...failures.map(({ name, seed, message }) => `${name}: ${clip(message)}${seedCount > 1 ? ` (seed ${seed})` : ""}`));
  if (sensitivity !== undefined && schedulers.length > 0) lines.push("", ...formatSensitivity(sensitivity, schedulers[0]!.name, namesOf(comparison.by).label, seedCount > 1 && (random || !plain)));
  return `${lines.join("\n")}\n`;
}

/** Without statistics: there is nothing to say them of. */
function plainLines({ schedulers, failures, seedCount, random, by, compares }: Comparison): string[] {
  const rows = schedulers.map((row): ComparisonRow => {
    const of = (objective: RankedBy): number => (objective === by ? row.mean : row.others[objective])?.value ?? NaN;
    const latencyNs = { mean: of("latency-mean"), p50: of("latency-p50"), p99: of("latency-p99") };
    return { name: row.name, metrics: {
      makespanNs: of("makespan"), utilization: row.utilization, ...(row.gap !== undefined && { gap: row.gap }), energyJoules: of("energy"), ...(isThreadObjective(by) && { measuredNs: of(by) }),
      ...(!Number.isNaN(latencyNs.mean) && { jobs: { latencyNs } }),
    } };
  });
  const lines = formatComparison([...rows, ...failures.map(({ name }) => ({ name }))], by, nounOf(compares)).trimEnd().split("\n");
  if (by !== "makespan") lines.push("", `Ranked by ${namesOf(by).label}; --by ranks by another.`);
  if (random && seedCount === 1) lines.push("", "One seed: small differences may be luck. --seeds 30 tells which are not.");
  if (!random && seedCount > 1) lines.push("", `Nothing in this scenario is random, and none of these ${compares} draws random numbers: one run of each says it all,`, `and every difference is real.${compares === "schedulers" ? " For luck, set noise (--set noise=5%) or arrivals at a rate." : ""}`);
  return lines;
}

function statisticsLines(comparison: Comparison): string[] {
  const { schedulers, failures, seedCount, firstSeed, random, by, baseline, compares } = comparison;
  const noun = nounOf(compares);
  const { unit, label, header } = namesOf(by);
  const scale = scaleOf(unit, schedulers.map((row) => row.mean));
  const isTime = unit === "ns";
  const main: TextColumn[] = [
    right("rank"), { header: noun, maxWidth: 30 }, right(`${by === "makespan" ? "mean" : header}, ${scale.unit}`), interval, right("vs best"), right(`${isTime ? "faster" : "less"} than ${baseline}`), interval,
    right("regret"), right("worst"), right("gap to bound"), right("utilisation"),
  ];
  const base = schedulers.find(({ name }) => name === baseline)!;
  const cells = schedulers.map((row) => [
    String(row.rank), row.name, ...meanCells(row.mean, scale), `${row.vsBest.toFixed(row.vsBest < 10 ? 3 : 1)}×`, ...winCells(row, base),
    formatPercent(row.regret.mean.value), formatPercent(row.regret.max), row.gap === undefined ? "–" : formatPercent(row.gap), formatPercent(row.utilization),
  ]);
  const quantiles: TextColumn[] = [{ header: noun, maxWidth: 30 }, ...["p50", "p90", "p99"].flatMap((name) => [right(`${name}${by === "makespan" ? "" : " of seeds"}, ${scale.unit}`), interval]), right("min"), right("max")];
  const quantileCells = schedulers.map((row) => [
    row.name, ...[row.p50, row.p90, row.p99].flatMap((estimate) => [scale.format(estimate.value), rangeText(estimate.interval, scale)]), scale.format(row.min), scale.format(row.max),
  ]);
  const failed = failures.map(({ name }) => ["–", name, "failed", ...Array<string>(main.length - 3).fill("")]);
  const open = schedulers.some((row) => [row.p50, row.p90, row.p99].some(({ interval: of }) => of !== undefined && (of.low === undefined || of.high === undefined)));
  return [
    ...textTable(main, [...cells, ...failed]), "",
    ...(schedulers.length === 0 ? [] : [...textTable(quantiles, quantileCells), "", ...otherLines(schedulers, noun)]),
    `${seedCount} seeds (${firstSeed} to ${firstSeed + seedCount - 1}); with each, all ${compares} meet the same luck.`,
    `rank: by the mean${by === "makespan" ? "" : ` of the ${label}`}; shared with the first of a rank where the difference from it is not significant (paired t test, Holm's correction, p < 0.05).`,
    `CI: of the mean by Student's t, of quantiles between order statistics, of the share of seeds on which it ${isTime ? "was faster" : "took less"} (ties half) by Wilson.`,
    `regret: how much ${isTime ? "slower" : "more"} than the best ${noun} of the same seed, on average and at worst.`,
    ...(open ? ["–: so few seeds do not bound that side (p99 takes 368)."] : []),
    ...(!random ? [`Nothing in the scenario is random: what has no ± is the same with every seed, and the rest is the ${compares}' own luck.`] : schedulers.some((row) => row.constant) ? ["What has no ± was the same with every seed."] : []),
  ];
}

/** Means of what schedulers are not ranked by. */
function otherLines(schedulers: readonly ComparedScheduler[], noun: string): string[] {
  const others = Object.keys(schedulers[0]!.others) as RankedBy[];
  if (others.length === 0) return [];
  const scales = others.map((other) => scaleOf(namesOf(other).unit, schedulers.map((row) => row.others[other]!)));
  const columns: TextColumn[] = [{ header: noun, maxWidth: 30 }, ...others.flatMap((other, i) => [right(`${namesOf(other).header}, ${scales[i]!.unit}`), interval])];
  return [...textTable(columns, schedulers.map((row) => [row.name, ...others.flatMap((other, i) => meanCells(row.others[other]!, scales[i]!))])), ""];
}

/** One of those that are compared. */
function nounOf(compares: Comparison["compares"]): string {
  return compares === "schedulers" ? "scheduler" : "thread policy";
}

const interval: TextColumn = { header: "95 % CI" };

function right(header: string): TextColumn {
  return { header, align: "right" };
}

function scaleOf(unit: ObjectiveUnit, estimates: readonly Estimated[]): ValueScale {
  return valueScale(unit, estimates.map(({ value }) => value), estimates.flatMap(halfWidth));
}

function meanCells(estimate: Estimated, scale: ValueScale): [mean: string, interval: string] {
  return [scale.format(estimate.value), estimate.interval === undefined ? "" : `± ${scale.format(halfWidth(estimate)[0]!)}`];
}

/** Between two that are the same with every seed there is no luck, and no interval. */
function winCells(row: ComparedScheduler, base: ComparedScheduler): string[] {
  if (row === base) return ["baseline", ""];
  const { probability, interval: of } = row.win;
  return [percent(probability), row.constant && base.constant ? "" : `${percent(of.low!)} … ${percent(of.high!)}`];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function halfWidth({ value, interval: of }: Estimated): number[] {
  return of?.high === undefined ? [] : [of.high - value];
}

function rangeText(range: Interval | undefined, scale: ValueScale): string {
  if (range === undefined) return "";
  const end = (ns: number | undefined): string => (ns === undefined ? "–" : scale.format(ns));
  return `${end(range.low)} … ${end(range.high)}`;
}
