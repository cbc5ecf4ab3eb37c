import { formatNs, formatPercent } from "../base/units.ts";
import type { Estimated } from "../stats/comparison.ts";
import type { Interval } from "../stats/interval.ts";
import { formatComparison } from "../trace/comparison-text.ts";
import { clip, textTable, type TextColumn } from "../trace/table-text.ts";
import type { ComparedScheduler, Comparison } from "./comparison.ts";
import { formatSensitivity } from "./sensitivity-text.ts";
import { timeScale, type TimeScale } from "./time-scale.ts";

/**
 * A comparison as aligned tables, best first, with what the figures mean below them. Where nothing was luck, or there
 * was one seed alone, it is one plain table.
 * @example
 * console.log(formatComparisonOverSeeds(await compareOverSeeds(scenario, { seeds: 100 })));
 */
export function formatComparisonOverSeeds(comparison: Comparison): string {
  const { schedulers, failures, seedCount, random, lowerBoundNs, sensitivity } = comparison;
  const plain = seedCount === 1 || schedulers.every((row) => row.constant);
  const lines = plain && schedulers.length > 0 ? plainLines(comparison) : statisticsLines(comparison);
  if (schedulers.length > 0 && !plain && lowerBoundNs !== undefined) lines.push("", `lower bound ${formatNs(lowerBoundNs)}${random ? ", mean over the seeds" : ""}: no schedule can be faster`);
  if (failures.length > 0) lines.push("", ...failures.map(({ name, seed, message }) => `${name}: ${clip(message)}${seedCount > 1 ? ` (seed ${seed})` : ""}`));
  if (sensitivity !== undefined && schedulers.length > 0) lines.push("", ...formatSensitivity(sensitivity, schedulers[0]!.name, seedCount > 1 && random));
  return `${lines.join("\n")}\n`;
}

/** Without statistics: there is nothing to say them of. */
function plainLines({ schedulers, failures, seedCount, random }: Comparison): string[] {
  const rows = schedulers.map(({ name, mean, gap, utilization }) => ({ name, metrics: { makespanNs: mean.value, utilization, ...(gap !== undefined && { gap }) } }));
  const lines = formatComparison([...rows, ...failures.map(({ name }) => ({ name }))]).trimEnd().split("\n");
  if (random && seedCount === 1) lines.push("", "One seed: small differences may be luck. --seeds 30 tells which are not.");
  if (!random && seedCount > 1) lines.push("", "Nothing in this scenario is random, and none of these schedulers draws random numbers: one run of each says it all,", "and every difference is real. For luck, set noise (--set noise=5%) or arrivals at a rate.");
  return lines;
}

function statisticsLines(comparison: Comparison): string[] {
  const { schedulers, failures, seedCount, firstSeed, random, baseline } = comparison;
  const scale = timeScale(schedulers.map((row) => row.mean.value), schedulers.flatMap((row) => halfWidth(row.mean)));
  const right = (header: string): TextColumn => ({ header, align: "right" });
  const main: TextColumn[] = [right("rank"), { header: "scheduler", maxWidth: 30 }, right(`mean, ${scale.unit}`), { header: "95 % CI" }, right("vs best"), right(`faster than ${baseline}`), { header: "95 % CI" }, right("regret"), right("worst"), right("gap to bound"), right("utilisation")];
  const cells = schedulers.map((row) => [
    String(row.rank), row.name, scale.format(row.mean.value), row.mean.interval === undefined ? "" : `± ${scale.format(halfWidth(row.mean)[0]!)}`,
    `${row.vsBest.toFixed(row.vsBest < 10 ? 3 : 1)}×`, ...winCells(row, baseline),
    formatPercent(row.regret.mean.value), formatPercent(row.regret.max), row.gap === undefined ? "–" : formatPercent(row.gap), formatPercent(row.utilization),
  ]);
  const quantiles: TextColumn[] = [{ header: "scheduler", maxWidth: 30 }, ...["p50", "p90", "p99"].flatMap((name) => [right(`${name}, ${scale.unit}`), { header: "95 % CI" }]), right("min"), right("max")];
  const quantileCells = schedulers.map((row) => [
    row.name, ...[row.p50, row.p90, row.p99].flatMap((estimate) => [scale.format(estimate.value), rangeText(estimate.interval, scale)]), scale.format(row.min), scale.format(row.max),
  ]);
  const failed = failures.map(({ name }) => ["–", name, "failed", ...Array<string>(main.length - 3).fill("")]);
  const open = schedulers.some((row) => [row.p50, row.p90, row.p99].some(({ interval }) => interval !== undefined && (interval.low === undefined || interval.high === undefined)));
  return [
    ...textTable(main, [...cells, ...failed]), "",
    ...(schedulers.length === 0 ? [] : [...textTable(quantiles, quantileCells), ""]),
    `${seedCount} seeds (${firstSeed} to ${firstSeed + seedCount - 1}); with each, all schedulers meet the same luck.`,
    "rank: by the mean; shared with the first of a rank where the difference from it is not significant (paired t test, Holm's correction, p < 0.05).",
    "CI: of the mean by Student's t, of quantiles between order statistics, of the share of seeds on which it was faster (ties half) by Wilson.",
    "regret: how much slower than the best scheduler of the same seed, on average and at worst.",
    ...(open ? ["–: so few seeds do not bound that side (p99 takes 368)."] : []),
    ...(!random ? ["Nothing in the scenario is random: what has no ± is the same with every seed, and the rest is the schedulers' own luck."] : schedulers.some((row) => row.constant) ? ["What has no ± was the same with every seed."] : []),
  ];
}

function winCells(row: ComparedScheduler, baseline: string): string[] {
  if (row.name === baseline) return ["baseline", ""];
  const { probability, interval } = row.win;
  return [percent(probability), `${percent(interval.low!)} … ${percent(interval.high!)}`];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function halfWidth({ value, interval }: Estimated): number[] {
  return interval?.high === undefined ? [] : [interval.high - value];
}

function rangeText(interval: Interval | undefined, scale: TimeScale): string {
  if (interval === undefined) return "";
  const end = (ns: number | undefined): string => (ns === undefined ? "–" : scale.format(ns));
  return `${end(interval.low)} … ${end(interval.high)}`;
}
