import { nearest, suggestion } from "../base/registry.ts";
import { ExpressionError, parseExpression, parseReference, type Expression, type Reference } from "./expression.ts";
import { distributionKinds, readDistribution } from "./read-distribution.ts";
import { formNames, formOf, type Field, type Form, type FormName, type ReadValue, type Statement } from "./forms.ts";
import type { Issues, Path } from "./place.ts";

/** Deepest nesting of blocks. */
const depthLimit = 64;

/** Reads a list of instructions; what is wrong goes to `issues`, and is left out. */
export function readBlock(plain: unknown, path: Path, issues: Issues, depth = 0): Statement[] {
  if (!Array.isArray(plain)) {
    issues.add("wrong-type", `${where(path)} must be a list of instructions, not ${shown(plain)}`, { path }, "each on a line of its own, after a dash");
    return [];
  }
  if (depth > depthLimit) {
    issues.add("too-deep", `blocks are nested deeper than ${depthLimit} levels`, { path });
    return [];
  }
  return plain.flatMap((item: unknown, i) => readStatement(item, [...path, i], issues, depth) ?? []);
}

function readStatement(plain: unknown, path: Path, issues: Issues, depth: number): Statement | undefined {
  if (typeof plain === "string") return isForm(plain) ? finishStatement(plain, new Map(), path, issues, depth) : unknownForm(plain, path, path, issues);
  if (!isMap(plain)) {
    issues.add("wrong-type", `an instruction must be a map or a name, not ${shown(plain)}`, { path }, "for example compute: 10us");
    return undefined;
  }
  const keys = Object.keys(plain);
  const heads = keys.filter(isForm);
  if (heads.length === 0) return unknownForm(keys[0] ?? "", path, keys.length > 0 ? [...path, keys[0]!] : path, issues);
  const form = heads[0]!;
  if (heads.length > 1) issues.add("two-instructions", `${form} and ${heads[1]} are two instructions`, { path: [...path, heads[1]!] }, "put a dash before each", "key");
  return finishStatement(form, fieldsOf(form, plain, path, issues), path, issues, depth);
}

function unknownForm(name: string, path: Path, at: Path, issues: Issues): undefined {
  issues.add("unknown-instruction", name === "" ? "there is no instruction here" : `there is no instruction ${JSON.stringify(name.slice(0, 60))}`, { path: at }, suggestion(name, formNames), at === path ? "value" : "key");
}

/** What was written for each field, and where: in a map after the instruction's name, alone after it, or beside it. */
function fieldsOf(form: FormName, plain: Readonly<Record<string, unknown>>, path: Path, issues: Issues): Map<string, { readonly plain: unknown; readonly path: Path }> {
  const { main, fields }: Form = formOf(form);
  const given = new Map<string, { readonly plain: unknown; readonly path: Path }>();
  const add = (key: string, value: unknown, at: Path): void => {
    if (!Object.hasOwn(fields, key)) issues.add("unknown-key", `${form} has no ${JSON.stringify(key.slice(0, 60))}`, { path: at }, Object.keys(fields).length > 0 ? suggestion(key, Object.keys(fields)) : "it takes nothing", "key");
    else if (given.has(key)) issues.add("duplicate-key", `${form} has its ${key} twice`, { path: at }, undefined, "key");
    else given.set(key, { plain: value, path: at });
  };
  const value = plain[form];
  const below = [...path, form];
  if (isMap(value) && !(main !== undefined && isMainMap(fields[main]!, value, fields))) for (const [key, inner] of Object.entries(value)) add(key, inner, [...below, key]);
  else if (value !== null && value !== undefined) {
    if (main === undefined) issues.add("wrong-type", `${form} takes nothing, not ${shown(value)}`, { path: below });
    else given.set(main, { plain: value, path: below });
  }
  for (const [key, inner] of Object.entries(plain)) if (!isForm(key)) add(key, inner, [...path, key]);
  return given;
}

/** The map is the main field itself, not the fields. */
function isMainMap(main: Field, value: Readonly<Record<string, unknown>>, fields: Form["fields"]): boolean {
  if (main.kind.type === "values") return true;
  if (main.kind.type !== "value" && main.kind.type !== "times") return false;
  const keys = Object.keys(value);
  // Where no key fits, a distribution may have been misspelt.
  return keys.some((key) => (distributionKinds as readonly string[]).includes(key)) || (!keys.some((key) => Object.hasOwn(fields, key)) && keys.some((key) => nearest(key, distributionKinds).length > 0));
}

function finishStatement(form: FormName, given: ReadonlyMap<string, { readonly plain: unknown; readonly path: Path }>, path: Path, issues: Issues, depth: number): Statement | undefined {
  const { fields, main }: Form = formOf(form);
  const read: Record<string, unknown> = {};
  let sound = true;
  for (const [key, { kind, optional, summary }] of Object.entries(fields)) {
    const found = given.get(key);
    if (found === undefined) {
      if (optional) continue;
      sound = false;
      issues.add("missing-key", key === main ? `${form} needs a value: ${lowerFirst(summary)}` : `${form} needs ${JSON.stringify(key)}: ${lowerFirst(summary)}`, { path });
      continue;
    }
    const value = readField({ kind, optional, summary }, found.plain, found.path, issues, depth);
    if (value === undefined) sound = false;
    else read[key] = value;
  }
  return sound ? ({ form, path, fields: read } as unknown as Statement) : undefined;
}

function readField({ kind }: Field, plain: unknown, path: Path, issues: Issues, depth: number): unknown {
  switch (kind.type) {
    case "object": return readReference(plain, path, issues);
    case "value": case "constant": return readValue(plain, path, issues);
    case "times": return plain === "forever" ? plain : readValue(plain, path, issues);
    case "variable": return readVariable(plain, path, issues);
    case "values": return readValues(plain, path, issues);
    case "block": return readBlock(plain, path, issues, depth + 1);
    case "choice":
      if (typeof plain === "string" && kind.choices.includes(plain)) return plain;
      issues.add("bad-value", `${where(path)} must be ${kind.choices.join(" or ")}, not ${shown(plain)}`, { path }, typeof plain === "string" ? suggestion(plain, kind.choices) : undefined);
      return undefined;
    case "switch":
      if (typeof plain === "boolean") return plain;
      issues.add("wrong-type", `${where(path)} must be true or false, not ${shown(plain)}`, { path });
      return undefined;
    case "name":
      if ((typeof plain === "string" && plain !== "") || (typeof plain === "number" && Number.isFinite(plain))) return { name: String(plain), at: { path } };
      issues.add("wrong-type", `${where(path)} must be a name, not ${shown(plain)}`, { path });
      return undefined;
  }
}

/** A number, an expression, or a distribution. */
export function readValue(plain: unknown, path: Path, issues: Issues): ReadValue | undefined {
  const at = { path };
  if (typeof plain === "number" && Number.isFinite(plain)) return { at, expression: { kind: "literal", value: plain, measure: plain === 0 ? "any" : "number", offset: 0 } };
  if (typeof plain === "boolean") return { at, expression: { kind: "literal", value: plain ? 1 : 0, measure: "number", offset: 0 } };
  if (typeof plain === "string") {
    const expression = parsed(() => parseExpression(plain), path, issues);
    return expression && { at, expression };
  }
  if (isMap(plain)) {
    const distribution = readDistribution(plain, path, issues, readValue);
    return distribution && { at, distribution };
  }
  issues.add("wrong-type", `${where(path)} must be a value, not ${shown(plain)}`, { path }, "a number, a quantity (10us), an expression ($i + 1), or a distribution ({exponential: 10us})");
  return undefined;
}

function readReference(plain: unknown, path: Path, issues: Issues): (Reference & { at: { path: Path } }) | undefined {
  if (typeof plain === "string") {
    const reference = parsed(() => parseReference(plain), path, issues);
    return reference && { ...reference, at: { path } };
  }
  issues.add("wrong-type", `${where(path)} must be a name, not ${shown(plain)}`, { path });
  return undefined;
}

const variablePattern = /^\$?([A-Za-z_]\w*)$/;
/** Variables that the engine sets. */
const fixedVariables = ["i", "thread", "count", "argument"];

function readVariable(plain: unknown, path: Path, issues: Issues): { readonly variable: string; readonly at: { readonly path: Path } } | undefined {
  const variable = typeof plain === "string" ? variablePattern.exec(plain)?.[1] : undefined;
  if (variable === undefined) issues.add("bad-name", `${shown(plain)} is no name of a variable`, { path }, "letters, digits and _: x, next_item");
  else if (fixedVariables.includes(variable)) issues.add("bad-name", `$${variable} cannot be set`, { path }, "choose another name");
  else return { variable, at: { path } };
  return undefined;
}

function readValues(plain: unknown, path: Path, issues: Issues): readonly { readonly variable: string; readonly value: ReadValue }[] | undefined {
  if (!isMap(plain)) {
    issues.add("wrong-type", `${where(path)} must be a map of values by variable, not ${shown(plain)}`, { path }, "for example let: {x: $i + 1}");
    return undefined;
  }
  const read = Object.entries(plain).map(([key, inner]) => {
    const variable = readVariable(key, [...path, key], issues);
    const value = readValue(inner, [...path, key], issues);
    return variable && value && { variable: variable.variable, value };
  });
  return read.every((entry) => entry !== undefined) ? read : undefined;
}

function parsed<T extends Expression | Reference>(parse: () => T, path: Path, issues: Issues): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    issues.add(error.code, error.message, { path, offset: error.offset }, error.hint);
    return undefined;
  }
}

function isForm(name: string): name is FormName {
  return (formNames as readonly string[]).includes(name);
}

export function isMap(plain: unknown): plain is Readonly<Record<string, unknown>> {
  return typeof plain === "object" && plain !== null && !Array.isArray(plain);
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : String(value);
}

/** The key that a message speaks of. */
export function where(path: Path): string {
  const named = path.findLast((step) => typeof step === "string");
  return named === undefined ? "the program" : String(named);
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
