import { counted, formatCount, formatNs, formatPercent } from "../../base/units.ts";
import { heapLines } from "./heap-metrics.ts";
import { withoutKind } from "./thread-findings.ts";
import { textTable, type TextColumn } from "../table-text.ts";
import type { Durations, ObjectMetrics, ThreadMetrics, Utilization } from "./thread-result.ts";

/** Objects and groups that the text shows; the JSON has more. */
const shownObjects = 10;
const shownGroups = 20;
/** Findings of each kind. */
const shownFindings = 3;

const parts: readonly (keyof Utilization)[] = ["compute", "stalled", "sync", "spin", "switch", "idle"];

/** Lines for the head of a result: who ran, and what the cores did with their time. */
export function threadHeadLines({ policy, counts, cores, utilization, groups }: ThreadMetrics): [label: string, text: string][] {
  const moved = [counted(counts.switches, "switch", formatCount).replace("switchs", "switches"), counted(counts.migrations, "migration", formatCount), ...(counts.wakeUps > 0 ? [counted(counts.wakeUps, "wake-up", formatCount)] : [])];
  return [
    ["threads", `${formatCount(counts.threads)}${groups.length > 1 ? ` in ${groups.length} groups` : ""} on ${counted(cores.length, "core")}, ${policy} policy: ${moved.join(", ")}`],
    ["cores", parts.filter((part) => utilization[part] >= 5e-4).map((part) => `${part} ${formatPercent(utilization[part])}`).join(", ")],
  ];
}

/** Tables of groups, locks and other objects, and what programs count and measure; blocks of lines, each with its own columns. */
export function threadBlocks(metrics: ThreadMetrics): string[][] {
  const contended = metrics.objects.filter(({ wait, waiting }) => wait !== undefined || waiting !== undefined);
  const shown = contended.slice(0, shownObjects);
  const more = contended.length - shown.length + Math.max(0, metrics.objectCount - metrics.objects.length);
  return [
    groupLines(metrics),
    shown.length === 0 ? [] : [...objectLines(shown), ...longestWait(contended), ...(more > 0 ? [`… and ${formatCount(more)} more that threads waited for less (--format json)`] : [])],
    heapLines(metrics.heaps),
    countLines(metrics),
  ].filter((lines) => lines.length > 0);
}

/** Findings that do not fail the run, each kind's first few; the message says where. */
export function shownWarnings(metrics: ThreadMetrics | undefined): { readonly kind: string; readonly message: string }[] {
  const seen = new Map<string, number>();
  const shown: { kind: string; message: string }[] = [];
  for (const { kind, severity, message } of metrics?.findings ?? []) {
    const before = seen.get(kind) ?? 0;
    seen.set(kind, before + 1);
    if (severity === "warning" && before < shownFindings) shown.push({ kind, message: withoutKind(message, kind) });
  }
  for (const [kind, count] of seen) if (count > shownFindings && shown.some((finding) => finding.kind === kind)) shown.push({ kind, message: `… and ${count - shownFindings} more (--format json)` });
  return shown;
}

function groupLines({ groups }: ThreadMetrics): string[] {
  const responses = groups.some((group) => group.responses !== undefined);
  const columns: TextColumn[] = [{ header: "threads", maxWidth: 28, cut: "middle" }, ...right("number", "ran", "ready", "blocked", "switches", "migrations", ...(responses ? ["response mean", "max", "late"] : []))];
  const rows = groups.slice(0, shownGroups).map(({ name, threads, ranNs, readyNs, blockedNs, switches, migrations, responses: response, deadlineMisses }) => [
    name, formatCount(threads), formatNs(ranNs), formatNs(readyNs), formatNs(blockedNs), formatCount(switches), formatCount(migrations),
    ...(responses ? (response === undefined || response.count === 0 ? ["–", "–", "–"] : [formatNs(response.meanNs), formatNs(response.maxNs), `${formatCount(deadlineMisses!)} of ${formatCount(response.count)}`]) : []),
  ]);
  return [...textTable(columns, rows), ...(groups.length > shownGroups ? [`… and ${groups.length - shownGroups} more groups`] : [])];
}

function objectLines(objects: readonly ObjectMetrics[]): string[] {
  const holds = objects.some(({ hold }) => hold !== undefined);
  const stuck = objects.some(({ waiting }) => waiting !== undefined);
  const columns: TextColumn[] = [
    { header: "waited for", maxWidth: 20, cut: "middle" }, { header: "kind", maxWidth: 14 },
    ...right("taken", "waited", "wait mean", "p50", "p99", "max", ...(holds ? ["held mean", "p99", "handed on"] : []), ...(stuck ? ["waiting"] : [])),
  ];
  const of = (durations: Durations | undefined, ...which: readonly ("meanNs" | "p50Ns" | "p99Ns" | "maxNs")[]): string[] => which.map((each) => (durations === undefined ? "–" : formatNs(durations[each])));
  return textTable(columns, objects.map(({ name, kind, design, acquisitions, contended, contendedShare, wait, hold, handOffs, waiting }) => [
    name, kindText(kind, design), formatCount(acquisitions), acquisitions > 0 ? formatPercent(contendedShare) : formatCount(contended), ...of(wait, "meanNs", "p50Ns", "p99Ns", "maxNs"),
    ...(holds ? [...of(hold, "meanNs", "p99Ns"), hold === undefined ? "–" : formatCount(handOffs)] : []), ...(stuck ? [formatCount(waiting ?? 0)] : []),
  ]));
}

function longestWait(objects: readonly ObjectMetrics[]): string[] {
  const longest = objects.reduce<ObjectMetrics | undefined>((most, object) => ((object.longestWaiter?.ns ?? -1) > (most?.longestWaiter?.ns ?? -1) ? object : most), undefined);
  return longest?.longestWaiter === undefined ? [] : [`longest wait: ${longest.longestWaiter.thread} for ${longest.name}, ${formatNs(longest.longestWaiter.ns)}`];
}

/** A lock is called by its design. */
function kindText(kind: string, design: string | undefined): string {
  if (kind === "mutex" && design !== undefined) return design;
  return kind === "rw-lock" ? "reader-writer" : kind;
}

function countLines({ counters, spans }: ThreadMetrics): string[] {
  const counts = counters.filter(({ count }) => count > 0).map(({ name, count, perSecond }) => `${name} ${formatCount(count)}, ${formatCount(perSecond)}/s`);
  const times = spans.filter(({ count }) => count > 0);
  return [
    ...counts.slice(0, shownObjects).map((line, i) => `${i === 0 ? "counted" : ""}`.padEnd(13) + line),
    ...times.slice(0, shownObjects).map(({ name, count, meanNs, p50Ns, p99Ns, maxNs }, i) => `${i === 0 ? "measured" : ""}`.padEnd(13) + `${name}: mean ${formatNs(meanNs)}, p50 ${formatNs(p50Ns)}, p99 ${formatNs(p99Ns)}, max ${formatNs(maxNs)} (${formatCount(count)})`),
  ];
}

function right(...headers: readonly string[]): TextColumn[] {
  return headers.map((header) => ({ header, align: "right" }));
}
