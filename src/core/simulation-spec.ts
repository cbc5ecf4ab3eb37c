import type { Scheduler, SyncPolicy } from "../plugin.ts";
import type { Information } from "./information.ts";
import type { Instance } from "./instance.ts";
import type { DispatchCost } from "./scheduler-host.ts";
import type { ThreadSetting } from "./threads/thread-setting.ts";

/** What to simulate. Policies are fresh objects: one run uses them up. */
export interface SimulationSpec {
  readonly instance: Instance;
  readonly scheduler: Scheduler;
  /** Default: dataflow. */
  readonly sync?: SyncPolicy;
  /** Makes another policy like `sync`, for rehearsals; without it they are held under dataflow. */
  readonly freshSync?: () => SyncPolicy;
  /** Names for messages and the result. */
  readonly schedulerName?: string;
  readonly syncName?: string;
  /** Default 0. */
  readonly seed?: number;
  /** False: every operator takes exactly its expected time. Default true. */
  readonly noise?: boolean;
  /** Keep every placement with its alternatives, in `Trace.decisions`. Default false. */
  readonly decisions?: boolean;
  /** Stop before the first event after this tick; default: run to the end. */
  readonly untilTicks?: number;
  /** `progress[0]` = ops ended, `progress[1]` = rounds, updated every round: a watchdog or a progress bar reads it from another thread. */
  readonly progress?: Int32Array;
  /** Called by `run` every 65,536 rounds, with how far it is in operators, and in time. */
  readonly onProgress?: (endedOps: number, opCount: number, simulatedNs: number) => void;
  /** What schedulers know of the time that operators take. Default: the true means. */
  readonly information?: Information;
  /** What deciding takes. Default: no time. */
  readonly dispatch?: DispatchCost;
  /** Threads that run programs beside the graph, or on it. Default: none. */
  readonly threads?: ThreadSetting | undefined;
  /** Set by the engine in rehearsals: how many this run is held in. Default 0. */
  readonly rehearsalDepth?: number;
}
