import { InputError, type Issue } from "../base/errors.ts";
import { workloadOps } from "../base/duplicates.ts";
import { counted, formatCount, formatNs, formatPercent } from "../base/units.ts";
import { findingWords } from "../core/threads/findings.ts";
import { slotStarts, type Trace } from "../core/trace.ts";
import { markCriticalPath } from "./critical-marks.ts";
import { DeviceBands } from "./device-bands.ts";
import { addDeviceLanes } from "./device-lanes.ts";
import { addHostLane, addJobLanes, addTransferLanes, type FlowLanes } from "./flow-lanes.ts";
import { inkFlows, inkSlots } from "./ink-lanes.ts";
import { styleKinds } from "./kinds.ts";
import { chooseThreshold, LaneInk, type TimeScale } from "./lane-ink.ts";
import { isBold, isFlow, LanePlan } from "./lane-plan.ts";
import { markLate } from "./late-marks.ts";
import { addMemoryLanes, placeAreas } from "./step-areas.ts";
import { lastThreadTick, ThreadPanel } from "./thread-panel.ts";
import { placeLegend } from "./legend.ts";
import { markerRowHeight, placeMarkers } from "./markers.ts";
import { Style, styleCount, type CriticalSegment, type GroupMark, type LateMark, type Layout, type LegendEntry, type MarkerMark, type SpanMark, type TimelineOptions } from "./marks.ts";
import { spanLabels, spanTooltip } from "./span-text.ts";
import { cleanText, fitMiddle, fitRoute, fitText, textWidth, wrapText } from "./text.ts";
import { timeAxis, type TimeAxis } from "./time-axis.ts";

const margin = 16;
/** Room right of the plot for the last tick's text. */
const rightMargin = 24;
/** Limits that keep the file under a megabyte: spans and waits drawn one by one, and spans with a tooltip of their own. */
const maxSpans = 20_000;
const maxTooltips = 1000;

/** How many parts of cells may be drawn beside that many spans: a span takes about 25 bytes, a part 6. */
function cellPartLimit(spanCount: number): number {
  return Math.max(10_000, (680_000 - 25 * spanCount) / 6);
}

/**
 * Lays a timeline out: what is drawn where, in plain data, in pixels. Pure: equal traces and options give equal
 * layouts.
 * @throws {InputError} when the width or the number of lanes is out of range
 * @example
 * const layout = layoutTimeline(trace, { criticalPath, lowerBounds: [{ label: "area", ticks: 4200 }] });
 * layout.spans.length + layout.mergedSpans;   // all runs, setups, transfers and jobs that are not in summary lanes, and waits
 */
export function layoutTimeline(trace: Trace, options: TimelineOptions = {}): Layout {
  checkOptions(options);
  const { instance, transfers, host } = trace;
  const width = options.width ?? 1200;

  const plan = new LanePlan();
  const endTicks = lastTick(trace);
  const changes = new DeviceBands(trace, endTicks);
  const { laneOfTrack, summarisedSlots, ownGroups } = addDeviceLanes(plan, trace, options.deviceKinds ?? [], options.maxLanes ?? 48, (device) => changes.above(device));
  const { flows, otherRoutes } = addTransferLanes(plan, trace);
  const calls = addHostLane(plan, trace);
  const jobs = addJobLanes(plan, trace);
  const kinds = styleKinds(trace, options.kindOrder);
  const panel = trace.threads && new ThreadPanel(plan, trace, trace.threads, endTicks, options.maxLanes ?? 48, kinds.entries.length);
  const areas = [...(panel?.areas ?? []), ...addMemoryLanes(plan, trace)];

  const gutter = layoutGutter(plan, width);
  const plotX0 = gutter.share + 10;
  const plotX1 = width - rightMargin;
  const axis = timeAxis(endTicks * instance.tickNs, (plotX1 - plotX0) / 95);
  const scale: TimeScale = { x0: plotX0, x1: plotX1, pxPerTick: (plotX1 - plotX0) / (endTicks > 0 ? endTicks : 1) };

  const lengths = [trace.rows, { start: transfers.startTicks, end: transfers.endTicks }, { start: trace.ops.readyTicks, end: trace.ops.dataTicks }, { start: trace.jobs.arrivalTicks, end: trace.jobs.endTicks }, ...(host ? [{ start: host.startTicks, end: host.endTicks }] : []), ...(panel?.intervals ?? [])];
  const thresholdPx = chooseThreshold(lengths, scale.pxPerTick, maxSpans);
  const ink = new LaneInk(plan.lanes.length, scale, thresholdPx);
  inkSlots(ink, trace, kinds, plan.lanes, laneOfTrack);
  inkFlows(ink, Style.transfer, flows, plan.lanes, transfers.startTicks, transfers.endTicks);
  if (host) inkFlows(ink, Style.host, calls, plan.lanes, host.startTicks, host.endTicks);
  inkFlows(ink, Style.job, jobs, plan.lanes, trace.jobs.arrivalTicks, trace.jobs.endTicks);
  panel?.ink(ink);
  const cells = ink.cells(cellPartLimit(ink.spans.length));
  const spans = withTexts(trace, ink.spans, plan, axis, panel);

  const bands = changes.place(plan.groups.slice(0, ownGroups), scale, axis);
  const late = markLate(trace, laneOfTrack, jobs, scale, axis);
  const segments = options.criticalPath ?? [];
  const drawn = new Set<LegendEntry["style"]>([...spans.map(({ style }) => style), ...bands.map(({ kind }) => kind)]);
  cells.share.forEach((share, i) => { if (share > 0) drawn.add(i % styleCount); });
  if (segments.length > 0) drawn.add("critical");
  if (flows.length > 0) drawn.add(Style.transfer);
  if (late.length > 0) drawn.add("late");
  for (const { kind } of areas) drawn.add(kind);
  if (panel && panel.wakes(plan.lanes, scale).length > 0) drawn.add("wake");
  const legend = placeLegend(kinds.entries, panel?.styles.entries ?? [], drawn, margin, plotX1);
  const markers = layoutMarkers(trace, options, scale, panel);

  const legendY = 58;
  const rows = markers.reduce((most, { row }) => Math.max(most, row + 1), 0);
  const plotY0 = legendY + legend.height + 6 + rows * markerRowHeight + 4;
  const lanes = plan.lanes.map((lane) => ({ ...lane, y: lane.y + plotY0 }));
  const plotY1 = plotY0 + plan.height + 4;
  const told = [...(panel?.notes(axis) ?? []), ...footnotes(ink.merged, thresholdPx, cells.cellWidth, summarisedSlots, plan, otherRoutes), ...newsNotes(changes.changedFrom(ownGroups), late)];
  const notes = told.flatMap((note) => wrapText(note, 11, plotX1 - margin));
  const height = plotY1 + 30 + notes.length * 15 + (notes.length > 0 ? 12 : 0);
  const title = cleanText(options.title ?? instance.name);
  const subtitle = describe(trace, options);
  return {
    width, height, cells, spans, lanes, gutter, markers: markers.map((marker) => ({ ...marker, y: marker.y + plotY0 })),
    title: { x: margin, y: 28, text: fitText(title, 16, plotX1 - margin, true) },
    subtitle: { x: margin, y: 47, text: fitText(subtitle, 11, plotX1 - margin) },
    description: `${title}: ${subtitle}. ${plan.groups.filter(isBold).slice(0, 30).map(({ tooltip }) => tooltip).join("; ")}.${bands.length > 0 ? ` ${bands.slice(0, 30).map(({ tooltip }) => tooltip.replace("\n", ", ")).join("; ")}.` : ""}`,
    plot: { x0: plotX0, y0: plotY0, x1: plotX1, y1: plotY1 },
    axis: { label: `time in ${axis.unit}`, ticks: axis.values.map((value, i) => ({ x: plotX0 + ((value * axis.unitNs) / instance.tickNs) * scale.pxPerTick, text: axis.texts[i]! })) },
    groups: plan.groups.map((group) => ({ ...group, y: group.y + plotY0, name: fitName(group, gutter.lane - margin) })),
    headings: plan.headings.map(({ y, text }) => ({ x: margin, y: y + plotY0, text })),
    areas: placeAreas(areas, scale), wakes: panel?.wakes(lanes, scale) ?? [],
    bands: bands.map((band) => ({ ...band, y: band.y + plotY0 })), late,
    critical: markCriticalPath(segments, lanes, scale, laneFinder(trace, laneOfTrack, flows)),
    legend: legend.entries.map((entry) => ({ ...entry, y: entry.y + legendY })),
    footnotes: notes.map((text, i) => ({ x: margin, y: plotY1 + 46 + i * 15, text })),
    mergedSpans: ink.merged, thresholdPx,
  };
}

function fitName({ kind, name }: GroupMark, room: number): string {
  return kind === "route" ? fitRoute(name, 11, room) : fitMiddle(name, isBold({ kind }) ? 12 : 11, room, isBold({ kind }));
}

function checkOptions({ width = 1200, maxLanes = 48 }: TimelineOptions): void {
  const issues: Issue[] = [];
  const check = (name: string, value: number, from: number, to: number): void => {
    if (!(value >= from && value <= to)) issues.push({ code: "out-of-range", message: `a timeline's ${name} is ${value}`, hint: `choose ${from} … ${to}` });
  };
  check("width", width, 480, 8000);
  check("maxLanes", maxLanes, 4, 400);
  if (issues.length > 0) throw new InputError(issues);
}

/** Columns left of the plot: as wide as the names ask for, up to a fifth of the picture. */
function layoutGutter(plan: LanePlan, width: number): Layout["gutter"] {
  const laneWidth = plan.lanes.reduce((most, { label }) => Math.max(most, label === "" ? 0 : textWidth(label, 11) + 8), 0);
  const widest = plan.groups.reduce((most, { kind, name, detail }) => {
    const bold = isBold({ kind });
    const own = Math.max(textWidth(name, bold ? 12 : 11, bold), textWidth(detail, 11));
    return Math.max(most, own + (bold ? laneWidth : 0));
  }, 40);
  const lane = margin + Math.ceil(Math.min(widest, width / 5));
  return { name: margin, lane, bar0: lane + 8, bar1: lane + 38, share: lane + 76 };
}

function lastTick({ makespanTicks, rows, jobs, host, threads }: Trace): number {
  let last = Math.max(makespanTicks, threads === undefined ? 0 : lastThreadTick(threads), host?.endTicks[host.length - 1] ?? 0);
  for (let row = 0; row < rows.length; row++) if (rows.end[row]! > last) last = rows.end[row]!;
  for (const end of jobs.endTicks) if (end > last && end < Infinity) last = end;
  return last;
}

/** Gives the widest spans a tooltip, and a label where it fits. */
function withTexts(trace: Trace, spans: readonly SpanMark[], plan: LanePlan, axis: TimeAxis, panel: ThreadPanel | undefined): SpanMark[] {
  const byWidth = [...spans.keys()].sort((a, b) => spans[b]!.x1 - spans[b]!.x0 - (spans[a]!.x1 - spans[a]!.x0) || a - b);
  const widest = byWidth.slice(0, maxTooltips);
  const ofOps = panel === undefined ? widest : widest.filter((i) => !panel.has(spans[i]!));
  const labels = new Map(spanLabels(trace, ofOps.map((i) => spans[i]!), plan.lanes).map((label, rank) => [ofOps[rank]!, label]));
  const result = [...spans];
  for (const i of widest) {
    if (panel?.has(spans[i]!)) {
      result[i] = panel.withTexts(spans[i]!, axis);
      continue;
    }
    const label = labels.get(i);
    result[i] = { ...spans[i]!, tooltip: spanTooltip(trace, spans[i]!, placeOf(plan, spans[i]!.lane), axis), ...(label !== undefined && { label }) };
  }
  return result;
}

/** "gpu0", or "cpu0, slot 2". */
function placeOf({ lanes, groups }: LanePlan, lane: number): string {
  const { group, label } = lanes[lane]!;
  return label === "" ? groups[group]!.name : `${groups[group]!.name}, slot ${label}`;
}

function layoutMarkers(trace: Trace, options: TimelineOptions, scale: TimeScale, panel: ThreadPanel | undefined): MarkerMark[] {
  const { makespanTicks, instance, jobs } = trace;
  const at = (ticks: number): number => scale.x0 + ticks * scale.pxPerTick;
  const bounds = (options.lowerBounds ?? []).filter(({ ticks }) => ticks > 0 && at(ticks) <= scale.x1 + 0.5);
  // Of a job alone, which has no lane.
  const deadline = jobs.arrivalTicks[0]! + (instance.jobDeadlineTicks?.[0] ?? Infinity);
  const deadlineMissed = jobs.endTicks.length === 1 && jobs.endTicks[0]! > deadline;
  return placeMarkers([
    ...bounds.map(({ label, ticks }) => ({ kind: "bound" as const, x: at(ticks), label: `${boundName(label)} ${formatNs(ticks * instance.tickNs)}` })),
    ...(deadlineMissed ? [{ kind: "deadline" as const, x: at(deadline), label: `missed deadline ${formatNs(deadline * instance.tickNs)}` }] : []),
    ...(panel?.markers(at) ?? []),
    // Where threads could not go on there is none.
    ...(trace.threads?.outcome !== undefined ? [] : [{ kind: "makespan" as const, x: at(makespanTicks), label: `makespan ${formatNs(makespanTicks * instance.tickNs)}` }]),
  ], margin, scale.x1);
}

function boundName(label: string): string {
  const name = fitText(cleanText(label), 11, 200);
  return name.endsWith("bound") ? name : `${name} bound`;
}

function laneFinder(trace: Trace, laneOfTrack: Int32Array, flows: readonly FlowLanes[]): (segment: CriticalSegment) => number {
  const starts = slotStarts(trace.instance);
  const laneOfTransfer = new Int32Array(trace.transfers.length).fill(-1);
  for (const { ids, lanes } of flows) for (let i = 0; i < ids.length; i++) laneOfTransfer[ids[i]!] = lanes[i]!;
  return ({ op, transfer, kind }) => {
    if (kind === "transfer") return transfer === undefined ? -1 : (laneOfTransfer[transfer] ?? -1);
    if (kind !== "run" && kind !== "setup") return -1;
    const device = op === undefined ? -1 : (trace.ops.device[op] ?? -1);
    return device < 0 ? -1 : laneOfTrack[starts[device]! + trace.ops.slot[op!]!]!;
  };
}

/** One line that says what the picture shows. */
function describe(trace: Trace, options: TimelineOptions): string {
  const { instance, makespanTicks } = trace;
  const bound = (options.lowerBounds ?? []).reduce((most, { ticks }) => Math.max(most, ticks), 0);
  const ratio = makespanTicks / bound;
  const workload = workloadOps(instance);
  const { threads } = trace;
  const stopped = threads?.outcome === undefined ? undefined : `stopped by ${findingWords[threads.outcome.kind]} at ${formatNs(threads.endTicks * instance.tickNs)}`;
  const ofThreads = threads === undefined ? [] : [`${cleanText(threads.policy)} threads`, `${counted(threads.table.length, "thread", formatCount)} on ${counted(threads.cores.names.length, "core")}`];
  if (instance.opCount === 0 && threads !== undefined) return [stopped ?? `makespan ${formatNs(makespanTicks * instance.tickNs)}`, ...ofThreads].join(" · ");
  return [
    stopped ?? `makespan ${formatNs(makespanTicks * instance.tickNs)}${bound > 0 ? `, ${overBound(ratio)}` : ""}${trace.complete ? "" : ", stopped before its end"}`,
    `scheduler ${cleanText(trace.scheduler)}`,
    `sync ${cleanText(trace.sync)}`,
    `${counted(workload, "operator", formatCount)}${workload < instance.opCount ? `, and ${counted(instance.opCount - workload, "duplicate", formatCount)}` : ""}`,
    ...ofThreads,
    ...(instance.jobCount > 1 ? [`${formatCount(instance.jobCount)} jobs`] : []),
  ].join(" · ");
}

function overBound(ratio: number): string {
  if (ratio <= 1.0005) return "equal to the lower bound";
  return ratio < 2 ? `${formatPercent(ratio - 1)} above the lower bound` : `${ratio.toFixed(2)} × the lower bound`;
}

/** A count with its thousands apart: 999,949. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

function footnotes(merged: number, thresholdPx: number, cellWidth: number, summarisedSlots: number, plan: LanePlan, otherRoutes: number): string[] {
  const notes: string[] = [];
  const pixels = thresholdPx === 0.5 ? "half a pixel" : thresholdPx === 1 ? "a pixel" : `${thresholdPx} pixels`;
  const cell = cellWidth === 1 ? "one pixel" : `${cellWidth} pixels`;
  if (merged > 0) notes.push(`${grouped(merged)} spans narrower than ${pixels} are merged: in each cell of ${cell} the filled height is the share of time in use, stacked by kind.`);
  if (summarisedSlots > 0) notes.push(`${grouped(summarisedSlots)} slots have no lane of their own: the filled height of a summary lane is the share of its slots in use, stacked by kind.`);
  if (plan.lanes.some((lane, i) => lane.kind === "summary" && isFlow(plan.groups[plan.lanes[i]!.group]!))) notes.push("Where more than three jobs or transfers overlap, the filled height is how many there are, out of the most at one time.");
  if (otherRoutes > 0) notes.push(`${otherRoutes} routes that carried least share one lane.`);
  return notes;
}

function newsNotes(hiddenDevices: number, late: readonly LateMark[]): string[] {
  const notes: string[] = [];
  if (hiddenDevices > 0) notes.push(`${counted(hiddenDevices, "device")} without lanes of ${hiddenDevices === 1 ? "its" : "their"} own changed, which is not shown.`);
  if (late.some(({ count }) => count > 1)) notes.push("Missed deadlines that lie close together share a mark.");
  return notes;
}
