import { SimulationError } from "../../base/errors.ts";
import { counted, formatNs } from "../../base/units.ts";
import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import { ceilTicks } from "../ticks.ts";
import { noProgress, starved, type ThreadFinding } from "./findings.ts";
import type { ThreadHost } from "./thread-host.ts";
import { ThreadState } from "./thread-table.ts";

/** Looks out for runs that get nowhere: nothing comes of what threads do, one of them waits for too long, or there is no end of it. */
export class Watchdog {
  private readonly host: ThreadHost;
  private readonly queue: EventQueue;
  private readonly roundBudget: number;
  /** Its next call is among the events that are to come. */
  isArmed = false;
  /** It was called in this round, and looks when that is over. */
  isCalled = false;
  #lastProgress = 0;
  #roundCount = 0;

  constructor(host: ThreadHost, queue: EventQueue) {
    this.host = host;
    this.queue = queue;
    this.roundBudget = host.spec.watch.roundBudget;
  }

  /** Something came of what threads do, at this tick: one ended, or an operator was taken. Marks tell for themselves. */
  progress(ticks: number): void {
    if (ticks > this.#lastProgress) this.#lastProgress = ticks;
  }

  /** @throws {SimulationError} where there have been too many rounds. */
  countRound(): void {
    if (++this.#roundCount > this.roundBudget) this.#notOver();
  }

  /** Sees to it that it is called again, where something is watched. */
  watch(): void {
    const { livelockTicks, starvationTicks } = this.host.spec.watch;
    const window = Math.min(livelockTicks, starvationTicks);
    if (window === Infinity || this.host.allEnded) return;
    this.isArmed = true;
    this.queue.push(ceilTicks(this.host.now + Math.max(1, window / 2)), eventKey(EventKind.watch, 0), 0);
  }

  /** Its call has come. */
  call(): void {
    this.isArmed = false;
    this.isCalled = true;
  }

  /** The round is over: why the threads get nowhere; undefined where they do. @param goesOn more is to come, so that it is called again */
  lookOut(goesOn: boolean): ThreadFinding | undefined {
    const host = this.host;
    const { livelockTicks, starvationTicks } = host.spec.watch;
    this.isCalled = false;
    host.catchUp(host.now);
    for (const ticks of host.measures.lastMarkTicks) if (ticks > this.#lastProgress) this.#lastProgress = ticks;
    if (goesOn) this.watch();
    return host.now - this.#lastProgress >= livelockTicks ? noProgress(host, this.#lastProgress) : starved(host, starvationTicks);
  }

  #notOver(): never {
    const host = this.host;
    const { table } = host;
    const left = table.state.subarray(0, table.count).reduce((sum, state) => sum + (state === ThreadState.ended ? 0 : 1), 0);
    const first = table.state.indexOf(ThreadState.running);
    throw new SimulationError({
      code: "round-budget", message: `the run is not over after ${counted(this.roundBudget, "round")} (at ${formatNs(host.now * host.tickNs)}): ${counted(left, "thread")} of ${table.count} ${left === 1 ? "has" : "have"} not ended${first < 0 ? "" : `, ${host.names.of(first)} among them`}`,
      ...(first >= 0 && host.names.source(host.names.whereIs(first))), hint: "let the threads end, simulate less, give them longer slices, or raise watch.roundBudget",
    });
  }
}
