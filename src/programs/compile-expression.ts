import { suggestion } from "../base/registry.ts";
import { Opcode } from "../core/threads/opcode.ts";
import type { Assembler, Operand } from "./assembler.ts";
import { ExpressionError, type BinaryOperator, type Expression, type Measure } from "./expression.ts";
import { constantOperand, registerOperand, type Measured, type Scope } from "./scope.ts";

const arithmetic = {
  "+": { opcode: Opcode.add, fold: (a: number, b: number) => a + b },
  "-": { opcode: Opcode.subtract, fold: (a: number, b: number) => a - b },
  "*": { opcode: Opcode.multiply, fold: (a: number, b: number) => a * b },
  "/": { opcode: Opcode.divide, fold: (a: number, b: number) => a / b },
  "//": { opcode: Opcode.floorDivide, fold: (a: number, b: number) => Math.floor(a / b) },
  "%": { opcode: Opcode.modulo, fold: (a: number, b: number) => a - b * Math.floor(a / b) },
  min: { opcode: Opcode.min, fold: Math.min },
  max: { opcode: Opcode.max, fold: Math.max },
  "<": { opcode: Opcode.less, fold: (a: number, b: number) => Number(a < b) },
  "<=": { opcode: Opcode.lessOrEqual, fold: (a: number, b: number) => Number(a <= b) },
  "==": { opcode: Opcode.equal, fold: (a: number, b: number) => Number(a === b) },
} as const;
type Arithmetic = keyof typeof arithmetic;

/** Turns expressions into instructions; what is known before the run is computed here and costs none. */
export class ExpressionCompiler {
  readonly #assembler: Assembler;
  readonly #tickNs: number;

  constructor(assembler: Assembler, tickNs: number) {
    this.#assembler = assembler;
    this.#tickNs = tickNs;
  }

  /**
   * @param into register for the result where it takes an instruction to compute; default: a new one
   * @throws {ExpressionError} for unknown variables, and measures that do not go together
   */
  compile(expression: Expression, scope: Scope, into?: number): Measured {
    switch (expression.kind) {
      case "literal":
        return { operand: constantOperand(expression.measure === "time" ? expression.value / this.#tickNs : expression.value), measure: expression.measure };
      case "variable":
        return variableIn(scope, expression);
      case "negate": {
        const { operand, measure } = this.#within(expression.operand, scope);
        return { operand: this.#apply("-", constantOperand(0), operand, into), measure };
      }
      case "not":
        return { operand: this.#apply("==", this.#within(expression.operand, scope).operand, constantOperand(0), into), measure: "number" };
      case "binary":
        return this.#binary(expression, scope, into);
      case "function":
        return this.#function(expression, scope, into);
    }
  }

  /** A part of an expression. Its registers are free again when the whole has been computed. */
  #within(expression: Expression, scope: Scope): Measured {
    return this.compile(expression, scope);
  }

  #binary({ operator, left, right, offset }: Extract<Expression, { kind: "binary" }>, scope: Scope, into: number | undefined): Measured {
    const a = this.#within(left, scope);
    const b = this.#within(right, scope);
    const measure = measureOf(operator, a.measure, b.measure, offset);
    if ((operator === "/" || operator === "//" || operator === "%") && b.operand.kind === "constant" && b.operand.value === 0) throw new ExpressionError("bad-value", "this divides by 0", offset);
    switch (operator) {
      case ">": return { operand: this.#apply("<", b.operand, a.operand, into), measure };
      case ">=": return { operand: this.#apply("<=", b.operand, a.operand, into), measure };
      case "!=": return { operand: this.#apply("==", this.#apply("==", a.operand, b.operand), constantOperand(0), into), measure };
      case "and": return { operand: this.#apply("min", this.#truth(left, a.operand), this.#truth(right, b.operand), into), measure };
      case "or": return { operand: this.#apply("max", this.#truth(left, a.operand), this.#truth(right, b.operand), into), measure };
      default: return { operand: this.#apply(operator, a.operand, b.operand, into), measure };
    }
  }

  /** 1 or 0 for any number. */
  #truth(expression: Expression, operand: Operand): Operand {
    return isTruth(expression) ? operand : this.#apply("==", this.#apply("==", operand, constantOperand(0)), constantOperand(0));
  }

  #function({ name, arguments: given, offset }: Extract<Expression, { kind: "function" }>, scope: Scope, into: number | undefined): Measured {
    if (name === "now") {
      const register = into ?? this.#assembler.allocate();
      this.#assembler.emit(Opcode.now, register);
      return { operand: registerOperand(register), measure: "time" };
    }
    const [a, b] = given.map((argument) => this.#within(argument, scope)) as [Measured, Measured];
    if (name === "opTicks") {
      const register = into ?? this.#assembler.allocate();
      this.#assembler.emit(Opcode.opTicks, register, this.#assembler.value(a.operand));
      return { operand: registerOperand(register), measure: "time" };
    }
    return { operand: this.#apply(name, a.operand, b.operand, into), measure: same(a.measure, b.measure, name, offset) };
  }

  #apply(name: Arithmetic, a: Operand, b: Operand, into?: number): Operand {
    const { opcode, fold } = arithmetic[name];
    if (a.kind === "constant" && b.kind === "constant") return constantOperand(fold(a.value, b.value));
    const register = into ?? this.#assembler.allocate();
    this.#assembler.emit(opcode, register, this.#assembler.value(a), this.#assembler.value(b));
    return registerOperand(register);
  }
}

function variableIn(scope: Scope, { name, offset }: Extract<Expression, { kind: "variable" }>): Measured {
  const variable = scope.get(name);
  if (variable === undefined) throw new ExpressionError("unknown-variable", `nothing sets $${name}: neither this program nor the group's with`, offset, suggestion(name, [...scope.keys()]));
  variable.used = true;
  return variable;
}

function isTruth(expression: Expression): boolean {
  if (expression.kind === "not") return true;
  return expression.kind === "binary" && ["<", "<=", ">", ">=", "==", "!=", "and", "or"].includes(expression.operator);
}

function measureOf(operator: BinaryOperator, a: Measure, b: Measure, offset: number): Measure {
  switch (operator) {
    case "and": case "or": return "number";
    case "<": case "<=": case ">": case ">=": case "==": case "!=":
      same(a, b, operator, offset);
      return "number";
    case "*":
      if (a !== "number" && a !== "any" && b !== "number" && b !== "any") throw new ExpressionError("bad-measure", `${article(a)} times ${article(b)} means nothing`, offset);
      return a === "number" ? b : b === "number" ? a : "any";
    case "/": case "//":
      if (a === b && a !== "any") return "number";
      if (b === "number") return a;
      if (a !== "any" && b !== "any") throw new ExpressionError("bad-measure", `${article(a)} divided by ${article(b)} means nothing`, offset);
      return "any";
    default: return same(a, b, operator, offset);
  }
}

function same(a: Measure, b: Measure, operator: string, offset: number): Measure {
  if (a === "any") return b;
  if (b === "any" || a === b) return a;
  throw new ExpressionError("bad-measure", `"${operator}" needs two of a kind, not ${article(a)} and ${article(b)}`, offset, a === "number" || b === "number" ? "quantities carry their unit: 10us, 4KiB" : undefined);
}

/** "a time", "bytes". */
export function article(measure: Measure): string {
  return measure === "bytes" ? "bytes" : `a ${measure === "any" ? "value" : measure}`;
}
