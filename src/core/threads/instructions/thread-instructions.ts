import type { InterpreterHost } from "../interpreter-host.ts";
import { DONE, JUMPED, Next, type AfterInstruction } from "../next.ts";
import { Opcode, STRIDE } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { RaceDetector } from "../race-detector.ts";
import type { ThreadMeasures } from "../thread-measures.ts";
import type { ThreadTable } from "../thread-table.ts";
import { isFresh, takeGrant } from "../wait-phase.ts";

/** Instructions on threads themselves, and on what is measured of them. */
export class ThreadInstructions {
  private readonly host: InterpreterHost;
  private readonly table: ThreadTable;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly measures: ThreadMeasures;
  private readonly races: RaceDetector | undefined;

  constructor(host: InterpreterHost, operands: Operands, measures: ThreadMeasures, races: RaceDetector | undefined) {
    this.host = host;
    this.table = host.table;
    this.code = host.spec.program.code;
    this.operands = operands;
    this.measures = measures;
    this.races = races;
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    const host = this.host;
    const table = this.table;
    const operands = this.operands;
    const a = this.code[pc + 1]!;
    switch (opcode) {
      case Opcode.sleep:
        table.pc[thread] = pc + STRIDE;
        return host.sleepUntil(thread, host.now + operands.value(base, a)) ? Next.block : JUMPED;
      case Opcode.nextPeriod:
        table.pc[thread] = pc + STRIDE;
        // Where the next job is due already, somebody else may be more urgent now.
        return host.sleepUntil(thread, this.measures.endJob(thread, host.now, table, host.spec)) ? Next.block : Next.yield;
      case Opcode.yield:
        table.pc[thread] = pc + STRIDE;
        host.charge(thread, host.costs.yieldTicks);
        return Next.yield;
      case Opcode.spawn: {
        const child = host.spawn(thread, this.code[pc + 2]!, operands.value(base, this.code[pc + 3]!));
        this.races?.spawn(thread, child);
        operands.set(base, a, child);
        return DONE;
      }
      case Opcode.join:
        return this.#join(thread, operands.value(base, a));
      case Opcode.setPriority:
        table.basePriority[thread] = operands.value(base, a);
        host.setPriority(thread, Math.max(table.basePriority[thread]!, table.firstHeld[thread]! >= 0 ? table.priority[thread]! : -Infinity));
        return DONE;
      case Opcode.begin:
        this.measures.begin(thread, a, host.now);
        return DONE;
      default:
        this.measures.finish(thread, a, host.now);
        return DONE;
    }
  }

  #join(thread: number, other: number): AfterInstruction {
    const table = this.table;
    if (!(other >= 0 && other < table.count && Number.isInteger(other)) || other === thread) this.host.fail(thread, "bad-join", `joins thread ${other}, which is not another thread`);
    if (!(takeGrant(table, thread) || (isFresh(table, thread) && !this.host.join(thread, other)))) return Next.park;
    this.races?.join(thread, other);
    return DONE;
  }
}
