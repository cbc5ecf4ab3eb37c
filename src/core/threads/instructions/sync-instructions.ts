import type { InterpreterHost } from "../interpreter-host.ts";
import { DONE, Next, type AfterInstruction } from "../next.ts";
import { Opcode } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { Primitives } from "../primitives/primitives.ts";
import type { RaceDetector } from "../race-detector.ts";
import { Phase, type ThreadTable } from "../thread-table.ts";
import { isFresh, takeGrant, waiting } from "../wait-phase.ts";

/** Instructions by which threads wait for one another: attempts at locks, conditions, semaphores, barriers and flags. */
export class SyncInstructions {
  private readonly host: InterpreterHost;
  private readonly table: ThreadTable;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly races: RaceDetector | undefined;
  private readonly primitives: Primitives;

  constructor(host: InterpreterHost, operands: Operands, primitives: Primitives, races: RaceDetector | undefined) {
    this.host = host;
    this.table = host.table;
    this.code = host.spec.program.code;
    this.operands = operands;
    this.races = races;
    this.primitives = primitives;
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    const table = this.table;
    const operands = this.operands;
    const races = this.races;
    const { mutexes, conditions, semaphores, barriers, flags } = this.primitives;
    const object = operands.object(thread, base, this.code[pc + 1]!, this.code[pc + 2]!);
    const c = this.code[pc + 3]!;
    switch (opcode) {
      case Opcode.tryLock: {
        const got = mutexes.tryLock(thread, object);
        if (got) races?.acquire(thread, object);
        operands.set(base, c, got ? 1 : 0);
        return DONE;
      }
      case Opcode.wait:
        return this.#wait(thread, object, operands.object(thread, base, c, this.code[pc + 4]!));
      case Opcode.signal:
        races?.release(thread, object);
        conditions.signal(thread, object);
        return DONE;
      case Opcode.broadcast:
        races?.release(thread, object);
        conditions.broadcast(thread, object);
        return DONE;
      case Opcode.acquire:
        if (!(takeGrant(table, thread) || (isFresh(table, thread) && semaphores.acquire(thread, object, operands.amount(thread, base, c, "acquires"))))) return waiting(table, thread);
        races?.acquire(thread, object);
        return DONE;
      case Opcode.release:
        races?.release(thread, object);
        semaphores.release(thread, object, operands.amount(thread, base, c, "releases"));
        return DONE;
      case Opcode.barrier:
        if (isFresh(table, thread)) races?.release(thread, object);
        if (!(takeGrant(table, thread) || (isFresh(table, thread) && barriers.arrive(thread, object)))) return waiting(table, thread);
        races?.acquire(thread, object);
        return DONE;
      case Opcode.setFlag:
        races?.release(thread, object);
        flags.set(thread, object);
        return DONE;
      case Opcode.clearFlag:
        races?.release(thread, object);
        flags.clear(thread, object);
        return DONE;
      default:
        if (!(takeGrant(table, thread) || (isFresh(table, thread) && flags.wait(thread, object)))) return waiting(table, thread);
        races?.acquire(thread, object);
        return DONE;
    }
  }

  #wait(thread: number, condition: number, lock: number): AfterInstruction {
    const table = this.table;
    const { phase, waitsFor } = table;
    const { mutexes, conditions } = this.primitives;
    switch (phase[thread]) {
      case Phase.fresh:
        if (mutexes.owner[lock] !== thread) {
          const names = this.host.objects;
          this.host.fail(thread, "not-owner", `waits on "${names.name(condition)}" without holding "${names.name(lock)}"`, "lock it first");
        }
        this.races?.release(thread, lock);
        mutexes.unlock(thread, lock);
        conditions.wait(thread, condition);
        return Next.park;
      case Phase.granted:
        // Signalled, or handed the lock by another design than the one that frees it first.
        if (mutexes.owner[lock] === thread) break;
        phase[thread] = Phase.relock;
        this.races?.acquire(thread, condition);
        return this.#wait(thread, condition, lock);
      case Phase.relock:
        phase[thread] = Phase.fresh;
        table.retryPhase[thread] = Phase.relock;
        if (!mutexes.lock(thread, lock)) return waiting(table, thread);
        if (waitsFor[thread] === lock) this.host.endWait(thread);
        break;
      default:
        if (waitsFor[thread] !== lock || !mutexes.lookAgain(thread, lock)) return waiting(table, thread);
        this.host.endWait(thread);
        table.isSpinning[thread] = 0;
    }
    phase[thread] = Phase.fresh;
    table.retryPhase[thread] = Phase.fresh;
    this.races?.acquire(thread, lock);
    return DONE;
  }
}
