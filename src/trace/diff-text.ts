import { formatNs, formatWhole } from "../base/units.ts";
import type { DiffCause, DiffSide, OpChange, TraceDiff } from "./diff.ts";
import { textTable } from "./table-text.ts";
import { threadDiffLines } from "./threads/thread-diff.ts";

const causeText: Readonly<Record<DiffCause, string>> = {
  device: "other device", stretch: "runs for another time on the same device", placement: "placed at another time", data: "its data", slot: "its turn on the device",
};

/** {@link TraceDiff} for people, in at most 100 columns and without colours. */
export function formatDiff(diff: TraceDiff): string {
  const { before, after, makespanRatio: ratio, moves } = diff;
  const { threads } = diff;
  const by = ({ scheduler }: { readonly scheduler: string }): string => (diff.matched === 0 ? "" : ` (${scheduler})`);
  const lines = [`makespan  ${endOf(before)}${by(before)} → ${endOf(after)}${by(after)}${ratio === undefined ? "" : `, ${verdict(ratio)}`}`];
  if (threads !== undefined && diff.matched === 0) return `${[...lines, ...threadDiffLines(threads)].join("\n")}\n`;
  lines.push(`matched   ${diff.matched} operators${only(diff.onlyBefore, "before")}${only(diff.onlyAfter, "after")}`);
  const where = moves.slice(0, 3).map(({ from, to, count }) => `${formatWhole(count)} ${from} → ${to}`).join(", ");
  lines.push(`moved     ${formatWhole(diff.moved)}${where === "" ? "" : `: ${where}${moves.length > 3 ? ` and ${moves.length - 3} more routes` : ""}`}`);
  if (diff.path.length > 0) {
    const columns = [{ header: "on the critical path" }, ...["before", "after", "change"].map((header) => ({ header, align: "right" as const }))];
    lines.push("", ...textTable(columns, diff.path.map(({ kind, beforeNs, afterNs }) => [kind, formatNs(beforeNs), formatNs(afterNs), signed(afterNs - beforeNs)])));
  }
  lines.push(...opLines("slower", diff.slower), ...opLines("faster", diff.faster));
  if (threads !== undefined) lines.push("", ...threadDiffLines(threads));
  return `${lines.join("\n")}\n`;
}

function endOf({ makespanNs, stopped = formatNs(makespanNs) }: DiffSide): string {
  return stopped;
}

function verdict(ratio: number): string {
  if (ratio === 1) return "the same";
  return ratio < 1 ? `${(1 / ratio).toFixed(3)}× faster` : `${ratio.toFixed(3)}× slower`;
}

function only(count: number, where: string): string {
  return count === 0 ? "" : `, ${formatWhole(count)} only ${where}`;
}

function signed(ns: number): string {
  return ns > 0 ? `+${formatNs(ns)}` : ns < 0 ? `−${formatNs(-ns)}` : "0";
}

function opLines(title: string, changes: readonly OpChange[]): string[] {
  if (changes.length === 0) return [];
  const columns = [{ header: title, maxWidth: 26 }, { header: "ready to end", align: "right" as const }, { header: "device", maxWidth: 30 }, { header: "mostly because of" }];
  return ["", ...textTable(columns, changes.map(({ name, changeNs, deviceBefore, deviceAfter, cause, parts }) => [
    name, signed(changeNs), deviceBefore === deviceAfter ? deviceBefore : `${deviceBefore} → ${deviceAfter}`, `${causeText[cause]} ${signed(parts[cause])}`,
  ]))];
}
