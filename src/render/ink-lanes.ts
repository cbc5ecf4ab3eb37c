import { groupBy } from "../base/csr.ts";
import { RowKind, slotStarts, type Trace } from "../core/trace.ts";
import type { FlowLanes } from "./flow-lanes.ts";
import type { KindStyles } from "./kinds.ts";
import { LaneSpans, type LaneInk } from "./lane-ink.ts";
import { Style, type LaneMark } from "./marks.ts";

/** Draws what the slots did: operators, also aborted ones, setups, and waits for data; a summary lane shows the mean of its slots. */
export function inkSlots(ink: LaneInk, trace: Trace, kinds: KindStyles, lanes: readonly LaneMark[], laneOfTrack: Int32Array): void {
  const { rows, instance } = trace;
  const { start: first, row: order } = rowsByTrack(trace);
  const styleOf = (row: number): number => {
    if (rows.kind[row] === RowKind.setup) return Style.setup;
    return rows.kind[row] === RowKind.aborted ? Style.aborted : kinds.styleOfClass[instance.classOf[rows.subject[row]!]!]!;
  };
  for (let track = 0; track < laneOfTrack.length; track++) {
    const lane = laneOfTrack[track]!;
    const { kind, capacity } = lanes[lane]!;
    const spans = new LaneSpans();
    let freeFrom = 0;
    for (let i = first[track]!; i < first[track + 1]!; i++) {
      const row = order[i]!;
      const from = rows.start[row]!;
      const to = rows.end[row]!;
      if (kind === "summary") {
        ink.fill(lane, styleOf(row), from, to, 1 / capacity);
        continue;
      }
      const waitFrom = Math.max(freeFrom, waitStart(trace, row));
      const waitTo = Math.min(from, trace.ops.dataTicks[rows.subject[row]!]!);
      if (waitTo > waitFrom) spans.push(waitFrom, waitTo, Style.wait, rows.subject[row]!);
      spans.push(from, to, styleOf(row), rows.subject[row]!);
      freeFrom = Math.max(freeFrom, to);
    }
    if (kind !== "summary") ink.lane(lane, spans);
  }
}

/** From when on the row's op could only wait for its data; never, for the later pieces of a paused op. */
function waitStart({ ops, rows }: Trace, row: number): number {
  const op = rows.subject[row]!;
  if (rows.start[row]! > ops.startTicks[op]!) return Infinity;
  const placed = ops.placedTicks[op]!;
  return Math.max(ops.readyTicks[op]!, Number.isNaN(placed) ? 0 : placed);
}

/** Draws transfers or jobs in the lanes they were packed into. */
export function inkFlows(ink: LaneInk, style: number, flows: readonly FlowLanes[], lanes: readonly LaneMark[], start: Float64Array, end: Float64Array): void {
  for (const { ids, lanes: laneOf, summary } of flows) {
    const spansOf = new Map<number, LaneSpans>();
    for (let i = 0; i < ids.length; i++) {
      const lane = laneOf[i]!;
      const id = ids[i]!;
      if (summary) {
        ink.fill(lane, style, start[id]!, end[id]!, 1 / lanes[lane]!.capacity);
        continue;
      }
      let spans = spansOf.get(lane);
      if (!spans) spansOf.set(lane, (spans = new LaneSpans()));
      spans.push(start[id]!, end[id]!, style, id);
    }
    for (const [lane, spans] of spansOf) ink.lane(lane, spans);
  }
}

/** Rows of each track (runs and setups) in order of start: those of track t are row[start[t]] … row[start[t + 1] − 1]. */
function rowsByTrack(trace: Trace): { start: Uint32Array; row: Uint32Array } {
  const { rows, instance } = trace;
  const trackCount = slotStarts(instance)[instance.deviceCount]!;
  const { start, item: row } = groupBy(trackCount, rows.track, (i) => rows.kind[i] !== RowKind.transfer);
  for (let track = 0; track < trackCount; track++) {
    const mine = row.subarray(start[track], start[track + 1]);
    // Rows come in order of ends, which is that of starts where a slot runs one op at a time.
    if (mine.some((r, i) => i > 0 && rows.start[mine[i - 1]!]! > rows.start[r]!)) mine.sort((a, b) => rows.start[a]! - rows.start[b]! || rows.end[a]! - rows.end[b]! || a - b);
  }
  return { start, row };
}
