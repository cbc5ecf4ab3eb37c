import { counted, formatBytes, formatCount, formatJoules, formatNs, formatPercent, formatWhole } from "../base/units.ts";
import type { Metrics, PathStep } from "./metrics.ts";
import { eventLines } from "./device-events.ts";
import { phaseLines } from "./load-phases.ts";
import { deadlineLines } from "./deadlines.ts";
import { estimateLine } from "./estimate-ratios.ts";
import { hostLine } from "./host-metrics.ts";
import { makespanText } from "./makespan-text.ts";
import { allocatorLines, reliefLine } from "./memory-metrics.ts";
import { clip, clipMiddle, textTable } from "./table-text.ts";
import { shownWarnings, threadBlocks, threadHeadLines } from "./threads/thread-text.ts";

/**
 * A result for people, in at most 100 columns and without colours: makespan, bound and gap; the devices with their
 * busy, waiting and idle shares; what the critical path is made of; warnings.
 * @example
 * console.log(formatResult(computeMetrics(trace)));
 */
export function formatResult(metrics: Metrics): string {
  const lines = [...headLines(metrics), ...(metrics.devices.length > 0 ? ["", ...deviceLines(metrics)] : [])];
  for (const block of metrics.threads === undefined ? [] : threadBlocks(metrics.threads)) lines.push("", ...block);
  const path = pathLines(metrics);
  if (path.length > 0) lines.push("", ...path);
  for (const { kind, message } of shownWarnings(metrics.threads)) lines.push("", ...wrap(`warning[${kind}]: ${message}`));
  for (const { code, message } of metrics.warnings) lines.push("", ...wrap(`warning[${code}]: ${message}`));
  return `${lines.join("\n")}\n`;
}

const width = 96;
const labelWidth = 13;
/** Characters of what a scheduler says of itself: a policy may say much. */
const longestReport = 600;
const shownSteps = 8;

function headLines(metrics: Metrics): string[] {
  const { counts, jobs } = metrics;
  const { threads } = metrics;
  const threadsAlone = threads !== undefined && counts.tasks === 0;
  const pairs: [string, string][] = [["workload", threadsAlone ? clip(metrics.name, 60) : `${clip(metrics.name, 60)}, ${counted(counts.tasks - (counts.duplicates ?? 0), "operator", formatCount)}${counts.duplicates === undefined ? "" : `, and ${counted(counts.duplicates, "duplicate")}`}`]];
  pairs.push(["policies", threadsAlone ? `${threads.policy} threads, seed ${metrics.seed}` : `${metrics.scheduler} scheduler, ${metrics.sync} sync, ${threads === undefined ? "" : `${threads.policy} threads, `}seed ${metrics.seed}`]);
  if (Object.keys(metrics.schedulerReport ?? {}).length > 0) reportLines(metrics.schedulerReport!).forEach((line, i) => pairs.push([i === 0 ? "scheduler" : "", line]));
  pairs.push(["makespan", makespanText(metrics)]);
  if (metrics.operatorsEndNs !== undefined) pairs.push(["", `of operators and threads; the operators ended at ${formatNs(metrics.operatorsEndNs)}`]);
  if (metrics.lowerBoundNs !== undefined) {
    const gap = metrics.gap === undefined ? "" : metrics.optimal?.proven ? ", reached: no schedule is faster" : `, gap ${metrics.gap < 5e-4 ? "below 0.1 %" : formatPercent(metrics.gap)}`;
    pairs.push(["lower bound", `${formatNs(metrics.lowerBoundNs)} by ${sourceName(metrics.lowerBoundSource)}${gap}`]);
  }
  if (metrics.speedup !== undefined) {
    pairs.push(["speed-up", `${metrics.speedup.toFixed(2)}× over one slot of the best device, efficiency ${formatPercent(metrics.efficiency!)}`]);
    if (metrics.efficiency! > 1.0005 && metrics.devices.length > 1) pairs.push(["", "above 100 %, since other devices run some operators faster than that one"]);
  }
  if (jobs !== undefined) {
    const { p50, p90, p99 } = jobs.latencyNs;
    pairs.push(["jobs", `${formatWhole(jobs.completed)} of ${formatWhole(jobs.count)}, ${formatCount(jobs.throughputPerSecond)}/s, ${jobs.periodNs === undefined ? "" : `in steady state one every ${formatNs(jobs.periodNs)}, `}latency p50 ${formatNs(p50)}, p90 ${formatNs(p90)}, p99 ${formatNs(p99)}`]);
  }
  if (metrics.phases !== undefined) phaseLines(metrics.phases).forEach((line, i) => pairs.push([i === 0 ? "phases" : "", line]));
  if (metrics.events !== undefined) eventLines(metrics.events).forEach((line, i) => pairs.push([i === 0 ? "events" : "", line]));
  if (metrics.deadlines !== undefined) deadlineLines(metrics.deadlines).forEach((line, i) => pairs.push([i === 0 ? "deadlines" : "", line]));
  if (metrics.estimates !== undefined) pairs.push(["estimates", estimateLine(metrics.estimates)]);
  if (metrics.host !== undefined) pairs.push(["host", hostLine(metrics.host)]);
  if (counts.transfers > 0) pairs.push(["transfers", `${formatCount(counts.transfers)}, ${counts.transferredNs === undefined ? formatBytes(counts.transferredBytes) : `${formatNs(counts.transferredNs)} in all`}${busiestLink(metrics)}`]);
  if (threads !== undefined) pairs.push(...threadHeadLines(threads));
  if (metrics.memory !== undefined) allocatorLines(metrics.memory).forEach((line, i) => pairs.push([i === 0 ? "memory" : "", line]));
  if (metrics.memoryRelief !== undefined) pairs.push(["", reliefLine(metrics.memoryRelief)]);
  if (metrics.energyJoules !== undefined) pairs.push(["energy", formatJoules(metrics.energyJoules)]);
  return pairs.map(([label, text]) => `${label.padEnd(labelWidth)}${text}`);
}

/** "evaluations 120, best seed 7": names in words, times with their unit, what is false left to be said as "no". */
function reportLines(report: NonNullable<Metrics["schedulerReport"]>): string[] {
  const said = (value: string | number | boolean): string => (typeof value === "number" ? formatCount(value) : typeof value === "boolean" ? (value ? "yes" : "no") : value);
  const parts = Object.entries(report).map(([name, value]) =>
    name.endsWith("Ns") && typeof value === "number" ? `${inWords(name.slice(0, -2))} ${formatNs(value)}` : `${inWords(name)} ${said(value)}`);
  return wrap(clip(parts.join(", "), longestReport), width - labelWidth);
}

/** "planMakespan" as "plan makespan". */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const sourceText: Readonly<Record<string, string>> = { "critical-path": "the critical path", area: "the amount of work", mixed: "work, dependencies and transfers together", exact: "branch and bound" };

function sourceName(source: string | undefined): string {
  return sourceText[source ?? ""] ?? source ?? "proof";
}

function busiestLink(metrics: Metrics): string {
  const busiest = metrics.links.reduce<Metrics["links"][number] | undefined>((best, link) => ((link.utilization ?? 0) > (best?.utilization ?? 0) ? link : best), undefined);
  return busiest === undefined ? "" : `; busiest link ${clip(busiest.name, 30)} ${formatPercent(busiest.utilization!)}`;
}

function deviceLines(metrics: Metrics): string[] {
  const total = (device: Metrics["devices"][number]): number => device.slots * metrics.makespanNs;
  const part = (ns: number, whole: number): string => (whole > 0 ? formatPercent(ns / whole) : "–");
  const setup = metrics.devices.some((device) => device.setupNs > 0);
  const aborted = metrics.devices.some((device) => device.abortedNs !== undefined);
  const absent = metrics.devices.some((device) => device.absentNs !== undefined);
  const shares = ["busy", "wait data", ...(setup ? ["setup"] : []), ...(aborted ? ["aborted"] : []), ...(absent ? ["absent"] : []), "idle"];
  const columns = [{ header: "device", maxWidth: 28, cut: "middle" as const }, ...["slots", "tasks", ...shares].map((header) => ({ header, align: "right" as const }))];
  return textTable(columns, metrics.devices.map((device) => [
    device.name, formatWhole(device.slots), formatWhole(device.tasks), part(device.busyNs, total(device)), part(device.waitingForDataNs, total(device)),
    ...(setup ? [part(device.setupNs, total(device))] : []), ...(aborted ? [part(device.abortedNs ?? 0, total(device))] : []), ...(absent ? [part(device.absentNs ?? 0, total(device))] : []),
    part(device.idleNs, total(device)),
  ]));
}

const kindText: Readonly<Record<PathStep["kind"], string>> = {
  run: "running", transfer: "transfers", setup: "setup", paused: "paused", "wait-slot": "waiting for a slot", absent: "waiting for an absent device", "wait-placement": "waiting for the scheduler", "wait-thread": "waiting for a thread",
  "wait-data": "waiting for data", "wait-sync": "waiting for sync", arrival: "before arrival", aborted: "runs lost with a device", threads: "threads after the last operator",
};

/** What is below shows as 0.0 %. */
const leastShare = 5e-4;

/** Where the time of the critical path went, and its operators from first to last. */
function pathLines({ criticalPath, makespanNs }: Metrics): string[] {
  if (criticalPath.length === 0 || makespanNs === 0) return [];
  const sums = new Map<PathStep["kind"], number>();
  for (const { kind, startNs, endNs } of criticalPath) sums.set(kind, (sums.get(kind) ?? 0) + endNs - startNs);
  const parts = [...sums].filter(([, ns]) => ns >= leastShare * makespanNs).sort((a, b) => b[1] - a[1]).map(([kind, ns]) => `${kindText[kind]} ${formatPercent(ns / makespanNs)}`);
  const tasks = criticalPath.filter((step) => step.kind === "run").map((step) => clipMiddle(step.task, 24));
  const shown = tasks.length <= shownSteps ? tasks : [...tasks.slice(0, shownSteps / 2), `… ${formatWhole(tasks.length - shownSteps)} more …`, ...tasks.slice(-shownSteps / 2)];
  return [...wrap(`critical path: ${parts.join(", ")}`), ...wrap(`  ${shown.join(" → ")}`)];
}

/** Breaks at spaces; lines after the first are indented. */
function wrap(text: string, room = width): string[] {
  const lines: string[] = [];
  const indent = text.startsWith(" ") ? "  " : "";
  let line = indent;
  for (const word of clip(text).trim().split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = "  ";
    }
    line += (line.trim() === "" ? "" : " ") + word;
  }
  return [...lines, line];
}
