import type { DurationColumns } from "./duration-columns.ts";
import type { ThreadFinding } from "./findings.ts";
import type { ObjectKind } from "./thread-spec.ts";

/**
 * What the threads of a run left behind: plain data, in columns; times in ticks. Objects (locks, barriers, queues …) are
 * numbered over all groups, as {@link ThreadTrace.objects} says; threads in the order in which they came to be.
 */
export interface ThreadTrace {
  readonly policy: string;
  /** Until when threads were watched: the end of the run, or when they could not go on. */
  readonly endTicks: number;
  /** Why the threads could not go on; absent where all ended. */
  readonly outcome?: TracedFinding;
  /** The outcome, priority inversions (the longest first), and data races. */
  readonly findings: readonly TracedFinding[];
  /** Times that a running thread had to give way. */
  readonly preemptions: number;

  /** Groups of threads, each with its response times where it is periodic. */
  readonly groups: readonly ThreadGroupInfo[];
  readonly responses: DurationColumns;
  /** By group: jobs that ended after their deadlines. */
  readonly misses: Float64Array;

  /** One entry a thread. */
  readonly table: {
    readonly length: number;
    readonly group: Uint32Array;
    /** Within its group. */
    readonly number: Uint32Array;
    /** When it was first runnable, and when it ended; NaN = it was not. */
    readonly bornTicks: Float64Array;
    readonly endTicks: Float64Array;
    /** On cores; and waiting for one. */
    readonly ranTicks: Float64Array;
    readonly readyTicks: Float64Array;
    readonly switches: Uint32Array;
    readonly migrations: Uint32Array;
  };

  readonly cores: {
    readonly names: readonly string[];
    /** The device that they are the cores of, where threads run the operator graph on them; -1 = none. */
    readonly device: number;
    /** Of all together: 1 = as much as one core of speed 1 gets done. */
    readonly speed: number;
    /** (core, use), {@link USE_COUNT} each. */
    readonly useTicks: Float64Array;
    /** Of the time spent computing, what it took beyond the work alone: shared resources were short. */
    readonly stalledTicks: Float64Array;
  };

  readonly objects: {
    readonly groups: readonly ObjectGroupInfo[];
    /** Times that somebody got what it gives; of these, who had to wait; and locks handed from one thread to the next. */
    readonly taken: Float64Array;
    readonly contended: Float64Array;
    readonly handOffs: Float64Array;
    /** Who waited longest; -1 = nobody. */
    readonly longestWaiter: Int32Array;
    /** Of threads that have waited; of locks that were given up; of items in queues. */
    readonly waits: DurationColumns;
    readonly holds: DurationColumns;
    readonly stays: DurationColumns;
  };

  readonly counters: { readonly names: readonly string[]; readonly marks: Float64Array; readonly firstTicks: Float64Array; readonly lastTicks: Float64Array };
  readonly spans: { readonly names: readonly string[]; readonly durations: DurationColumns };

  /** What the heaps were used for, one entry a heap. */
  readonly heaps: HeapColumns;

  /** What threads did on which core: (core, thread, use, start, end). Of a very long run the first {@link MAX_ROWS} only. */
  readonly rows: ThreadRowColumns;
  /** Waits and critical sections in the order of their ends, those that go on last, with end NaN. Of a very long run the first {@link MAX_RECORDS} and those that go on. */
  readonly waits: IntervalColumns;
  readonly holds: IntervalColumns;
  /** Times in which threads could run and had no core; `object` is the core that they came to, or 0 where they did not. */
  readonly ready: IntervalColumns;
  /** Threads woken from sleep. */
  readonly wakes: WakeColumns;
}

/** A finding, and whether it makes the run fail. */
export interface TracedFinding extends ThreadFinding {
  readonly fails: boolean;
}
export interface ThreadGroupInfo {
  readonly name: string;
  readonly program: string;
  /** Its threads are named with their numbers. */
  readonly isNumbered: boolean;
  /** Infinity = not periodic. */
  readonly periodTicks: number;
}
export interface ObjectGroupInfo {
  readonly name: string;
  readonly kind: ObjectKind;
  readonly count: number;
  /** Of a lock: how it waits; of a barrier: how it is built; of a heap: its allocator. "" = there is one way only. */
  readonly design: string;
}
export interface ThreadRowColumns {
  readonly length: number;
  readonly dropped: number;
  readonly core: Uint32Array;
  readonly thread: Uint32Array;
  /** See {@link Use}. */
  readonly use: Uint8Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
}
/** Heaps, in the order of their objects. Bytes; times in ticks. */
export interface HeapColumns {
  readonly length: number;
  /** Number among all objects. */
  readonly object: Uint32Array;
  readonly allocations: Float64Array;
  readonly frees: Float64Array;
  /** Of blocks that were never freed. */
  readonly liveBytes: Float64Array;
  /** Time for which calls held the allocator's locks, summed. */
  readonly heldTicks: Float64Array;
  /** When most was live, how much, and what its blocks took. */
  readonly peakTicks: Float64Array;
  readonly peakLiveBytes: Float64Array;
  readonly peakAllocatedBytes: Float64Array;
  /** Most that the allocator had taken from the memory. */
  readonly peakReservedBytes: Float64Array;
  /** Share of the free bytes that no single block could take, at the peak and at worst; 0 where room is without bound. */
  readonly scatter: Float64Array;
  readonly worstScatter: Float64Array;
  /** Step functions: what held from each tick on, heap after heap. Of a very long run the first {@link MAX_RECORDS} of each heap. */
  readonly log: {
    readonly length: number;
    readonly dropped: number;
    readonly heap: Uint32Array;
    readonly at: Float64Array;
    readonly liveBytes: Float64Array;
    readonly reservedBytes: Float64Array;
  };
}
/** See {@link IntervalLog}. */
export interface IntervalColumns {
  readonly length: number;
  readonly dropped: number;
  readonly thread: Uint32Array;
  readonly object: Uint32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly kind: Uint8Array;
}
/** See {@link WakeLog}. */
export interface WakeColumns {
  readonly length: number;
  readonly dropped: number;
  readonly by: Int32Array;
  readonly thread: Uint32Array;
  readonly at: Float64Array;
}
