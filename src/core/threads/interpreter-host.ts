import type { ThreadKernel } from "./thread-kernel.ts";
import type { ThreadSpec } from "./thread-spec.ts";

/** What instructions ask of the engine beyond the primitives' needs. */
export interface InterpreterHost extends ThreadKernel {
  readonly spec: ThreadSpec;
  /** Sleeps until this tick; false where that is now or past. */
  sleepUntil(thread: number, ticks: number): boolean;
  spawn(spawner: number, group: number, argument: number): number;
  /** True when the thread waits for the other to end. */
  join(thread: number, other: number): boolean;
  /** What it waited for is its own at last, by trying again. */
  endWait(thread: number): void;
  /**
   * @param share of the access, on memory of the object `data` (-1 = its own)
   * @param demand on the memory of the cores, bytes a tick; default none
   */
  compute(thread: number, ticks: number, access: number, data: number, share: number, demand?: number): void;
  transfer(thread: number, object: number, bytes: number): void;
  progress(): void;
  /**
   * True where the thread may go on, before it has worked off what it owes, with what nobody else can see: what it
   * computes next then belongs to one activity with that. It is known how long the first part takes, in whole ticks.
   */
  goesAhead(thread: number): boolean;
}
