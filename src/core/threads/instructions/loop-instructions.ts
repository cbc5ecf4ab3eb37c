import type { GraphPort } from "../graph-port.ts";
import type { InterpreterHost } from "../interpreter-host.ts";
import { DONE, Next, type AfterInstruction } from "../next.ts";
import { Opcode, STRIDE } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { Loops } from "../primitives/loops.ts";
import type { Primitives } from "../primitives/primitives.ts";
import type { RaceDetector } from "../race-detector.ts";

/** Instructions on parallel loops. */
export class LoopInstructions {
  private readonly host: InterpreterHost;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly races: RaceDetector | undefined;
  private readonly loops: Loops;
  private readonly graph: GraphPort | undefined;

  constructor(host: InterpreterHost, operands: Operands, primitives: Primitives, races: RaceDetector | undefined, graph: GraphPort | undefined) {
    this.host = host;
    this.code = host.spec.program.code;
    this.operands = operands;
    this.races = races;
    this.loops = primitives.loops;
    this.graph = graph;
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    const code = this.code;
    const operands = this.operands;
    const object = operands.object(thread, base, code[pc + 1]!, code[pc + 2]!);
    const c = code[pc + 3]!;
    const d = code[pc + 4]!;
    const e = code[pc + 5]!;
    switch (opcode) {
      case Opcode.startLoop:
        this.races?.release(thread, object);
        this.loops.start(object, operands.count(thread, base, c, 0, "begins a loop of", " iterations"), operands.amount(thread, base, d, "begins a loop whose iterations take", " ticks each"), operands.count(thread, base, e, 1, "begins a loop for", " workers"), -1);
        return DONE;
      case Opcode.nextChunk: {
        const chunk = this.loops.next(thread, object, operands.value(base, c));
        // Operands are (object, worker, first, how many); the flag of the end is that there are none.
        operands.set(base, d, chunk === undefined ? 0 : chunk[0]!);
        operands.set(base, e, chunk === undefined ? 0 : chunk[1]!);
        this.races?.acquire(thread, object);
        return DONE;
      }
      default:
        return this.#runChunk(thread, object, operands.value(base, c), operands.value(base, d), pc);
    }
  }

  #runChunk(thread: number, object: number, first: number, count: number, pc: number): AfterInstruction {
    const host = this.host;
    const { access, data } = host.objects.group(object, "loop");
    const op = this.loops.op[object]!;
    host.table.pc[thread] = pc + STRIDE;
    host.compute(thread, this.loops.ticksOf(object, first, count), access, data < 0 ? -1 : host.objects.start[data]!, this.loops.shareOf(object, count), op >= 0 ? this.graph!.demandOf(op) : 0);
    return Next.work;
  }
}
