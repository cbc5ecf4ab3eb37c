import type { Trace } from "../core/trace.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import { ThreadNames } from "../trace/threads/thread-names.ts";
import { inkThreads } from "./ink-threads.ts";
import type { LaneInk, TimeScale } from "./lane-ink.ts";
import type { LanePlan } from "./lane-plan.ts";
import type { LaneMark, SpanMark, WakeMark } from "./marks.ts";
import type { MarkerInit } from "./markers.ts";
import { waitingAreas, type StepArea } from "./step-areas.ts";
import { addThreadLanes, type ThreadLanes } from "./thread-lanes.ts";
import { droppedNotes, findingMarkers, keptMarkers, placeWakes, showsThreads, threadSpanLabel, threadTooltip } from "./thread-marks.ts";
import { styleThreads, type ThreadStyles } from "./thread-styles.ts";
import type { TimeAxis } from "./time-axis.ts";

/** Part of the time by which a picture goes on after threads could not: it shows how they are stuck. */
const afterFailure = 0.08;

/** Until when threads are drawn. */
export function lastThreadTick({ endTicks, outcome }: ThreadTrace): number {
  return outcome === undefined ? endTicks : endTicks * (1 + afterFailure);
}

/** The part of a timeline that shows threads: on cores, by themselves, and at what they waited for. */
export class ThreadPanel {
  readonly styles: ThreadStyles;
  readonly #trace: Trace;
  readonly #threads: ThreadTrace;
  readonly #plan: LanePlan;
  readonly #names: ThreadNames;
  readonly #lanes: ThreadLanes;

  readonly #lastTick: number;

  /** Adds its lanes. @param lastTick end of the picture; @param takenStyles colours that operator kinds have */
  constructor(plan: LanePlan, trace: Trace, threads: ThreadTrace, lastTick: number, maxLanes: number, takenStyles: number) {
    this.#trace = trace;
    this.#threads = threads;
    this.#plan = plan;
    this.#lastTick = lastTick;
    this.#names = new ThreadNames(threads);
    this.styles = styleThreads(threads, this.#names, takenStyles);
    this.#lanes = addThreadLanes(plan, threads, this.#names, lastTick, maxLanes);
  }

  /** What is drawn one by one where it is wide enough; rows are drawn twice, on cores and in the lanes of threads. */
  get intervals(): readonly { readonly start: Float64Array; readonly end: Float64Array }[] {
    const { rows, waits, holds, ready } = this.#threads;
    return [rows, rows, waits, holds, ready];
  }

  get areas(): StepArea[] {
    return waitingAreas(this.#threads, this.#lanes, this.#plan, this.#lastTick);
  }

  ink(ink: LaneInk): void {
    inkThreads(ink, this.#threads, this.#lanes, this.styles, this.#plan.lanes, this.#lastTick);
  }

  /** @param lanes where they are in the picture */
  wakes(lanes: readonly LaneMark[], scale: TimeScale): WakeMark[] {
    return placeWakes(this.#threads, this.#lanes, lanes, scale);
  }

  markers(at: (ticks: number) => number): MarkerInit[] {
    const { tickNs } = this.#trace.instance;
    return [...findingMarkers(this.#threads, tickNs, at), ...keptMarkers(this.#threads, tickNs, at)];
  }

  /** Whether the span is one of its own. */
  has({ lane }: SpanMark): boolean {
    return showsThreads(this.#plan.groups[this.#plan.lanes[lane]!.group]!);
  }

  /** The span with a tooltip, and a label where it fits. */
  withTexts(span: SpanMark, axis: TimeAxis): SpanMark {
    const lane = this.#plan.lanes[span.lane]!;
    const group = this.#plan.groups[lane.group]!;
    const label = threadSpanLabel(this.#threads, this.#names, span, group, lane);
    return { ...span, tooltip: threadTooltip(this.#threads, this.#names, span, group, this.#trace.instance.tickNs, axis), ...(label !== undefined && { label }) };
  }

  notes(axis: TimeAxis): string[] {
    const { summarisedCores, hiddenObjects } = this.#lanes;
    return [
      ...(summarisedCores > 0 ? [`${summarisedCores} cores share a summary lane: its filled height is the share of them in use.`] : []),
      ...(this.#plan.lanes.some(({ kind, group }) => kind === "summary" && this.#plan.groups[group]!.kind === "threads") ? ["The filled height of a lane of many threads is the share of them that do so at the time."] : []),
      ...(hiddenObjects > 0 ? [`${hiddenObjects} more that threads waited for less are not shown.`] : []),
      ...droppedNotes(this.#threads, (ticks) => axis.format(ticks * this.#trace.instance.tickNs)),
    ];
  }
}
