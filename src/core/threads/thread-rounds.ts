import { EventKind, keyEntity, keyKind, orderGeneration, orderKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import type { CoreDispatcher } from "./core-dispatcher.ts";
import type { Liveness } from "./liveness.ts";
import type { ThreadActivities } from "./thread-activities.ts";
import type { ThreadRunner } from "./thread-runner.ts";
import type { Watchdog } from "./watchdog.ts";

/** Rounds at most before the engine has its turn again. */
const MANY = 4096;

/** Who takes part in a round. */
export interface ThreadRoundParts {
  readonly queue: EventQueue;
  readonly resources: SharedResources;
  readonly runner: ThreadRunner;
  readonly dispatcher: CoreDispatcher;
  /** Undefined without a memory model: what threads do is never made slower or faster by their neighbours' memory then. */
  readonly retimed: ThreadActivities | undefined;
  readonly liveness: Liveness;
  /** Tells everybody the tick of a round. */
  readonly advance: (ticks: number) => void;
}

/** What threads do in a round, and the rounds that are theirs alone. */
export class ThreadRounds {
  private readonly queue: EventQueue;
  private readonly resources: SharedResources;
  private readonly runner: ThreadRunner;
  private readonly dispatcher: CoreDispatcher;
  private readonly retimed: ThreadActivities | undefined;
  private readonly liveness: Liveness;
  private readonly watchdog: Watchdog;
  readonly #advance: (ticks: number) => void;

  constructor({ queue, resources, runner, dispatcher, retimed, liveness, advance }: ThreadRoundParts) {
    this.queue = queue;
    this.resources = resources;
    this.runner = runner;
    this.dispatcher = dispatcher;
    this.retimed = retimed;
    this.liveness = liveness;
    this.watchdog = liveness.watchdog;
    this.#advance = advance;
  }

  /** Lets everybody act whose time has come. */
  act(): void {
    this.watchdog.countRound();
    this.runner.runDue();
    this.dispatcher.endSlices();
    while (this.liveness.outcome === undefined && this.dispatcher.dispatch()) this.runner.runDue();
    if (this.retimed !== undefined && this.liveness.outcome === undefined) this.retimed.retime();
    if (this.watchdog.isCalled) this.liveness.lookOut();
  }

  /**
   * Rounds whose only event is that one thread has done its work: nobody but the threads has anything to do in them, so
   * they need not go through the engine. They are what programs that compute and synchronize consist of, nearly all.
   * @returns how many there were, until the first that is another, but not after this tick
   */
  goOnAlone(untilTicks: number): number {
    const queue = this.queue;
    const resources = this.resources;
    const runner = this.runner;
    const liveness = this.liveness;
    let rounds = 0;
    for (; rounds < MANY; rounds++) {
      const ticks = queue.headTime;
      const order = queue.headOrder;
      const key = orderKey(order);
      if (!(ticks <= untilTicks && ticks < resources.nextEnd && ticks < Number.MAX_SAFE_INTEGER) || keyKind(key) !== EventKind.threadDone || liveness.isOver) break;
      const generation = orderGeneration(order);
      queue.pop();
      if (queue.headTime === ticks) {
        queue.push(ticks, key, generation);
        break;
      }
      this.#advance(ticks);
      runner.workDone(keyEntity(key), generation);
      this.act();
      if (resources.changed) resources.solve(ticks);
    }
    if (rounds > 0) liveness.moved();
    return rounds;
  }
}
