import { formatNs } from "../../src/base/units.ts";
import { agreement, goal, type Agreement, type ComparedCase } from "./cases/compare.ts";
import { loadText, type ThreadCosts } from "./micro/costs.ts";

/** The costs as a table. */
export function costsText(profile: ThreadCosts): string {
  const { cpu, cores, os, node } = profile.machine;
  const rows = Object.entries(profile.costs).map(([name, cost]) => [name, number(cost.value), cost.unit, ...("low" in cost ? [`${number(cost.low)} – ${number(cost.high)}`, percent(cost.spread), cost.others === undefined ? "" : percent(cost.others)] : [])]);
  const lines = [
    `costs of threads on ${cpu}, ${cores} cores, ${os}, Node ${node}`,
    ...table(["item", "median", "unit", "95 % interval", "spread", "others"], rows, [1, 3, 4, 5]),
    ...Object.entries(profile.missing).map(([name, why]) => `${name}: not measured: ${why}`),
    loadText(profile.load),
  ];
  return `${lines.join("\n")}\n`;
}

/** The cases as a table, those that were simulated beside what was measured. */
export function casesText(results: readonly ComparedCase[]): string {
  const simulated = results.some(({ simulatedNs }) => simulatedNs !== undefined);
  const rows = results.map(({ case: one, nsPerOperation, throughput, unit, aa, others, failure, simulatedNs, error }) => [
    one.name,
    ...(nsPerOperation === undefined ? ["", ""] : [number(throughput!), `${unit}/s`]),
    ...(simulated ? [simulatedNs === undefined ? "" : number(1e9 / simulatedNs), error === undefined ? "" : signed(error)] : []),
    ...(nsPerOperation === undefined ? ["", "", "", ""] : [formatNs(nsPerOperation.value), `${formatNs(nsPerOperation.low)} – ${formatNs(nsPerOperation.high)}`, aa === undefined ? "" : percent(aa), others === undefined ? "" : percent(others)]),
    failure ?? "",
  ]);
  const header = ["case", "measured", "", ...(simulated ? ["simulated", "error"] : []), "each", "interval", "A/A", "others", ""];
  const lines = table(header, rows, header.flatMap((title, i) => (["case", ""].includes(title) ? [] : [i])));
  const sum = agreement(results);
  return `${[...lines, ...(sum === undefined ? [] : agreementLines(sum))].join("\n")}\n`;
}

function agreementLines({ cases, medianError, medianAa, within, lockPairs, lockPairsRight }: Agreement): string[] {
  const self = medianAa === undefined ? "" : `; the measurement differs from itself by ${percent(medianAa)} at the median`;
  return [
    `simulated and measured time of an operation differ by ${percent(medianError)} at the median of ${cases} cases, by ${percent(goal)} at most in ${within} of them${self}`,
    ...(lockPairs === 0 ? [] : [`${lockPairsRight} of ${lockPairs} pairs of locks that measurement tells apart are simulated in the right order`]),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${percent(Math.abs(value))}`;
}

function number(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** Columns two blanks apart; those in `right` end in line. */
function table(header: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  return [header, ...rows].map((row) => row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i] ?? 0))).join("  ").trimEnd());
}
