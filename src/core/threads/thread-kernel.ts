import type { CoreTable } from "./core-table.ts";
import type { ObjectIds } from "./objects.ts";
import type { ObjectUse } from "./object-use.ts";
import type { ThreadNames } from "./thread-names.ts";
import type { ThreadCosts } from "./thread-spec.ts";
import type { ThreadTable } from "./thread-table.ts";
import type { WaitLists } from "./wait-lists.ts";

/** What primitives do with threads: the part of the engine that they may use. */
export interface ThreadKernel {
  readonly now: number;
  /** Nanoseconds of a tick. */
  readonly tickNs: number;
  readonly table: ThreadTable;
  readonly cores: CoreTable;
  readonly objects: ObjectIds;
  readonly costs: ThreadCosts;
  /** As messages name threads and places. */
  readonly names: ThreadNames;
  /** A list of waiting threads for each object. */
  readonly lists: WaitLists;
  readonly use: ObjectUse;
  /** The thread spends this much more on its core before it goes on. */
  charge(thread: number, ticks: number): void;
  /** The thread goes on no earlier than in this many ticks. */
  delay(thread: number, ticks: number): void;
  /** The thread stands in line at the object, on its core where `spins`, and for `spinTicks` at most before it parks. */
  wait(thread: number, object: number, spins: boolean, spinTicks?: number): void;
  /** The thread, the head of whose line it need not be, has what it waited for, and notices `delayTicks` from now. */
  grant(thread: number, delayTicks: number): void;
  /** The thread leaves the line and tries again. */
  retry(thread: number, delayTicks: number): void;
  /** The thread goes to sleep without a line to stand in, and pays for it. */
  park(thread: number, object: number): void;
  /** True while the thread spins on a core. */
  isSpinningNow(thread: number): boolean;
  /** The priority that counts for a thread is another from now on. */
  setPriority(thread: number, priority: number): void;
  /** Uniform in [0, 1), for what real hardware decides by chance. */
  random(): number;
  /** The program did what must not be. @throws {SimulationError} with the position of the thread's instruction. */
  fail(thread: number, code: string, message: string, hint?: string): never;
}
