import type { GraphPort } from "../graph-port.ts";
import type { InterpreterHost } from "../interpreter-host.ts";
import { DONE, Next, type AfterInstruction } from "../next.ts";
import { Opcode, STRIDE } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { Loops } from "../primitives/loops.ts";
import type { Primitives } from "../primitives/primitives.ts";
import type { RaceDetector } from "../race-detector.ts";
import type { ThreadTable } from "../thread-table.ts";
import { isFresh, takeGrant, waiting } from "../wait-phase.ts";

/** Instructions on the operator graph. */
export class GraphInstructions {
  private readonly host: InterpreterHost;
  private readonly table: ThreadTable;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly races: RaceDetector | undefined;
  private readonly loops: Loops;
  private readonly graph: GraphPort | undefined;

  constructor(host: InterpreterHost, operands: Operands, primitives: Primitives, races: RaceDetector | undefined, graph: GraphPort | undefined) {
    this.host = host;
    this.table = host.table;
    this.code = host.spec.program.code;
    this.operands = operands;
    this.races = races;
    this.loops = primitives.loops;
    this.graph = graph;
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
    const graph = this.graph;
    const table = this.table;
    const operands = this.operands;
    const a = this.code[pc + 1]!;
    const b = this.code[pc + 2]!;
    if (graph === undefined) return this.host.fail(thread, "no-graph", "works on operators, but the scenario has no workload", "add a workload");
    switch (opcode) {
      case Opcode.nextReady: {
        const op = graph.nextReady(thread);
        if (op >= 0) operands.set(base, a, op);
        operands.set(base, b, op >= 0 ? 1 : 0);
        return DONE;
      }
      case Opcode.runOp: {
        const op = operands.value(base, a);
        if (!(takeGrant(table, thread) || (isFresh(table, thread) && graph.hasInputs(thread, op)))) return waiting(table, thread);
        table.pc[thread] = pc + STRIDE;
        this.host.compute(thread, graph.begin(thread, op, operands.value(base, b)), -1, -1, 1, graph.demandOf(op));
        return Next.work;
      }
      case Opcode.startOpLoop:
        return this.#startOpLoop(graph, thread, base, pc);
      case Opcode.complete:
        graph.complete(thread, operands.value(base, a));
        this.host.progress();
        return DONE;
      case Opcode.launch:
        graph.launch(thread, operands.value(base, a), operands.value(base, b));
        return DONE;
      case Opcode.awaitOp:
        return takeGrant(table, thread) || (isFresh(table, thread) && graph.hasEnded(thread, operands.value(base, a))) ? DONE : waiting(table, thread);
      case Opcode.opTicks:
        operands.set(base, a, graph.ticksOf(thread, operands.value(base, b)));
        return DONE;
      default:
        return this.host.fail(thread, "bad-instruction", `has no meaning for instruction ${opcode}`);
    }
  }

  #startOpLoop(graph: GraphPort, thread: number, base: number, pc: number): AfterInstruction {
    const code = this.code;
    const table = this.table;
    const operands = this.operands;
    const object = operands.object(thread, base, code[pc + 1]!, code[pc + 2]!);
    const op = operands.value(base, code[pc + 3]!);
    const iterations = operands.count(thread, base, code[pc + 4]!, 1, "begins a loop of", " iterations");
    if (!(takeGrant(table, thread) || (isFresh(table, thread) && graph.hasInputs(thread, op)))) return waiting(table, thread);
    this.races?.release(thread, object);
    this.loops.start(object, iterations, graph.begin(thread, op, 1) / iterations, operands.count(thread, base, code[pc + 5]!, 1, "begins a loop for", " workers"), op);
    return DONE;
  }
}
