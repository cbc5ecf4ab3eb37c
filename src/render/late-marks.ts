import { counted, formatCount, formatNs } from "../base/units.ts";
import { slotStarts, type Trace } from "../core/trace.ts";
import { ownDeadline } from "../trace/deadlines.ts";
import type { FlowLanes } from "./flow-lanes.ts";
import type { TimeScale } from "./lane-ink.ts";
import type { LateMark } from "./marks.ts";
import { cleanText } from "./text.ts";
import type { TimeAxis } from "./time-axis.ts";

/** Deadlines in one lane that are closer than this share a mark, in pixels: a mark is this wide. */
const markWidth = 7;
/** Marks drawn at most, so that the file stays small. */
const maxMarks = 300;

/** Late jobs or operators whose deadlines lie close together in one lane; times in ticks. */
interface Bunch {
  readonly lane: number;
  count: number;
  first: number;
  last: number;
  /** The one that was late by most. */
  worst: number;
  by: number;
}

/**
 * Marks the deadlines that were missed: a job's in its lane, an operator's in that of its slot. What lies close together
 * shares a mark. O(ops).
 */
export function markLate(trace: Trace, laneOfTrack: Int32Array, jobs: readonly FlowLanes[], scale: TimeScale, axis: TimeAxis): LateMark[] {
  const { instance } = trace;
  const ofOps = bunch(lateOps(trace, laneOfTrack), scale);
  const ofJobs = bunch(lateJobs(trace, jobs), scale);
  const time = (ticks: number): string => axis.format(ticks * instance.tickNs);
  const mark = ({ lane, count, first, last, by }: Bunch, noun: string, name: string): LateMark => {
    const ends = `${time(first)}${last > first ? ` – ${time(last)}` : ""}`;
    const what = count === 1 ? `${name} missed its deadline` : `${counted(count, noun, formatCount)} missed their deadlines`;
    const late = formatNs(by * instance.tickNs);
    return {
      lane, count, x0: scale.x0 + first * scale.pxPerTick, x1: scale.x0 + last * scale.pxPerTick,
      tooltip: `${what}\n${count === 1 ? "deadline" : "deadlines"} ${ends}, ${count === 1 ? `ended ${late} later` : `ended up to ${late} later (${name})`}`,
    };
  };
  return [
    ...ofOps.map((each) => mark(each, "operator", cleanText(instance.opNames.at(each.worst)))),
    ...ofJobs.map((each) => mark(each, "job", `job ${each.worst}`)),
  ];
}

/** One that was late, in a lane. */
type Late = readonly [lane: number, id: number, deadline: number, by: number];

function* lateOps(trace: Trace, laneOfTrack: Int32Array): Generator<Late> {
  const { instance, ops } = trace;
  if (instance.opDeadlineTicks === undefined) return;
  const starts = slotStarts(instance);
  for (let op = 0; op < instance.opCount; op++) {
    const deadline = ownDeadline(trace, op);
    const by = ops.endTicks[op]! - deadline;
    if (by > 0) yield [laneOfTrack[starts[ops.device[op]!]! + ops.slot[op]!]!, op, deadline, by];
  }
}

function* lateJobs({ instance, jobs }: Trace, flows: readonly FlowLanes[]): Generator<Late> {
  if (instance.jobDeadlineTicks === undefined) return;
  for (const { ids, lanes } of flows) {
    for (let i = 0; i < ids.length; i++) {
      const job = ids[i]!;
      const deadline = jobs.arrivalTicks[job]! + instance.jobDeadlineTicks[job]!;
      const by = jobs.endTicks[job]! - deadline;
      if (by > 0) yield [lanes[i]!, job, deadline, by];
    }
  }
}

/** Gathers what shares a cell of a mark's width; cells are made twice as wide until there are few enough marks. */
function bunch(late: Iterable<Late>, scale: TimeScale): Bunch[] {
  const columns = Math.ceil((scale.x1 - scale.x0) / markWidth) + 1;
  const byCell = new Map<number, Bunch>();
  for (const [lane, id, deadline, by] of late) {
    const cell = lane * columns + Math.floor((deadline * scale.pxPerTick) / markWidth);
    const own = { lane, count: 1, first: deadline, last: deadline, worst: id, by };
    const there = byCell.get(cell);
    if (there) absorb(there, own);
    else byCell.set(cell, own);
  }
  let bunches = [...byCell.keys()].sort((a, b) => a - b).map((cell) => byCell.get(cell)!);
  for (let width = markWidth; ; width *= 2) {
    bunches = joinClose(bunches, width / scale.pxPerTick);
    if (bunches.length <= maxMarks || width > scale.x1 - scale.x0) return bunches;
  }
}

/** Joins neighbours in a lane that together are no longer than `ticks`. */
function joinClose(bunches: readonly Bunch[], ticks: number): Bunch[] {
  const joined: Bunch[] = [];
  for (const each of bunches) {
    const last = joined.at(-1);
    if (last && last.lane === each.lane && each.last - last.first <= ticks) absorb(last, each);
    else joined.push(each);
  }
  return joined;
}

function absorb(into: Bunch, other: Bunch): void {
  into.count += other.count;
  into.first = Math.min(into.first, other.first);
  into.last = Math.max(into.last, other.last);
  if (other.by > into.by || (other.by === into.by && other.worst < into.worst)) {
    into.by = other.by;
    into.worst = other.worst;
  }
}
