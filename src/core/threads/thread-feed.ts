import { SimulationError } from "../../base/errors.ts";
import type { Instance } from "../instance.ts";
import type { SharedResources } from "../shared-resources.ts";
import { ThreadGraph, type GraphEngine } from "./thread-graph.ts";
import { ThreadHost } from "./thread-host.ts";
import type { ThreadResources } from "./thread-activities.ts";
import type { ThreadSetting } from "./thread-setting.ts";

/**
 * The threads of a run beside its operators: lets the threads act once a round, and feeds them the operators that became
 * ready without a thread's doing.
 */
export class ThreadFeed {
  readonly host: ThreadHost;
  private readonly engine: GraphEngine;
  /** Undefined where threads run no operators. */
  private readonly graph: ThreadGraph | undefined;

  constructor(setting: ThreadSetting & { readonly at: ThreadResources }, engine: GraphEngine, resources: SharedResources, seed: number) {
    const { state } = engine;
    const { device } = setting;
    this.engine = engine;
    if (device !== undefined) refuseChanges(state.instance, device);
    const graph = device === undefined ? undefined : (host: ThreadHost) => (state.threadGraph = new ThreadGraph(engine, host, device));
    this.host = new ThreadHost(setting, { queue: state.queue, resources, at: setting.at, tickNs: state.instance.tickNs, seed, now: () => state.now, advance: (ticks) => state.advance(ticks) }, graph);
    this.graph = state.threadGraph;
  }

  /** The part of a round that is the threads'. */
  round(): void {
    this.engine.state.idleRounds = 0;
    if (this.graph === undefined) {
      this.host.round();
      return;
    }
    this.#feed(this.graph);
    this.host.round();
    this.#closeWhenDone();
  }

  /** Rounds in which nothing but one thread's work ends, where threads run no operators. @returns how many there were, one event each */
  goOnAlone(untilTicks: number): number {
    return this.graph === undefined ? this.host.goOnAlone(untilTicks) : 0;
  }

  /** Operators that ended on other devices wake those who wait for them; those that became ready go to the queue that a program takes them from, by id. */
  #feed(graph: ThreadGraph): void {
    const { endedOps, newReady } = this.engine.state;
    const { readyQueue } = this.host.spec;
    for (let i = endedOps.first; i < endedOps.end; i++) graph.opEnded(endedOps.at(i));
    // Where there is no such queue, programs launch everything by number.
    if (readyQueue < 0) return;
    newReady.sort();
    for (let i = newReady.first; i < newReady.end; i++) this.host.deliver(newReady.at(i));
    newReady.truncate(newReady.first);
  }

  /** With the last operator the queue ends, and those who wait at it learn that. */
  #closeWhenDone(): void {
    const { readyQueue } = this.host.spec;
    if (readyQueue < 0 || !this.engine.jobs.allEnded) return;
    this.host.closeReady();
    this.host.round();
  }
}

/** The cores that threads run on stay as they are from the start to the end. */
function refuseChanges({ changeDevice, deviceNames }: Instance, device: number): void {
  if (changeDevice?.includes(device) !== true) return;
  throw new SimulationError({ code: "threads-on-device", message: `threads run on the cores of "${deviceNames[device]}", which is slowed, lost or joins during the run`, hint: "let nothing happen to that device" });
}
