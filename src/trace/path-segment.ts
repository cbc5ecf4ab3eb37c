/**
 * What happened during a step of the critical path. `run`: the op ran. `setup`: its slot was configured. `paused`: it
 * was held after it had begun. `transfer`: its data moved. `wait-slot`: it was placed, had its data, and the device's
 * slots or queue order held it. `absent`: as that, and the device was not there. `wait-placement`: it could have been
 * placed and was not. `wait-thread`: as that, where threads run the operators, and none had taken it. `wait-data`: its data was not
 * there, for a reason the trace does not show. `wait-sync`: its dependencies had ended, but were not visible yet.
 * `arrival`: its job had not arrived. `aborted`: it ran on a device that was lost before it ended. `threads`: it had
 * ended, as the last operator, and threads ran on.
 */
export type PathKind = "run" | "transfer" | "setup" | "paused" | "wait-slot" | "absent" | "wait-placement" | "wait-thread" | "wait-data" | "wait-sync" | "arrival" | "aborted" | "threads";

/**
 * Why a step began when it did, that is, what the step before it on the path is to it: its producer's end
 * (`dependency`), its `data`'s arrival, the end of what held its `slot`, its `placement`, the end of `sync` or of
 * `setup`, its job's `arrival`, the `loss` of a device on which it had run, or the `start` of the run.
 */
export type PathCause = "dependency" | "data" | "slot" | "placement" | "sync" | "setup" | "pause" | "arrival" | "loss" | "start";

/** One step of the critical path. */
export interface PathSegment {
  readonly kind: PathKind;
  /** The op that ran or waited, or on whose behalf data moved. */
  readonly op: number;
  /** Set on transfers. */
  readonly transfer?: number;
  /** Set on aborted runs: the device that was lost. */
  readonly device?: number;
  readonly startTicks: number;
  readonly endTicks: number;
  readonly because: PathCause;
  /** How much longer than alone, as expected, it took: contention, or noise. Runs and transfers only. */
  readonly stretchTicks: number;
}
