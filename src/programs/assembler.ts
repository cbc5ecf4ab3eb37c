import { Opcode, FIRST_FREE_REGISTER, STRIDE } from "../core/threads/opcode.ts";
import type { Position, ProgramCode } from "../core/threads/thread-spec.ts";

/** Most registers of a thread, those of number and index included. */
export const registerLimit = 256;
/** Most instructions of all programs, after inlining. */
export const instructionLimit = 200_000;

/** The place of an instruction that may not have been written yet. */
export interface Label {
  target: number;
  readonly uses: number[];
}

/** A value as instructions take it: a register, or a constant. */
export type Operand = { readonly kind: "constant"; readonly value: number } | { readonly kind: "register"; readonly register: number };

const nowhere: Position = { file: "", line: 0, column: 0 };

/** Writes byte code: instructions with their positions, constants, labels, and which registers are in use. */
export class Assembler {
  readonly #code: number[] = [];
  readonly #files: string[] = [];
  readonly #file: number[] = [];
  readonly #line: number[] = [];
  readonly #column: number[] = [];
  readonly #constants: number[] = [];
  readonly #constantOf = new Map<string, number>();
  readonly #entry: number[] = [];
  readonly #names: string[] = [];
  #next = FIRST_FREE_REGISTER;
  /** Most registers of any program, and of this one. */
  #peak = FIRST_FREE_REGISTER;
  #programPeak = FIRST_FREE_REGISTER;
  /** Of the instructions that follow. */
  position: Position = nowhere;

  /** Instructions so far. */
  get length(): number {
    return this.#line.length;
  }

  /** Registers that a thread needs, whatever it runs. */
  get registerCount(): number {
    return this.#peak;
  }

  /** Registers of the program that was begun last. */
  get programRegisterCount(): number {
    return this.#programPeak;
  }

  /** Begins a program; returns its number. */
  begin(name: string): number {
    this.#names.push(name);
    this.#next = FIRST_FREE_REGISTER;
    this.#programPeak = FIRST_FREE_REGISTER;
    return this.#entry.push(this.length) - 1;
  }

  emit(opcode: Opcode, ...operands: readonly number[]): void {
    this.#code.push(opcode);
    for (let i = 0; i < STRIDE - 1; i++) this.#code.push(operands[i] ?? 0);
    const { file, line, column } = this.position;
    const known = this.#files.indexOf(file);
    this.#file.push(known >= 0 ? known : this.#files.push(file) - 1);
    this.#line.push(line);
    this.#column.push(column);
  }

  /** An operand as an instruction holds it. */
  value(operand: Operand): number {
    return operand.kind === "register" ? operand.register : this.constant(operand.value);
  }

  constant(value: number): number {
    const key = Object.is(value, -0) ? "-0" : String(value);
    let index = this.#constantOf.get(key);
    if (index === undefined) this.#constantOf.set(key, (index = this.#constants.push(value) - 1));
    return ~index;
  }

  /** A register that nobody uses, until {@link release}. */
  allocate(): number {
    this.#programPeak = Math.max(this.#programPeak, this.#next + 1);
    this.#peak = Math.max(this.#peak, this.#programPeak);
    return this.#next++;
  }

  /** Registers in use; give it to {@link release} to free those that were allocated since. */
  get inUse(): number {
    return this.#next;
  }

  release(inUse: number): void {
    this.#next = inUse;
  }

  label(): Label {
    return { target: -1, uses: [] };
  }

  /** The label means the instruction that comes next. */
  place(label: Label): void {
    label.target = this.length;
    for (const use of label.uses) this.#code[use] = label.target;
  }

  jump(label: Label): void {
    this.emit(Opcode.jump, this.#target(label, 0));
  }

  jumpIf(condition: Operand, label: Label): void {
    this.emit(Opcode.jumpIf, this.value(condition), this.#target(label, 1));
  }

  jumpUnless(condition: Operand, label: Label): void {
    this.emit(Opcode.jumpUnless, this.value(condition), this.#target(label, 1));
  }

  #target(label: Label, operand: number): number {
    if (label.target < 0) label.uses.push(this.length * STRIDE + 1 + operand);
    return label.target;
  }

  finish(): ProgramCode {
    return {
      code: Int32Array.from(this.#code), files: this.#files, file: Uint32Array.from(this.#file), line: Uint32Array.from(this.#line), column: Uint32Array.from(this.#column),
      constants: Float64Array.from(this.#constants), registerCount: this.#peak, entry: Uint32Array.from(this.#entry), names: this.#names,
    };
  }
}
