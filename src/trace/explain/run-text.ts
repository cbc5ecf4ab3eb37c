import { counted, formatCount, formatNs, formatPercent } from "../../base/units.ts";
import { clip, clipMiddle, type TextColumn } from "../table-text.ts";
import type { PathChapter, PathPart, PathStory } from "./explain-path.ts";
import type { RunExplanation } from "./explain-run.ts";
import { changeText, fit, leastGain, place, wrapLast } from "./explain-text.ts";
import type { DeviceIdle, IdleCause, IdlePart, IdleReason } from "./idle-causes.ts";
import { makespanText } from "../makespan-text.ts";
import { threadBlocks, threadHeadLines } from "../threads/thread-text.ts";
import { threadStoryLines, threadWhatIfLines } from "./thread-story-text.ts";
import type { WhatIf, WhatIfResult } from "./what-if.ts";

/** Parts of the path and devices that are shown; what is below these shares is summed up. */
const mostParts = 8;
const mostDevices = 12;
const leastShare = 0.005;

/**
 * {@link RunExplanation} for people, without colours: what the critical path is made of and how it went, why each device
 * was idle, what changes of the machine would gain.
 */
export function formatRunExplanation(run: RunExplanation): string {
  const alone = run.threads !== undefined && run.tasks === 0;
  const lines = [
    `workload     ${clip(run.name, 60)}${alone ? "" : `, ${counted(run.tasks, "operator", formatCount)}`}`,
    `policies     ${alone ? `${run.threads.policy} threads` : `${run.scheduler} scheduler, ${run.sync} sync`}, seed ${run.seed}`,
    `makespan     ${makespanText(run)}`,
    ...threadLines(run), ...pathLines(run.criticalPath), ...(alone ? [] : idleLines(run.devices)), ...(run.threadWhatIf === undefined ? [] : threadWhatIfLines(run.threadWhatIf)), ...whatIfLines(run),
  ];
  return `${lines.join("\n")}\n`;
}

const right = (header: string): TextColumn => ({ header, align: "right" });
const named = (name: string, width = 40): string => `"${clipMiddle(name, width)}"`;

// ── threads ──

/** What the cores did, what threads waited for, and why they could not go on. */
function threadLines({ threads, threadStory }: RunExplanation): string[] {
  if (threads === undefined) return [];
  const found = threads.findings.flatMap(({ message }) => ["", ...message.split("\n")]);
  return [...threadHeadLines(threads).map(([label, text]) => `${label.padEnd(13)}${text}`), ...threadBlocks(threads).flatMap((block) => ["", ...block]), ...(threadStory === undefined ? [] : threadStoryLines(threadStory)), ...found];
}

// ── critical path ──

function pathLines({ operators, parts, chapters }: PathStory): string[] {
  if (chapters.length === 0) return [];
  const followed = [[operators.afterDependency, "the operator before"], [operators.afterData, "a transfer"], [operators.afterSlot, "a busy device"]] as const;
  const causes = followed.filter(([count]) => count > 0).map(([count, what]) => `${count} waited for ${what}`).join(", ");
  const lines = ["", ...fit(`Critical path: ${counted(operators.count, "operator")}${causes === "" ? "" : `; ${causes}`}`)];
  const shown = parts.slice(0, mostParts).filter(({ share }) => share >= leastShare);
  const rest = parts.slice(shown.length);
  const rows = shown.map((part) => [formatPercent(part.share), formatNs(part.ns), partText(part)]);
  if (rest.length > 0) rows.push([formatPercent(rest.reduce((sum, { share }) => sum + share, 0)), formatNs(rest.reduce((sum, { ns }) => sum + ns, 0)), `${counted(rest.length, "smaller part")}`]);
  if (rows.length > 0) lines.push(...wrapLast([right("share"), right("time"), { header: "what" }], rows, "  "));
  lines.push("", "How it went:", ...wrapLast([right("at"), right("for"), { header: "what" }], chapters.map((chapter) => [formatNs(chapter.startNs), formatNs(chapter.endNs - chapter.startNs), chapterText(chapter)]), "  "));
  return lines;
}

function partText(part: PathPart): string {
  const { kind, count, largest, taskKind, device, from, to } = part;
  const times = count > 1 ? `, ${formatCount(count)}×, the longest ` : " ";
  const longest = `${times}${named(largest.name, 30)}${count > 1 ? ` ${formatNs(largest.ns)}` : ""}`;
  switch (kind) {
    case "run": return `${taskKind} on ${device}${longest}`;
    case "transfer": return `transfers ${place(from!)} → ${place(to!)}${longest}`;
    case "arrival": return "before the job arrived";
    case "threads": return "threads, after the last operator";
    default: return `${waitText[kind]}${device === undefined ? "" : ` ${device}`}${longest}`;
  }
}

const waitText: Readonly<Record<Exclude<PathPart["kind"], "run" | "transfer" | "arrival" | "threads">, string>> = {
  setup: "loading a configuration on", paused: "paused on", "wait-slot": "waiting for a turn on", absent: "waiting for the absent", "wait-placement": "waiting for the scheduler to place on", "wait-thread": "waiting for a thread to take it on",
  "wait-data": "waiting for data on", "wait-sync": "waiting for synchronization, then on", aborted: "runs that were lost with",
};

function mostlyText({ kind, device, from, to }: NonNullable<PathChapter["mostly"]>): string {
  if (kind === "transfer") return `transfers ${place(from!)} → ${place(to!)}`;
  if (kind === "arrival") return "before a job arrived";
  if (kind === "threads") return "threads, after the last operator";
  return `${kind === "run" ? "running on" : waitText[kind]} ${device ?? ""}`.trimEnd();
}

function chapterText(chapter: PathChapter): string {
  const { kind, device, count, largest, tensor, from, to, because, after, stretchNs, mostly } = chapter;
  const name = named(largest.name);
  const longer = stretchNs === undefined ? "" : `, ${formatNs(stretchNs)} longer than alone`;
  const many = count > 1 ? `${formatCount(count)} operators ran on ${device}, the longest ${named(largest.name, 30)} ${formatNs(largest.ns)}` : `${name} ran on ${device}`;
  switch (kind) {
    case "more": return `… ${counted(count, "shorter step")}${mostly === undefined ? "" : `, mostly ${mostlyText(mostly)}`} …`;
    case "run": return `${many}${longer}${because === "slot" && after !== undefined ? ` (its turn came after ${named(after, 24)})` : ""}`;
    case "transfer": return `${named(tensor ?? "", 30)} moved ${place(from!)} → ${place(to!)} for ${name}${longer}${count > 1 ? `, and ${count - 1} more` : ""}`;
    case "setup": return `${device} loaded the configuration for ${name}`;
    case "paused": return `${name} was paused`;
    case "wait-slot": return `${name} waited for its turn on ${device}`;
    case "absent": return `${name} waited for ${device}, which was not there`;
    case "wait-placement": return `${name} was ready, and the scheduler had not placed it`;
    case "wait-thread": return `${name} was ready, and no thread had taken it`;
    case "wait-data": return `${name} waited for data`;
    case "wait-sync": return `${name} waited for synchronization`;
    case "arrival": return `the job of ${name} had not arrived`;
    case "aborted": return `${name} ran on ${device}, which was lost`;
    case "threads": return `threads ran on, after ${name}`;
  }
}

// ── idle time ──

const causeText: Readonly<Record<IdleCause, string>> = {
  arrival: "no job had arrived", "previous-job": "waiting for the job before to end", predecessors: "waiting for", sync: "waiting for synchronization", lost: "waiting for runs that were lost with another device", placement: "held by the scheduler: not placed yet", data: "waiting for data",
  order: "held by the order of the queue", setup: "loading configurations", paused: "operators paused", aborted: "operators that were lost with it", absent: "not there", finished: "nothing more to run here", unused: "slots never used",
};

function idleLines(devices: readonly DeviceIdle[]): string[] {
  if (devices.length === 0) return [];
  const idle = devices.filter(({ causes }) => causes.length > 0);
  if (idle.length === 0) return ["", "No device was ever idle."];
  const total = ({ slots, utilization }: DeviceIdle): number => slots * (1 - utilization);
  const shown = idle.length <= mostDevices ? idle : [...idle].sort((a, b) => total(b) - total(a)).slice(0, mostDevices);
  const lines = ["", `Idle time${shown.length < idle.length ? `, the ${shown.length} most idle of ${idle.length} devices` : ""}:`];
  for (const { name, slots, utilization, causes } of shown) {
    lines.push(`  ${clip(name, 40)}: ${slots > 1 ? `${slots} slots, ` : ""}busy ${formatPercent(utilization)}`);
    const rows = causes.filter(({ share }, i) => i === 0 || share >= leastShare).map((part) => [formatPercent(part.share), formatNs(part.ns), idleText(part)]);
    lines.push(...wrapLast([right(""), right(""), { header: "" }], rows, "    ").slice(1));
  }
  return lines;
}

function idleText({ cause, reasons }: IdlePart): string {
  if (cause === "predecessors" || cause === "data") return `${causeText[cause]} ${reasons.slice(0, 2).map((reason) => reasonText(cause, reason)).join("; ")}`;
  const [first] = reasons;
  return `${causeText[cause]}${first === undefined || cause === "arrival" || cause === "previous-job" ? "" : `, the longest for ${named(first.largest.name, 30)} ${formatNs(first.largest.ns)}`}`;
}

function reasonText(cause: IdleCause, { taskKind, device, from, to, count, largest, ns }: IdleReason): string {
  const what = cause === "data" ? (from === undefined ? "" : `${place(from)} → ${place(to!)} `) : `${taskKind ?? ""}${device === undefined ? "" : ` on ${device}`} `;
  return `${what}(${count > 1 ? `${formatNs(ns)} in ${formatCount(count)} gaps, most for ` : ""}${named(largest.name, 24)})`;
}

// ── what if ──

function whatIfLines({ whatIf, whatIfNote, devices }: RunExplanation): string[] {
  const note = whatIfNote === undefined ? [] : ["", ...fit(whatIfNote)];
  if (whatIf === undefined || whatIf.tried === 0) return note;
  const { results, tried, candidates, simulations, measure, beforeNs, asPlacedNs } = whatIf;
  const matter = ({ gain, asPlaced }: WhatIfResult): boolean => gain !== undefined && (Math.abs(gain) >= leastGain || Math.abs(asPlaced?.gain ?? 0) >= leastGain);
  const matters = results.filter(matter);
  const lost = devices.some(({ causes }) => causes.some(({ cause }) => cause === "aborted"));
  const failed = results.filter(({ failure }) => failure !== undefined);
  const none = results.filter((result) => !matters.includes(result) && !failed.includes(result));
  const lines = ["", `What if (${tried < candidates ? `${tried} of ${candidates} changes, those that touch most of the critical path` : counted(tried, "change")}; ${simulations} simulations)${measure === "makespan" ? "" : `, mean latency of ${formatNs(beforeNs)} as it is`}:`];
  const rows = matters.map((result) => [formatNs(result.afterNs!), changeText(result.gain!), result.asPlaced === undefined ? "–" : changeText(result.asPlaced.gain), result.label]);
  if (rows.length > 0) lines.push(...wrapLast([right(measure === "makespan" ? measure : "latency"), right("change"), right("as placed"), { header: "" }], rows, "  "));
  if (none.length > 0) lines.push(...fit(`  no effect: ${listed(none)}`));
  for (const { label, failure } of failed) lines.push(...fit(`  ${clip(label)}: the run fails, ${clip(failure!, 160)}`));
  if (matters.length > 0) lines.push(...fit(`  change: the same policies decide anew. as placed: every operator where it was, in the same order${asPlacedNs === undefined || Math.abs(asPlacedNs - beforeNs) < leastGain * beforeNs ? "" : ` (${formatNs(asPlacedNs)} on the machine as it is)`}.`));
  if (asPlacedNs !== undefined && asPlacedNs < 0.99 * beforeNs) lines.push(...fit(`  The same placements, known beforehand, would take ${formatNs(asPlacedNs)} (${changeText(1 - asPlacedNs / beforeNs)}): ${lost ? "no run would be lost, and " : ""}data would move sooner.`));
  if (matters.some(({ gain }) => gain! <= -leastGain)) lines.push(...fit("  Where a better machine makes the run slower, the policy's choices owe something to luck, and another policy may do better."));
  return [...lines, ...note];
}

function listed(results: WhatIf["results"]): string {
  const most = 8;
  return results.slice(0, most).map(({ label }) => clip(label)).join(", ") + (results.length > most ? `, and ${results.length - most} more` : "");
}
