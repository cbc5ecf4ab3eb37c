import { suggestion } from "../base/registry.ts";
import { NO_INDEX, Opcode } from "../core/threads/opcode.ts";
import type { ObjectKind } from "../core/threads/thread-spec.ts";
import { instructionLimit, registerLimit, type Assembler, type Label, type Operand } from "./assembler.ts";
import { article, ExpressionCompiler } from "./compile-expression.ts";
import { compileDistribution } from "./compile-distribution.ts";
import { ExpressionError, type Measure, type Reference } from "./expression.ts";
import type { ReadFields, ReadValue, Statement } from "./forms.ts";
import { lowerings, type Lowering } from "./lowerings.ts";
import type { NamedObject, ObjectTable } from "./objects.ts";
import type { Issues, Path, Place } from "./place.ts";
import { assignedIn, constantOperand, registerOperand, type Measured, type Scope } from "./scope.ts";
import type { Tables } from "./tables.ts";

/** A program as it was read. */
export interface ReadProgram {
  readonly name: string;
  readonly block: readonly Statement[];
  readonly path: Path;
}

/** What programs name besides their own variables. */
export interface Surroundings {
  readonly objects: ObjectTable;
  readonly programs: ReadonlyMap<string, ReadProgram>;
  /** Number of each group of threads. */
  readonly groups: ReadonlyMap<string, number>;
  /** Devices that `launch` names, by number. */
  readonly devices: readonly string[];
  /** Nanoseconds of one tick. */
  readonly tickNs: number;
  /** NUMA nodes that there are. */
  readonly nodes: number;
  /** Which part the threads at hand use of caches that are divided; default 0. */
  readonly cacheClass?: number | undefined;
}

/** Where `break`, `continue` and `return` lead. */
interface Targets {
  readonly break?: Label;
  readonly continue?: Label;
  readonly return?: Label;
}

/** An object as instructions hold it: the number of its group, and which of the group it is. */
export interface Target {
  readonly object: NamedObject;
  readonly group: number;
  readonly index: number;
}

/** Deepest chain of calls. */
const callLimit = 50;
/** Most calls that one program comes to. */
const callCountLimit = 10_000;

/** Compiles one program for one group of threads: the group's parameters are known, and so is how many there are. */
export class ProgramCompiler {
  readonly assembler: Assembler;
  readonly issues: Issues;
  readonly tables: Tables;
  readonly surroundings: Surroundings;
  /** Numbers of the objects that the program names. */
  readonly used = new Set<number>();
  readonly #expressions: ExpressionCompiler;
  readonly #program: ReadProgram;
  readonly #calls: string[];
  #scope: Scope;
  #targets: Targets = {};
  #draws = 0;
  #callCount = 0;

  constructor(program: ReadProgram, scope: Scope, assembler: Assembler, surroundings: Surroundings, tables: Tables, issues: Issues) {
    this.#program = program;
    this.#scope = scope;
    this.assembler = assembler;
    this.surroundings = surroundings;
    this.tables = tables;
    this.issues = issues;
    this.#calls = [program.name];
    this.#expressions = new ExpressionCompiler(assembler, surroundings.tickNs);
  }

  /** Compiles all of it; returns the number of the program. */
  compile(): number {
    const number = this.assembler.begin(this.#program.name);
    // Parameters in registers lie before the variables.
    const parameters = [...this.#scope.values()].flatMap(({ operand }) => (operand.kind === "register" ? [operand.register] : []));
    while (this.assembler.inUse <= Math.max(...parameters)) this.assembler.allocate();
    for (const name of assignedIn(this.#program.block, this.surroundings.programs)) if (!this.#scope.has(name)) this.#scope.set(name, { operand: registerOperand(this.assembler.allocate()), measure: "any", used: false });
    this.block(this.#program.block);
    this.assembler.emit(Opcode.end);
    const needed = this.assembler.programRegisterCount;
    if (needed > registerLimit) this.issues.add("too-many-variables", `${this.#program.name} needs ${needed} registers, and a thread has ${registerLimit}`, { path: this.#program.path }, "use fewer variables, or split the program");
    return number;
  }

  block(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (this.assembler.length > instructionLimit) {
        this.issues.add("program-too-long", `the programs have more than ${instructionLimit} instructions once calls are written out`, { path: this.#program.path });
        return;
      }
      const inUse = this.assembler.inUse;
      this.assembler.position = this.issues.position({ path: statement.path });
      (lowerings[statement.form] as Lowering)(this, statement.fields as never, statement.path);
      this.assembler.release(inUse);
    }
  }

  /** Does the block as a loop's body. */
  loop(body: readonly Statement[], labels: { readonly break: Label; readonly continue: Label }): void {
    const before = this.#targets;
    this.#targets = { ...before, ...labels };
    this.block(body);
    this.#targets = before;
  }

  /** Jumps to where `break`, `continue` or `return` lead; false where there is no such place. */
  leave(where: keyof Targets): boolean {
    const target = this.#targets[where];
    if (target) this.assembler.jump(target);
    return target !== undefined;
  }

  /** Writes a called program out: as if it stood here, with the parameters of the call for its own. */
  call({ program: { name, at }, with: given = [] }: ReadFields<"call">, path: Path): void {
    const program = this.surroundings.programs.get(name);
    if (program === undefined) return this.unknown("program", { name, at }, [...this.surroundings.programs.keys()]);
    if (this.#calls.includes(name) || this.#calls.length > callLimit) return this.issues.add("recursion", `${[...this.#calls, name].join(" → ")}: a program cannot call itself`, at, "a called program is written out where it is called; repeat with repeat or while");
    if (++this.#callCount > callCountLimit) {
      if (this.#callCount === callCountLimit + 1) this.issues.add("program-too-long", `${this.#program.name} has more than ${callCountLimit} calls once all are written out`, at);
      return;
    }
    const inner: Scope = new Map(this.#scope);
    const assigned = assignedIn(program.block, this.surroundings.programs);
    for (const { variable, value } of given) {
      const { operand, measure } = this.measured(value);
      // A variable may change while the call runs, and a parameter that the program sets must not change its caller's.
      const own = assigned.has(variable) || operand.kind === "register" ? registerOperand(this.assembler.allocate()) : operand;
      if (own !== operand && own.kind === "register") this.set(own.register, operand);
      inner.set(variable, { operand: own, measure, used: assigned.has(variable) });
    }
    const before = { scope: this.#scope, targets: this.#targets };
    const done = this.assembler.label();
    this.#scope = inner;
    this.#targets = { return: done };
    this.#calls.push(name);
    this.block(program.block);
    this.#calls.pop();
    this.assembler.place(done);
    this.#scope = before.scope;
    this.#targets = before.targets;
    for (const { variable } of given) if (!inner.get(variable)!.used) this.issues.add("unused-parameter", `${name} never uses $${variable}`, { path: [...path, "call", "with", variable] }, undefined, "key");
  }

  /** The register of a variable that is set; without one, a register that nobody reads. */
  destination(into: { readonly variable: string } | undefined, measure: Measure = "any"): number {
    if (into === undefined) return this.assembler.allocate();
    const variable = this.#scope.get(into.variable)!;
    variable.measure = measure;
    return (variable.operand as { register: number }).register;
  }

  /** Sets a variable to a value. */
  assign(name: string, value: ReadValue): void {
    const variable = this.#scope.get(name)!;
    const { register } = variable.operand as { register: number };
    const { operand, measure } = this.measured(value, register);
    variable.measure = measure === "any" && operand.kind === "constant" ? variable.measure : measure;
    this.set(register, operand);
  }

  set(register: number, operand: Operand): void {
    if (operand.kind === "register" && operand.register === register) return;
    this.assembler.emit(Opcode.set, register, this.assembler.value(operand));
  }

  /** A value with what it measures; what is wrong with it has been told. */
  measured(value: ReadValue, into?: number): Measured {
    if ("distribution" in value) return compileDistribution(this, value.distribution, value.at, into);
    try {
      return this.#expressions.compile(value.expression, this.#scope, into);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.issues.add(error.code, error.message, { ...value.at, offset: error.offset }, error.hint);
      return { operand: constantOperand(1), measure: "any" };
    }
  }

  /** A value that must be a time, a number of bytes, or a bare number. */
  operand(value: ReadValue, wanted: Measure, what: string): Operand {
    const { operand, measure } = this.measured(value);
    this.#checkMeasure(measure, wanted, what, value.at);
    if (wanted !== "any" && operand.kind === "constant" && operand.value < 0) this.issues.add("negative", `${what} must not be negative`, value.at);
    return operand;
  }

  #checkMeasure(measure: Measure, wanted: Measure, what: string, place: Place): void {
    if (wanted === "any" || measure === "any" || measure === wanted) return;
    const hint = measure === "number" ? (wanted === "time" ? "quantities carry their unit: 10us" : "quantities carry their unit: 4KiB") : undefined;
    this.issues.add(measure === "number" ? "bad-unit" : "bad-measure", `${what} must be ${article(wanted)}, not ${article(measure)}`, place, hint);
  }

  /** The same as an instruction holds it. */
  value(value: ReadValue, wanted: Measure, what: string): number {
    return this.assembler.value(this.operand(value, wanted, what));
  }

  /** A number that is known before the run; undefined, with an issue, where it is not. */
  constant(value: ReadValue, wanted: Measure, what: string): number | undefined {
    const operand = this.operand(value, wanted, what);
    if (operand.kind === "constant") return operand.value;
    this.issues.add("not-constant", `${what} must be known before the run`, value.at, "it may depend on parameters that are the same for all threads of the group, and on no variable");
    return undefined;
  }

  /** The object that an instruction names; undefined, with an issue, where there is none. */
  object(reference: Reference & { readonly at: Place }, kinds: readonly ObjectKind[], why: string): Target | undefined {
    const object = this.surroundings.objects.find(reference.name, kinds, reference.at, why);
    if (object === undefined) return undefined;
    this.used.add(object.number);
    const { count, name } = object.group;
    if (reference.index === undefined) {
      if (count > 1) this.issues.add("which-one", `there are ${count} of ${name}`, reference.at, object.wraps ? `say for which key: ${name}[$key]` : `say which: ${name}[$i]`);
      return { object, group: object.number, index: NO_INDEX };
    }
    const { operand } = this.measured({ at: reference.at, expression: reference.index });
    if (object.wraps) return { object, group: object.number, index: this.#wrapped(operand, count) };
    if (operand.kind === "constant" && !(Number.isInteger(operand.value) && operand.value >= 0 && operand.value < count)) this.issues.add("no-such-object", `there is no ${name}[${operand.value}]`, { ...reference.at, offset: reference.index.offset }, count === 1 ? `there is one ${name}` : `${name} go from 0 to ${count - 1}`);
    return { object, group: object.number, index: this.assembler.value(operand) };
  }

  /** Which of `count` a key falls to. */
  #wrapped(key: Operand, count: number): number {
    if (count === 1) return NO_INDEX;
    if (key.kind === "constant") return this.assembler.constant(key.value - count * Math.floor(key.value / count));
    const register = this.assembler.allocate();
    this.assembler.emit(Opcode.modulo, register, key.register, this.assembler.constant(count));
    return register;
  }

  /** Tells that nothing has this name. */
  unknown(what: string, { name, at }: { readonly name: string; readonly at: Place }, known: readonly string[]): void {
    this.issues.add(`unknown-${what.split(" ")[0]}`, `there is no ${what} ${JSON.stringify(name.slice(0, 60))}`, at, known.length > 0 ? suggestion(name, known) : "none is there");
  }

  get name(): string {
    return this.#program.name;
  }

  /** Name of the next source of random numbers that has none of its own: by program, and the order in it. */
  nextSource(): string {
    return `${this.#program.name}.${this.#draws++}`;
  }

  /** The variable, parameter or `$i` of this name. */
  variable(name: string): Measured {
    return this.#scope.get(name)!;
  }
}
