import type { MemoryAccess } from "../../base/memory-access.ts";
import type { LoopPolicy, NewAllocator } from "../../plugin.ts";
import type { Opcode } from "./opcode.ts";

/** Makes the policy of one loop object. */
export type LoopPolicyMaker = () => LoopPolicy;

/** Where something was written; in file "" at line 0 where it was not. */
export interface Position {
  /** As messages name it: a scenario, what it includes, or the file of a runtime. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Programs as byte code: see {@link Opcode}. */
export interface ProgramCode {
  /** All programs, one after the other; {@link STRIDE} integers an instruction. */
  readonly code: Int32Array;
  /** The files that instructions are written in; and by instruction, which of them, and where in it. Line 0 = in none. */
  readonly files: readonly string[];
  readonly file: Uint32Array;
  readonly line: Uint32Array;
  readonly column: Uint32Array;
  readonly constants: Float64Array;
  /** Registers that a thread has, those of number and index included; 256 at most. */
  readonly registerCount: number;
  /** First instruction of each program. */
  readonly entry: Uint32Array;
  readonly names: readonly string[];
}

/** A random duration or number. Parameters are in the unit of what is drawn; durations in ticks. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "exponential"; readonly mean: number }
  /** @param spread Standard deviation ÷ mean. */
  | { readonly kind: "lognormal"; readonly mean: number; readonly spread: number }
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
  /** Sum of `shape` exponentials. */
  | { readonly kind: "erlang"; readonly mean: number; readonly shape: number }
  /** `value` of each with its chance; the chances add up to 1. */
  | { readonly kind: "choice"; readonly values: readonly number[]; readonly chances: readonly number[] };
/** A distribution and the name of its source: threads draw from streams of their own, by (seed, source, thread, how many so far). */
export type NamedDistribution = Distribution & { readonly source: string };

/** What waits for a lock. */
export const lockDesigns = ["test-and-set", "ticket", "mcs", "futex", "adaptive"] as const;
export type LockDesign = (typeof lockDesigns)[number];

/** What a message takes of a core. */
export interface MessageTicks {
  readonly ticks: number;
  readonly ticksPerByte: number;
}

export type ObjectGroup = { readonly name: string; readonly count: number; readonly position: Position } & (
  | {
      readonly kind: "mutex";
      /** `test-and-set`, `ticket` and `mcs` spin; `futex` parks; `adaptive` spins for `spinTicks`, then parks. */
      readonly design: LockDesign;
      /** Parked waiters get the lock handed over, oldest first; otherwise it is free until somebody takes it, and a running thread may barge in. */
      readonly fair: boolean;
      readonly recursive: boolean;
      /** Ticks that `adaptive` spins. */
      readonly spinTicks: number;
      /** Which waiter is next. */
      readonly order: "fifo" | "priority";
      /** How the owner's priority follows those of the waiters. */
      readonly protocol: "none" | "inherit" | "ceiling";
      /** Of protocol `ceiling`. */
      readonly ceiling: number;
    }
  | { readonly kind: "rw-lock"; readonly prefer: "readers" | "writers" | "fifo"; readonly waiting: "block" | "spin" }
  | { readonly kind: "semaphore"; readonly initial: number }
  | { readonly kind: "condition" }
  | { readonly kind: "barrier"; readonly parties: number; readonly design: "central" | "tree" | "dissemination"; readonly fanIn: number; readonly waiting: "block" | "spin" }
  /** @param capacity Infinity = never full. @param spinTicks how long a waiter spins before it parks, where `waiting` is spin; absent = for ever */
  | { readonly kind: "queue"; readonly capacity: number; readonly waiting: "block" | "spin"; readonly spinTicks?: number }
  | { readonly kind: "deque" }
  /** @param waiting of who receives from it empty, and who sends to it full. @param send what who sends pays on its core, and `receive`, who receives */
  | { readonly kind: "channel"; readonly capacity: number; readonly waiting: "block" | "spin"; readonly latencyTicks: number; readonly ticksPerByte: number; readonly send: MessageTicks; readonly receive: MessageTicks }
  | { readonly kind: "flag"; readonly initial: boolean; readonly waiting: "block" | "spin" }
  /** @param home as in {@link MemoryAccess}. @param huge in huge pages. @param file a file mapped into memory */
  | { readonly kind: "data"; readonly bytes: number; readonly home: number; readonly huge: boolean; readonly file: boolean }
  /** Iterations handed out by a loop policy; `ramp`: the last iteration takes (1 + ramp) times the first, the mean unchanged. */
  | {
      readonly kind: "loop";
      readonly policy: LoopPolicyMaker;
      /** As the loop names its policy, for messages. */
      readonly policyName: string;
      readonly ramp: number;
      readonly falseSharingTicks: number;
      /** How all its iterations together touch memory, and the group of shared data that they touch; -1 = not at all, and memory that all of them share. */
      readonly access: number;
      readonly data: number;
      /** Ticks that an iteration loses more, of chunks of so many for so many workers, where they store to the same lines. */
      readonly sharedLines?: ((chunk: number, workers: number, eachTicks: number) => number) | undefined;
    }
  /** Memory that an allocator hands out. @param capacityBytes Infinity = without bound. @param allocator its name */
  | { readonly kind: "heap"; readonly capacityBytes: number; readonly allocator: string; readonly create: NewAllocator }
  /** A disk or another device that transfers by itself, one share of its bandwidth for each that uses it. */
  | { readonly kind: "file"; readonly latencyTicks: number; readonly bytesPerTick: number }
);
export type ObjectKind = ObjectGroup["kind"];

/** Threads that are alike. */
export interface ThreadGroup {
  readonly name: string;
  /** Number of its program. */
  readonly program: number;
  /** Threads there are from the start; more may be spawned. */
  readonly count: number;
  /** Initial registers of each, `count` × registerCount, from register 2 on where the program has parameters. Spawned threads get those of the first. */
  readonly registers: Float64Array;
  /** Higher runs first, where the policy looks at it. */
  readonly priority: number;
  /** Share of a fair policy; 1024 is the weight of nice 0. */
  readonly weight: number;
  /** Cores it may run on; undefined = all. */
  readonly affinity?: readonly number[];
  /** When its threads begin. */
  readonly startTicks: number;
  /** Of periodic threads: time between releases, and what each has after its release. Infinity = not periodic, no deadline. */
  readonly periodTicks: number;
  readonly deadlineTicks: number;
  /** What it has to bring back into the caches of a core that it comes to. */
  readonly workingSetBytes: number;
  readonly position: Position;
}

/** The cores that threads run on. */
export interface CoreSpec {
  readonly names: readonly string[];
  /** How fast each runs; 1 = the speed that `compute` speaks of. */
  readonly speed: Float64Array;
  /** Physical core of each: those that share one are hardware threads of it. */
  readonly physical: Uint32Array;
  /** What a physical core gets done when all its hardware threads run, beside one alone; 1 = no gain. */
  readonly smtGain: number;
  /** NUMA node of each. */
  readonly node: Uint32Array;
}

/** What threads pay for what they do, in ticks. */
export interface ThreadCosts {
  /** An atomic read-modify-write on a line that the core owns. */
  readonly atomicTicks: number;
  /** To bring a cache line from another core. */
  readonly lineTicks: number;
  /** To go to sleep in the kernel, paid by the one who waits; and to wake another, paid by the one who wakes. */
  readonly parkTicks: number;
  readonly wakeTicks: number;
  /** From then until the woken thread is runnable. */
  readonly wakeLatencyTicks: number;
  /** To change the thread of a core; and more where the thread ran on another core before. */
  readonly switchTicks: number;
  readonly migrateTicks: number;
  /** Bandwidth at which a working set comes back into cold caches, bytes a tick; Infinity = at once. */
  readonly refillBytesPerTick: number;
  /** To start a thread; to yield. */
  readonly spawnTicks: number;
  readonly yieldTicks: number;
  /** Queue, deque and channel operations beyond their atomics. */
  readonly queueTicks: number;
  /** One instruction that is none of the above; 0 = free. */
  readonly stepTicks: number;
}

/** When a run is called stuck though threads run. */
export interface Watch {
  /** No mark, no thread ended and no operator completed for this long, while threads ran; Infinity = never. */
  readonly livelockTicks: number;
  /** One thread waited this long for a lock or a core; Infinity = never. */
  readonly starvationTicks: number;
  /** Instructions that one thread may run without time passing. */
  readonly instructionBudget: number;
  /** The run fails when it has more rounds than this: instants at which threads act. */
  readonly roundBudget: number;
  /** Whether a data race fails the run, and a priority inversion; they are told in any case. */
  readonly racesFail: boolean;
  readonly inversionsFail: boolean;
}

/** Threads, what they run and what they run on: plain data, but for the makers of loop policies and allocators. */
export interface ThreadSpec {
  readonly program: ProgramCode;
  readonly groups: readonly ThreadGroup[];
  readonly objects: readonly ObjectGroup[];
  readonly distributions: readonly NamedDistribution[];
  readonly accesses: readonly MemoryAccess[];
  readonly counters: readonly string[];
  readonly spans: readonly string[];
  readonly cores: CoreSpec;
  readonly costs: ThreadCosts;
  readonly watch: Watch;
  /** Of the object that takes operators which become ready without a thread's doing (arrivals, other devices): a queue; -1 = none. */
  readonly readyQueue: number;
  /** Of the condition on which threads wait for that queue, where it is under a lock; -1 = they wait at the queue. */
  readonly readyCondition: number;
  /** Computations in critical sections of the locks of a group take so many times as long: to see what shorter ones would gain. Default: as long as they are. */
  readonly sections?: { readonly group: number; readonly factor: number };
}
export type { Opcode };
