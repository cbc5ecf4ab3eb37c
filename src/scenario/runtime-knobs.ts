import { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { parseQuantity } from "../base/units.ts";
import { ExpressionError } from "../programs/expression.ts";
import { evaluate, holds, type KnobScope, type KnobValue } from "./runtime-values.ts";
import { quote } from "./source-tree.ts";

const plain = z.union([z.string(), z.number(), z.boolean()]);

/** One knob of a runtime, as its file declares it. */
export const knobSchema = z.strictObject({
  type: z.enum(["integer", "number", "boolean", "choice", "time", "bytes"]).describe("What it holds"),
  default: plain.describe("What it is where nobody says; may be an expression of $cores and of knobs that stand before it"),
  choices: z.array(z.string()).min(1).optional().describe("Of a choice"),
  min: plain.optional().describe("Least value that is possible; may be an expression"),
  max: plain.optional().describe("Largest value that is possible; may be an expression"),
  tune: z.union([z.literal("threads"), z.array(plain).min(1)]).optional().describe("What heddle tune tries: these values, or numbers of threads up to the cores"),
  environment: z.string().optional().describe("The environment variable that sets it in the real runtime"),
  setting: z.union([z.string(), z.record(z.string(), z.string())]).optional().describe("How the real runtime is told: a line of Python or of a shell, or one line for each value. {} is the value, {other} that of another knob, and {,other} it with a comma before, or nothing where it is 0"),
  description: z.string().describe("What it does, in a sentence"),
});
export type KnobSpec = z.output<typeof knobSchema>;

/** The knobs of a runtime by name. */
export type Knobs = Readonly<Record<string, KnobSpec>>;

/** Finds where the setting of a knob was written. */
type Where = (knob: string, part: "key" | "value") => Partial<Issue>;

/**
 * Sets all knobs: those that are given, and the others to their defaults.
 * @param known what expressions may name beside knobs: `cores` and the like
 * @throws {InputError} for every setting that is wrong, and for names that are no knobs.
 */
export function setKnobs(runtime: string, knobs: Knobs, given: Readonly<Record<string, unknown>>, known: KnobScope, where: Where = () => ({})): KnobScope {
  const issues: Issue[] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(knobs, name)) issues.push({ code: "unknown-knob", message: `${runtime} has no knob ${quote(name)}`, ...where(name, "key"), hint: suggestion(name, Object.keys(knobs)) });
  }
  const scope: KnobScope = new Map(known);
  for (const [name, knob] of Object.entries(knobs)) {
    const isGiven = Object.hasOwn(given, name) && given[name] !== null;
    const value = attempt(() => knobValue(knob, isGiven ? given[name] : knob.default, scope));
    if (!(value instanceof Error)) {
      scope.set(name, value);
      continue;
    }
    issues.push({ code: "bad-knob", message: `${name} ${value instanceof ExpressionError ? `cannot be computed: ${value.message}` : value.message}`, ...where(name, "value"), ...(value.hint !== undefined && { hint: value.hint }) });
    // What depends on it can be looked at all the same, unless its own file is wrong too.
    const usual = attempt(() => read(knob, knob.default, scope));
    if (usual instanceof Error) break;
    scope.set(name, usual);
  }
  if (issues.length > 0) throw new InputError(issues);
  return scope;
}

/** What is wrong with one setting. */
class KnobError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What is computed, or what is wrong with it. */
function attempt(compute: () => KnobValue): KnobValue | KnobError | ExpressionError {
  try {
    return compute();
  } catch (error) {
    if (error instanceof KnobError || error instanceof ExpressionError) return error;
    throw error;
  }
}

function knobValue(knob: KnobSpec, input: unknown, scope: KnobScope): KnobValue {
  const value = read(knob, input, scope);
  if (value.kind === "boolean" || value.kind === "word") return value;
  for (const [bound, word, isBeyond] of [[knob.min, "at least", (a: number, b: number) => a < b], [knob.max, "at most", (a: number, b: number) => a > b]] as const) {
    if (bound === undefined) continue;
    const limit = read({ ...knob, min: undefined, max: undefined }, bound, scope);
    if (isBeyond(value.value, Number(limit.value))) throw new KnobError(`must be ${word} ${limit.value}, not ${quote(input)}`, typeof bound === "string" ? `the limit is ${bound}` : undefined);
  }
  return value;
}

function read({ type, choices = [] }: KnobSpec, input: unknown, scope: KnobScope): KnobValue {
  if (type === "boolean") {
    if (typeof input === "boolean") return { kind: "boolean", value: input };
    if (typeof input === "string" && input.includes("$")) return { kind: "boolean", value: holds(input, scope) };
    throw new KnobError(`must be true or false, not ${quote(input)}`);
  }
  if (type === "choice") {
    const word = String(input);
    if (choices.includes(word)) return { kind: "word", value: word };
    throw new KnobError(`is not ${quote(input)}`, suggestion(word, choices));
  }
  if (typeof input === "string" && input.includes("$")) {
    const { kind, value } = evaluate(input, scope);
    const wanted = type === "integer" ? "number" : type;
    if (kind !== wanted) throw new KnobError(`must be a ${wanted}, and ${quote(input)} is a ${kind}`);
    if (type === "integer" && !Number.isInteger(value)) throw new KnobError(`must be a whole number, not ${value}`);
    return { kind, value } as KnobValue;
  }
  if (type === "time" || type === "bytes") {
    const parsed = parseQuantity(input as string | number, type);
    if (!parsed.ok) throw new KnobError(`is wrong: ${parsed.message}`, parsed.hint);
    return { kind: type, value: parsed.value };
  }
  if (typeof input !== "number" || !Number.isFinite(input)) throw new KnobError(`must be a ${type === "integer" ? "whole " : ""}number, not ${quote(input)}`);
  if (type === "integer" && !Number.isInteger(input)) throw new KnobError(`must be a whole number, not ${input}`);
  return { kind: "number", value: input };
}
