import { SimulationError } from "../../base/errors.ts";
import { counted, formatNs } from "../../base/units.ts";
import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import { ceilTicks } from "../ticks.ts";
import { noProgress, sourceOf, starved, type ThreadFinding } from "./findings.ts";
import type { ThreadHost } from "./thread-host.ts";
import { ThreadState } from "./thread-table.ts";

/** Looks out for runs that get nowhere: nothing comes of what threads do, one of them waits for too long, or there is no end of it. */
export class Watchdog {
  readonly #host: ThreadHost;
  readonly #queue: EventQueue;
  readonly #resources: SharedResources;
  readonly #roundBudget: number;
  /** Its next call is among the events that are to come. */
  #isArmed = false;
  /** It has looked, and shall look again. */
  #hasLooked = false;
  #lastProgress = 0;
  #roundCount = 0;

  constructor(host: ThreadHost, queue: EventQueue, resources: SharedResources) {
    this.#host = host;
    this.#queue = queue;
    this.#resources = resources;
    this.#roundBudget = host.spec.watch.roundBudget;
  }

  /** Something came of what threads do, at this tick. */
  progress(ticks: number): void {
    if (ticks > this.#lastProgress) this.#lastProgress = ticks;
  }

  /** @throws {SimulationError} where there have been too many rounds. */
  countRound(): void {
    if (++this.#roundCount > this.#roundBudget) this.#notOver();
  }

  /** Sees to it that it is called again, where something is watched. */
  watch(): void {
    const { livelockTicks, starvationTicks } = this.#host.spec.watch;
    const window = Math.min(livelockTicks, starvationTicks);
    if (window === Infinity || this.#host.allEnded) return;
    this.#isArmed = true;
    this.#queue.push(ceilTicks(this.#host.now + Math.max(1, window / 2)), eventKey(EventKind.watch, 0), 0);
  }

  /** Why the threads get nowhere; undefined where they do. */
  lookOut(): ThreadFinding | undefined {
    this.#isArmed = false;
    const host = this.#host;
    const { livelockTicks, starvationTicks } = host.spec.watch;
    if (host.allEnded) return undefined;
    host.passMarks(host.now - 1);
    const finding = host.now - this.#lastProgress >= livelockTicks ? noProgress(host, this.#lastProgress) : starved(host, starvationTicks);
    this.#hasLooked = true;
    return finding;
  }

  /** True where nothing is to come but the ends of so many slices, and its own call. */
  isAllThatComes(slices: number): boolean {
    return slices > 0 && this.#queue.length - (this.#isArmed ? 1 : 0) === slices && this.#resources.nextEnd === Infinity && !this.#resources.changed;
  }

  /** The round is over: looks on, unless nothing can happen any more, which nobody needs to watch for. */
  goOn(): void {
    if (!this.#hasLooked) return;
    this.#hasLooked = false;
    if (this.#queue.length > 0 || this.#resources.changed || this.#resources.nextEnd < Infinity) this.watch();
  }

  #notOver(): never {
    const host = this.#host;
    const { table } = host;
    const left = table.state.subarray(0, table.count).reduce((sum, state) => sum + (state === ThreadState.ended ? 0 : 1), 0);
    const first = table.state.indexOf(ThreadState.running);
    throw new SimulationError({
      code: "round-budget", message: `the run is not over after ${this.#roundBudget} rounds (at ${formatNs(host.now * host.tickNs)}): ${counted(left, "thread")} of ${table.count} ${left === 1 ? "has" : "have"} not ended${first < 0 ? "" : `, ${host.nameOf(first)} among them`}`,
      ...(first >= 0 && sourceOf(host, table.pc[first]!)), hint: "let the threads end, simulate less, or raise watch.roundBudget",
    });
  }
}
