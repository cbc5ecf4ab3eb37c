import { counted, formatCount, formatNs, formatPercent } from "../../base/units.ts";
import { clip, type TextColumn } from "../table-text.ts";
import { changeText, fit, leastGain, wrapLast } from "./explain-text.ts";
import type { ThreadStory, WaitStory } from "./thread-story.ts";
import type { ThreadWhatIf } from "./thread-what-if.ts";

/** From this share of the time on, a lock is said to decide how long the run takes. */
const bottleneck = 0.9;
const leastShare = 0.005;

/** What threads did with their lives and what they stood in line for, in sentences. */
export function threadStoryLines({ lifeNs, onCores, withoutCore, inLine, asleep, waits }: ThreadStory): string[] {
  if (lifeNs === 0) return [];
  const parts = ([[onCores, "on cores"], [withoutCore, "ready, without a core"], [asleep, "asleep"]] as const).filter(([share]) => share >= leastShare);
  const lines = ["", ...fit(`Threads lived ${formatNs(lifeNs)} together: ${parts.map(([share, what]) => `${formatPercent(share)} ${what}`).join(", ")}.${inLine >= leastShare ? ` For ${formatPercent(inLine)} of it they stood in line:` : ""}`)];
  for (const wait of waits.filter(({ share }) => share >= leastShare)) lines.push(...fit(`  ${waitSentence(wait)}`));
  return lines;
}

function waitSentence({ name, kind, design, ns, share, count, longestNs, heldShare, sections = [] }: WaitStory): string {
  const what = `${clip(name, 40)} (${kind === "mutex" ? design : kind})`;
  const waits = `${formatPercent(share)} for ${what}: ${formatNs(ns)} in ${counted(count, "wait", formatCount)}, the longest ${formatNs(longestNs)}.`;
  if (heldShare === undefined) return waits;
  const held = ` It is held ${formatPercent(heldShare)} of the time${heldShare >= bottleneck ? ", so it decides how long the run takes" : ""}`;
  const [longest] = sections;
  return `${waits}${held}${longest === undefined ? "" : `; the longest critical section is that of ${longest.thread} at ${formatNs(longest.startNs)}, ${formatNs(longest.ns)}`}.`;
}

/** What changes would gain, as a table. */
export function threadWhatIfLines({ tried, candidates, results }: ThreadWhatIf): string[] {
  if (tried === 0) return [];
  const matters = results.filter(({ gain }) => gain !== undefined && Math.abs(gain) >= leastGain);
  const none = results.filter(({ gain }) => gain !== undefined && Math.abs(gain) < leastGain);
  const right = (header: string): TextColumn => ({ header, align: "right" });
  const lines = ["", `What if (${tried < candidates ? `${tried} of ${counted(candidates, "change")}` : counted(tried, "change")} of the threads, each simulated):`];
  if (matters.length > 0) lines.push(...wrapLast([right("makespan"), right("change"), { header: "" }], matters.map(({ label, afterNs, gain }) => [formatNs(afterNs!), changeText(gain!), label]), "  "));
  if (none.length > 0) lines.push(...fit(`  no effect: ${none.map(({ label }) => clip(label)).join(", ")}`));
  for (const { label, failure } of results) if (failure !== undefined) lines.push(...fit(`  ${clip(label)}: the run fails, ${clip(failure, 160)}`));
  return lines;
}
