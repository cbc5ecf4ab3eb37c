/**
 * What a policy sees, and how it is defined. A policy of one's own imports this file (`heddle/plugin`) and nothing else;
 * the built-in ones do the same.
 *
 * Every time a policy meets is an integer number of ticks (1 ns unless the scenario says otherwise), so sums and
 * comparisons are exact. Ids are positions in the scenario; break ties by the smaller id.
 */

/** Neighbours of op i are node[start[i] .. start[i + 1]), over edges edge[…]. */
export interface AdjacencyView {
  readonly start: Uint32Array;
  readonly node: Uint32Array;
  readonly edge: Uint32Array;
}

/**
 * The tensors of the graph, in columns by tensor id. A tensor takes its bytes in the memory of its producer from the
 * producer's start, and in every memory to which it is moved from the placing of the op that reads it there, until the
 * last of its uses ends; one that no op reads stays.
 */
export interface TensorsView {
  readonly bytes: Float64Array;
  /** Op that makes the tensor; -1 = it exists before the run. */
  readonly producer: Int32Array;
  /** Memory of a tensor without producer, where it lies from the first arrival of a job that reads it; -1 = resident: it takes its bytes in each memory from the first start of an op there that reads it, and stays. */
  readonly home: Int32Array;
  /** Ops that read the tensor: how many. */
  readonly uses: Uint32Array;
  /** Inputs of op i are item[start[i] .. start[i + 1]), each tensor once. */
  readonly inputs: { readonly start: Uint32Array; readonly item: Uint32Array };
}

/** The state of the simulation that a policy may know. Live and reused: read it during the call, do not keep copies of it. */
export interface PolicyView {
  readonly nowTicks: number;
  /** Nanoseconds of one tick. */
  readonly tickNs: number;
  readonly opCount: number;
  readonly deviceCount: number;
  readonly edgeCount: number;
  readonly succ: AdjacencyView;
  readonly pred: AdjacencyView;
  /** Ops in an order that respects every dependency; ties by id. */
  readonly topo: Uint32Array;
  /** How many operators each device holds at once. */
  readonly slots: Int32Array;
  /** Jobs: repeated instances of the workload. */
  readonly jobCount: number;
  /** The job that `op` belongs to, from 0. */
  jobOf(op: number): number;
  /** When the job arrives; Infinity = as soon as an earlier job has ended (back to back). */
  arrivalTicks(job: number): number;
  /**
   * When `op` should have ended: its own deadline or its job's, whichever is earlier; Infinity where there is none, and
   * before a job that runs back to back has arrived, since deadlines count from the arrival.
   */
  deadlineTicks(op: number): number;
  /** Bytes carried by an edge. */
  edgeBytes(edge: number): number;
  /** What ops read and make, for policies that account for memory. */
  readonly tensors: TensorsView;
  /** The memory of each device, from 0; devices may share one. */
  readonly deviceMemory: Uint32Array;
  /** Capacity of each memory; Infinity = unlimited. */
  readonly memoryBytes: Float64Array;
  /**
   * Expected time alone, without noise, waiting or setup; Infinity = cannot run there, or the device is not there now.
   * Of an op that no device can run which is there, the times on those that are not: placed there, it waits for one to
   * join. Nobody tells a scheduler that a device was slowed: it has to learn that from `completed`.
   */
  estimateTicks(op: number, device: number): number;
  /** False from when the device is lost until it joins. Then it has no slots that are free. */
  isPresent(device: number): boolean;
  /**
   * Expected ticks to load the configuration that `op` needs on `device` (an FPGA's design for its kind), if it were
   * placed there now; they come on top of `estimateTicks`. 0 where it needs none, or where its slot has it loaded: the
   * lowest free slot that no queued op will take; without one, the slot as the op placed there last leaves it, or any other.
   */
  setupTicks(op: number, device: number): number;
  /** Configuration that `op` needs on `device`; -1 = any. Ids are comparable on one device. For planners, which know what a slot will have loaded. */
  configuration(op: number, device: number): number;
  /** Ticks to load another configuration into a slot of `device`; 0 where that never has to be, and then setups need not be asked about. */
  reloadTicks(device: number): number;
  /** Time to move the edge's tensor over a quiet route; 0 where both devices use one memory; Infinity where there is no route. */
  transferTicks(edge: number, from: number, to: number): number;
  /** Expected time to bring the inputs of `op` that exist now (those of the model also before their job arrives) to `device`, one after the other, from the nearest replica of each over quiet routes. */
  dataTicks(op: number, device: number): number;
  /** Bytes of the inputs of `op` that exist now and are not yet in `device`'s memory. */
  dataBytes(op: number, device: number): number;
  /** Slots in which nothing runs. */
  freeSlots(device: number): number;
  /** Ops placed on the device and not started. */
  queued(device: number): number;
  /** Fills `out` with the devices that have room (free slots that no queued op will take), by id; returns how many they are. */
  devicesWithRoom(out: Uint32Array): number;
  /** Expected work on the device: what is left of running ops by their estimates, plus the estimates of all queued ones and the setups expected when they were placed. Divide by slots for a waiting time. */
  backlogTicks(device: number): number;
  /** Capacity less live bytes in the device's memory; may be negative. */
  freeBytes(device: number): number;
  /** Ticks that the device's slots have spent running operators so far, summed. */
  busyTicks(device: number): number;
  /** The device where `op` is placed, runs or ran; -1 = not placed. */
  placement(op: number): number;
  /** NaN until it has started. */
  startTicks(op: number): number;
  /** NaN until it has ended: a running op's true end is not shown. */
  endTicks(op: number): number;
  /** Uniform in [0, 1) from this policy's own stream. */
  random(): number;
  opName(op: number): string;
  /** Operator kind: "matmul", "conv" … */
  opKind(op: number): string;
  deviceName(device: number): string;
}

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

/** When the consumers of a finished op may see its outputs. */
export interface Gate {
  /** The consumer of `edge` may see it from `atTicks` on (>= now; default now). Exactly once an edge. */
  signal(edge: number, atTicks?: number): void;
}

/** Graph synchronization. Without `ended`, every output is visible at once (dataflow). */
export interface SyncPolicy {
  prepare?(view: PolicyView): void;
  /**
   * For policies that run the graph in phases: the phase of `op`, a whole number from 0, asked once `prepare` has run. A device's queue takes
   * ops of an earlier phase first, whatever their priority, so that an order planned without knowledge of the phases
   * cannot wait for itself.
   */
  phase?(op: number): number;
  /** `op` began on its device. */
  started?(view: PolicyView, op: number): void;
  /** `op` ended now: signal its out-edges now, later, or hold them and signal them in a later call. */
  ended?(view: PolicyView, op: number, gate: Gate): void;
  /** The device is gone, and with it the work of `ops`, by id, which ran there and will be `started` again. Called after `ended`; may signal edges of ops that have ended. */
  lost?(view: PolicyView, device: number, ops: readonly number[], gate: Gate): void;
}

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
  /** For how long the thread may keep the core when others want it; default Infinity. At its end the policy is told by `stopped` and `runnable`, and asked again by `next`. */
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

/** How a worker came to its piece of a loop, which is what it pays for: there was none; from its own part; from the counter that all share; from another's part. */
export type ChunkOrigin = "none" | "own" | "shared" | "stolen";

/** Cuts the iterations of a parallel loop into pieces for the workers that run it. One object for each loop of a run, which may begin again when it is over. */
export interface LoopPolicy {
  /** The loop begins: iterations 0 .. iterations - 1, for workers 0 .. workers - 1. */
  start(iterations: number, workers: number): void;
  /** The next piece for `worker`: first iteration into `chunk[0]`, how many into `chunk[1]`. Every iteration is given out exactly once. */
  next(worker: number, chunk: Float64Array): ChunkOrigin;
}

/**
 * Hands out blocks of one memory. Sizes and addresses are in bytes; a block is a small whole number, used again after it
 * was freed. Every call holds one of the allocator's locks for `lastNs`.
 */
export interface Allocator {
  /** A block of at least `bytes` (above 0) for a thread (default 0), or -1 where there is no room for it. */
  allocate(bytes: number, thread?: number): number;
  /** Gives back a block that `allocate` gave and nobody freed since. */
  free(block: number, thread?: number): void;
  /** Where a live block begins. */
  addressOf(block: number): number;
  /** What a live block takes, which is what was asked for or more. */
  sizeOf(block: number): number;
  /** Gives up what is kept for later requests and holds nothing live. */
  trim(): void;
  /** Bytes that further blocks could take, in pieces of any number. */
  readonly freeBytes: number;
  /** Largest block that there would be room for now. */
  readonly largestFreeBytes: number;
  /** Bytes taken from the memory so far and not given up: of a heap, from its beginning to the end of the highest block that ever was. */
  readonly reservedBytes: number;
  /** How many locks guard it; locks are numbered from 0. */
  readonly lockCount: number;
  /** The lock that the last call held. */
  readonly lastLock: number;
  /** How long the last call held it, in nanoseconds. */
  readonly lastNs: number;
}

/** Makes the allocator of one memory. Capacity in bytes; Infinity = unlimited. */
export type NewAllocator = (capacityBytes: number) => Allocator;

/** A named policy with typed options. */
export interface PolicyDefinition<P, O = unknown> {
  /** Lower-case, as written in scenarios: "heft". */
  readonly name: string;
  /** One line, shown by `heddle list` and in error messages. */
  readonly summary: string;
  /** Paper or manual the algorithm comes from. */
  readonly source?: string;
  /** Any Standard Schema (zod, valibot …) for the options; absent = takes none. */
  readonly options?: StandardSchema<O>;
  /** Makes a fresh policy for one run. */
  create(options: O): P;
}

/** The part of the Standard Schema interface (https://standardschema.dev) that Heddle uses. */
export interface StandardSchema<O> {
  readonly "~standard": {
    validate(value: unknown): StandardResult<O> | Promise<StandardResult<O>>;
  };
}
/** What a schema says of a value: the value as it is used, or what is wrong with it. */
export type StandardResult<O> = { readonly value: O; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** A named scheduler with options of type O. */
// A registry holds definitions with different options: `any` forgets which, as `unknown` could not.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type SchedulerDefinition<O = any> = PolicyDefinition<Scheduler, O>;
/** A named synchronization policy with options of type O. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type SyncDefinition<O = any> = PolicyDefinition<SyncPolicy, O>;

/** A named thread policy with options of type O. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ThreadPolicyDefinition<O = any> = PolicyDefinition<ThreadPolicy, O>;

/** A named loop policy with options of type O. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type LoopPolicyDefinition<O = any> = PolicyDefinition<LoopPolicy, O>;

/** A named allocator with options of type O; what it creates makes one for each memory. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AllocatorDefinition<O = any> = PolicyDefinition<NewAllocator, O>;

/**
 * Types a scheduler definition.
 * @example
 * export default defineScheduler({
 *   name: "first-fit", summary: "each ready op to the first device with room",
 *   create: () => ({
 *     dispatch(view, out) {
 *       for (let op = view.ready.first(), next; op >= 0; op = next) {
 *         next = view.ready.next(op);
 *         for (let d = 0; d < view.deviceCount; d++) {
 *           if (view.freeSlots(d) > view.queued(d) && view.estimateTicks(op, d) < Infinity) { out.place(op, d); break; }
 *         }
 *       }
 *     },
 *   }),
 * });
 */
export function defineScheduler<O = Record<string, never>>(definition: SchedulerDefinition<O>): SchedulerDefinition<O> {
  return definition;
}

/** Types a synchronization policy definition. */
export function defineSync<O = Record<string, never>>(definition: SyncDefinition<O>): SyncDefinition<O> {
  return definition;
}

/** Types a thread policy definition. */
export function defineThreadPolicy<O = Record<string, never>>(definition: ThreadPolicyDefinition<O>): ThreadPolicyDefinition<O> {
  return definition;
}

/** Types a loop policy definition. */
export function defineLoopPolicy<O = Record<string, never>>(definition: LoopPolicyDefinition<O>): LoopPolicyDefinition<O> {
  return definition;
}

/** Types an allocator definition. */
export function defineAllocator<O = Record<string, never>>(definition: AllocatorDefinition<O>): AllocatorDefinition<O> {
  return definition;
}
