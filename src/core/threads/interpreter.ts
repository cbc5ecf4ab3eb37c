import type { Channels } from "./primitives/channels.ts";
import { Barriers } from "./primitives/barriers.ts";
import { Conditions } from "./primitives/conditions.ts";
import { SharedData } from "./primitives/data.ts";
import { Flags } from "./primitives/flags.ts";
import { Loops } from "./primitives/loops.ts";
import { Mutexes } from "./primitives/mutexes.ts";
import { Outcome, Queues } from "./primitives/queues.ts";
import { RwLocks } from "./primitives/rw-locks.ts";
import { Semaphores } from "./primitives/semaphores.ts";
import type { Draws } from "./draws.ts";
import type { GraphPort } from "./graph-port.ts";
import type { Heaps } from "./primitives/heaps.ts";
import { NO_INDEX, Opcode, STRIDE } from "./opcode.ts";
import type { RaceDetector } from "./race-detector.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import type { ThreadMeasures } from "./thread-measures.ts";
import type { ThreadSpec } from "./thread-spec.ts";
import { Phase, type ThreadTable } from "./thread-table.ts";

/** What a thread does after it has run instructions. */
export const Next = {
  /** It works off what it was charged or has to compute, then goes on. */
  work: 0,
  /** It leaves its core until it is woken. */
  block: 1,
  spin: 2,
  /** It pays for going to sleep, then leaves its core. */
  park: 3,
  yield: 4,
  end: 5,
} as const;
export type Next = (typeof Next)[keyof typeof Next];

/** What the interpreter asks of the engine beyond the primitives' needs. */
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
}

/** Runs the instructions of threads until they take time, wait or end. */
export class Interpreter {
  readonly #host: InterpreterHost;
  readonly #table: ThreadTable;
  readonly #code: Int32Array;
  readonly #constants: Float64Array;
  readonly #registerCount: number;
  readonly #draws: Draws;
  readonly #measures: ThreadMeasures;
  readonly #races: RaceDetector | undefined;
  readonly #graph: GraphPort | undefined;
  readonly #budget: number;

  readonly mutexes: Mutexes;
  readonly rwLocks: RwLocks;
  readonly conditions: Conditions;
  readonly queues: Queues;
  readonly #semaphores: Semaphores;
  readonly #barriers: Barriers;
  readonly #flags: Flags;
  readonly #data: SharedData;
  readonly #loops: Loops;
  readonly #channels: Channels;
  readonly #heaps: Heaps;
  /** By object: 1 = a mutex. */
  readonly #isMutex: Uint8Array;
  /** Instructions run so far. */
  stepCount = 0;

  constructor(host: InterpreterHost, draws: Draws, measures: ThreadMeasures, channels: Channels, heaps: Heaps, races: RaceDetector | undefined, graph: GraphPort | undefined) {
    const { program, watch } = host.spec;
    this.#host = host;
    this.#table = host.table;
    this.#code = program.code;
    this.#constants = program.constants;
    this.#registerCount = program.registerCount;
    this.#draws = draws;
    this.#measures = measures;
    this.#races = races;
    this.#graph = graph;
    this.#budget = watch.instructionBudget;
    this.mutexes = new Mutexes(host);
    this.rwLocks = new RwLocks(host);
    this.conditions = new Conditions(host);
    this.queues = new Queues(host);
    this.#semaphores = new Semaphores(host);
    this.#barriers = new Barriers(host);
    this.#flags = new Flags(host);
    this.#data = new SharedData(host);
    this.#loops = new Loops(host);
    this.#channels = channels;
    this.#heaps = heaps;
    this.#isMutex = Uint8Array.from(host.objects.groupOf, (g) => (host.objects.groups[g]!.kind === "mutex" ? 1 : 0));
  }

  /** Runs the thread from where it is, on the core that it has. */
  run(thread: number): Next {
    const host = this.#host;
    const table = this.#table;
    const code = this.#code;
    const { syncLeft, switchLeft, phase } = table;
    const registers = table.registers;
    const base = thread * this.#registerCount;
    let pc = table.pc[thread]!;
    let left = this.#stepsLeft(thread);
    for (;;) {
      if (--left < 0) this.#runaway(thread, pc);
      const opcode = code[pc]!;
      const a = code[pc + 1]!;
      const b = code[pc + 2]!;
      const c = code[pc + 3]!;
      if (opcode <= Opcode.now && opcode !== Opcode.end) {
        pc = this.#simple(opcode, thread, registers, base, pc, a, b, c);
        continue;
      }
      if (opcode === Opcode.compute) {
        table.pc[thread] = pc;
        host.compute(thread, this.#value(base, a), b, b >= 0 && c >= 0 ? this.#object(thread, base, c, code[pc + 4]!) : -1, 1);
        pc += STRIDE;
        if (table.computeLeft[thread]! + syncLeft[thread]! + switchLeft[thread]! <= 0) continue;
        table.pc[thread] = pc;
        return this.#leave(thread, left, Next.work);
      }
      // What others can see happens only when the time that the thread owes has passed.
      table.pc[thread] = pc;
      if (syncLeft[thread]! + switchLeft[thread]! > 0 && phase[thread] !== Phase.waiting) return this.#leave(thread, left, Next.work);
      let done: boolean;
      if (opcode === Opcode.lock) done = this.#lock(thread, this.#object(thread, base, a, b), c);
      else if (opcode === Opcode.unlock) done = this.#unlock(thread, this.#object(thread, base, a, b));
      else {
        const next = this.#perform(opcode, thread, base, pc);
        if (next === JUMPED) {
          pc = table.pc[thread]!;
          continue;
        }
        if (next !== DONE) return this.#leave(thread, left, next);
        done = true;
      }
      if (!done) return this.#leave(thread, left, table.isSpinning[thread] === 1 ? Next.spin : Next.park);
      pc += STRIDE;
      // A spawned thread may have made the columns move.
      if (table.registers !== registers || table.syncLeft !== syncLeft) {
        table.pc[thread] = pc;
        this.#leave(thread, left, Next.work);
        return this.run(thread);
      }
    }
  }

  #leave(thread: number, left: number, next: Next): Next {
    this.stepCount += this.#budget - this.#table.steps[thread]! - left;
    this.#table.steps[thread] = this.#budget - left;
    return next;
  }

  #stepsLeft(thread: number): number {
    const { steps, stepTicks } = this.#table;
    const { now } = this.#host;
    if (stepTicks[thread] !== now) {
      stepTicks[thread] = now;
      steps[thread] = 0;
    }
    return this.#budget - steps[thread]!;
  }

  #runaway(thread: number, pc: number): never {
    this.#table.pc[thread] = pc;
    return this.#host.fail(thread, "runaway-program", `ran ${this.#budget} instructions without any time passing`, "let its loop compute, wait, sleep or yield, or raise watch.instructionBudget");
  }

  #notFinite(thread: number, pc: number, opcode: number, x: number, y: number): never {
    this.#table.pc[thread] = pc;
    const divides = opcode === Opcode.divide || opcode === Opcode.floorDivide || opcode === Opcode.modulo;
    if (divides && y === 0) return this.#host.fail(thread, "division-by-zero", `divides ${x} by 0`, "ask before: if: $x != 0");
    return this.#host.fail(thread, "number-too-large", `computes with ${x} and ${y}, and what comes of it is too large a number`);
  }

  /** An amount. @param verb what the thread does with it, for the message: `acquires` */
  #amount(thread: number, base: number, operand: number, verb: string, unit = ""): number {
    const value = this.#value(base, operand);
    if (!(value >= 0)) this.#host.fail(thread, "negative", `${verb} ${value}${unit}, and that must not be negative`);
    return value;
  }

  /** A number of things. */
  #count(thread: number, base: number, operand: number, least: number, verb: string, unit: string): number {
    const value = this.#value(base, operand);
    if (!(Number.isInteger(value) && value >= least)) this.#host.fail(thread, "bad-count", `${verb} ${value}${unit}, and that must be a whole number, ${least} or more`);
    return value;
  }

  #value(base: number, operand: number): number {
    return operand >= 0 ? this.#table.registers[base + operand]! : this.#constants[~operand]!;
  }

  /** The object that two operands name. @throws {SimulationError} where the group has no such one. */
  #object(thread: number, base: number, group: number, index: number): number {
    const { start, groups } = this.#host.objects;
    if (index === NO_INDEX) return start[group]!;
    const i = this.#value(base, index);
    const { count, name } = groups[group]!;
    if (!(i >= 0 && i < count && Number.isInteger(i))) this.#host.fail(thread, "bad-index", `uses ${name}[${i}], but there are ${count}, from 0`);
    return start[group]! + i;
  }

  /** Registers, jumps and draws; returns where the program goes on. */
  #simple(opcode: number, thread: number, registers: Float64Array, base: number, pc: number, a: number, b: number, c: number): number {
    const constants = this.#constants;
    switch (opcode) {
      case Opcode.jump:
        return a * STRIDE;
      case Opcode.jumpIf:
        return this.#value(base, a) !== 0 ? b * STRIDE : pc + STRIDE;
      case Opcode.jumpUnless:
        return this.#value(base, a) === 0 ? b * STRIDE : pc + STRIDE;
      case Opcode.draw:
        registers[base + a] = this.#draws.draw(thread, b);
        return pc + STRIDE;
      case Opcode.now:
        registers[base + a] = this.#host.now;
        return pc + STRIDE;
      default: {
        const x = b >= 0 ? registers[base + b]! : constants[~b]!;
        if (opcode === Opcode.set) {
          registers[base + a] = x;
          return pc + STRIDE;
        }
        const y = c >= 0 ? registers[base + c]! : constants[~c]!;
        const result = arithmetic(opcode, x, y);
        if (!Number.isFinite(result)) this.#notFinite(thread, pc, opcode, x, y);
        registers[base + a] = result;
        return pc + STRIDE;
      }
    }
  }

  #lock(thread: number, object: number, mode: number): boolean {
    const { phase, waitsFor } = this.#table;
    const isMutex = this.#isMutex[object] === 1;
    if (phase[thread] === Phase.granted) phase[thread] = Phase.fresh;
    else if (phase[thread] === Phase.waiting) {
      if (!isMutex || !this.mutexes.lookAgain(thread, object)) return false;
      phase[thread] = Phase.fresh;
      this.#host.endWait(thread);
      this.#table.isSpinning[thread] = 0;
    } else {
      if (!(isMutex ? this.mutexes.lock(thread, object) : this.rwLocks.lock(thread, object, mode))) return false;
      if (waitsFor[thread] === object) this.#host.endWait(thread);
    }
    this.#races?.acquire(thread, object);
    return true;
  }

  #unlock(thread: number, object: number): true {
    this.#races?.release(thread, object);
    if (this.#isMutex[object] === 1) this.mutexes.unlock(thread, object);
    else this.rwLocks.unlock(thread, object);
    return true;
  }

  /** True where the thread has been given what it waited for. */
  #granted(thread: number): boolean {
    const { phase } = this.#table;
    if (phase[thread] !== Phase.granted) return false;
    phase[thread] = Phase.fresh;
    return true;
  }

  #isFresh(thread: number): boolean {
    return this.#table.phase[thread] === Phase.fresh;
  }

  #waiting(thread: number): Next {
    return this.#table.isSpinning[thread] === 1 ? Next.spin : Next.park;
  }

  #set(base: number, register: number, value: number): void {
    if (register >= 0) this.#table.registers[base + register] = value;
  }

  /** Everything that is rarer than locks. */
  #perform(opcode: number, thread: number, base: number, pc: number): Next | typeof DONE | typeof JUMPED {
    const host = this.#host;
    const table = this.#table;
    const code = this.#code;
    const races = this.#races;
    const a = code[pc + 1]!;
    const b = code[pc + 2]!;
    const c = code[pc + 3]!;
    const d = code[pc + 4]!;
    switch (opcode) {
      case Opcode.end:
        return Next.end;
      case Opcode.sleep: {
        table.pc[thread] = pc + STRIDE;
        return host.sleepUntil(thread, host.now + this.#value(base, a)) ? Next.block : JUMPED;
      }
      case Opcode.nextPeriod: {
        table.pc[thread] = pc + STRIDE;
        // Where the next job is due already, somebody else may be more urgent now.
        return host.sleepUntil(thread, this.#measures.endJob(thread, host.now, table, host.spec)) ? Next.block : Next.yield;
      }
      case Opcode.yield:
        table.pc[thread] = pc + STRIDE;
        host.charge(thread, host.costs.yieldTicks);
        return Next.yield;
      case Opcode.tryLock: {
        const object = this.#object(thread, base, a, b);
        const got = this.mutexes.tryLock(thread, object);
        if (got) races?.acquire(thread, object);
        this.#set(base, c, got ? 1 : 0);
        return DONE;
      }
      case Opcode.wait:
        return this.#wait(thread, this.#object(thread, base, a, b), this.#object(thread, base, c, d));
      case Opcode.signal:
      case Opcode.broadcast: {
        const object = this.#object(thread, base, a, b);
        races?.release(thread, object);
        if (opcode === Opcode.signal) this.conditions.signal(thread, object);
        else this.conditions.broadcast(thread, object);
        return DONE;
      }
      case Opcode.acquire: {
        const object = this.#object(thread, base, a, b);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && this.#semaphores.acquire(thread, object, this.#amount(thread, base, c, "acquires"))))) return this.#waiting(thread);
        races?.acquire(thread, object);
        return DONE;
      }
      case Opcode.release: {
        const object = this.#object(thread, base, a, b);
        races?.release(thread, object);
        this.#semaphores.release(thread, object, this.#amount(thread, base, c, "releases"));
        return DONE;
      }
      case Opcode.barrier: {
        const object = this.#object(thread, base, a, b);
        if (this.#isFresh(thread)) races?.release(thread, object);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && this.#barriers.arrive(thread, object)))) return this.#waiting(thread);
        races?.acquire(thread, object);
        return DONE;
      }
      case Opcode.setFlag:
      case Opcode.clearFlag: {
        const object = this.#object(thread, base, a, b);
        races?.release(thread, object);
        if (opcode === Opcode.setFlag) this.#flags.set(thread, object);
        else this.#flags.clear(thread, object);
        return DONE;
      }
      case Opcode.waitFlag: {
        const object = this.#object(thread, base, a, b);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && this.#flags.wait(thread, object)))) return this.#waiting(thread);
        races?.acquire(thread, object);
        return DONE;
      }
      case Opcode.push: {
        const object = this.#object(thread, base, a, b);
        if (table.phase[thread] === Phase.fresh) races?.release(thread, object);
        return this.#granted(thread) || (this.#isFresh(thread) && this.queues.push(thread, object, this.#value(base, c))) ? DONE : this.#waiting(thread);
      }
      case Opcode.pop:
        return this.#pop(thread, base, this.#object(thread, base, a, b), c, d);
      case Opcode.tryPop:
      case Opcode.popBottom:
      case Opcode.steal: {
        const object = this.#object(thread, base, a, b);
        const { queues } = this;
        const outcome = opcode === Opcode.tryPop ? queues.tryPop(thread, object) : opcode === Opcode.popBottom ? queues.popBottom(thread, object) : queues.steal(thread, object);
        this.#set(base, d, outcome === Outcome.done ? 1 : 0);
        if (outcome === Outcome.done) {
          this.#set(base, c, table.mailbox[thread]!);
          races?.acquire(thread, object);
        }
        return DONE;
      }
      case Opcode.close: {
        const object = this.#object(thread, base, a, b);
        races?.release(thread, object);
        this.queues.close(thread, object);
        return DONE;
      }
      case Opcode.length: {
        const object = this.#object(thread, base, a, b);
        this.#set(base, c, this.queues.lengthOf(object));
        this.#set(base, d, this.queues.isClosed(object) ? 0 : 1);
        return DONE;
      }
      case Opcode.pushBottom: {
        const object = this.#object(thread, base, a, b);
        races?.release(thread, object);
        this.queues.pushBottom(thread, object, this.#value(base, c));
        return DONE;
      }
      case Opcode.send: {
        const object = this.#object(thread, base, a, b);
        if (table.phase[thread] === Phase.fresh) races?.release(thread, object);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && this.#channels.send(thread, object, this.#value(base, c), this.#amount(thread, base, d, "sends", " bytes"))))) return this.#waiting(thread);
        this.#channels.sent(thread, object, this.#value(base, d));
        return DONE;
      }
      case Opcode.receive: {
        const object = this.#object(thread, base, a, b);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && this.#channels.receive(thread, object)))) return this.#waiting(thread);
        this.#channels.received(thread, object);
        this.#set(base, c, table.mailbox[thread]!);
        this.#set(base, d, 1);
        races?.acquire(thread, object);
        return DONE;
      }
      case Opcode.read:
      case Opcode.write: {
        const object = this.#object(thread, base, a, b);
        if (opcode === Opcode.read) {
          this.#data.read(thread, object);
          races?.read(thread, object, pc);
        } else {
          this.#data.write(thread, object);
          races?.write(thread, object, pc);
        }
        return DONE;
      }
      case Opcode.spawn: {
        const argument = this.#value(base, c);
        const child = host.spawn(thread, b, argument);
        races?.spawn(thread, child);
        this.#set(base, a, child);
        return DONE;
      }
      case Opcode.join: {
        const other = this.#value(base, a);
        if (!(other >= 0 && other < table.count && Number.isInteger(other)) || other === thread) host.fail(thread, "bad-join", `joins thread ${other}, which is not another thread`);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && !host.join(thread, other)))) return Next.park;
        races?.join(thread, other);
        return DONE;
      }
      case Opcode.setPriority:
        table.basePriority[thread] = this.#value(base, a);
        host.setPriority(thread, Math.max(table.basePriority[thread]!, table.firstHeld[thread]! >= 0 ? table.priority[thread]! : -Infinity));
        return DONE;
      case Opcode.mark:
        this.#measures.mark(a, host.now);
        host.progress();
        return DONE;
      case Opcode.begin:
        this.#measures.begin(thread, a, host.now);
        return DONE;
      case Opcode.finish:
        this.#measures.finish(thread, a, host.now);
        return DONE;
      case Opcode.allocate:
        this.#set(base, c, this.#heaps.allocate(thread, this.#object(thread, base, a, b), this.#value(base, d)));
        return DONE;
      case Opcode.free:
        this.#heaps.free(thread, this.#object(thread, base, a, b), this.#value(base, c));
        return DONE;
      case Opcode.startLoop: {
        const object = this.#object(thread, base, a, b);
        races?.release(thread, object);
        this.#loops.start(object, this.#count(thread, base, c, 0, "begins a loop of", " iterations"), this.#amount(thread, base, d, "begins a loop whose iterations take", " ticks each"), this.#count(thread, base, code[pc + 5]!, 1, "begins a loop for", " workers"), -1);
        return DONE;
      }
      case Opcode.nextChunk: {
        const object = this.#object(thread, base, a, b);
        const chunk = this.#loops.next(thread, object, this.#value(base, c));
        // Operands are (object, worker, first, how many); the flag of the end is that there are none.
        this.#set(base, d, chunk === undefined ? 0 : chunk[0]!);
        this.#set(base, code[pc + 5]!, chunk === undefined ? 0 : chunk[1]!);
        races?.acquire(thread, object);
        return DONE;
      }
      case Opcode.runChunk: {
        const object = this.#object(thread, base, a, b);
        const { access, data } = host.objects.group(object, "loop");
        const op = this.#loops.op[object]!;
        const count = this.#value(base, d);
        table.pc[thread] = pc + STRIDE;
        host.compute(thread, this.#loops.ticksOf(object, this.#value(base, c), count), access, data < 0 ? -1 : host.objects.start[data]!, this.#loops.shareOf(object, count), op >= 0 ? this.#graph!.demandOf(op) : 0);
        return Next.work;
      }
      case Opcode.transfer: {
        const object = this.#object(thread, base, a, b);
        if (this.#granted(thread)) return DONE;
        if (this.#isFresh(thread)) host.transfer(thread, object, this.#amount(thread, base, c, "transfers", " bytes"));
        return this.#waiting(thread);
      }
      default:
        return this.#onGraph(opcode, thread, base, pc, a, b);
    }
  }

  #wait(thread: number, condition: number, lock: number): Next | typeof DONE {
    const { phase, waitsFor } = this.#table;
    switch (phase[thread]) {
      case Phase.fresh:
        if (this.mutexes.owner[lock] !== thread) {
          const names = this.#host.objects;
          this.#host.fail(thread, "not-owner", `waits on "${names.name(condition)}" without holding "${names.name(lock)}"`, "lock it first");
        }
        this.#races?.release(thread, lock);
        this.mutexes.unlock(thread, lock);
        this.conditions.wait(thread, condition);
        return Next.park;
      case Phase.granted:
        // Signalled, or handed the lock by another design than the one that frees it first.
        if (this.mutexes.owner[lock] === thread) break;
        phase[thread] = Phase.relock;
        this.#races?.acquire(thread, condition);
        return this.#wait(thread, condition, lock);
      case Phase.relock:
        phase[thread] = Phase.fresh;
        this.#table.retryPhase[thread] = Phase.relock;
        if (!this.mutexes.lock(thread, lock)) return this.#waiting(thread);
        if (waitsFor[thread] === lock) this.#host.endWait(thread);
        break;
      default:
        if (waitsFor[thread] !== lock || !this.mutexes.lookAgain(thread, lock)) return this.#waiting(thread);
        this.#host.endWait(thread);
        this.#table.isSpinning[thread] = 0;
    }
    phase[thread] = Phase.fresh;
    this.#table.retryPhase[thread] = Phase.fresh;
    this.#races?.acquire(thread, lock);
    return DONE;
  }

  #pop(thread: number, base: number, object: number, dst: number, flag: number): Next | typeof DONE {
    const { phase, mailbox } = this.#table;
    let there = true;
    if (phase[thread] === Phase.waiting) {
      if (!this.queues.lookAgain(thread, object)) return this.#waiting(thread);
      phase[thread] = Phase.fresh;
      this.#host.endWait(thread);
      this.#table.isSpinning[thread] = 0;
    } else if (phase[thread] === Phase.granted) {
      phase[thread] = Phase.fresh;
      there = !Number.isNaN(mailbox[thread]);
    } else {
      const outcome = this.queues.pop(thread, object);
      if (outcome === Outcome.waits) return this.#waiting(thread);
      there = outcome === Outcome.done;
    }
    this.#set(base, flag, there ? 1 : 0);
    if (there) this.#set(base, dst, mailbox[thread]!);
    this.#races?.acquire(thread, object);
    return DONE;
  }

  /** What concerns the operator graph. */
  #onGraph(opcode: number, thread: number, base: number, pc: number, a: number, b: number): Next | typeof DONE | typeof JUMPED {
    const graph = this.#graph;
    const table = this.#table;
    if (graph === undefined) return this.#host.fail(thread, "no-graph", "works on operators, but the scenario has no workload", "add a workload");
    switch (opcode) {
      case Opcode.nextReady: {
        const op = graph.nextReady(thread);
        if (op >= 0) this.#set(base, a, op);
        this.#set(base, b, op >= 0 ? 1 : 0);
        return DONE;
      }
      case Opcode.runOp: {
        const op = this.#value(base, a);
        if (!(this.#granted(thread) || (this.#isFresh(thread) && graph.hasInputs(thread, op)))) return this.#waiting(thread);
        table.pc[thread] = pc + STRIDE;
        this.#host.compute(thread, graph.begin(thread, op, this.#value(base, b)), -1, -1, 1, graph.demandOf(op));
        return Next.work;
      }
      case Opcode.startOpLoop: {
        const code = this.#code;
        const object = this.#object(thread, base, a, b);
        const op = this.#value(base, code[pc + 3]!);
        const iterations = this.#count(thread, base, code[pc + 4]!, 1, "begins a loop of", " iterations");
        if (!(this.#granted(thread) || (this.#isFresh(thread) && graph.hasInputs(thread, op)))) return this.#waiting(thread);
        this.#races?.release(thread, object);
        this.#loops.start(object, iterations, graph.begin(thread, op, 1) / iterations, this.#count(thread, base, code[pc + 5]!, 1, "begins a loop for", " workers"), op);
        return DONE;
      }
      case Opcode.complete:
        graph.complete(thread, this.#value(base, a));
        this.#host.progress();
        return DONE;
      case Opcode.launch:
        graph.launch(thread, this.#value(base, a), this.#value(base, b));
        return DONE;
      case Opcode.awaitOp:
        return this.#granted(thread) || (this.#isFresh(thread) && graph.hasEnded(thread, this.#value(base, a))) ? DONE : this.#waiting(thread);
      case Opcode.opTicks:
        this.#set(base, a, graph.ticksOf(thread, this.#value(base, b)));
        return DONE;
      default:
        return this.#host.fail(thread, "bad-instruction", `has no meaning for instruction ${opcode}`);
    }
  }
}

/** The instruction is over; or the program goes on at another one. */
const DONE = -1;
const JUMPED = -2;

function arithmetic(opcode: number, x: number, y: number): number {
  switch (opcode) {
    case Opcode.add: return x + y;
    case Opcode.subtract: return x - y;
    case Opcode.multiply: return x * y;
    case Opcode.divide: return x / y;
    case Opcode.floorDivide: return Math.floor(x / y);
    case Opcode.modulo: return x - y * Math.floor(x / y);
    case Opcode.min: return Math.min(x, y);
    case Opcode.max: return Math.max(x, y);
    case Opcode.less: return x < y ? 1 : 0;
    case Opcode.lessOrEqual: return x <= y ? 1 : 0;
    default: return x === y ? 1 : 0;
  }
}
