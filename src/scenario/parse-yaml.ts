import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser, type CST, type Document, type Node, type Pair, type Scalar } from "yaml";
import { InputError, type Issue } from "../base/errors.ts";
import { quote, type Position, type SourceEntry, type SourceNode } from "./source-tree.ts";
import { syntaxMessage } from "./yaml-messages.ts";

/** Largest scenario file, in bytes: 1 MiB, some 15,000 inline operators. Larger graphs belong in a tasks file. */
export const yamlByteLimit = 2 ** 20;
/** Deepest nesting of maps and lists. */
export const yamlDepthLimit = 64;
/** Most values that aliases (`*name`) may stand for, in all. */
const yamlAliasLimit = 100_000;
/** Most problems that one file is reported with. */
const issueLimit = 20;

/**
 * Reads one YAML 1.2 document and keeps the position of every key and value. YAML 1.1 habits do not apply: `no` and
 * `on` are strings, `0777` is 777.
 * @param file how messages name it
 * @throws {InputError} with every syntax error found, and for what no scenario needs: more than {@link yamlByteLimit}
 * bytes, {@link yamlDepthLimit} levels or {@link yamlAliasLimit} aliased values, binary data, duplicate keys, tags.
 * @example
 * parseYaml("seed: 1", "a.yaml").kind; // "map"
 */
export function parseYaml(input: string | Uint8Array, file: string): SourceNode {
  // A line may end as on old Macs, too: the parser knows no such ends.
  const text = (typeof input === "string" ? input : decode(input, file)).replace(/\r(?!\n)/g, "\n");
  if (text.length > yamlByteLimit) throw tooLarge(text.length, file);
  const nul = text.indexOf("\0");
  if (nul >= 0) throw notText(file, `byte ${nul} is 0`);
  if (text.trim() === "") throw new InputError({ code: "empty-file", message: "the file is empty", file });
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  // Two at most: of what follows the first document, its existence alone matters.
  const [document, second] = withoutStackTraces(() => {
    const [first, further] = compose(text, lines, position);
    return [first, further];
  });
  if (!document) throw new InputError({ code: "empty-file", message: "the file holds nothing but comments", file });
  const issues: Issue[] = firstOfEachPlace([...document.errors, ...document.warnings]).slice(0, issueLimit)
    .map((problem) => ({ code: "yaml-syntax", ...syntaxMessage(firstLine(problem.message)), ...position(problem.pos[0]) }));
  if (second) issues.push({ code: "yaml-syntax", message: "there is a second document", ...position(second.range[0]), hint: "a scenario is one document: remove the line ---" });
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== "1.2") {
    issues.push({ code: "yaml-version", message: `scenarios are YAML 1.2, not ${document.directives.yaml.version}`, file, line: 1, column: 1, hint: "remove the line %YAML" });
  }
  if (issues.length > 0) throw new InputError(issues);
  if (document.contents === null) throw new InputError({ code: "empty-file", message: "the file holds nothing but comments", file });
  return new TreeReader(position).read(document);
}

/** Parses, and refuses what is nested too deeply before the recursive part of the parser meets it. */
function compose(text: string, lines: LineCounter, position: (offset: number) => Position): Iterable<Document.Parsed> {
  const options = { version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false } as const;
  const tokens = new Parser(lines.addNewLine).parse(text);
  return new Composer(options).compose(checkDepth(tokens, position), true, text.length);
}

function* checkDepth(tokens: Iterable<CST.Token>, position: (offset: number) => Position): Generator<CST.Token> {
  for (const token of tokens) {
    if (token.type === "document" && token.value) {
      const open: [CST.Token, number][] = [[token.value, 0]];
      for (let next = open.pop(); next; next = open.pop()) {
        const [node, depth] = next;
        if (!("items" in node)) continue;
        if (depth >= yamlDepthLimit) throw new InputError({ code: "too-deep", message: `the nesting is deeper than ${yamlDepthLimit} levels`, ...position(node.offset) });
        for (const item of node.items) {
          if (item.key) open.push([item.key, depth + 1]);
          if (item.value) open.push([item.value, depth + 1]);
        }
      }
    }
    yield token;
  }
}

/** Turns the parser's nodes into {@link SourceNode}s; aliases share the node they name. */
class TreeReader {
  readonly #position: (offset: number) => Position;
  readonly #anchors = new Map<string, SourceNode>();
  readonly #sizes = new WeakMap<SourceNode, number>();
  readonly #issues: Issue[] = [];
  #aliased = 0;

  constructor(position: (offset: number) => Position) {
    this.#position = position;
  }

  read(document: Document.Parsed): SourceNode {
    const root = this.#node(document.contents as Node);
    if (this.#issues.length > 0) throw new InputError(this.#issues);
    return root;
  }

  #node(node: Node): SourceNode {
    const at = this.#position(node.range?.[0] ?? 0);
    if (isAlias(node)) return this.#alias(node.source, at);
    let made: SourceNode;
    let size = 1;
    if (isSeq(node)) {
      const items = (node.items as Node[]).map((item) => this.#node(item));
      for (const item of items) size += this.#sizes.get(item)!;
      made = { kind: "list", items, at };
    } else if (isMap(node)) {
      const entries = new Map<string, SourceEntry>();
      for (const pair of node.items as Pair<Node, Node | null>[]) size += this.#pair(pair, entries);
      made = { kind: "map", entries, at };
    } else {
      const value = isScalar(node) ? (node.value as string | number | boolean | null) : null;
      const written = typeof value === "string" && isScalar(node) ? howWritten(value, node) : undefined;
      made = { kind: "scalar", value, at, ...(written && { written }) };
    }
    this.#sizes.set(made, size);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, made);
    return made;
  }

  /** Adds one entry and returns its size. */
  #pair(pair: Pair<Node, Node | null>, entries: Map<string, SourceEntry>): number {
    const keyAt = this.#position(pair.key.range?.[0] ?? 0);
    if (!isScalar(pair.key) || pair.key.value === null) {
      this.#issues.push({ code: "bad-key", message: "a key must be a name", ...keyAt });
      return 0;
    }
    if (this.#issues.length >= issueLimit) throw new InputError(this.#issues);
    // 1: and true: are names too, as they were written.
    const key = typeof pair.key.value === "string" ? pair.key.value : (pair.key.source ?? String(pair.key.value));
    const first = entries.get(key);
    if (key === "__proto__") this.#issues.push({ code: "bad-key", message: `"${key}" cannot be a key`, ...keyAt });
    else if (first) this.#issues.push({ code: "duplicate-key", message: `${quote(key)} is given twice`, ...keyAt, hint: `first in line ${first.keyAt.line}` });
    // `key:` with nothing after it has no position of its own.
    const empty = pair.value === null || (isScalar(pair.value) && pair.value.value === null && pair.value.source === "");
    const node: SourceNode = empty ? { kind: "scalar", value: null, at: keyAt } : this.#node(pair.value!);
    if (empty) this.#sizes.set(node, 1);
    if (!first && key !== "__proto__") entries.set(key, { keyAt, node });
    return this.#sizes.get(node)!;
  }

  #alias(name: string, at: Position): SourceNode {
    const node = this.#anchors.get(name);
    if (!node) throw new InputError({ code: "unknown-alias", message: `there is no anchor &${name.slice(0, 60)} before this alias`, ...at });
    this.#aliased += this.#sizes.get(node)!;
    if (this.#aliased > yamlAliasLimit) throw new InputError({ code: "too-many-aliases", message: `the aliases of this file stand for more than ${yamlAliasLimit} values`, ...at });
    return node;
  }
}

/** Undefined where a text stands as it reads. */
function howWritten(value: string, { type, range }: Scalar): "quoted" | "otherwise" | undefined {
  const quotes = type === "PLAIN" ? 0 : 2;
  if (range === null || range === undefined || type === "BLOCK_FOLDED" || type === "BLOCK_LITERAL" || range[1] - range[0] !== value.length + quotes) return "otherwise";
  return quotes > 0 ? "quoted" : undefined;
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes.length > yamlByteLimit) throw tooLarge(bytes.length, file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notText(file, "not valid UTF-8");
  }
}

function notText(file: string, why: string): InputError {
  return new InputError({ code: "not-text", message: `the file is not text (${why})`, file, hint: "a scenario is a YAML file in UTF-8" });
}

function tooLarge(size: number, file: string): InputError {
  return new InputError({ code: "file-too-large", message: `the file has ${size} bytes; a scenario has at most ${yamlByteLimit}`, file, hint: "keep large graphs in a tasks file: workload: {tasks: FILE}" });
}

/** The parser finds several things wrong with one place: the first tells most. */
function firstOfEachPlace<T extends { readonly pos: readonly [number, number] }>(problems: readonly T[]): T[] {
  const places = new Set<number>();
  return problems.filter(({ pos: [at] }) => !places.has(at) && places.add(at));
}

function firstLine(message: string): string {
  const line = message.split("\n", 1)[0]!.replace(/:$/, "");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** A hostile file makes the parser create 100,000 error objects; without their stack traces it does so four times faster. */
function withoutStackTraces<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}
