/** Why a thread is runnable: it is new; what it waited for has come; it lost its core to another, at the end of its slice, or by yielding. */
export type RunnableReason = "new" | "woken" | "preempted" | "slice" | "yielded";

/** The state of threads and cores that a thread policy may know. Live and reused. */
export interface ThreadView {
  readonly nowTicks: number;
  /** Nanoseconds of one tick. */
  readonly tickNs: number;
  readonly coreCount: number;
  /** Threads so far; they may spawn others. Ids are 0 .. threadCount - 1 and never reused. */
  readonly threadCount: number;
  /** The priority that counts now: its own, or what it inherits from those who wait for its locks. Higher runs first. */
  priority(thread: number): number;
  /** Share that a fair policy gives; 1024 = nice 0. */
  weight(thread: number): number;
  /** False where the thread's affinity leaves the core out. */
  mayRun(thread: number, core: number): boolean;
  /** The core it runs or ran on; -1 = none yet. */
  lastCore(thread: number): number;
  /** The thread that runs there; -1 = idle. */
  running(core: number): number;
  /** Time the thread has had on cores, switches included. */
  ranTicks(thread: number): number;
  /** When it began to run, this time; NaN while it does not run. */
  sinceTicks(thread: number): number;
  /** Time between releases of a periodic thread; Infinity for others. */
  periodTicks(thread: number): number;
  /** When its current job should have ended; Infinity without a deadline. */
  deadlineTicks(thread: number): number;
  /** Speed of the core; 1 = the reference. */
  speed(core: number): number;
  /** Uniform in [0, 1) from this policy's own stream. */
  random(): number;
}

/** Decides which thread holds which core, and for how long: what the operating system does. It keeps the runnable threads. */
export interface ThreadPolicy {
  /** What changing the thread of a core takes under this policy; default: what the scenario says. */
  readonly switchTicks?: number;
  prepare?(view: ThreadView): void;
  /** The thread waits for a core from now on. Called once each time, in id order within a round. */
  runnable(view: ThreadView, thread: number, why: RunnableReason): void;
  /** Takes the thread that shall run on the idle core off those that wait; -1 = none of them. The idle cores on which newcomers ran last are asked first, then all by id. */
  next(view: ThreadView, core: number): number;
  /**
   * For how long the thread may keep the core when others want it; default Infinity. At its end the policy is told by
   * `stopped` and `runnable`, and asked again by `next`. Where no thread waits for a core then, this one keeps its own, and
   * the policy is asked for nothing but the next slice: later, with `view.nowTicks` where that begins, and once for those
   * that are as long as each other.
   */
  slice?(view: ThreadView, thread: number, core: number): number;
  /**
   * The core whose thread must give way to one that waits, or -1. Asked after every change until it says -1, once the
   * idle cores are served; `next` for that core must then answer another thread.
   */
  preempt?(view: ThreadView): number;
  /** The thread does not run any more, after `ranTicks` on its core this time. `blocked` = it waits for something, or has ended. */
  stopped?(view: ThreadView, thread: number, core: number, ranTicks: number, why: RunnableReason | "blocked"): void;
  /** The priority of a thread changed; it may be waiting for a core, running, or neither. */
  priorityChanged?(view: ThreadView, thread: number): void;
}
