import { resized } from "../../base/columns.ts";
import type { MemoryModel } from "../../core/threads/memory-model.ts";
import type { ThreadSpec } from "../../core/threads/thread-spec.ts";
import type { MemorySystemSpec } from "./memory-spec.ts";
import { MemorySystem } from "./memory-system.ts";

/** Changes of an answer, in time or in what is drawn, by less than this share are let pass. */
const SMALL = 1e-3;

/**
 * A {@link MemorySystem} in the words of the thread engine: ticks instead of nanoseconds, threads and shared data instead
 * of regions. A computation is put into the caches when its time is asked for, and stays there until it leaves. One that
 * goes on after a pause comes back with the share of its work that is left, and pays for caches that have gone cold
 * meanwhile, or that it never used. One beside which others come and go has another time from then on.
 */
export class ThreadMemory implements MemoryModel {
  readonly capacity: Float64Array;
  readonly #system: MemorySystem;
  readonly #speed: ArrayLike<number>;
  readonly #tickNs: number;
  /** By object: its region; -1 = it is no shared data. */
  readonly #regionOf: Int32Array;
  /** By core: the thread that is in, -1 = none; ns that its computation takes here, what of that its pages take beyond what the system says, and what it draws in all. */
  readonly #on: Int32Array;
  readonly #ns: Float64Array;
  readonly #extraNs: Float64Array;
  readonly #drawn: Float64Array;
  /** By thread, of its computation: ns at speed 1 with data at hand, what it touches and where, what its pages took when it began, and the share that is left. */
  #compute = new Float64Array(64);
  #access = new Int32Array(64);
  #region = new Int32Array(64);
  #share = new Float64Array(64);
  #pagesNs = new Float64Array(64);
  #left = new Float64Array(64);
  /** Cores that others disturbed, each once. */
  readonly #disturbed: Int32Array;
  readonly #isDisturbed: Uint8Array;
  #disturbedCount = 0;
  /** The core that the system was asked about last. */
  #answered = -1;

  /** @param regionOf by object of the engine, its region; -1 = none. Default: there is no shared data */
  constructor(system: MemorySystem, speed: ArrayLike<number>, tickNs: number, regionOf = new Int32Array(0)) {
    this.#system = system;
    this.#speed = speed;
    this.#tickNs = tickNs;
    this.#regionOf = regionOf;
    this.capacity = Float64Array.from(system.resources, ({ bytesPerNs }) => bytesPerNs * tickNs);
    this.#on = new Int32Array(speed.length).fill(-1);
    this.#ns = new Float64Array(speed.length);
    this.#extraNs = new Float64Array(speed.length);
    this.#drawn = new Float64Array(speed.length);
    this.#disturbed = new Int32Array(speed.length);
    this.#isDisturbed = new Uint8Array(speed.length);
  }

  begin(thread: number, core: number, access: number, data: number, share: number, ticks: number): number {
    if (thread >= this.#left.length) this.#grow(2 * thread);
    this.#compute[thread] = ticks * this.#tickNs;
    this.#access[thread] = access;
    this.#region[thread] = data < 0 ? this.#system.regionOf(access, thread) : this.#regionOf[data]!;
    this.#share[thread] = share;
    this.#left[thread] = 1;
    this.#pagesNs[thread] = 0;
    const result = this.#enter(thread, core);
    this.#pagesNs[thread] = this.#system.faultNs + this.#system.diskNs;
    return result;
  }

  goOn(thread: number, core: number, ticks: number): number {
    return this.#on[core] === thread ? ticks : this.#enter(thread, core) || ticks;
  }

  draw(core: number, use: (resource: number, demand: number) => void): number {
    if (this.#answered !== core) this.#ask(core);
    const { uses } = this.#system;
    for (let i = 0; i < uses.count; i++) use(uses.resource[i]!, uses.demand[i]! * this.#tickNs);
    const thread = this.#on[core]!;
    return this.#ns[core]! > 0 ? Math.min(1, (this.#compute[thread]! * this.#left[thread]!) / this.#speed[core]! / this.#ns[core]!) : 1;
  }

  leave(thread: number, core: number, ticksLeft: number): void {
    if (this.#on[core] !== thread) return;
    this.#on[core] = -1;
    const left = (ticksLeft * this.#tickNs) / this.#speed[core]!;
    if (left > 0 && this.#ns[core]! > 0) this.#left[thread]! *= 1 - this.#system.pause(core, Math.max(0, 1 - left / this.#ns[core]!));
    else this.#system.leave(core);
    this.#noteDisturbed();
  }

  nextChanged(): number {
    while (this.#disturbedCount > 0) {
      const core = this.#disturbed[--this.#disturbedCount]!;
      this.#isDisturbed[core] = 0;
      if (this.#on[core]! >= 0 && this.#system.isStale(core)) return core;
    }
    return -1;
  }

  again(core: number): number {
    const before = this.#ns[core]!;
    const drawn = this.#drawn[core]!;
    this.#ask(core);
    const now = this.#system.aloneNs + this.#extraNs[core]!;
    const draws = this.#draws();
    if (Math.abs(now - before) <= SMALL * before && Math.abs(draws - drawn) <= SMALL * drawn) return 1;
    this.#ns[core] = now;
    this.#drawn[core] = draws;
    // Its core would be asked again where the ratio is 1, and what it draws another.
    return before > 0 && now !== before ? now / before : 1 + Number.EPSILON;
  }

  ended(thread: number): void {
    this.#system.clearOwner(thread);
  }

  /** Puts what is left of a thread's computation into the caches of a core; returns ticks at speed 1. */
  #enter(thread: number, core: number): number {
    const system = this.#system;
    // Whoever was to run here and did not has brought nothing in.
    if (this.#on[core]! >= 0) {
      system.leave(core, 0);
      this.#noteDisturbed();
    }
    this.#on[core] = thread;
    const left = this.#left[thread]!;
    const speed = this.#speed[core]!;
    system.enter(core, this.#access[thread]!, (this.#compute[thread]! * left) / speed, this.#region[thread]!, this.#share[thread]! * left);
    this.#answered = core;
    this.#noteDisturbed();
    // Pages that it touched first before a pause are not new any more, and not paid for either.
    const extra = Math.max(0, left * this.#pagesNs[thread]! - system.faultNs - system.diskNs);
    this.#extraNs[core] = extra;
    this.#ns[core] = system.aloneNs + extra;
    this.#drawn[core] = this.#draws();
    return (this.#ns[core]! * speed) / this.#tickNs;
  }

  #ask(core: number): void {
    this.#system.again(core);
    this.#answered = core;
  }

  /** Of the core that was asked about: all that it draws, bytes a nanosecond. */
  #draws(): number {
    const { count, demand } = this.#system.uses;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += demand[i]!;
    return sum;
  }

  #noteDisturbed(): void {
    const { changed, changedCount } = this.#system;
    for (let i = 0; i < changedCount; i++) {
      const core = changed[i]!;
      if (this.#isDisturbed[core] === 1) continue;
      this.#isDisturbed[core] = 1;
      this.#disturbed[this.#disturbedCount++] = core;
    }
  }

  #grow(size: number): void {
    this.#compute = resized(this.#compute, size);
    this.#access = resized(this.#access, size);
    this.#region = resized(this.#region, size);
    this.#share = resized(this.#share, size);
    this.#pagesNs = resized(this.#pagesNs, size);
    this.#left = resized(this.#left, size);
  }
}

/**
 * The memory system under the threads of a specification, whose cores are those of the system.
 * @throws {InputError} with all that is wrong with the system or the accesses
 * @example
 * const { threads, memory } = memorySystemOf(buildMachine(machineSchema.parse({ use: "edge" })));
 * const spec = threadSpec({ programs: { a: [{ compute: { work: "1us", bytes: "1MiB" } }] }, threads: { a: 2 } }, { cores: { ...threads, smtGain: 1 } });
 * threadMemory(memory, spec, 1).capacity.length; // 2: the last cache and the memory are shared
 */
export function threadMemory(memory: MemorySystemSpec, { cores, accesses, objects }: Pick<ThreadSpec, "cores" | "accesses" | "objects">, tickNs: number): ThreadMemory {
  const system = new MemorySystem(memory, accesses);
  const regionOf = objects.flatMap((group) => Array.from({ length: group.count }, () => {
    if (group.kind !== "data") return -1;
    const { bytes, home, huge, file } = group;
    return system.addRegion({ bytes, placement: home === -1 ? "first-touch" : home === -2 ? "interleave" : { node: home }, huge, file });
  }));
  return new ThreadMemory(system, cores.speed, tickNs, Int32Array.from(regionOf));
}
