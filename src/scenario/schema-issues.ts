import type { z } from "zod";
import type { Issue } from "../base/errors.ts";
import { mostInMessage, nearest, suggestion } from "../base/registry.ts";
import { pipelineSchema } from "./pipeline-schema.ts";
import { formatPath, nodeAt, positionOf, quote, toPlain, type Path, type SourceNode } from "./source-tree.ts";

/**
 * Turns what zod found wrong into issues with positions. Zod tells a union's user only that no branch fitted; here the
 * branch that the user most likely meant is chosen, and its problems are told.
 */

type SchemaIssue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** Set off a message of {@link describeIssue} (`must be …`, a phrase about the path) from one that a schema wrote itself. */
const mark = "\n";

/**
 * An error map for `parse`: what is wrong, as a phrase after the path, then a line for the hint. For unknown keys: the
 * known ones, one a line.
 */
export function describeIssue(raw: RawIssue): string {
  const input: unknown = raw.input;
  switch (raw.code) {
    case "invalid_type": {
      if (input === undefined) return `is missing${mark}`;
      const hint = typeof input === "string" && raw.expected === "boolean" ? "write true or false" : typeof input === "string" && (raw.expected === "number" || raw.expected === "int") && input.trim() !== "" && Number.isFinite(Number(input)) ? `write ${Number(input)} without quotes` : "";
      return `must be ${typeName(raw.expected)}, not ${quote(input)}${mark}${hint}`;
    }
    case "invalid_value": {
      if (input === undefined) return `is missing${mark}`;
      const values = raw.values.map(String);
      if (typeof input === "string" && values.length > mostInMessage) return `${quote(input)} is not known${mark}${suggestion(input, values)}`;
      return `must be ${listed(values)}, not ${quote(input)}${mark}${typeof input === "string" && values.length > 1 ? nearHint(input, values) : ""}`;
    }
    case "unrecognized_keys":
      return `${mark}${knownKeys(raw).join(mark)}`;
    case "invalid_union": {
      if (raw.discriminator === undefined) return `${input === undefined ? "is missing" : "does not fit"}${mark}`;
      const value = (input as Record<string, unknown>)[raw.discriminator];
      if (value === undefined) return `is missing${mark}`;
      const names = ((raw as { options?: unknown[] }).options ?? []).map(String);
      return typeof value === "string" ? `${quote(value)} is not known${mark}${suggestion(value, names)}` : `must be a name, not ${quote(value)}${mark}one of: ${names.join(", ")}`;
    }
    case "too_small":
      return `must ${raw.origin === "string" || raw.origin === "array" ? "have" : "be"} ${raw.inclusive === false ? "more than" : "at least"} ${raw.minimum}${unitOf(raw.origin, raw.minimum)}${sizeGiven(input)}${mark}`;
    case "too_big":
      return `must ${raw.origin === "string" || raw.origin === "array" ? "have" : "be"} ${raw.inclusive === false ? "less than" : "at most"} ${raw.maximum}${unitOf(raw.origin, raw.maximum)}${sizeGiven(input)}${mark}`;
    case "invalid_format":
      return `${quote(input)} is not allowed${mark}`;
    case "invalid_key":
      return `is not a name that can be used here${mark}`;
    default:
      return `is not valid${mark}`;
  }
}

/** Of an object its keys, of a record the names that its keys may have. */
function knownKeys(raw: RawIssue): string[] {
  const def = (raw.inst as { _zod?: { def?: { shape?: object; keyType?: { _zod?: { def?: { entries?: object } } } } } } | undefined)?._zod?.def;
  return Object.keys(def?.shape ?? def?.keyType?._zod?.def?.entries ?? {});
}

/** All issues of a failed parse of the section at `above`, with their positions in the scenario. */
export function schemaIssues(issues: readonly SchemaIssue[], root: SourceNode, above: Path = []): Issue[] {
  const told = issues.flatMap((issue) => new Translator(root).translate(issue, above));
  // A number may pass several limits: the last one is the narrowest.
  const last = new Map(told.flatMap(({ code, path }, i) => (code === "bad-value" ? [[formatPath(path ?? []), i] as const] : [])));
  return told.filter(({ code, path }, i) => code !== "bad-value" || last.get(formatPath(path ?? [])) === i);
}

/** Files by their ending, and the source of a workload that reads them. */
const sources: readonly (readonly [RegExp, string])[] = [[/\.onnx(\.gz)?$/i, "onnx"], [/\.tasks\.json(\.gz)?$/i, "tasks"], [/\.stg(\.gz)?$/i, "stg"], [/\.(dot|gv)(\.gz)?$/i, "dot"]];

class Translator {
  readonly #root: SourceNode;

  constructor(root: SourceNode) {
    this.#root = root;
  }

  translate(issue: SchemaIssue, above: Path): Issue[] {
    const path = [...above, ...(issue.path as (string | number)[])];
    if (issue.code === "unrecognized_keys") {
      const known = knownIn(issue);
      return issue.keys.map((key) => this.#unknownKey(path, key, known));
    }
    if (isMissing(issue)) return [this.#issue("missing-key", `${owner(path.slice(0, -1))} needs ${quote(path.at(-1))}`, path)];
    if (issue.code === "invalid_union" && issue.discriminator === undefined) return this.#union(branchesOf(issue), path);
    if (issue.code === "invalid_key") {
      const inner = issue.issues[0];
      return [this.#issue("bad-key", `${formatPath(path)}: ${inner ? inner.message.split(mark)[0] : "this name cannot be used"}`, path, undefined, "key")];
    }
    const given = (issue as { params?: { code?: string; hint?: string } }).params;
    const [message, hint] = issue.message.split(mark, 2) as [string, string | undefined];
    const text = hint === undefined ? `${formatPath(path)}: ${message}` : `${formatPath(path)} ${message}`;
    return [this.#issue(given?.code ?? codeOf(issue), text, path, given?.hint ?? this.#sourceHint(path) ?? (hint || undefined))];
  }

  /** Where a workload is a name or file alone, or a file is taken for a model: how it is written. */
  #sourceHint(path: Path): string | undefined {
    const node = nodeAt(this.#root, path);
    if (node?.kind !== "scalar" || typeof node.value !== "string" || (formatPath(path) !== "workload" && formatPath(path) !== "workload.model")) return undefined;
    const source = sources.find(([pattern]) => pattern.test(node.value as string))?.[1] ?? (path.length === 1 ? "model" : undefined);
    return source && `write workload: {${source}: ${node.value}}`;
  }

  /** Tells what is wrong with the branch that was most likely meant. */
  #union(branches: readonly (readonly SchemaIssue[])[], path: Path): Issue[] {
    const fitting = branches.filter((branch) => !branch.some((issue) => isWrongRoot(issue)));
    if (fitting.length === 0) return [this.#noBranch(branches.map((branch) => branch.find((issue) => isWrongRoot(issue))!), path)];
    if (fitting.length > 1 && fitting.every((branch) => branch.some(lacksKey))) return this.#noChoice(fitting, path);
    const best = fitting.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    return best.flatMap((issue) => unknownOf(issue).length === 0 ? this.translate(issue, path) : unknownOf(issue).map((key) => this.#conflict(path, key, best, fitting) ?? this.#unknownKey(path, key, knownIn(issue))));
  }

  /** A key that the chosen branch does not know, but with which another would have been complete. */
  #conflict(path: Path, key: string, best: readonly SchemaIssue[], branches: readonly (readonly SchemaIssue[])[]): Issue | undefined {
    const known = best.flatMap(unknownOf);
    for (const branch of branches) {
      const unknown = branch.flatMap(unknownOf);
      const other = unknown.find((candidate) => !known.includes(candidate));
      if (other !== undefined && !unknown.includes(key) && !branch.some(lacksKey)) return this.#issue("conflicting-keys", `${owner(path)} has both "${other}" and "${key}"`, [...path, key], "keep one of them", "key");
    }
    return undefined;
  }

  /** The value is of no type that any branch takes. */
  #noBranch(issues: readonly SchemaIssue[], path: Path): Issue {
    const node = nodeAt(this.#root, path);
    const value = node && toShallow(node);
    const words = issues.flatMap((issue) => (issue.code === "invalid_value" ? issue.values.map(String) : issue.code === "invalid_type" ? [typeName(issue.expected)] : []));
    const literals = issues.flatMap((issue) => (issue.code === "invalid_value" ? issue.values.map(String) : []));
    return this.#issue("wrong-type", `${formatPath(path)} must be ${listed([...new Set(words)])}, not ${quote(value)}`, path, (typeof value === "string" && nearHint(value, literals)) || this.#sourceHint(path));
  }

  /** Every branch misses the key that would choose it: perhaps one was misspelt. */
  #noChoice(branches: readonly (readonly SchemaIssue[])[], path: Path): Issue[] {
    const needed = [...new Set(branches.flatMap((branch) => branch.filter(lacksKey).map((issue) => String(issue.path.at(-1)))))];
    const listing = branches.filter((branch) => branch.some((issue) => unknownOf(issue).length > 0));
    const unknown = listing.length === 0 ? [] : listing.map((branch) => branch.flatMap(unknownOf)).reduce((a, b) => a.filter((key) => b.includes(key)));
    const misspelt = unknown.filter((key) => nearest(key, needed).length > 0);
    if (misspelt.length > 0) return misspelt.map((key) => this.#unknownKey(path, key, needed));
    return [this.#issue("missing-key", `${owner(path)} needs exactly one of: ${needed.join(", ")}`, path, undefined, "key")];
  }

  #unknownKey(path: Path, key: string, known: readonly string[]): Issue {
    return this.#issue("unknown-key", `unknown key ${quote(key)} in ${owner(path)}`, [...path, key], this.#deeper(path, key) ?? (known.length > 0 ? suggestion(key, known) : "it takes no keys"), "key");
  }

  /** Where a key of a pipeline stands beside it. */
  #deeper(path: Path, key: string): string | undefined {
    return formatPath(path) === "workload" && nodeAt(this.#root, [...path, "pipeline"]) !== undefined && Object.hasOwn(pipelineSchema.shape, key) ? `did you mean workload.pipeline.${key}?` : undefined;
  }

  #issue(code: string, message: string, path: Path, hint?: string, part: "key" | "value" = "value"): Issue {
    return { code, message, ...positionOf(this.#root, path, part), path, ...(hint !== undefined && { hint }) };
  }
}

/** The branches of a union, and of unions directly inside it. */
function branchesOf(issue: Extract<SchemaIssue, { code: "invalid_union" }>): SchemaIssue[][] {
  return issue.errors.flatMap((branch) => {
    const only = branch.length === 1 ? branch[0]! : undefined;
    return only?.code === "invalid_union" && only.discriminator === undefined && only.path.length === 0 ? branchesOf(only) : [branch as SchemaIssue[]];
  });
}

function isMissing(issue: SchemaIssue): boolean {
  return issue.path.length > 0 && issue.message === `is missing${mark}`;
}

/** A key of the value itself is missing, not one further inside. */
function lacksKey(issue: SchemaIssue): boolean {
  return issue.path.length === 1 && isMissing(issue);
}

/** The value itself is of another type than the branch takes. */
function isWrongRoot(issue: SchemaIssue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

function unknownOf(issue: SchemaIssue): readonly string[] {
  return issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : [];
}

function knownIn(issue: SchemaIssue): string[] {
  return issue.code === "unrecognized_keys" ? issue.message.split(mark).slice(1).filter((key) => key !== "") : [];
}

/** How far a branch is from what was written. Its keys tell most; of what is wrong inside them, much is little worse than something. */
function cost(branch: readonly SchemaIssue[]): number {
  const keys = branch.reduce((sum, issue) => sum + 10 * unknownOf(issue).length + (lacksKey(issue) ? 15 : 0), 0);
  return keys + Math.min(9, branch.filter((issue) => unknownOf(issue).length === 0 && !lacksKey(issue)).length);
}

function codeOf(issue: SchemaIssue): string {
  return issue.code === "invalid_type" ? "wrong-type" : "bad-value";
}

function owner(path: Path): string {
  return path.length === 0 ? "the scenario" : formatPath(path);
}

function toShallow(node: SourceNode): unknown {
  return node.kind === "scalar" ? node.value : node.kind === "list" ? [] : node.entries.size > 0 ? {} : toPlain(node);
}

function listed(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : (words[0] ?? "something else");
}

function nearHint(input: string, values: readonly string[]): string {
  const hint = suggestion(input, values);
  return hint.startsWith("did") ? hint : "";
}

const typeNames: Readonly<Record<string, string>> = { string: "text", number: "a number", int: "a whole number", boolean: "true or false", null: "nothing", object: "a map", record: "a map", array: "a list", tuple: "a list" };
function typeName(expected: string): string {
  return typeNames[expected] ?? `of type ${expected}`;
}

function unitOf(origin: string, count: number | bigint): string {
  const one = Number(count) === 1;
  return origin === "array" ? (one ? " item" : " items") : origin === "string" ? (one ? " character" : " characters") : "";
}

function sizeGiven(input: unknown): string {
  return typeof input === "number" ? `, not ${input}` : Array.isArray(input) ? `, not ${input.length}` : typeof input === "string" ? `, not ${input.length}` : "";
}
