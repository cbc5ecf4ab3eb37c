import type { GraphPort } from "../graph-port.ts";
import type { InterpreterHost } from "../interpreter-host.ts";
import { Next, type AfterInstruction } from "../next.ts";
import { Opcode } from "../opcode.ts";
import type { Operands } from "../operands.ts";
import type { Primitives } from "../primitives/primitives.ts";
import type { RaceDetector } from "../race-detector.ts";
import type { ThreadMeasures } from "../thread-measures.ts";
import { GraphInstructions } from "./graph-instructions.ts";
import { LoopInstructions } from "./loop-instructions.ts";
import { MemoryInstructions } from "./memory-instructions.ts";
import { QueueInstructions } from "./queue-instructions.ts";
import { SyncInstructions } from "./sync-instructions.ts";
import { ThreadInstructions } from "./thread-instructions.ts";

/** Every instruction that is rarer than those of registers and locks, by subject. */
export class RareInstructions {
  private readonly queues: QueueInstructions;
  private readonly sync: SyncInstructions;
  private readonly threads: ThreadInstructions;
  private readonly memory: MemoryInstructions;
  private readonly loops: LoopInstructions;
  private readonly graph: GraphInstructions;

  constructor(host: InterpreterHost, operands: Operands, primitives: Primitives, measures: ThreadMeasures, races: RaceDetector | undefined, graph: GraphPort | undefined) {
    this.queues = new QueueInstructions(host, operands, primitives, races);
    this.sync = new SyncInstructions(host, operands, primitives, races);
    this.threads = new ThreadInstructions(host, operands, measures, races);
    this.memory = new MemoryInstructions(host, operands, primitives, races);
    this.loops = new LoopInstructions(host, operands, primitives, races, graph);
    this.graph = new GraphInstructions(host, operands, primitives, races, graph);
  }

  perform(opcode: number, thread: number, base: number, pc: number): AfterInstruction {
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
        return this.queues.perform(opcode, thread, base, pc);
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
        return this.sync.perform(opcode, thread, base, pc);
      case Opcode.sleep:
      case Opcode.nextPeriod:
      case Opcode.yield:
      case Opcode.spawn:
      case Opcode.join:
      case Opcode.setPriority:
      case Opcode.begin:
      case Opcode.finish:
        return this.threads.perform(opcode, thread, base, pc);
      case Opcode.read:
      case Opcode.write:
      case Opcode.allocate:
      case Opcode.free:
      case Opcode.transfer:
        return this.memory.perform(opcode, thread, base, pc);
      case Opcode.startLoop:
      case Opcode.nextChunk:
      case Opcode.runChunk:
        return this.loops.perform(opcode, thread, base, pc);
      default:
        return this.graph.perform(opcode, thread, base, pc);
    }
  }
}
