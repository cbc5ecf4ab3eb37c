import type { InterpreterHost } from "../interpreter-host.ts";
import { DONE, type AfterInstruction } from "../next.ts";
import { Opcode } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { Channels } from "../primitives/channels.ts";
import type { Primitives } from "../primitives/primitives.ts";
import { Outcome, type Queues } from "../primitives/queues.ts";
import type { RaceDetector } from "../race-detector.ts";
import { Phase, type ThreadTable } from "../thread-table.ts";
import { isFresh, takeGrant, waiting } from "../wait-phase.ts";

/** Instructions on queues, deques and channels. */
export class QueueInstructions {
  private readonly host: InterpreterHost;
  private readonly table: ThreadTable;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly races: RaceDetector | undefined;
  private readonly queues: Queues;
  private readonly channels: Channels;

  constructor(host: InterpreterHost, operands: Operands, primitives: Primitives, races: RaceDetector | undefined) {
    this.host = host;
    this.table = host.table;
    this.code = host.spec.program.code;
    this.operands = operands;
    this.races = races;
    this.queues = primitives.queues;
    this.channels = primitives.channels;
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    const table = this.table;
    const operands = this.operands;
    const races = this.races;
    const queues = this.queues;
    const channels = this.channels;
    const object = operands.object(thread, base, this.code[pc + 1]!, this.code[pc + 2]!);
    const c = this.code[pc + 3]!;
    const d = this.code[pc + 4]!;
    switch (opcode) {
      case Opcode.push:
        if (isFresh(table, thread)) races?.release(thread, object);
        return takeGrant(table, thread) || (isFresh(table, thread) && queues.push(thread, object, operands.value(base, c))) ? DONE : waiting(table, thread);
      case Opcode.pop:
        return this.#pop(thread, base, object, c, d);
      case Opcode.tryPop:
        return this.#took(thread, base, object, c, d, queues.tryPop(thread, object));
      case Opcode.popBottom:
        return this.#took(thread, base, object, c, d, queues.popBottom(thread, object));
      case Opcode.steal:
        return this.#took(thread, base, object, c, d, queues.steal(thread, object));
      case Opcode.close:
        races?.release(thread, object);
        queues.close(thread, object);
        return DONE;
      case Opcode.length:
        operands.set(base, c, queues.lengthOf(object));
        operands.set(base, d, queues.isClosed(object) ? 0 : 1);
        return DONE;
      case Opcode.pushBottom:
        races?.release(thread, object);
        queues.pushBottom(thread, object, operands.value(base, c));
        return DONE;
      case Opcode.send:
        if (isFresh(table, thread)) races?.release(thread, object);
        if (!(takeGrant(table, thread) || (isFresh(table, thread) && channels.send(thread, object, operands.value(base, c), operands.amount(thread, base, d, "sends", " bytes"))))) return waiting(table, thread);
        channels.sent(thread, object, operands.value(base, d));
        return DONE;
      default:
        if (!(takeGrant(table, thread) || (isFresh(table, thread) && channels.receive(thread, object)))) return waiting(table, thread);
        channels.received(thread, object);
        operands.set(base, c, table.mailbox[thread]!);
        operands.set(base, d, 1);
        races?.acquire(thread, object);
        return DONE;
    }
  }

  #pop(thread: number, base: number, object: number, dst: number, flag: number): AfterInstruction {
    const table = this.table;
    const { phase, mailbox } = table;
    let there = true;
    if (phase[thread] === Phase.waiting) {
      if (!this.queues.lookAgain(thread, object)) return waiting(table, thread);
      phase[thread] = Phase.fresh;
      this.host.endWait(thread);
      table.isSpinning[thread] = 0;
    } else if (phase[thread] === Phase.granted) {
      phase[thread] = Phase.fresh;
      there = !Number.isNaN(mailbox[thread]);
    } else {
      const outcome = this.queues.pop(thread, object);
      if (outcome === Outcome.waits) return waiting(table, thread);
      there = outcome === Outcome.done;
    }
    this.operands.set(base, flag, there ? 1 : 0);
    if (there) this.operands.set(base, dst, mailbox[thread]!);
    this.races?.acquire(thread, object);
    return DONE;
  }

  /** An attempt that does not wait is over. */
  #took(thread: number, base: number, object: number, dst: number, flag: number, outcome: Outcome): AfterInstruction {
    this.operands.set(base, flag, outcome === Outcome.done ? 1 : 0);
    if (outcome === Outcome.done) {
      this.operands.set(base, dst, this.table.mailbox[thread]!);
      this.races?.acquire(thread, object);
    }
    return DONE;
  }
}
