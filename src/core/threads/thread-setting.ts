import type { ThreadPolicy } from "../../plugin.ts";
import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import type { MemoryModel } from "./memory-model.ts";
import type { ThreadResources } from "./thread-activities.ts";
import type { ThreadSpec } from "./thread-spec.ts";

/** Threads, as a simulation is given them. */
export interface ThreadSetting {
  readonly spec: ThreadSpec;
  readonly policy: ThreadPolicy;
  readonly policyName: string;
  readonly memory?: MemoryModel | undefined;
  /** The device whose operators threads run on their cores; undefined = the graph, if there is one, is no business of theirs. */
  readonly device?: number | undefined;
  /** False = every thread runs its instructions when it has worked off what it owes, and none before: slower, and nothing else may come of it. Default true. */
  readonly goAhead?: boolean | undefined;
}

/** What the host needs of the engine that it is part of. */
export interface ThreadEngine {
  readonly queue: EventQueue;
  readonly resources: SharedResources;
  readonly at: ThreadResources;
  readonly tickNs: number;
  readonly seed: number;
  /** The tick of the round. */
  now(): number;
  /** The engine's next round is at this tick. */
  advance(ticks: number): void;
}
