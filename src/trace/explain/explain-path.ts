import type { Trace } from "../../core/trace.ts";
import { criticalPath } from "../critical-path.ts";
import type { PathCause, PathKind, PathSegment } from "../path-segment.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { Groups, type Largest, type Total } from "./groups.ts";
import { ratio } from "./ratio.ts";

/** What the critical path is made of: its steps of one kind at one place, summed. Shares of all parts add up to 1. */
export interface PathPart extends Total {
  readonly kind: PathKind;
  /** Of the operators that ran. */
  readonly taskKind?: string;
  /** Where it ran or waited. */
  readonly device?: string;
  /** Memories between which data moved. */
  readonly from?: string;
  readonly to?: string;
  /** ns / makespan. */
  readonly share: number;
}

/** Some steps of the path that follow each other: of one kind at one place, or, as `more`, what is too short to be told apart. */
export interface PathChapter {
  readonly kind: PathKind | "more";
  readonly device?: string;
  readonly from?: string;
  readonly to?: string;
  readonly startNs: number;
  readonly endNs: number;
  /** How many steps. */
  readonly count: number;
  /** What took most of the time of `more`, of several kinds or places. */
  readonly mostly?: PathPlace;
  /** The longest of them; of transfers, the operator that needed the data. */
  readonly largest: Largest;
  /** The tensor of the longest transfer. */
  readonly tensor?: string;
  /** What the first step waited for. */
  readonly because: PathCause;
  /** The operator that ran before the first step; absent at the start of the run. */
  readonly after?: string;
  /** By how much the steps took longer than alone, as expected; absent when they did not. */
  readonly stretchNs?: number;
}

/** The critical path, told in few words. */
export interface PathStory {
  /** Steps of the whole path. */
  readonly steps: number;
  /** Operators on it: what each of them followed from. */
  readonly operators: { readonly count: number; readonly afterDependency: number; readonly afterData: number; readonly afterSlot: number };
  /** Largest first. */
  readonly parts: readonly PathPart[];
  /** First to last; they cover the makespan without gaps. */
  readonly chapters: readonly PathChapter[];
}

/**
 * The critical path of a run, summed and told.
 * @param mostChapters how many chapters are told apart, besides what is between them; default 12
 * @example
 * for (const { kind, device, share } of explainPath(trace).parts) console.log(kind, device, share);
 */
export function explainPath(trace: Trace, mostChapters = 12): PathStory {
  const path = criticalPath(trace);
  const runs = path.filter(({ kind }) => kind === "run");
  const after = (cause: PathCause): number => runs.filter(({ because }) => because === cause).length;
  return {
    steps: path.length,
    operators: { count: runs.length, afterDependency: after("dependency"), afterData: after("data"), afterSlot: after("slot") },
    parts: parts(trace, path),
    chapters: shortened(chaptersOf(trace, path), mostChapters).map((chapter) => described(trace, path, chapter)),
  };
}

/** What a step is, and where. */
export interface PathPlace {
  readonly kind: PathKind;
  readonly device?: string;
  /** Memories between which data moved. */
  readonly from?: string;
  readonly to?: string;
}

function placeOf({ instance, ops, transfers }: Trace, { kind, op, transfer, device = ops.device[op]! }: PathSegment): PathPlace {
  if (transfer !== undefined) return { kind, from: instance.memoryNames[transfers.from[transfer]!]!, to: instance.memoryNames[transfers.to[transfer]!]! };
  return { kind, ...(kind !== "arrival" && kind !== "threads" && device >= 0 && { device: instance.deviceNames[device]! }) };
}

function keyOf({ ops, transfers, instance }: Trace, { kind, op, transfer, device = ops.device[op]! }: PathSegment): string {
  if (transfer !== undefined) return `${kind} ${transfers.from[transfer]! * instance.memoryCount + transfers.to[transfer]!}`;
  return kind === "arrival" || kind === "threads" ? kind : `${kind} ${device}`;
}

function parts(trace: Trace, path: readonly PathSegment[]): PathPart[] {
  const { instance, makespanTicks } = trace;
  const groups = new Groups<PathPlace & { readonly taskKind?: string }>();
  for (const step of path) {
    const ticks = step.endTicks - step.startTicks;
    if (ticks === 0) continue;
    const taskKind = instance.classKinds[instance.classOf[step.op]!]!;
    const runs = step.kind === "run";
    groups.add(keyOf(trace, step) + (runs ? ` ${taskKind}` : ""), () => ({ ...placeOf(trace, step), ...(runs && { taskKind }) }), ticks, step.transfer === undefined ? step.op : trace.transfers.tensor[step.transfer]!);
  }
  const makespanNs = nanoseconds(makespanTicks, instance.tickNs);
  return groups
    .totals(instance.tickNs, (subject, { kind }) => (kind === "transfer" ? instance.tensorNames.at(subject) : instance.opNames.at(subject)))
    .map((part) => ({ ...part, share: ratio(part.ns, makespanNs) }));
}

/** Steps [from, to) of the path. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly ticks: number;
  readonly more: boolean;
}

/** Neighbours of one kind at one place belong together. */
function chaptersOf(trace: Trace, path: readonly PathSegment[]): Span[] {
  const spans: Span[] = [];
  for (let from = 0, to; from < path.length; from = to) {
    to = from + 1;
    while (to < path.length && keyOf(trace, path[to]!) === keyOf(trace, path[from]!)) to++;
    spans.push({ from, to, ticks: path[to - 1]!.endTicks - path[from]!.startTicks, more: false });
  }
  return spans;
}

/** Chapters are worth telling from this share of the path on; this many are told even if they are shorter. */
const worthTelling = 0.025;
const mostShort = 5;

/** Keeps the longest spans; neighbours among the rest become one. */
function shortened(spans: readonly Span[], most: number): Span[] {
  if (spans.length <= most) return [...spans];
  const whole = spans.reduce((sum, { ticks }) => sum + ticks, 0);
  const order = spans.map((_, i) => i).sort((a, b) => spans[b]!.ticks - spans[a]!.ticks || a - b);
  const kept = new Set(order.slice(0, most).filter((i, rank) => rank < mostShort || spans[i]!.ticks >= worthTelling * whole));
  const result: Span[] = [];
  spans.forEach((span, i) => {
    const last = result.at(-1);
    if (kept.has(i)) result.push(span);
    // A single one between two others is as short told as counted.
    else if (last?.more === true) result[result.length - 1] = { from: last.from, to: span.to, ticks: last.ticks + span.ticks, more: true };
    else result.push({ ...span, more: !kept.has(i + 1) && i + 1 < spans.length });
  });
  return result;
}

function mostOf(trace: Trace, steps: readonly PathSegment[]): PathPlace | undefined {
  const groups = new Groups<PathPlace>();
  for (const step of steps) groups.add(keyOf(trace, step), () => placeOf(trace, step), step.endTicks - step.startTicks, step.op);
  const [most] = groups.totals(trace.instance.tickNs, () => "");
  if (most === undefined) return undefined;
  const { kind, device, from, to } = most;
  return { kind, ...(device !== undefined && { device }), ...(from !== undefined && to !== undefined && { from, to }) };
}

function described(trace: Trace, path: readonly PathSegment[], { from, to, more }: Span): PathChapter {
  const { instance, transfers } = trace;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  const first = path[from]!;
  let longest = first;
  let stretch = 0;
  for (let i = from; i < to; i++) {
    const step = path[i]!;
    if (step.endTicks - step.startTicks > longest.endTicks - longest.startTicks) longest = step;
    stretch += step.stretchTicks;
  }
  let before = from - 1;
  while (before >= 0 && path[before]!.kind !== "run") before--;
  const { kind, ...place } = placeOf(trace, first);
  const mostly = more ? mostOf(trace, path.slice(from, to)) : undefined;
  return {
    kind: more ? "more" : kind, ...(!more && place), startNs: ns(first.startTicks), endNs: ns(path[to - 1]!.endTicks), count: to - from, ...(mostly !== undefined && { mostly }),
    largest: { name: instance.opNames.at(longest.op), ns: ns(longest.endTicks - longest.startTicks) },
    ...(!more && longest.transfer !== undefined && { tensor: instance.tensorNames.at(transfers.tensor[longest.transfer]!) }),
    because: first.because, ...(before >= 0 && { after: instance.opNames.at(path[before]!.op) }), ...(stretch > 0 && { stretchNs: ns(stretch) }),
  };
}
