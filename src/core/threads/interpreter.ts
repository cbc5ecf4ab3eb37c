import type { Draws } from "./draws.ts";
import type { GraphPort } from "./graph-port.ts";
import { GraphInstructions } from "./instructions/graph-instructions.ts";
import { LoopInstructions } from "./instructions/loop-instructions.ts";
import { MemoryInstructions } from "./instructions/memory-instructions.ts";
import { QueueInstructions } from "./instructions/queue-instructions.ts";
import { SyncInstructions } from "./instructions/sync-instructions.ts";
import { ThreadInstructions } from "./instructions/thread-instructions.ts";
import type { InterpreterHost } from "./interpreter-host.ts";
import { DONE, JUMPED, Next, type AfterInstruction } from "./next.ts";
import { Opcode, STRIDE } from "./opcode.ts";
import { Operands } from "./operands.ts";
import type { Mutexes } from "./primitives/mutexes.ts";
import type { Primitives } from "./primitives/primitives.ts";
import type { RwLocks } from "./primitives/rw-locks.ts";
import type { RaceDetector } from "./race-detector.ts";
import type { ThreadMeasures } from "./thread-measures.ts";
import { Phase, type ThreadTable } from "./thread-table.ts";
import { waiting } from "./wait-phase.ts";

/**
 * Runs the instructions of threads until they take time, wait or end: registers, jumps, computing, locks and marks by itself,
 * and those that are rarer by subject.
 */
export class Interpreter {
  readonly #host: InterpreterHost;
  readonly #table: ThreadTable;
  readonly #code: Int32Array;
  readonly #constants: Float64Array;
  readonly #registerCount: number;
  readonly #budget: number;
  readonly #operands: Operands;
  readonly #draws: Draws;
  readonly #measures: ThreadMeasures;
  readonly #races: RaceDetector | undefined;
  readonly #mutexes: Mutexes;
  readonly #rwLocks: RwLocks;
  /** By object: 1 = a mutex. */
  readonly #isMutex: Uint8Array;

  readonly #queueing: QueueInstructions;
  readonly #syncing: SyncInstructions;
  readonly #threading: ThreadInstructions;
  readonly #remembering: MemoryInstructions;
  readonly #looping: LoopInstructions;
  readonly #graphing: GraphInstructions;

  constructor(host: InterpreterHost, primitives: Primitives, draws: Draws, measures: ThreadMeasures, races: RaceDetector | undefined, graph: GraphPort | undefined) {
    const { program, watch } = host.spec;
    this.#host = host;
    this.#table = host.table;
    this.#code = program.code;
    this.#constants = program.constants;
    this.#registerCount = program.registerCount;
    this.#budget = watch.instructionBudget;
    this.#operands = new Operands(host, program.constants);
    this.#draws = draws;
    this.#measures = measures;
    this.#races = races;
    this.#mutexes = primitives.mutexes;
    this.#rwLocks = primitives.rwLocks;
    this.#isMutex = Uint8Array.from(host.objects.groupOf, (g) => (host.objects.groups[g]!.kind === "mutex" ? 1 : 0));
    this.#queueing = new QueueInstructions(host, this.#operands, primitives, races);
    this.#syncing = new SyncInstructions(host, this.#operands, primitives, races);
    this.#threading = new ThreadInstructions(host, this.#operands, measures, races);
    this.#remembering = new MemoryInstructions(host, this.#operands, primitives, races);
    this.#looping = new LoopInstructions(host, this.#operands, primitives, races, graph);
    this.#graphing = new GraphInstructions(host, this.#operands, primitives, races, graph);
  }

  /** Runs the thread from where it is, on the core that it has. */
  run(thread: number): Next {
    const host = this.#host;
    const table = this.#table;
    const code = this.#code;
    const operands = this.#operands;
    const { syncLeft, switchLeft, phase } = table;
    const registers = table.registers;
    const base = thread * this.#registerCount;
    let pc = table.pc[thread]!;
    let left = this.#stepsLeft(thread);
    // What it does now comes after what it owes: nothing that others see, nothing that asks for the time, nothing that fails.
    let isAhead = false;
    for (;;) {
      if (--left < 0) {
        if (isAhead) return this.#leaveAt(thread, pc, left, Next.work);
        this.#runaway(thread, pc);
      }
      const opcode = code[pc]!;
      const a = code[pc + 1]!;
      const b = code[pc + 2]!;
      const c = code[pc + 3]!;
      if (opcode <= Opcode.now && opcode !== Opcode.end && !(isAhead && opcode === Opcode.now)) {
        const next = this.#simple(opcode, thread, registers, base, pc, a, b, c);
        if (next < 0) {
          if (isAhead) return this.#leaveAt(thread, pc, left, Next.work);
          this.#notFinite(thread, pc, opcode, operands.value(base, b), operands.value(base, c));
        }
        pc = next;
        continue;
      }
      if (opcode === Opcode.compute) {
        const ticks = operands.value(base, a);
        if (isAhead && !(ticks >= 0 && ticks < Infinity && b < 0)) return this.#leaveAt(thread, pc, left, Next.work);
        table.pc[thread] = pc;
        host.compute(thread, ticks, b, b >= 0 && c >= 0 ? operands.object(thread, base, c, code[pc + 4]!) : -1, 1);
        pc += STRIDE;
        if (table.computeLeft[thread]! + syncLeft[thread]! + switchLeft[thread]! <= 0) continue;
        table.pc[thread] = pc;
        return this.#leave(thread, left, Next.work);
      }
      table.pc[thread] = pc;
      const owes = syncLeft[thread]! + switchLeft[thread]! > 0;
      if (opcode === Opcode.mark) {
        if (!owes) {
          this.#measures.mark(a, host.now);
          host.progress();
        } else if (table.pendingMark[thread]! < 0 && (isAhead || host.goesAhead(thread))) {
          table.pendingMark[thread] = a;
          isAhead = true;
        } else return this.#leave(thread, left, Next.work);
        pc += STRIDE;
        continue;
      }
      // What others can see happens only when the time that the thread owes has passed; to take what was given to it nobody sees.
      if (owes && phase[thread] !== Phase.waiting) {
        if (isAhead || opcode !== Opcode.lock || phase[thread] !== Phase.granted || !host.goesAhead(thread)) return this.#leave(thread, left, Next.work);
        isAhead = true;
      }
      if (opcode === Opcode.lock) {
        if (!this.#lock(thread, operands.object(thread, base, a, b), c)) return this.#leave(thread, left, waiting(table, thread));
      } else if (opcode === Opcode.unlock) this.#unlock(thread, operands.object(thread, base, a, b));
      else {
        const next = this.#perform(opcode, thread, base, pc);
        if (next === JUMPED) {
          pc = table.pc[thread]!;
          continue;
        }
        if (next !== DONE) return this.#leave(thread, left, next);
      }
      pc += STRIDE;
      // A spawned thread may have made the columns move.
      if (table.registers !== registers || table.syncLeft !== syncLeft) {
        table.pc[thread] = pc;
        this.#leave(thread, left, Next.work);
        return this.run(thread);
      }
    }
  }

  #leaveAt(thread: number, pc: number, left: number, next: Next): Next {
    this.#table.pc[thread] = pc;
    return this.#leave(thread, left, next);
  }

  #leave(thread: number, left: number, next: Next): Next {
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

  /** Registers, jumps and draws; returns where the program goes on, -1 = what comes of it is no number. */
  #simple(opcode: number, thread: number, registers: Float64Array, base: number, pc: number, a: number, b: number, c: number): number {
    const constants = this.#constants;
    switch (opcode) {
      case Opcode.jump:
        return a * STRIDE;
      case Opcode.jumpIf:
        return this.#operands.value(base, a) !== 0 ? b * STRIDE : pc + STRIDE;
      case Opcode.jumpUnless:
        return this.#operands.value(base, a) === 0 ? b * STRIDE : pc + STRIDE;
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
        if (!Number.isFinite(result)) return -1;
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
      if (!isMutex || !this.#mutexes.lookAgain(thread, object)) return false;
      phase[thread] = Phase.fresh;
      this.#host.endWait(thread);
      this.#table.isSpinning[thread] = 0;
    } else {
      if (!(isMutex ? this.#mutexes.lock(thread, object) : this.#rwLocks.lock(thread, object, mode))) return false;
      if (waitsFor[thread] === object) this.#host.endWait(thread);
    }
    this.#races?.acquire(thread, object);
    return true;
  }

  #unlock(thread: number, object: number): void {
    this.#races?.release(thread, object);
    if (this.#isMutex[object] === 1) this.#mutexes.unlock(thread, object);
    else this.#rwLocks.unlock(thread, object);
  }

  /** Everything that is rarer than locks. */
  #perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    switch (opcode) {
      case Opcode.end:
        return Next.end;
      case Opcode.push:
      case Opcode.pop:
      case Opcode.tryPop:
      case Opcode.close:
      case Opcode.length:
      case Opcode.pushBottom:
      case Opcode.popBottom:
      case Opcode.steal:
      case Opcode.send:
      case Opcode.receive:
        return this.#queueing.perform(opcode, thread, base, pc);
      case Opcode.tryLock:
      case Opcode.wait:
      case Opcode.signal:
      case Opcode.broadcast:
      case Opcode.acquire:
      case Opcode.release:
      case Opcode.barrier:
      case Opcode.setFlag:
      case Opcode.clearFlag:
      case Opcode.waitFlag:
        return this.#syncing.perform(opcode, thread, base, pc);
      case Opcode.sleep:
      case Opcode.nextPeriod:
      case Opcode.yield:
      case Opcode.spawn:
      case Opcode.join:
      case Opcode.setPriority:
      case Opcode.begin:
      case Opcode.finish:
        return this.#threading.perform(opcode, thread, base, pc);
      case Opcode.read:
      case Opcode.write:
      case Opcode.allocate:
      case Opcode.free:
      case Opcode.transfer:
        return this.#remembering.perform(opcode, thread, base, pc);
      case Opcode.startLoop:
      case Opcode.nextChunk:
      case Opcode.runChunk:
        return this.#looping.perform(opcode, thread, base, pc);
      default:
        return this.#graphing.perform(opcode, thread, base, pc);
    }
  }
}

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
