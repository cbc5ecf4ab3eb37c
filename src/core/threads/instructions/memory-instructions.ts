import type { InterpreterHost } from "../interpreter-host.ts";
import { DONE, type AfterInstruction } from "../next.ts";
import { Opcode } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { SharedData } from "../primitives/data.ts";
import type { Heaps } from "../primitives/heaps.ts";
import type { Primitives } from "../primitives/primitives.ts";
import type { RaceDetector } from "../race-detector.ts";
import { isFresh, takeGrant, waiting } from "../wait-phase.ts";

/** Instructions on shared data, heaps and files. */
export class MemoryInstructions {
  private readonly host: InterpreterHost;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly races: RaceDetector | undefined;
  private readonly data: SharedData;
  private readonly heaps: Heaps;

  constructor(host: InterpreterHost, operands: Operands, primitives: Primitives, races: RaceDetector | undefined) {
    this.host = host;
    this.code = host.spec.program.code;
    this.operands = operands;
    this.races = races;
    this.data = primitives.data;
    this.heaps = primitives.heaps;
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    const operands = this.operands;
    const object = operands.object(thread, base, this.code[pc + 1]!, this.code[pc + 2]!);
    const c = this.code[pc + 3]!;
    switch (opcode) {
      case Opcode.read:
        this.data.read(thread, object);
        this.races?.read(thread, object, pc);
        return DONE;
      case Opcode.write:
        this.data.write(thread, object);
        this.races?.write(thread, object, pc);
        return DONE;
      case Opcode.allocate:
        operands.set(base, c, this.heaps.allocate(thread, object, operands.value(base, this.code[pc + 4]!)));
        return DONE;
      case Opcode.free:
        this.heaps.free(thread, object, operands.value(base, c));
        return DONE;
      default: {
        const { table } = this.host;
        if (takeGrant(table, thread)) return DONE;
        if (isFresh(table, thread)) this.host.transfer(thread, object, operands.amount(thread, base, c, "transfers", " bytes"));
        return waiting(table, thread);
      }
    }
  }
}
