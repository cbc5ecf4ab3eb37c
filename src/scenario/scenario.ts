import { basename } from "node:path";
import type { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { namesOperators } from "./names-operators.ts";
import { resolvePath } from "./read-sources.ts";
import { scenarioSchema, type ScenarioSpec } from "./schema.ts";
import { describeIssue, schemaIssues } from "./schema-issues.ts";
import { nodeAt, positionOf, toPlain, type Path, type Position, type SourceMap } from "./source-tree.ts";
import { unnamedPolicyHint } from "./unnamed-policy.ts";

/** Most problems that one scenario is reported with. */
const issueLimit = 100;

/** A scenario whose form has been checked; what it names has not been looked at yet. */
export class Scenario {
  /** Title: the `name` key, or the file's name without its ending. */
  readonly name: string;
  /** As the user named it, or the flags it was made from. */
  readonly file: string;
  readonly spec: ScenarioSpec;
  readonly #source: SourceMap;

  /** @throws {InputError} with everything that does not fit the schema, sorted by position. */
  constructor(source: SourceMap, file: string) {
    const key = ["knobs", "settings", "derived"].map((own) => source.entries.get(own)).find((entry) => entry !== undefined);
    if (key !== undefined) throw new InputError({ code: "runtime-file", message: "this is the file of a runtime, and no scenario", ...key.keyAt, hint: runtimeHint(source, file) });
    const plain = toPlain(source);
    const parsed = scenarioSchema.safeParse(plain, { error: describeIssue });
    const issues: Issue[] = parsed.success ? [] : schemaIssues(parsed.error.issues, source).map((issue) => withPolicyHint(issue, source));
    if (!source.entries.has("workload") && !source.entries.has("threads") && !source.entries.has("runtime")) issues.push({ code: "missing-key", message: source.entries.has("programs") ? 'the programs need "threads" that run them' : 'the scenario needs "workload"', ...source.at, path: ["workload"], hint: source.entries.has("programs") ? "for example threads: {worker: 4}" : `for example workload: {model: resnet50}${source.entries.has("machine") ? `; or, on this machine, heddle run resnet50 --machine ${file}` : ""}` });
    if (!parsed.success || issues.length > 0) throw new InputError(firstOf(issues));
    this.#source = source;
    this.file = file;
    this.spec = { ...parsed.data, workload: parsed.data.workload ?? {} } as ScenarioSpec;
    this.name = parsed.data.name ?? basename(file).replace(/\.ya?ml$/i, "");
  }

  /** All of it as it was written, with positions: plain data, so that another thread can make the scenario again. */
  get source(): SourceMap {
    return this.#source;
  }

  /** The same scenario with something else under it, over it or in its place. @throws {InputError} where that does not fit the schema. */
  under(change: (source: SourceMap) => SourceMap): Scenario {
    return new Scenario(change(this.#source), this.file);
  }

  /** True where a value was written, and is not one by default. */
  has(path: Path): boolean {
    return nodeAt(this.#source, path) !== undefined;
  }

  /** Keys of the mapping at `path` as they were written; of a plain object, whole numbers come first. */
  keys(path: Path): readonly string[] {
    const node = nodeAt(this.#source, path);
    return node?.kind === "map" ? [...node.entries.keys()] : [];
  }

  /** Where a value was written, for messages; the nearest key above it where it was not. */
  position(path: Path, part: "key" | "value" = "value"): Position {
    return positionOf(this.#source, path, part);
  }

  /** Where a character of the text at `path` was written; the text's beginning where it was written otherwise than it reads. */
  positionIn(path: Path, offset: number): Position {
    const at = this.position(path);
    const node = nodeAt(this.#source, path);
    if (node?.kind !== "scalar" || typeof node.value !== "string" || at.column === undefined || node.written === "otherwise") return at;
    return { ...at, column: at.column + offset + (node.written === "quoted" ? 1 : 0) };
  }

  /** The file that the value at `path` names, relative to the file that names it. */
  path(named: string, path: Path): string {
    return resolvePath(named, this.position(path));
  }

  /** What a schema found wrong with the section at `path`. */
  schemaIssues(issues: readonly z.core.$ZodIssue[], path: Path): Issue[] {
    return schemaIssues(issues, this.#source, path);
  }

  /** The same error, with the position of `path` for the issues that have none. */
  blame(error: unknown, path: Path): unknown {
    if (!(error instanceof InputError)) return error;
    return new InputError(error.issues.map((issue) => (issue.file === undefined ? { ...issue, ...this.position([...path, ...(issue.path ?? [])]), path: [...path, ...(issue.path ?? [])] } : issue)));
  }
}

/** How a runtime is run: under a model, or on its own where it brings its work. */
function runtimeHint(source: SourceMap, file: string): string {
  return namesOperators(source) ? `run a model under it: heddle run MODEL --set runtime=${file}` : `it brings its own work: name it in a scenario beside it, runtime: ./${basename(file)}`;
}

/** Of a section with options of a policy that is not named: how it is. */
function withPolicyHint(issue: Issue, source: SourceMap): Issue {
  const section = issue.code === "missing-key" && issue.path?.at(-1) === "use" ? issue.path.slice(0, -1) : undefined;
  const node = section && nodeAt(source, section);
  if (section === undefined || node?.kind !== "map") return issue;
  const hint = unnamedPolicyHint(node, section, [...node.entries.values()].some(({ keyAt }) => keyAt.line === undefined));
  return hint === undefined ? issue : { ...issue, hint };
}

/** The first problems by position; a thousand operators that make the same mistake need not be told a thousand times. */
function firstOf(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length <= issueLimit) return issues;
  const shown = new InputError(issues).issues.slice(0, issueLimit);
  const { file, line, column } = shown.at(-1)!;
  return [...shown, { code: "more-problems", message: `there are ${issues.length - issueLimit} more problems`, ...(file !== undefined && { file }), ...(line !== undefined && { line }), ...(column !== undefined && { column }) }];
}
