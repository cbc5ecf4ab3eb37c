import type { MergedOp } from "../graph/fuse.ts";

/**
 * What fusion merged, in one line: how many operators into how many, and the patterns, most frequent first.
 * @example
 * fusedSummary([{ into: "conv1", members: ["conv1", "relu1"], pattern: "conv+relu" }]); // "fused 2 operators into 1: conv+relu"
 */
export function fusedSummary(merged: readonly MergedOp[]): string {
  const counts = new Map<string, number>();
  let members = 0;
  for (const { pattern, members: { length } } of merged) {
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
    members += length;
  }
  const patterns = [...counts].sort((a, b) => b[1] - a[1]).map(([pattern, count]) => (count === 1 ? pattern : `${pattern} ×${count}`));
  const shown = patterns.slice(0, 4).join(", ");
  return `fused ${members} operators into ${merged.length}: ${shown}${patterns.length > 4 ? ` and ${patterns.length - 4} more patterns` : ""}`;
}
