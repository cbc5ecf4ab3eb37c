import { NO_INDEX } from "./opcode.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import type { ThreadTable } from "./thread-table.ts";

/** What the operands of instructions stand for. `base` is where the registers of the thread begin. */
export class Operands {
  private readonly kernel: ThreadKernel;
  private readonly table: ThreadTable;
  private readonly constants: Float64Array;
  /** By group: its first object. */
  private readonly first: Uint32Array;

  constructor(kernel: ThreadKernel, constants: Float64Array) {
    this.kernel = kernel;
    this.table = kernel.table;
    this.constants = constants;
    this.first = kernel.objects.start;
  }

  value(base: number, operand: number): number {
    return operand >= 0 ? this.table.registers[base + operand]! : this.constants[~operand]!;
  }

  /** Writes a register; -1 = nobody wants to know. */
  set(base: number, register: number, value: number): void {
    if (register >= 0) this.table.registers[base + register] = value;
  }

  /** An amount. @param verb what the thread does with it, for the message: `acquires` */
  amount(thread: number, base: number, operand: number, verb: string, unit = ""): number {
    const value = this.value(base, operand);
    if (!(value >= 0)) this.kernel.fail(thread, "negative", `${verb} ${value}${unit}, and that must not be negative`);
    return value;
  }

  /** A number of things. */
  count(thread: number, base: number, operand: number, least: number, verb: string, unit: string): number {
    const value = this.value(base, operand);
    if (!(Number.isInteger(value) && value >= least)) this.kernel.fail(thread, "bad-count", `${verb} ${value}${unit}, and that must be a whole number, ${least} or more`);
    return value;
  }

  /** The object that two operands name. @throws {SimulationError} where the group has no such one. */
  object(thread: number, base: number, group: number, index: number): number {
    return index === NO_INDEX ? this.first[group]! : this.#indexed(thread, group, this.value(base, index));
  }

  #indexed(thread: number, group: number, i: number): number {
    const { count, name } = this.kernel.objects.groups[group]!;
    if (!(i >= 0 && i < count && Number.isInteger(i))) this.kernel.fail(thread, "bad-index", `uses ${name}[${i}], but there are ${count}, from 0`, i >= count ? "a higher count makes more of them" : undefined);
    return this.first[group]! + i;
  }
}
