import type { FindingKind } from "../../core/threads/findings.ts";

/** What the threads of a run did. Times in nanoseconds, shares in [0, 1]. */
export interface ThreadMetrics {
  /** Who decided which thread holds which core. */
  readonly policy: string;
  /** Until when: the end of the run, or when threads could not go on. All rates and shares are of this time. */
  readonly endNs: number;
  readonly counts: {
    readonly threads: number;
    readonly ended: number;
    /** Times that a thread came to a core where another one ran before. */
    readonly switches: number;
    /** Those of the switches that brought a thread from another core. */
    readonly migrations: number;
    /** Times that a thread lost its core to a more urgent one. */
    readonly preemptions: number;
    /** Times that a sleeping thread was woken by a thread, a message or a transfer. */
    readonly wakeUps: number;
  };
  /** Of all cores together. */
  readonly utilization: Utilization;
  readonly cores: readonly ({ readonly name: string } & Utilization)[];
  readonly groups: readonly GroupMetrics[];
  /** Those that were used, the longest waited for first, 1000 at most. */
  readonly objects: readonly ObjectMetrics[];
  /** How many objects were used. */
  readonly objectCount: number;
  /** Heaps that threads allocated from; absent where none did. */
  readonly heaps?: readonly HeapMetrics[];
  /** `perSecond` is `count` over `endNs`. */
  readonly counters: readonly { readonly name: string; readonly count: number; readonly perSecond: number; readonly firstNs?: number; readonly lastNs?: number }[];
  readonly spans: readonly ({ readonly name: string } & Durations)[];
  /** What went wrong, and what is suspicious. */
  readonly findings: readonly FindingMetrics[];
  /** What the trace did not keep, so that the picture and lists of events lack it; all figures here count it. Absent where nothing is missing. */
  readonly notKept?: { readonly rows: number; readonly waits: number; readonly criticalSections: number; readonly timesWithoutCore: number; readonly wakeUps: number };
}

/** What the time of cores went into; the shares add up to 1. */
export interface Utilization {
  /** The work of the programs. */
  readonly compute: number;
  /** What that work took beyond its time alone, since memory bandwidth, a cache or a physical core was shared. */
  readonly stalled: number;
  /** Locks and other synchronization: their own operations, going to sleep, waking others. */
  readonly sync: number;
  /** Waiting on the core. */
  readonly spin: number;
  /** Changing threads, and what they have to bring back into the caches. */
  readonly switch: number;
  readonly idle: number;
}

/** `p50` and so on: within 3.2 %. */
export interface Durations {
  readonly count: number;
  readonly totalNs: number;
  readonly meanNs: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly minNs: number;
  readonly maxNs: number;
}

/** Threads that are alike. Ran + ready + blocked is their life. */
export interface GroupMetrics {
  readonly name: string;
  readonly program: string;
  readonly threads: number;
  readonly ended: number;
  /** On cores, spinning included; and that as a share of all cores' time. */
  readonly ranNs: number;
  readonly share: number;
  /** Could run, and had no core. */
  readonly readyNs: number;
  /** Slept: waited for an object, for a time, or for another thread. */
  readonly blockedNs: number;
  readonly switches: number;
  readonly migrations: number;
  /** Of periodic threads: from release to the end of each job; and how many jobs ended after their deadlines. */
  readonly responses?: Durations;
  readonly deadlineMisses?: number;
}

/** A lock, barrier, queue or whatever else threads meet at. */
export interface ObjectMetrics {
  readonly name: string;
  readonly kind: string;
  /** How a lock waits, how a barrier is built; absent where there is one way only. */
  readonly design?: string;
  /** Times that somebody got what it gives. */
  readonly acquisitions: number;
  /** Those that had to wait for it, and their share. */
  readonly contended: number;
  readonly contendedShare: number;
  /** Waits of those that had to, from asking to getting; absent where nobody had to. A wait that never ended is not among them. */
  readonly wait?: Durations;
  /** How long a lock was held each time; absent where it never was given up, or is no lock. */
  readonly hold?: Durations;
  /** How long items stayed in a queue. */
  readonly stay?: Durations;
  /** Times that a lock went from a thread straight to one that waited. */
  readonly handOffs: number;
  /** Who waited longest of those whose wait ended, and how long. */
  readonly longestWaiter?: { readonly thread: string; readonly ns: number };
  /** Threads that still waited at the end; absent where none did. */
  readonly waiting?: number;
}

/** A heap as its allocator filled it. Fragmentation is that at the peak, the moment when most was live. */
export interface HeapMetrics {
  readonly name: string;
  readonly allocator: string;
  readonly allocations: number;
  readonly frees: number;
  readonly peakLiveBytes: number;
  readonly peakNs: number;
  /** What the blocks took that were live then. */
  readonly allocatedBytes: number;
  /** Most that the allocator ever had taken from the memory. */
  readonly peakReservedBytes: number;
  /** Of blocks that nobody freed. */
  readonly liveBytes: number;
  /** Share of the allocated bytes that nobody had asked for. */
  readonly internalFragmentation: number;
  /** Share of the free bytes that no single block could take; and the largest that it ever was. 0 where the heap is without bound. */
  readonly externalFragmentation: number;
  readonly worstExternalFragmentation: number;
  /** Time for which calls held the allocator's locks, summed. */
  readonly heldNs: number;
}

/** Something that went wrong while threads ran, or that is suspicious. */
export interface FindingMetrics {
  readonly kind: FindingKind;
  /** An error fails the run: exit code 1. */
  readonly severity: "error" | "warning";
  readonly message: string;
  /** When it came to be; 0 where that has no meaning, as for a data race. */
  readonly atNs: number;
  /** Threads in it, in order: of a deadlock, each waits for what the next one holds. */
  readonly parts: readonly {
    readonly thread: string;
    /** What it waits for, or touches. */
    readonly object?: string;
    readonly heldBy?: string;
    /** Where whoever holds it has ended, and will not give it back. */
    readonly holderEnded?: true;
    readonly file?: string;
    readonly line?: number;
    readonly column?: number;
    /** Since when it waits. */
    readonly sinceNs: number;
  }[];
}
