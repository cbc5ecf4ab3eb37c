import { counted, formatCount, formatNs } from "../base/units.ts";
import { Use } from "../core/threads/thread-table.ts";
import type { IntervalColumns, ThreadRowColumns, ThreadTrace } from "../core/threads/thread-trace.ts";
import type { ThreadNames } from "../trace/threads/thread-names.ts";
import type { TimeScale } from "./lane-ink.ts";
import { Style, type GroupMark, type LaneMark, type SpanMark, type WakeMark } from "./marks.ts";
import type { MarkerInit } from "./markers.ts";
import { labelSize } from "./span-text.ts";
import { cleanText, textWidth } from "./text.ts";
import type { ThreadLanes } from "./thread-lanes.ts";
import type { TimeAxis } from "./time-axis.ts";

/** More wake-ups than this would hide what they connect. */
const maxWakes = 80;
/** Findings that are marked at most. */
const maxFindings = 4;
const labelPadding = 3;

/** Arrows from threads that woke others to those, where there are few and the threads have lanes of their own. */
export function placeWakes({ wakes }: ThreadTrace, { laneOfThread }: ThreadLanes, lanes: readonly LaneMark[], scale: TimeScale): WakeMark[] {
  if (wakes.length + wakes.dropped > maxWakes) return [];
  const marks: WakeMark[] = [];
  for (let i = 0; i < wakes.length; i++) {
    const from = wakes.by[i]! < 0 ? -1 : laneOfThread[wakes.by[i]!]!;
    const to = laneOfThread[wakes.thread[i]!]!;
    if (from < 0 || to < 0 || from === to || lanes[from]!.kind === "summary" || lanes[to]!.kind === "summary") continue;
    const down = lanes[to]!.y > lanes[from]!.y;
    marks.push({ x: scale.x0 + wakes.at[i]! * scale.pxPerTick, y0: lanes[from]!.y + lanes[from]!.height / 2, y1: down ? lanes[to]!.y + 3 : lanes[to]!.y + lanes[to]!.height - 3 });
  }
  return marks;
}

/** Lines at the times at which something went wrong. */
export function findingMarkers({ findings }: ThreadTrace, tickNs: number, at: (ticks: number) => number): MarkerInit[] {
  return findings.filter(({ kind, fails }) => kind !== "data-race" && (fails || kind === "priority-inversion")).slice(0, maxFindings)
    .map(({ kind, atNs }) => ({ kind: "finding", x: at(atNs / tickNs), label: `${kind.replaceAll("-", " ")} ${formatNs(atNs)}` }));
}

/** A line where the lanes of cores and threads end, if the trace did not keep all. */
export function keptMarkers({ rows }: ThreadTrace, tickNs: number, at: (ticks: number) => number): MarkerInit[] {
  return rows.dropped > 0 ? [{ kind: "deadline", x: at(keptUntil(rows)), label: `kept until ${formatNs(keptUntil(rows) * tickNs)}` }] : [];
}

/** True of groups whose lanes show threads. */
export function showsThreads({ kind }: GroupMark): boolean {
  return kind === "cores" || kind === "threads" || kind === "object";
}

/** The name of the thread on a core or in a critical section, where it fits. */
export function threadSpanLabel(threads: ThreadTrace, names: ThreadNames, span: SpanMark, group: GroupMark, lane: LaneMark): string | undefined {
  const room = span.x1 - span.x0 - 2 * labelPadding;
  if (group.kind === "threads" || room < labelSize / 2 || span.style >= Style.sync || lane.height < 12) return undefined;
  const thread = (group.kind === "object" ? threads.holds : threads.rows).thread[span.subject]!;
  const name = cleanText(names.thread(thread));
  // A number alone says who it is where all threads are of one group.
  const short = threads.groups.length === 1 ? [name.replace(/^.*\[(\d+)\]$/, "$1")] : [];
  return [name, ...short].find((text) => textWidth(text, labelSize) <= room);
}

const doing: Readonly<Record<number, string>> = { [Use.compute]: "computes", [Use.sync]: "synchronizes", [Use.spin]: "spins", [Use.switching]: "comes to the core" };

/** Some lines about a span in a lane of threads: who, what, where, when. */
export function threadTooltip(threads: ThreadTrace, names: ThreadNames, span: SpanMark, group: GroupMark, tickNs: number, axis: TimeAxis): string {
  const time = (ticks: number): string => axis.format(ticks * tickNs);
  const when = `${time(span.startTicks)} – ${time(span.endTicks)} (${time(span.endTicks - span.startTicks)})`;
  const who = (thread: number): string => cleanText(names.thread(thread));
  if (group.kind === "object") return `${who(threads.holds.thread[span.subject]!)} holds ${cleanText(names.object(threads.holds.object[span.subject]!))}\n${when}`;
  if (span.style === Style.ready) return `${who(threads.ready.thread[span.subject]!)} could run, and has no core\n${when}`;
  if (span.style === Style.waiting) {
    const { waits } = threads;
    const wait = span.subject;
    return `${who(waits.thread[wait]!)} ${Number.isNaN(waits.end[wait]!) ? "waits for ever" : "waits"} for ${cleanText(names.object(waits.object[wait]!))}, without a core\n${when}`;
  }
  const { rows } = threads;
  return `${who(rows.thread[span.subject]!)} ${doing[rows.use[span.subject]!]!}\non ${cleanText(threads.cores.names[rows.core[span.subject]!]!)}\n${when}`;
}

function keptUntil({ end }: ThreadRowColumns | IntervalColumns): number {
  return end.reduce((last, ticks) => (ticks > last ? ticks : last), 0);
}

/** What the picture lacks, since the trace does not keep it. */
export function droppedNotes({ rows, waits, holds, ready }: ThreadTrace, time: (ticks: number) => string): string[] {
  const note = (what: string, log: ThreadRowColumns | IntervalColumns): string[] => (log.dropped > 0 ? [`Of ${what} the trace keeps those until ${time(keptUntil(log))}; ${counted(log.dropped, "later one", formatCount)} are not shown.`] : []);
  return [...note("what threads did", rows), ...note("waits", waits), ...note("critical sections", holds), ...note("times without a core", ready)];
}
