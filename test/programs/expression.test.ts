import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Assembler } from "../../src/programs/assembler.ts";
import { ExpressionCompiler } from "../../src/programs/compile-expression.ts";
import { ExpressionError, parseExpression, parseReference, type Expression } from "../../src/programs/expression.ts";
import { constantOperand } from "../../src/programs/scope.ts";

const valueOf = (text: string, variables: Readonly<Record<string, number>> = {}): number => {
  const scope = new Map(Object.entries(variables).map(([name, value]) => [name, { operand: constantOperand(value), measure: "number" as const, used: true }]));
  const { operand } = new ExpressionCompiler(new Assembler(), 1).compile(parseExpression(text), scope);
  return operand.kind === "constant" ? operand.value : NaN;
};
const errorOf = (text: string): ExpressionError => {
  try {
    new ExpressionCompiler(new Assembler(), 1).compile(parseExpression(text), new Map());
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${text} is fine`);
};

describe("expressions", () => {
  it.each([
    ["1 + 2 * 3", 7], ["(1 + 2) * 3", 9], ["7 // 2", 3], ["-7 // 2", -4], ["-7 % 5", 3], ["7 / 2", 3.5], ["2 - 3 - 4", -5], ["-$x * 2", -6], ["10us", 10_000], ["10us / 2us", 5], ["3 * 4KiB", 12_288],
    ["10us - 1us", 9000], ["min(3, 2) + max(1, 5)", 7], ["1 < 2 and 2 < 1 or 1 == 1", 1], ["not 1 == 2", 1], ["not $x", 0], ["$x and 2", 1], ["$x != 3", 0], ["3 >= $x", 1], ["true", 1], ["1_000", 1000], ["1e3", 1000], ["2ms", 2e6], ["$x%2", 1], ["1.5e2us", 150_000],
  ])("%s is %d", (text, value) => expect(valueOf(text, { x: 3 })).toBe(value));

  it.each([
    ["1 +", "bad-expression", 3], ["1 + * 2", "bad-expression", 4], ["(1", "bad-expression", 2], ["$y + 1", "unknown-variable", 0], ["2 + foo", "unknown-name", 4], ["10us + 1", "bad-measure", 5], ["10us * 10us", "bad-measure", 5],
    ["1 < 2 < 3", "bad-expression", 6], ["10parsecs", "bad-unit", 0], ["min(1)", "bad-expression", 0], ["1 / 0", "bad-value", 2], ["2 ? 3", "bad-expression", 2], ["1 2", "bad-expression", 2], ["", "bad-expression", 0], ["4KIB", "bad-unit", 0], ["  $nothing", "unknown-variable", 2],
  ])("%s: %s at %d", (text, code, offset) => {
    const error = errorOf(text);
    expect([error.code, error.offset]).toEqual([code, offset]);
  });

  it("means the same as the same arithmetic elsewhere", () => {
    const leaf = fc.integer({ min: -20, max: 20 });
    const tree: fc.Arbitrary<{ text: string; value: number }> = fc.letrec<{ node: { text: string; value: number } }>((tie) => ({
      node: fc.oneof({ depthSize: "small" }, leaf.map((value) => ({ text: value < 0 ? `(${value})` : String(value), value })),
        fc.tuple(tie("node"), fc.constantFrom("+", "-", "*"), tie("node")).map(([a, operator, b]) => ({ text: `(${a.text}${operator}${b.text})`, value: operator === "+" ? a.value + b.value : operator === "-" ? a.value - b.value : a.value * b.value }))),
    })).node;
    fc.assert(fc.property(tree, ({ text, value }) => valueOf(text) === value || value === 0), { seed: 1, numRuns: 300 });
  });

  it("reads references", () => {
    expect(parseReference("forks").index).toBeUndefined();
    expect(parseReference("forks[($i + 1) % 5]")).toMatchObject({ name: "forks", index: { kind: "binary", operator: "%" } });
    expect(() => parseReference("forks[1")).toThrow(ExpressionError);
    expect(() => parseReference("3")).toThrow(ExpressionError);
  });

  it("refuses what is nested too deeply or too long, in no time", () => {
    for (const text of ["(".repeat(1500), "-".repeat(1500), `1${"+1".repeat(900)}`, "x".repeat(3000), `${"not ".repeat(400)}1`]) expect(() => parseExpression(text)).toThrow(ExpressionError);
  });

  it("never fails otherwise, whatever is written", () => {
    const words = fc.constantFrom("1", "$i", "10us", "+", "-", "*", "//", "%", "(", ")", "<", "==", "and", "or", "not", "min(", ",", "now()", " ", "[", "]", "é", "\\", "4KiB", "..", "1e999");
    fc.assert(fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      try {
        const expression: Expression = parseExpression(parts.join(""));
        return typeof expression.kind === "string";
      } catch (error) {
        return error instanceof ExpressionError && error.offset >= 0 && error.offset <= parts.join("").length;
      }
    }), { seed: 2, numRuns: 5000 });
  });
});
