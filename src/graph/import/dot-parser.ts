import type { DotToken } from "./dot-lexer.ts";
import type { IssueList } from "./issue-list.ts";

export type DotAttributes = ReadonlyMap<string, { readonly text: string; readonly at: number }>;
export interface DotNode {
  readonly name: string;
  attributes: DotAttributes;
  readonly at: number;
}
export interface DotEdge {
  readonly from: DotNode;
  readonly to: DotNode;
  attributes: DotAttributes;
  readonly at: number;
}
/** Defaults that `node […]` and `edge […]` statements set for what follows in the same braces. */
interface Scope {
  node: DotAttributes;
  edge: DotAttributes;
  /** Nodes mentioned inside, for edges that start or end at a subgraph. */
  readonly nodes: Set<DotNode>;
}

const none: DotAttributes = new Map();
/** Deepest nesting of subgraphs; hand-written and generated graphs stay far below. */
const deepest = 200;

/** `{a b …} -> {c d …}` is short to write and long to read. */
const mostEdges = 10_000_000;

/** Recursive descent over the tokens; nodes and edges in the order they first appear. */
export class DotParser {
  readonly nodes = new Map<string, DotNode>();
  readonly edges: DotEdge[] = [];
  /** Edges that were merged into an earlier one. */
  merged = 0;
  readonly #edgeIndex = new Map<DotNode, Map<DotNode, DotEdge>>();
  readonly #tokens: readonly DotToken[];
  readonly #issues: IssueList;
  readonly #offsetOf: (index: number) => number;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly DotToken[], issues: IssueList, offsetOf: (index: number) => number) {
    this.#tokens = tokens;
    this.#issues = issues;
    this.#offsetOf = offsetOf;
  }

  /** The name of the graph, if it has one. */
  parse(): string | undefined {
    if (this.#atEnd) this.#issues.fail("empty-file", "the file holds no graph", undefined, "a task graph starts with digraph {");
    this.#keyword("strict");
    if (this.#isKeyword("graph")) this.#fail("the graph is undirected, so it orders no tasks", "write digraph and ->");
    if (!this.#keyword("digraph")) this.#fail(`"digraph" is expected${this.#found()}`);
    const name = this.#token.kind === "id" ? this.#take().text : undefined;
    this.#expect("{");
    this.#statements({ node: none, edge: none, nodes: new Set() });
    if (!this.#atEnd) this.#fail(`the end of the file is expected${this.#found()}`, "one graph a file");
    return name;
  }

  get #token(): DotToken {
    return this.#tokens[this.#next]!;
  }

  get #atEnd(): boolean {
    return this.#token.kind === "end";
  }

  /** Up to and with the closing brace. */
  #statements(scope: Scope): void {
    if (++this.#depth > deepest) this.#fail(`subgraphs are nested more than ${deepest} deep`);
    while (!this.#mark("}")) {
      if (this.#atEnd) this.#fail('"}" is missing at the end', "is the file truncated?");
      if (!this.#mark(";")) this.#statement(scope);
    }
    this.#depth--;
  }

  #statement(scope: Scope): void {
    if (this.#keyword("node")) scope.node = this.#attributes(scope.node);
    else if (this.#keyword("edge")) scope.edge = this.#attributes(scope.edge);
    else if (this.#keyword("graph")) this.#attributes(none);
    else if (this.#token.kind === "id" && this.#tokens[this.#next + 1]!.text === "=" && this.#tokens[this.#next + 1]!.kind === "mark") {
      this.#next += 2;
      this.#id();
    } else this.#nodesAndEdges(scope);
  }

  #nodesAndEdges(scope: Scope): void {
    const stops: { nodes: readonly DotNode[]; at: number }[] = [];
    const first = this.#token;
    // Some generators write attributes of the graph as those of "main.graph".
    if (/\.graph$/.test(first.text) && this.#tokens[this.#next + 1]!.text === "[") {
      this.#next++;
      this.#attributes(none);
      return;
    }
    do {
      const { at } = this.#token;
      if (this.#token.kind === "mark" && this.#token.text === "--") this.#fail('"--" joins nodes of undirected graphs', "write ->");
      stops.push({ nodes: this.#endpoint(scope), at });
    } while (this.#mark("->"));
    if (this.#token.text === "--" && this.#token.kind === "mark") this.#fail('"--" joins nodes of undirected graphs', "write ->");
    if (stops.length > 1) {
      const attributes = this.#attributes(scope.edge);
      for (let i = 1; i < stops.length; i++) {
        for (const from of stops[i - 1]!.nodes) for (const to of stops[i]!.nodes) this.#edge({ from, to, attributes, at: stops[i - 1]!.at });
      }
    } else if (first.kind === "id") {
      for (const node of stops[0]!.nodes) node.attributes = this.#attributes(node.attributes);
    }
  }

  /** A node, or all nodes of a subgraph. */
  #endpoint(scope: Scope): readonly DotNode[] {
    const named = this.#keyword("subgraph");
    if (named && this.#token.kind === "id") this.#next++;
    if (named || (this.#token.kind === "mark" && this.#token.text === "{")) {
      this.#expect("{");
      const inner: Scope = { node: scope.node, edge: scope.edge, nodes: new Set() };
      this.#statements(inner);
      for (const node of inner.nodes) scope.nodes.add(node);
      return [...inner.nodes];
    }
    const { at } = this.#token;
    const name = this.#id();
    while (this.#mark(":")) this.#id();
    let node = this.nodes.get(name);
    if (!node) this.nodes.set(name, (node = { name, attributes: scope.node, at }));
    scope.nodes.add(node);
    return [node];
  }

  #edge(edge: DotEdge): void {
    let targets = this.#edgeIndex.get(edge.from);
    if (!targets) this.#edgeIndex.set(edge.from, (targets = new Map()));
    const earlier = targets.get(edge.to);
    if (!earlier) {
      if (this.edges.length === mostEdges) this.#fail(`the graph has more than ${mostEdges.toLocaleString("en")} edges`);
      targets.set(edge.to, edge);
      this.edges.push(edge);
      return;
    }
    this.merged++;
    const weight = (of: DotEdge) => Number(of.attributes.get("weight")?.text ?? of.attributes.get("label")?.text ?? 0);
    if (weight(edge) > weight(earlier)) earlier.attributes = edge.attributes;
  }

  /** Any number of `[key = value, …]`, on top of `defaults`; keys in lower case. */
  #attributes(defaults: DotAttributes): DotAttributes {
    if (!(this.#token.kind === "mark" && this.#token.text === "[")) return defaults;
    const attributes = new Map(defaults);
    while (this.#mark("[")) {
      while (!this.#mark("]")) {
        const key = this.#id().toLowerCase();
        const { at } = this.#token;
        const given = this.#mark("=");
        attributes.set(key, given ? { at: this.#token.at, text: this.#id() } : { at, text: "true" });
        if (!this.#mark(",")) this.#mark(";");
      }
    }
    return attributes;
  }

  #id(): string {
    if (this.#token.kind !== "id") this.#fail(`a name is expected${this.#found()}`);
    return this.#take().text;
  }

  #take(): DotToken {
    return this.#tokens[this.#next++]!;
  }

  #mark(text: string): boolean {
    if (this.#token.kind !== "mark" || this.#token.text !== text) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#mark(text)) this.#fail(`"${text}" is expected${this.#found()}`);
  }

  #isKeyword(word: string): boolean {
    return this.#token.kind === "id" && !this.#token.quoted && this.#token.text.toLowerCase() === word;
  }

  #keyword(word: string): boolean {
    if (!this.#isKeyword(word)) return false;
    this.#next++;
    return true;
  }

  #found(): string {
    return this.#atEnd ? ", but the file ends" : `, but there is "${this.#token.text.slice(0, 40)}"`;
  }

  #fail(message: string, hint?: string): never {
    this.#issues.fail("bad-dot", message, this.#offsetOf(this.#token.at), hint);
  }
}
