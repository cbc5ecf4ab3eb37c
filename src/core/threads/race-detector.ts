import { codePosition } from "./code-position.ts";
import { Opcode, STRIDE } from "./opcode.ts";
import type { ObjectIds } from "./objects.ts";
import type { Position, ProgramCode } from "./thread-spec.ts";
import type { ThreadTable } from "./thread-table.ts";

/** Two accesses to shared data, one of them a write, that nothing orders. */
export interface DataRace {
  readonly object: number;
  readonly first: RacingAccess;
  readonly second: RacingAccess;
}
export interface RacingAccess {
  readonly thread: number;
  readonly writes: boolean;
  readonly at: Position;
}

/** Times of threads, as one thread or object knows them. */
type Clock = number[];

interface Access {
  readonly thread: number;
  readonly clock: number;
  readonly pc: number;
}

/** Whether a program reads or writes shared data, so that there is something to check. */
export function touchesData({ code }: ProgramCode): boolean {
  for (let at = 0; at < code.length; at += STRIDE) if (code[at] === Opcode.read || code[at] === Opcode.write) return true;
  return false;
}

/**
 * A happens-before check. Every thread has a vector clock; what gives something up (an unlock, a signal, an item pushed)
 * leaves its clock with the object, and what takes it learns from there. Two accesses to the same data race when neither
 * was known to the other. A queue, a flag or a semaphore hands on everything that was given to it before, so a race may
 * be missed where only one item of many orders two threads; none is reported that is not there.
 * @source L. Lamport, "Time, clocks, and the ordering of events", CACM 21(7), 1978; C. Flanagan, S. Freund,
 * "FastTrack: efficient and precise dynamic race detection", PLDI 2009.
 */
export class RaceDetector {
  private readonly objects: ObjectIds;
  private readonly program: ProgramCode;
  readonly #clocks: Clock[] = [];
  readonly #released = new Map<number, Clock>();
  readonly #lastWrite = new Map<number, Access>();
  /** By data: the last read of each thread since the last write. */
  readonly #reads = new Map<number, Access[]>();
  /** By (data, two instructions), so that each is told once. */
  readonly #found = new Map<string, DataRace>();

  constructor(table: ThreadTable, objects: ObjectIds, program: ProgramCode) {
    this.objects = objects;
    this.program = program;
    for (let thread = 0; thread < table.count; thread++) this.#clock(thread);
  }

  get races(): readonly DataRace[] {
    return [...this.#found.values()];
  }

  nameOf(race: DataRace): string {
    return this.objects.name(race.object);
  }

  acquire(thread: number, object: number): void {
    const released = this.#released.get(object);
    if (released !== undefined) this.#learn(this.#clock(thread), released);
  }

  release(thread: number, object: number): void {
    const clock = this.#clock(thread);
    let released = this.#released.get(object);
    if (released === undefined) this.#released.set(object, (released = []));
    this.#learn(released, clock);
    clock[thread]!++;
  }

  spawn(parent: number, child: number): void {
    this.#learn(this.#clock(child), this.#clock(parent));
    this.#clock(parent)[parent]!++;
  }

  join(thread: number, ended: number): void {
    this.#learn(this.#clock(thread), this.#clock(ended));
  }

  read(thread: number, object: number, pc: number): void {
    const write = this.#lastWrite.get(object);
    if (write !== undefined && !this.#knows(thread, write)) this.#report(object, write, true, { thread, clock: 0, pc }, false);
    let reads = this.#reads.get(object);
    if (reads === undefined) this.#reads.set(object, (reads = []));
    const access = { thread, clock: this.#clock(thread)[thread]!, pc };
    const before = reads.findIndex((other) => other.thread === thread);
    if (before >= 0) reads[before] = access;
    else reads.push(access);
  }

  write(thread: number, object: number, pc: number): void {
    const access = { thread, clock: this.#clock(thread)[thread]!, pc };
    const write = this.#lastWrite.get(object);
    if (write !== undefined && !this.#knows(thread, write)) this.#report(object, write, true, access, true);
    for (const read of this.#reads.get(object) ?? []) if (!this.#knows(thread, read)) this.#report(object, read, false, access, true);
    this.#lastWrite.set(object, access);
    this.#reads.delete(object);
  }

  /** The access is behind the thread: some chain of synchronization leads from it to here. */
  #knows(thread: number, access: Access): boolean {
    return access.thread === thread || (this.#clock(thread)[access.thread] ?? 0) >= access.clock;
  }

  #clock(thread: number): Clock {
    let clock = this.#clocks[thread];
    if (clock === undefined) {
      clock = this.#clocks[thread] = [];
      clock[thread] = 1;
    }
    return clock;
  }

  #learn(into: Clock, from: Clock): void {
    for (let i = 0; i < from.length; i++) if ((from[i] ?? 0) > (into[i] ?? 0)) into[i] = from[i]!;
  }

  #report(object: number, first: Access, firstWrites: boolean, second: Access, secondWrites: boolean): void {
    const key = `${object}/${Math.min(first.pc, second.pc)}/${Math.max(first.pc, second.pc)}`;
    if (this.#found.has(key)) return;
    this.#found.set(key, {
      object,
      first: { thread: first.thread, writes: firstWrites, at: this.#position(first.pc) },
      second: { thread: second.thread, writes: secondWrites, at: this.#position(second.pc) },
    });
  }

  #position(pc: number): Position {
    return codePosition(this.program, pc);
  }
}
