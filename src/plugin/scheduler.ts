import type { PolicyView } from "./policy-view.ts";

/**
 * Ready ops that are not placed, oldest first (ties by id), as a list that may be walked while ops are placed:
 * `for (let op = ready.first(); op >= 0; op = next) { next = ready.next(op); … }`.
 */
export interface ReadyList {
  readonly length: number;
  /** -1 when empty. */
  first(): number;
  /** The one after `op`, which must be in the list; -1 at the end. */
  next(op: number): number;
  has(op: number): boolean;
}

/** What a scheduler sees in `dispatch`: the state, and what is ready. */
export interface SchedulerView extends PolicyView {
  readonly ready: ReadyList;
}

/** How a run would go if every estimate were right: one entry an op in each column (duplicates left out), times in ticks. */
export interface Rehearsal {
  /** Latest end of any op. */
  readonly makespanTicks: number;
  readonly device: Int32Array;
  readonly startTicks: Float64Array;
  readonly endTicks: Float64Array;
}

/** What a scheduler sees in `prepare`: the state before anything runs, and a stage to try schedulers on. */
export interface PlanningView extends PolicyView {
  /**
   * Runs another scheduler on the same work from its beginning, and says how that went: by the estimates, without
   * noise, but with shared links, setups, arrivals and the run's synchronization policy (where the run was given only
   * one object of it, under dataflow). It meets the same random numbers as this one. The run itself is not touched,
   * and `scheduler` is used up: make another for the run. A rehearsed scheduler may rehearse in turn, 3 deep at most.
   * @throws {SimulationError} when the other scheduler fails.
   */
  rehearse(scheduler: Scheduler): Rehearsal;
}

/** What a scheduler may do. */
export interface Dispatch {
  /**
   * Binds `op` to `device`, at any time, ready or not: its inputs move there as soon as they exist, and it waits in
   * the device's queue by priority (higher first, default 0), then in the order placed.
   * Where `device` is not there, the engine chooses another: the one where the op should end first.
   * @throws {PolicyError} when `op` was placed before, or `device` cannot run it.
   */
  place(op: number, device: number, priority?: number): void;
  /** Starts a placed op whose inputs are there, ahead of the queue. @throws {PolicyError} when it cannot. */
  start(op: number): void;
  /** Asks for another `dispatch` at this tick (now or later): timers, batching windows. */
  wakeAt(ticks: number): void;
}

/** One more execution of an op, and who reads what it makes. */
export interface Duplicate {
  /** The op of the workload that runs once more. */
  readonly op: number;
  /**
   * Who reads this duplicate's outputs, all of those that it reads of the op, instead of the op's own: ops of the
   * workload by their ids, and duplicates by `opCount` + their position in the list. Each must read `op`, and it may be
   * given one duplicate of it at most. At least one reader.
   */
  readonly readers: readonly number[];
}

/** Decides which operator runs where, and in which order. All hooks but `dispatch` are optional. */
export interface Scheduler {
  /**
   * How a device takes from its queue. `ready-first` (default): the first whose inputs are there. `in-order`: strictly
   * by priority, then order placed; the head is waited for, as a static plan's order demands. Read as the first op is
   * placed, or else when `prepare` has returned: who chooses between schedulers there may answer by a getter.
   */
  readonly queueOrder?: "ready-first" | "in-order";
  /**
   * Ops to run more than once, so that what they make need not be moved: asked once, before `prepare`, with the ops of
   * the workload in view. From then on each duplicate is an op like any other, to be placed by this scheduler: the one at
   * position k of the list has the id `view.opCount` + k, with `view.opCount` as it is here. It waits for what it
   * reads, takes its own time under noise, and makes its own copy of each output. The op itself still runs. Of one op,
   * as many duplicates as there are other devices at most. Not asked where other schedulers choose for this one.
   */
  duplicates?(view: PlanningView): readonly Duplicate[];
  /** Before anything runs. Static planners do their work here and may place every op. */
  prepare?(view: PlanningView, out: Dispatch): void;
  /** `op` became ready (and is not placed). Called before `dispatch` in the same round, in id order. */
  ready?(view: PolicyView, op: number): void;
  /** Once a round in which an op became ready, a slot became free, or a wake-up was due; after every event of the round. */
  dispatch(view: SchedulerView, out: Dispatch): void;
  /** `op` ended; `actualTicks` includes noise and contention. Called before `dispatch` in the same round, in id order. */
  completed?(view: PolicyView, op: number, actualTicks: number): void;
  /**
   * The device is gone. None of `ops`, by id, is placed any more: those that were queued there, and those that ran, whose
   * work is lost. The ready ones are offered again, as if they had just become ready. Called before `completed`. Who has no such hook need
   * not look after ops that it placed before they were ready: the engine places each, when it is ready, where it
   * should end first.
   */
  lost?(view: PolicyView, device: number, ops: readonly number[]): void;
  /** The device is there (again). Called in the order in which devices leave and join. */
  joined?(view: PolicyView, device: number): void;
  /** What the policy has to say of the run that has ended; it goes into the result as it is. */
  report?(): PolicyReport;
}

/** Figures and words of a policy for the result, by name: "evaluations", "chosen". Times are in nanoseconds, and their names end in `Ns`; numbers are finite. */
export type PolicyReport = Readonly<Record<string, number | string | boolean>>;
