import { EventKind, keyEntity, keyKind } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import type { ThreadHost } from "./thread-host.ts";
import type { ThreadRunner } from "./thread-runner.ts";

/** Rounds at most before the engine has its turn again. */
const MANY = 4096;

/**
 * Rounds whose only event is that one thread has done its work: nobody but the threads has anything to do in them, so
 * they need not go through the engine. They are what programs that compute and synchronize consist of, nearly all.
 */
export class LoneRounds {
  readonly #host: ThreadHost;
  readonly #queue: EventQueue;
  readonly #resources: SharedResources;
  readonly #runner: ThreadRunner;
  readonly #advance: (ticks: number) => void;
  readonly #round: () => void;

  /** @param advance tells the engine the tick of a round. @param round lets everybody act whose time has come */
  constructor(host: ThreadHost, queue: EventQueue, resources: SharedResources, runner: ThreadRunner, advance: (ticks: number) => void, round: () => void) {
    this.#host = host;
    this.#queue = queue;
    this.#resources = resources;
    this.#runner = runner;
    this.#advance = advance;
    this.#round = round;
  }

  /** @returns how many rounds there were, until the first that is another, but not after this tick */
  run(untilTicks: number): number {
    const host = this.#host;
    const queue = this.#queue;
    const resources = this.#resources;
    for (let rounds = 0; rounds < MANY; rounds++) {
      const ticks = queue.headTime;
      const key = queue.headKey;
      if (!(ticks <= untilTicks && ticks < resources.nextEnd && ticks < Number.MAX_SAFE_INTEGER) || keyKind(key) !== EventKind.threadDone || host.allEnded || host.outcome !== undefined) return rounds;
      const generation = queue.headGeneration;
      queue.pop();
      if (queue.headTime === ticks) {
        queue.push(ticks, key, generation);
        return rounds;
      }
      this.#advance(ticks);
      this.#runner.workDone(keyEntity(key), generation);
      this.#round();
      if (resources.changed) resources.solve(ticks);
    }
    return MANY;
  }
}
