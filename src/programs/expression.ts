import { nearest } from "../base/registry.ts";
import { parseQuantity } from "../base/units.ts";

/** What a value measures: times are in ns while they are parsed and in ticks in the code; `any` fits everything. */
export type Measure = "number" | "time" | "bytes" | "any";

export const binaryOperators = ["or", "and", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "//", "%"] as const;
export type BinaryOperator = (typeof binaryOperators)[number];
/** Functions of expressions, with how many arguments they take. */
export const functionArity = { min: 2, max: 2, now: 0, opTicks: 1 } as const;
export type FunctionName = keyof typeof functionArity;

/** An expression as it was written; `offset` is where in the text, from 0. */
export type Expression = { readonly offset: number } & (
  | { readonly kind: "literal"; readonly value: number; readonly measure: Measure }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "negate" | "not"; readonly operand: Expression }
  | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "function"; readonly name: FunctionName; readonly arguments: readonly Expression[] }
);

/** One object of a group: `forks[($i + 1) % 5]`, or the only one: `forks`. */
export interface Reference {
  readonly name: string;
  readonly index?: Expression;
}

/** What is wrong with an expression, and where in its text, from 0. */
export class ExpressionError extends Error {
  readonly code: string;
  readonly offset: number;
  readonly hint: string | undefined;
  constructor(code: string, message: string, offset: number, hint?: string) {
    super(message);
    this.code = code;
    this.offset = offset;
    this.hint = hint;
  }
}

/** Deepest nesting of parentheses and operators. */
const depthLimit = 100;
/** Longest text of an expression. */
const lengthLimit = 2000;

/**
 * Reads an expression: numbers, quantities (`10us`, `4KiB`), variables (`$i`), `+ - * / // %`, comparisons, `and`,
 * `or`, `not`, `min(a, b)`, `max(a, b)`, `now()`, `opTicks($op)`.
 * @throws {ExpressionError} with the position in the text.
 * @example
 * parseExpression("($i + 1) % 5").kind; // "binary"
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.expression(0, 0);
  parser.end();
  return expression;
}

/** Reads a name, or a name with an index. @throws {ExpressionError} */
export function parseReference(text: string): Reference {
  const parser = new Parser(text);
  const reference = parser.reference();
  parser.end();
  return reference;
}

/** How tightly each binary operator binds. */
const precedence: Readonly<Record<BinaryOperator, number>> = { or: 1, and: 2, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6 };
const notPrecedence = 3;
const comparison = 4;
const negatePrecedence = 7;

interface Token {
  readonly kind: "number" | "variable" | "word" | "symbol" | "end";
  readonly text: string;
  readonly offset: number;
}
const tokenPattern = /\s*(?:(?<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:\s*(?!(?:and|or)\b)[A-Za-zµ]+(?!\w*\())?)|(?<variable>\$\w+)|(?<word>[A-Za-z_][\w.-]*)|(?<symbol>\/\/|[<>=!]=|[-+*/%<>()[\],]))/y;

class Parser {
  readonly #text: string;
  #token: Token;
  #at = 0;

  constructor(text: string) {
    if (text.length > lengthLimit) throw new ExpressionError("bad-expression", `the expression is longer than ${lengthLimit} characters`, 0);
    this.#text = text;
    this.#token = this.#read();
  }

  #read(): Token {
    tokenPattern.lastIndex = this.#at;
    const match = tokenPattern.exec(this.#text);
    if (!match) {
      const rest = this.#text.slice(this.#at);
      const offset = this.#at + (rest.length - rest.trimStart().length);
      if (rest.trim() === "") return { kind: "end", text: "", offset: this.#text.trimEnd().length };
      throw new ExpressionError("bad-expression", `${JSON.stringify(String.fromCodePoint(this.#text.codePointAt(offset)!))} means nothing in an expression`, offset);
    }
    this.#at = tokenPattern.lastIndex;
    const [kind, text] = Object.entries(match.groups!).find(([, found]) => found !== undefined)! as [Token["kind"], string];
    return { kind, text, offset: this.#at - text.length };
  }

  #next(): Token {
    const token = this.#token;
    this.#token = this.#read();
    return token;
  }

  #expect(symbol: string, after: string): void {
    if (this.#token.text !== symbol) throw this.#unexpected(`"${symbol}" is missing ${after}`);
    this.#next();
  }

  #unexpected(message: string): ExpressionError {
    return new ExpressionError("bad-expression", message, this.#token.offset);
  }

  end(): void {
    if (this.#token.kind !== "end") throw this.#unexpected(`${JSON.stringify(this.#token.text)} is not expected here`);
  }

  reference(): Reference {
    const { kind, text } = this.#token;
    if (kind !== "word") throw new ExpressionError("bad-reference", kind === "end" ? "a name is missing" : `${JSON.stringify(text)} is not a name`, this.#token.offset, "a name, or a name with an index: forks[$i]");
    this.#next();
    if ((this.#token.text as string) !== "[") return { name: text };
    this.#next();
    const index = this.expression(0, 0);
    this.#expect("]", "after the index");
    return { name: text, index };
  }

  expression(least: number, depth: number): Expression {
    if (depth > depthLimit) throw this.#unexpected(`the expression is nested deeper than ${depthLimit} levels`);
    let left = this.#operand(depth);
    for (let length = 0; ; length++) {
      const operator = this.#token.text as BinaryOperator;
      const { offset } = this.#token;
      const strength = this.#token.kind === "number" || !Object.hasOwn(precedence, operator) ? 0 : precedence[operator];
      if (strength === 0 || strength <= least) return left;
      if (length > depthLimit) throw this.#unexpected(`the expression has more than ${depthLimit} operators in a row`);
      this.#next();
      const right = this.expression(strength, depth + 1);
      left = { kind: "binary", operator, left, right, offset };
      if (strength === comparison && precedence[this.#token.text as BinaryOperator] === comparison) throw new ExpressionError("bad-expression", "comparisons cannot be chained", this.#token.offset, "write a < b and b < c");
    }
  }

  #operand(depth: number): Expression {
    if (depth > depthLimit) throw this.#unexpected(`the expression is nested deeper than ${depthLimit} levels`);
    const { kind, text, offset } = this.#next();
    if (kind === "number") return literal(text, offset);
    if (kind === "variable") return { kind: "variable", name: text.slice(1), offset };
    if (text === "-") return { kind: "negate", operand: this.expression(negatePrecedence, depth + 1), offset };
    if (text === "not") return { kind: "not", operand: this.expression(notPrecedence, depth + 1), offset };
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true" ? 1 : 0, measure: "number", offset };
    if (text === "(") {
      const inner = this.expression(0, depth + 1);
      this.#expect(")", "after the expression");
      return inner;
    }
    if (kind === "word") return this.#function(text, offset, depth);
    throw new ExpressionError("bad-expression", kind === "end" ? "the expression ends where a value should be" : `a value should be here, not ${JSON.stringify(text)}`, offset);
  }

  #function(name: string, offset: number, depth: number): Expression {
    if (!Object.hasOwn(functionArity, name)) {
      const near = nearest(name, Object.keys(functionArity));
      throw new ExpressionError("unknown-name", `${JSON.stringify(name)} is no value`, offset, this.#token.text === "(" && near.length > 0 ? `did you mean ${near.join(" or ")}?` : `variables begin with a dollar sign: $${name}`);
    }
    const arity = functionArity[name as FunctionName];
    this.#expect("(", `after ${name}`);
    const given: Expression[] = [];
    while (this.#token.text !== ")" && this.#token.kind !== "end") {
      if (given.length > 0) this.#expect(",", "between two arguments");
      given.push(this.expression(0, depth + 1));
    }
    this.#expect(")", "after the arguments");
    if (given.length !== arity) throw new ExpressionError("bad-expression", `${name} takes ${arity} ${arity === 1 ? "argument" : "arguments"}, not ${given.length}`, offset);
    return { kind: "function", name: name as FunctionName, arguments: given, offset };
  }
}

function literal(text: string, offset: number): Expression {
  if (!/[A-Za-zµ]/.test(text.replace(/[eE][+-]?\d/, ""))) {
    const value = Number(text.replaceAll("_", ""));
    if (!Number.isFinite(value)) throw new ExpressionError("bad-expression", `${text} is too large`, offset);
    return { kind: "literal", value, measure: value === 0 ? "any" : "number", offset };
  }
  const time = parseQuantity(text, "time");
  if (time.ok) return { kind: "literal", value: time.value, measure: "time", offset };
  const bytes = parseQuantity(text, "bytes");
  if (bytes.ok) return { kind: "literal", value: bytes.value, measure: "bytes", offset };
  const beyond = [time, bytes].find(({ isBeyond }) => isBeyond);
  if (beyond) throw new ExpressionError("bad-unit", beyond.message, offset, beyond.hint);
  const better = [time, bytes].find(({ hint }) => hint.startsWith("did you mean")) ?? time;
  throw new ExpressionError("bad-unit", `${JSON.stringify(text)} is neither a time nor a number of bytes`, offset, better.hint.startsWith("did you mean") ? better.hint : "for example 10us or 4KiB");
}
