import { counted } from "../../base/units.ts";
import type { Draws } from "./draws.ts";
import type { GraphPort } from "./graph-port.ts";
import { LockInstructions } from "./instructions/lock-instructions.ts";
import { RareInstructions } from "./instructions/rare-instructions.ts";
import { RegisterInstructions } from "./instructions/register-instructions.ts";
import type { InterpreterHost } from "./interpreter-host.ts";
import { DONE, JUMPED, Next } from "./next.ts";
import { NOT_FINITE, Opcode, STRIDE } from "./opcode.ts";
import { Operands } from "./operands.ts";
import type { Primitives } from "./primitives/primitives.ts";
import type { RaceDetector } from "./race-detector.ts";
import type { ThreadMeasures } from "./thread-measures.ts";
import { Phase, type ThreadTable } from "./thread-table.ts";
import { waiting } from "./wait-phase.ts";

/** Less work than so many ticks may end at the instant at which it begins, on the fastest of cores. */
const INSTANT = 1e-3;

/** Runs the instructions of threads until they take time, wait or end. */
export class Interpreter {
  private readonly host: InterpreterHost;
  private readonly table: ThreadTable;
  private readonly code: Int32Array;
  private readonly registerCount: number;
  private readonly budget: number;
  private readonly operands: Operands;
  private readonly measures: ThreadMeasures;
  private readonly registers: RegisterInstructions;
  private readonly locks: LockInstructions;
  private readonly others: RareInstructions;

  constructor(host: InterpreterHost, primitives: Primitives, draws: Draws, measures: ThreadMeasures, races: RaceDetector | undefined, graph: GraphPort | undefined) {
    const { program, watch } = host.spec;
    this.host = host;
    this.table = host.table;
    this.code = program.code;
    this.registerCount = program.registerCount;
    this.budget = watch.instructionBudget;
    this.operands = new Operands(host, program.constants);
    this.measures = measures;
    this.registers = new RegisterInstructions(host, this.operands, draws);
    this.locks = new LockInstructions(host, primitives, races);
    this.others = new RareInstructions(host, this.operands, primitives, measures, races, graph);
  }

  /** Runs the thread from where it is, on the core that it has. */
  run(thread: number): Next {
    const host = this.host;
    const table = this.table;
    const code = this.code;
    const operands = this.operands;
    const { syncLeft, switchLeft, phase } = table;
    const registers = table.registers;
    const base = thread * this.registerCount;
    // `| 0` here and below: so V8 knows that it is a whole number, and keeps it as one.
    let pc = table.pc[thread]!;
    let left = this.#stepsLeft(thread);
    // What it does now comes after what it owes: nothing that others see, nothing that asks for the time, nothing that fails.
    let isAhead = false;
    for (;;) {
      left = (left - 1) | 0;
      if (left < 0) {
        if (isAhead) return this.#leaveAt(thread, pc, left);
        this.#runaway(thread, pc);
      }
      const opcode = code[pc]!;
      if (opcode <= Opcode.now && opcode !== Opcode.end && !(isAhead && opcode === Opcode.now)) {
        const next = this.registers.perform(opcode, thread, registers, base, pc);
        if (next === NOT_FINITE) {
          if (isAhead) return this.#leaveAt(thread, pc, left);
          table.pc[thread] = pc;
          this.registers.fail(thread, opcode, base, pc);
        }
        pc = next;
        continue;
      }
      if (opcode === Opcode.compute) {
        const ticks = operands.value(base, code[pc + 1]!);
        const access = code[pc + 2]!;
        // What takes hardly any time ends at the instant at which it begins, but in a round of its own.
        if (isAhead && !((ticks === 0 || ticks >= INSTANT) && ticks < Infinity && access < 0)) return this.#leaveAt(thread, pc, left);
        table.pc[thread] = pc;
        host.compute(thread, ticks, access, access >= 0 && code[pc + 3]! >= 0 ? operands.object(thread, base, code[pc + 3]!, code[pc + 4]!) : -1, 1);
        pc = (pc + STRIDE) | 0;
        if (table.computeLeft[thread]! + syncLeft[thread]! + switchLeft[thread]! <= 0) continue;
        table.pc[thread] = pc;
        return this.#leave(thread, left, Next.work);
      }
      table.pc[thread] = pc;
      const owes = syncLeft[thread]! + switchLeft[thread]! > 0;
      if (opcode === Opcode.mark) {
        const counter = code[pc + 1]!;
        if (!owes) {
          this.measures.mark(counter, host.now);
        } else if (table.pendingMark[thread]! < 0 && (isAhead || host.goesAhead(thread))) {
          table.pendingMark[thread] = counter;
          isAhead = true;
        } else return this.#leave(thread, left, Next.work);
        pc = (pc + STRIDE) | 0;
        continue;
      }
      // What others can see happens only when the time that the thread owes has passed; to take what was given to it nobody sees.
      if (owes && phase[thread] !== Phase.waiting) {
        if (isAhead || opcode !== Opcode.lock || phase[thread] !== Phase.granted || !host.goesAhead(thread)) return this.#leave(thread, left, Next.work);
        isAhead = true;
      }
      if (opcode === Opcode.lock) {
        if (!this.locks.lock(thread, operands.object(thread, base, code[pc + 1]!, code[pc + 2]!), code[pc + 3]!)) return this.#leave(thread, left, waiting(table, thread));
      } else if (opcode === Opcode.unlock) this.locks.unlock(thread, operands.object(thread, base, code[pc + 1]!, code[pc + 2]!));
      else {
        const next = this.others.perform(opcode, thread, base, pc);
        if (next === JUMPED) {
          pc = table.pc[thread]!;
          continue;
        }
        if (next !== DONE) return this.#leave(thread, left, next);
        // A spawned thread may have made the columns move.
        if (table.registers !== registers || table.syncLeft !== syncLeft) {
          this.#leaveAt(thread, pc + STRIDE, left);
          return this.run(thread);
        }
      }
      pc = (pc + STRIDE) | 0;
    }
  }

  /** It works off what it owes first, and does the instruction there after that. */
  #leaveAt(thread: number, pc: number, left: number): Next {
    this.table.pc[thread] = pc;
    return this.#leave(thread, left, Next.work);
  }

  #leave(thread: number, left: number, next: Next): Next {
    this.table.steps[thread] = this.budget - left;
    return next;
  }

  #stepsLeft(thread: number): number {
    const { steps, stepTicks } = this.table;
    const { now } = this.host;
    if (stepTicks[thread] !== now) {
      stepTicks[thread] = now;
      steps[thread] = 0;
    }
    return (this.budget - steps[thread]!) | 0;
  }

  #runaway(thread: number, pc: number): never {
    this.table.pc[thread] = pc;
    return this.host.fail(thread, "runaway-program", `ran ${counted(this.budget, "instruction")} without any time passing`, "let its loop compute, wait, sleep or yield, or raise watch.instructionBudget");
  }
}
