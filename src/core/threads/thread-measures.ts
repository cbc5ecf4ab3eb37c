import { F64Column } from "../../base/columns.ts";
import { DurationHistogram } from "./duration-histogram.ts";
import type { ThreadSpec } from "./thread-spec.ts";
import type { ThreadTable } from "./thread-table.ts";

/** What programs count and measure of themselves. */
export class ThreadMeasures {
  /** By counter: how often it was passed, and when first and last; Infinity and -Infinity where it was not. */
  readonly marks: Float64Array;
  readonly firstMarkTicks: Float64Array;
  readonly lastMarkTicks: Float64Array;
  /** By span. */
  readonly spans: readonly DurationHistogram[];
  /** By group: response times of the jobs of periodic threads, and how many ended too late. */
  readonly responses: readonly DurationHistogram[];
  readonly misses: Float64Array;
  /** Every response in the order of ends, with its group: for those who want more than a histogram. */
  readonly responseTicks = new F64Column();
  private readonly begun: Float64Array[];

  constructor({ counters, spans, groups }: ThreadSpec) {
    this.marks = new Float64Array(counters.length);
    this.firstMarkTicks = new Float64Array(counters.length).fill(Infinity);
    this.lastMarkTicks = new Float64Array(counters.length).fill(-Infinity);
    this.spans = spans.map(() => new DurationHistogram());
    this.begun = spans.map(() => new Float64Array(16));
    this.responses = groups.map(() => new DurationHistogram());
    this.misses = new Float64Array(groups.length);
  }

  /** A mark was passed at this tick; they need not be told in the order of time. */
  mark(counter: number, ticks: number): void {
    this.marks[counter]!++;
    if (ticks < this.firstMarkTicks[counter]!) this.firstMarkTicks[counter] = ticks;
    if (ticks > this.lastMarkTicks[counter]!) this.lastMarkTicks[counter] = ticks;
  }

  begin(thread: number, span: number, now: number): void {
    if (thread >= this.begun[span]!.length) {
      const grown = new Float64Array(thread * 2);
      grown.set(this.begun[span]!);
      this.begun[span] = grown;
    }
    this.begun[span]![thread] = now;
  }

  finish(thread: number, span: number, now: number): void {
    this.spans[span]!.add(now - this.begun[span]![thread]!);
  }

  /** A job of a periodic thread ends; returns the release of the next one. */
  endJob(thread: number, now: number, table: ThreadTable, { groups }: ThreadSpec): number {
    const group = table.group[thread]!;
    const { periodTicks, deadlineTicks } = groups[group]!;
    const response = now - table.releaseTicks[thread]!;
    this.responses[group]!.add(response);
    this.responseTicks.push(response);
    if (response > deadlineTicks) this.misses[group]!++;
    const next = table.releaseTicks[thread]! + periodTicks;
    table.releaseTicks[thread] = next;
    table.deadlineTicks[thread] = next + deadlineTicks;
    return next;
  }
}
