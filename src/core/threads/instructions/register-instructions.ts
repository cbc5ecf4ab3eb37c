import type { Draws } from "../draws.ts";
import type { InterpreterHost } from "../interpreter-host.ts";
import { NOT_FINITE, Opcode, STRIDE } from "../opcode.ts";
import type { Operands } from "../operands.ts";

/** Instructions on the thread's own registers: arithmetic, jumps, draws. They take no time, and nobody else sees them. */
export class RegisterInstructions {
  private readonly host: InterpreterHost;
  private readonly code: Int32Array;
  private readonly operands: Operands;
  private readonly constants: Float64Array;
  private readonly draws: Draws;

  constructor(host: InterpreterHost, operands: Operands, draws: Draws) {
    this.host = host;
    this.operands = operands;
    this.code = host.spec.program.code;
    this.constants = host.spec.program.constants;
    this.draws = draws;
  }

  /** @returns where the program goes on, or {@link NOT_FINITE} */
  perform(opcode: number, thread: number, registers: Float64Array, base: number, pc: number): number {
    const code = this.code;
    const constants = this.constants;
    const a = code[pc + 1]!;
    switch (opcode) {
      case Opcode.jump:
        return (a * STRIDE) | 0;
      case Opcode.jumpIf:
        return this.operands.value(base, a) !== 0 ? (code[pc + 2]! * STRIDE) | 0 : (pc + STRIDE) | 0;
      case Opcode.jumpUnless:
        return this.operands.value(base, a) === 0 ? (code[pc + 2]! * STRIDE) | 0 : (pc + STRIDE) | 0;
      case Opcode.draw:
        this.draws.drawInto(registers, base + a, thread, code[pc + 2]!);
        return (pc + STRIDE) | 0;
      case Opcode.now:
        registers[base + a] = this.host.now;
        return (pc + STRIDE) | 0;
      default: {
        const b = code[pc + 2]!;
        const x = b >= 0 ? registers[base + b]! : constants[~b]!;
        if (opcode === Opcode.set) {
          registers[base + a] = x;
          return (pc + STRIDE) | 0;
        }
        const c = code[pc + 3]!;
        const y = c >= 0 ? registers[base + c]! : constants[~c]!;
        const result = arithmetic(opcode, x, y);
        if (!Number.isFinite(result)) return NOT_FINITE;
        registers[base + a] = result;
        return (pc + STRIDE) | 0;
      }
    }
  }

  /** What the instruction computes is no number. @throws {SimulationError} that says why. */
  fail(thread: number, opcode: number, base: number, pc: number): never {
    const x = this.operands.value(base, this.code[pc + 2]!);
    const y = this.operands.value(base, this.code[pc + 3]!);
    const divides = opcode === Opcode.divide || opcode === Opcode.floorDivide || opcode === Opcode.modulo;
    if (divides && y === 0) return this.host.fail(thread, "division-by-zero", `divides ${x} by 0`, "ask before: if: $x != 0");
    return this.host.fail(thread, "number-too-large", `computes with ${x} and ${y}, and what comes of it is too large a number`);
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
