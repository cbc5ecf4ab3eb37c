import { formatWhole } from "../base/units.ts";
import type { MergedOp } from "../graph/fuse.ts";

const shownPatterns = 3;

/**
 * What fusion merged, in short: how many operators into how many, and on a second line the patterns, most frequent first.
 * @example
 * fusedSummary([{ into: "conv1", members: ["conv1", "relu1"], pattern: "conv+relu" }]); // "fused 2 operators into 1\n  conv+relu\n"
 */
export function fusedSummary(merged: readonly MergedOp[]): string {
  const counts = new Map<string, number>();
  let members = 0;
  for (const { pattern, members: { length } } of merged) {
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
    members += length;
  }
  const patterns = [...counts].sort((a, b) => b[1] - a[1]).map(([pattern, count]) => (count === 1 ? pattern : `${pattern} ×${formatWhole(count)}`));
  const more = patterns.length - shownPatterns;
  return `fused ${formatWhole(members)} operators into ${formatWhole(merged.length)}\n  ${patterns.slice(0, shownPatterns).join(", ")}${more > 0 ? ` and ${more} more` : ""}\n`;
}
