import { resized } from "../../base/columns.ts";
import type { MemorySystem } from "./memory-system.ts";

/**
 * A {@link MemorySystem} in the words of the thread engine: ticks instead of nanoseconds, threads instead of regions. A
 * computation is put into the caches when its time is asked for, and stays there until it leaves; one that goes on after
 * a pause comes back with the share of its time that is left. Times do not follow who comes and goes while it runs: they
 * are those of its beginning; what it draws is that of its last start.
 */
export class ThreadMemory {
  /** Of each resource, bytes a tick. */
  readonly capacity: Float64Array;
  readonly #system: MemorySystem;
  readonly #speed: ArrayLike<number>;
  readonly #tickNs: number;
  /** By core: the thread that is in; -1 = none. And the ticks that it came with. */
  readonly #on: Int32Array;
  readonly #ticks: Float64Array;
  /** By thread: ticks of its computation, on a core of speed 1 with data at hand, and on its core in all. */
  #compute = new Float64Array(64);
  #alone = new Float64Array(64);

  /** @param speed of each core; 1 = the speed that computations are told for */
  constructor(system: MemorySystem, speed: ArrayLike<number>, tickNs: number) {
    this.#system = system;
    this.#speed = speed;
    this.#tickNs = tickNs;
    this.capacity = Float64Array.from(system.resources, ({ bytesPerNs }) => bytesPerNs * tickNs);
    this.#on = new Int32Array(speed.length).fill(-1);
    this.#ticks = new Float64Array(speed.length);
  }

  /** Ticks, at speed 1, that a computation of `computeTicks` takes on `core` with what memory adds: the core is through after that ÷ its speed. */
  aloneTicks(thread: number, core: number, access: number, computeTicks: number): number {
    if (thread >= this.#alone.length) {
      this.#compute = resized(this.#compute, 2 * thread);
      this.#alone = resized(this.#alone, 2 * thread);
    }
    this.#compute[thread] = computeTicks;
    this.#begin(thread, core, access, 1);
    this.#alone[thread] = this.#system.aloneNs / this.#tickNs;
    this.#ticks[core] = this.#alone[thread]!;
    return this.#alone[thread]! * this.#speed[core]!;
  }

  /** It begins, or goes on, with `ticks` to go on this core: says what it draws while it runs at full speed, bytes a tick. */
  enter(thread: number, core: number, access: number, ticks: number, use: (resource: number, demand: number) => void): void {
    if (this.#on[core] === thread) this.#system.again(core);
    else {
      this.#begin(thread, core, access, this.#alone[thread]! > 0 ? Math.min(1, ticks / this.#alone[thread]!) : 0);
      this.#ticks[core] = ticks;
    }
    const { uses } = this.#system;
    for (let i = 0; i < uses.count; i++) use(uses.resource[i]!, uses.demand[i]! * this.#tickNs);
  }

  /** It ends, or pauses with `ticksLeft`. */
  leave(thread: number, core: number, ticksLeft = 0): void {
    if (this.#on[core] !== thread) return;
    this.#on[core] = -1;
    this.#system.leave(core, this.#ticks[core]! > 0 ? Math.max(0, 1 - ticksLeft / this.#ticks[core]!) : 1);
  }

  #begin(thread: number, core: number, access: number, share: number): void {
    // Whoever was to run here and did not has brought nothing in.
    if (this.#on[core]! >= 0) this.#system.leave(core, 0);
    this.#on[core] = thread;
    this.#system.enter(core, access, (this.#compute[thread]! * this.#tickNs * share) / this.#speed[core]!, this.#system.regionOf(access, thread), share);
  }
}
