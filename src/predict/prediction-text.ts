import { counted, formatNs, formatPercent } from "../base/units.ts";
import type { Gap, KindPart, Prediction } from "./predict-run.ts";

/** What stands above a prediction. */
export interface PredictionTitle {
  readonly model: string;
  readonly device: string;
  /** "sequential, 2 threads"; absent on devices without such a choice. */
  readonly setting?: string;
}

/** Gaps that are smaller than this share of the time are told in one line, all together; a smaller overlap is not told. */
const worthTelling = 0.01;

/** A prediction for people, with a closing line break. */
export function formatPrediction({ model, device, setting }: PredictionTitle, prediction: Prediction): string {
  const { latencyNs, lowNs, highNs, confidence, kinds, gaps, overheadNs, overlapNs, nodeCount } = prediction;
  const total = kinds.reduce((sum, { ns }) => sum + ns, overheadNs);
  const row = (name: string, count: number, ns: number, limit: string, error: number | undefined): string[] => [name, String(count), formatNs(ns), formatPercent(total > 0 ? ns / total : 0), limit, error === undefined ? "" : `± ${formatPercent(error)}`];
  const rows = [
    ...kinds.map((part) => row(nameOf(part), part.count, part.ns, part.limit, part.error)),
    ...(overheadNs > 0 ? [row("runtime", nodeCount, overheadNs, "", undefined)] : []),
    ...(Math.abs(overlapNs) >= worthTelling * latencyNs ? [[overlapNs < 0 ? "overlapped" : "waiting for cores", "", `${overlapNs < 0 ? "−" : ""}${formatNs(Math.abs(overlapNs))}`, "", "", ""]] : []),
  ];
  const lines = [
    `${model} on ${device}${setting === undefined ? "" : `, ${setting}`}`,
    `  ${formatNs(latencyNs)}  (${formatNs(lowNs)} to ${formatNs(highNs)} in ${Math.round(100 * confidence)} of 100 cases)`, "",
    ...table(["operators", "count", "time", "share", "limited by", "error"], rows), ...gapLines(gaps, total),
  ];
  return `${lines.join("\n")}\n`;
}

/** "conv nchwc". */
export function nameOf({ kind, variant }: Pick<KindPart, "kind" | "variant">): string {
  return variant === undefined ? kind : `${kind} ${variant}`;
}

const because: Readonly<Record<Gap["basis"], string>> = {
  extrapolated: "beyond the sizes or threads that were measured", parts: "not measured as one operator: the sum of its parts",
  similar: "not measured: taken like another kind or element type of as much work", "data sheet": "not measured: from the figures of the device",
};

function gapLines(gaps: readonly Gap[], total: number): string[] {
  if (gaps.length === 0) return [];
  const small = gaps.filter(({ ns }) => ns < worthTelling * total);
  const told = gaps.filter((gap) => !small.includes(gap));
  const lines = told.map((gap) => `  ${nameOf(gap)}: ${counted(gap.count, "operator")}, ${formatPercent(gap.ns / total)} of the time, ${because[gap.basis]}; most: ${gap.example}`);
  const rest = small.reduce((sum, { ns }) => sum + ns, 0);
  if (small.length > 0) lines.push(`  ${counted(small.reduce((sum, { count }) => sum + count, 0), "operator")}${told.length > 0 ? " more" : ""}, ${formatPercent(rest / total)} of the time`);
  return ["", "not covered by measurements:", ...lines];
}

/** Aligned columns, the first and the fifth to the left. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) => `  ${row.map((text, column) => (column === 0 || column === 4 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join("  ").trimEnd()}`);
}
