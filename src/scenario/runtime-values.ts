import { Assembler } from "../programs/assembler.ts";
import { ExpressionCompiler } from "../programs/compile-expression.ts";
import { ExpressionError, parseExpression } from "../programs/expression.ts";
import { constantOperand, type Scope } from "../programs/scope.ts";

/** What a knob holds: a number with what it measures (times in ns), or a word. */
export type KnobValue = { readonly kind: "number" | "time" | "bytes"; readonly value: number } | { readonly kind: "boolean"; readonly value: boolean } | { readonly kind: "word"; readonly value: string };

/** Values by name, without the dollar sign. */
export type KnobScope = Map<string, KnobValue>;

/**
 * Computes an expression of knobs, as programs write them: `min($cores, 8) - 1`.
 * @throws {ExpressionError} with the position in the text.
 */
export function evaluate(text: string, scope: KnobScope): KnobValue {
  const only = /^\s*\$(\w+)\s*$/.exec(text)?.[1];
  const value = only === undefined ? undefined : scope.get(only);
  if (value !== undefined) return value;
  const numbers: Scope = new Map();
  for (const [name, known] of scope) {
    if (known.kind === "word") {
      if (new RegExp(`\\$${name}\\b`).test(text)) throw new ExpressionError("bad-expression", `$${name} is a word, and cannot be computed with`, text.indexOf(`$${name}`), `when: {${name}: ${known.value}} asks for it`);
      continue;
    }
    numbers.set(name, { operand: constantOperand(Number(known.value)), measure: known.kind === "boolean" ? "number" : known.kind, used: true });
  }
  // A tick of 1 ns: times stay in ns.
  const { operand, measure } = new ExpressionCompiler(new Assembler(), 1).compile(parseExpression(text), numbers);
  if (operand.kind !== "constant") throw new ExpressionError("not-constant", "this is known during the run only", 0);
  return { kind: measure === "any" ? "number" : measure, value: operand.value };
}

/** True where a condition of knobs holds. @throws {ExpressionError} */
export function holds(condition: string | boolean | number, scope: KnobScope): boolean {
  if (typeof condition !== "string") return Boolean(condition);
  const { value } = evaluate(condition, scope);
  return typeof value === "string" ? value !== "" : Boolean(value);
}

/** The value as scenarios write it: a number, a quantity, or a word. */
export function written({ kind, value }: KnobValue): string | number | boolean {
  return kind === "time" ? inUnits(value, timeUnits) : kind === "bytes" ? inUnits(value, byteUnits) : value;
}

const timeUnits = [["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]] as const;
const byteUnits = [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10], ["B", 1]] as const;

/** In the largest unit in which it is a whole number. */
function inUnits(value: number, units: readonly (readonly [string, number])[]): string {
  const [unit, size] = units.find(([, each]) => value !== 0 && value % each === 0) ?? units.at(-1)!;
  return `${value / size}${unit}`;
}

/** The text with the values of all knobs put in; other variables stay. @throws {ExpressionError} for a word amid an expression. */
export function putIn(text: string, scope: KnobScope): string {
  return text.replaceAll(/\$(\w+)/g, (whole, name: string, offset: number) => {
    const known = scope.get(name);
    if (known === undefined) return whole;
    if (known.kind === "word") throw new ExpressionError("bad-expression", `$${name} is a word, and cannot be computed with`, offset);
    const plain = String(written(known));
    return plain.startsWith("-") ? `(${plain})` : plain;
  });
}
