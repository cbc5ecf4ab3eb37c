import type { Issue } from "../base/errors.ts";
import { ExpressionError } from "../programs/expression.ts";
import { evaluate, holds, putIn, written, type KnobScope } from "./runtime-values.ts";
import { quote, type Path, type SourceEntry, type SourceMap, type SourceNode } from "./source-tree.ts";

/**
 * Puts the values of knobs into the file of a runtime. A text with `$knob` in it is computed; in programs and in what
 * is handed to them, where other variables occur, the value takes the place of the name. `{when: …, then: …, else: …}`
 * stands for one of its branches: the condition is an expression, or a map of knobs and the words that they must be. In a
 * list, a branch that is a list stands for its items, and a missing one for nothing.
 * @param issues where problems go
 */
export function fillIn(root: SourceMap, scope: KnobScope, issues: Issue[]): SourceMap {
  return new Filler(scope, issues).node(root, []) as SourceMap;
}

class Filler {
  readonly #scope: KnobScope;
  readonly #issues: Issue[];

  constructor(scope: KnobScope, issues: Issue[]) {
    this.#scope = scope;
    this.#issues = issues;
  }

  node(node: SourceNode, path: Path): SourceNode | undefined {
    if (node.kind === "scalar") return typeof node.value === "string" && node.value.includes("$") ? this.#text(node, node.value, path) : node;
    if (node.kind === "list") return { ...node, items: node.items.flatMap((item, i) => this.#item(item, [...path, i])) };
    if (node.entries.has("when")) return this.#chosen(node, path);
    const entries = new Map<string, SourceEntry>();
    for (const [key, entry] of node.entries) {
      const filled = this.node(entry.node, [...path, key]);
      if (filled !== undefined) entries.set(key, { ...entry, node: filled });
    }
    return { ...node, entries };
  }

  #item(item: SourceNode, path: Path): readonly SourceNode[] {
    const filled = this.node(item, path);
    if (filled === undefined) return [];
    return item.kind === "map" && item.entries.has("when") && filled.kind === "list" ? filled.items : [filled];
  }

  #chosen(node: SourceMap, path: Path): SourceNode | undefined {
    const stray = [...node.entries.keys()].find((key) => !["when", "then", "else"].includes(key));
    if (stray !== undefined) this.#issues.push({ code: "unknown-key", message: `a choice has when, then and else, and no ${quote(stray)}`, ...node.entries.get(stray)!.keyAt });
    const branch = node.entries.get(this.#holds(node.entries.get("when")!.node) ? "then" : "else");
    return branch && this.node(branch.node, path);
  }

  #holds(condition: SourceNode): boolean {
    if (condition.kind === "scalar") return this.#try(condition, () => holds(condition.value ?? false, this.#scope)) ?? false;
    if (condition.kind === "list") {
      this.#issues.push({ code: "wrong-type", message: "a condition is an expression, or a map of knobs and words", ...condition.at });
      return false;
    }
    return [...condition.entries].every(([name, { keyAt, node }]) => {
      const known = this.#scope.get(name);
      if (known === undefined) this.#issues.push({ code: "unknown-knob", message: `there is no knob ${quote(name)}`, ...keyAt });
      return node.kind === "scalar" && known?.value === node.value;
    });
  }

  #text(node: Extract<SourceNode, { kind: "scalar" }>, text: string, path: Path): SourceNode {
    return this.#try(node, () => {
      const only = this.#scope.get(/^\$(\w+)$/.exec(text)?.[1] ?? "");
      const value = only === undefined && isProgram(path) ? putIn(text, this.#scope) : written(only ?? evaluate(text, this.#scope));
      return { kind: "scalar" as const, value, at: node.at, written: "otherwise" as const };
    }) ?? node;
  }

  #try<T>(node: SourceNode, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#issues.push({ code: error.code, message: error.message, ...node.at, ...(error.hint !== undefined && { hint: error.hint }) });
      return undefined;
    }
  }
}

/** Where variables of a run may stand. */
function isProgram(path: Path): boolean {
  return path[0] === "programs" || (path[0] === "threads" && (path[2] === "with" || path[2] === "program"));
}
