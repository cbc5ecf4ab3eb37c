import type { ObjectGroup } from "../thread-spec.ts";
import type { ThreadKernel } from "../thread-kernel.ts";

type RwGroup = Extract<ObjectGroup, { kind: "rw-lock" }>;

/** Modes of `lock`. */
export const SHARED = 1;

/**
 * Reader-writer locks: any number of readers, or one writer. `prefer` says who goes first when both wait: with `readers`
 * a reader always joins readers; with `writers` it waits behind every waiting writer; with `fifo` behind whoever came before.
 * @source P. Courtois, F. Heymans, D. Parnas, "Concurrent control with readers and writers", CACM 14(10), 1971.
 */
export class RwLocks {
  private readonly kernel: ThreadKernel;
  /** -1 = nobody writes. */
  readonly writer: Int32Array;
  readonly writerSinceTicks: Float64Array;
  readonly readers: Uint32Array;
  private readonly waitingWriters: Uint32Array;
  /** By thread: the mode it waits for or holds. */
  readonly #modes = new Map<number, number>();

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { count } = kernel.objects;
    this.writer = new Int32Array(count).fill(-1);
    this.writerSinceTicks = new Float64Array(count);
    this.readers = new Uint32Array(count);
    this.waitingWriters = new Uint32Array(count);
  }

  /** True when the thread has the lock in this mode. */
  lock(thread: number, object: number, mode: number): boolean {
    const kernel = this.kernel;
    const group = kernel.objects.group(object, "rw-lock");
    kernel.charge(thread, kernel.costs.atomicTicks);
    if (this.#mayEnter(object, mode, group)) {
      this.#enter(thread, object, mode);
      return true;
    }
    if (this.writer[object] === thread) kernel.fail(thread, "relock", `locks "${kernel.objects.name(object)}", which it holds already`, "unlock it first");
    this.#modes.set(thread, mode);
    if (mode !== SHARED) this.waitingWriters[object]!++;
    kernel.wait(thread, object, group.waiting === "spin");
    return false;
  }

  unlock(thread: number, object: number): void {
    const kernel = this.kernel;
    if (this.writer[object] === thread) {
      this.writer[object] = -1;
      kernel.use.held(object, thread, this.writerSinceTicks[object]!, kernel.now);
    } else if (this.readers[object]! > 0 && this.#holds(thread, object)) {
      this.readers[object]!--;
      const held = this.#heldBy.get(object)!;
      kernel.use.held(object, thread, held.get(thread)!, kernel.now, true);
      held.delete(thread);
    } else kernel.fail(thread, "not-owner", `unlocks "${kernel.objects.name(object)}", which it does not hold`, "unlock only what the thread has locked");
    kernel.charge(thread, kernel.costs.atomicTicks);
    if (this.writer[object]! < 0) this.#admit(thread, object, kernel.objects.group(object, "rw-lock"));
  }

  /** By object: who reads under it, and since when. */
  readonly #heldBy = new Map<number, Map<number, number>>();

  #holds(thread: number, object: number): boolean {
    return this.#heldBy.get(object)?.has(thread) ?? false;
  }

  /** Threads that read under the lock, by id. */
  readersOf(object: number): readonly number[] {
    return [...(this.#heldBy.get(object)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** Since when the thread reads under the lock. */
  readsSince(object: number, thread: number): number {
    return this.#heldBy.get(object)!.get(thread)!;
  }

  #mayEnter(object: number, mode: number, { prefer }: RwGroup): boolean {
    if (this.writer[object]! >= 0) return false;
    if (mode !== SHARED) return this.readers[object] === 0;
    if (prefer === "readers") return true;
    return prefer === "writers" ? this.waitingWriters[object] === 0 : this.kernel.lists.length[object] === 0;
  }

  #enter(thread: number, object: number, mode: number): void {
    this.kernel.use.taken[object]!++;
    if (mode !== SHARED) {
      this.writer[object] = thread;
      this.writerSinceTicks[object] = this.kernel.now;
      return;
    }
    this.readers[object]!++;
    let held = this.#heldBy.get(object);
    if (held === undefined) this.#heldBy.set(object, (held = new Map()));
    held.set(thread, this.kernel.now);
  }

  /** Lets in who may enter now, in the order that `prefer` gives. */
  #admit(by: number, object: number, group: RwGroup): void {
    const { lists } = this.kernel;
    if (group.prefer === "writers" && this.waitingWriters[object]! > 0) {
      if (this.readers[object] === 0) this.#let(by, object, this.#firstWaiting(object, (mode) => mode !== SHARED), group);
      return;
    }
    if (group.prefer === "readers") {
      for (let reader = this.#firstWaiting(object, (mode) => mode === SHARED); reader >= 0; reader = this.#firstWaiting(object, (mode) => mode === SHARED)) this.#let(by, object, reader, group);
      if (this.readers[object] === 0 && lists.length[object]! > 0) this.#let(by, object, lists.head[object]!, group);
      return;
    }
    while (lists.length[object]! > 0) {
      const first = lists.head[object]!;
      const mode = this.#modes.get(first)!;
      if (this.writer[object]! >= 0 || (mode !== SHARED && this.readers[object]! > 0)) return;
      this.#let(by, object, first, group);
    }
  }

  #let(by: number, object: number, thread: number, group: RwGroup): void {
    const kernel = this.kernel;
    const mode = this.#modes.get(thread)!;
    if (mode !== SHARED) this.waitingWriters[object]!--;
    this.#modes.delete(thread);
    this.#enter(thread, object, mode);
    kernel.use.handOffs[object]!++;
    const delay = group.waiting === "spin" ? kernel.costs.lineTicks : kernel.costs.wakeTicks;
    if (group.waiting === "block") kernel.charge(by, delay);
    kernel.grant(thread, delay);
  }

  #firstWaiting(object: number, wanted: (mode: number) => boolean): number {
    const { lists } = this.kernel;
    for (let thread = lists.head[object]!; thread >= 0; thread = lists.next(thread)) if (wanted(this.#modes.get(thread)!)) return thread;
    return -1;
  }
}
