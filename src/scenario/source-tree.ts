/**
 * A document as a tree that remembers where every key and value was written. Includes and overrides merge such trees,
 * so that an error in the final scenario still points to the file and line it came from.
 */

/** A place in what the user wrote. Overrides and flags have a file ("--set seed=1") and no line. */
export interface Position {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** Keys and list indices from the root: ["machine", "devices", "gpu0", "slots"]. */
export type Path = readonly (string | number)[];

/** A value and its position. */
export type SourceNode =
  | {
      readonly kind: "scalar";
      readonly value: string | number | boolean | null;
      readonly at: Position;
      /** How a text was written where not as it reads: in quotes, or otherwise (escapes, several lines). */
      readonly written?: "quoted" | "otherwise";
    }
  | { readonly kind: "list"; readonly items: readonly SourceNode[]; readonly at: Position }
  | SourceMap;

/** A mapping; keys keep the order in which they were written. */
export interface SourceMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, SourceEntry>;
  readonly at: Position;
}

/** One `key: value`. */
export interface SourceEntry {
  readonly keyAt: Position;
  readonly node: SourceNode;
}

/** The plain value, without positions. */
export function toPlain(node: SourceNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toPlain);
  const plain: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) plain[key] = toPlain(entry.node);
  return plain;
}

/** A tree from a plain value, all of it at one position: for values that came from flags. */
export function fromPlain(value: unknown, at: Position): SourceNode {
  if (Array.isArray(value)) return { kind: "list", items: value.map((item) => fromPlain(item, at)), at };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return { kind: "map", entries: new Map(entries.map(([key, item]) => [key, { keyAt: at, node: fromPlain(item, at) }])), at };
  }
  return { kind: "scalar", value: value as string | number | boolean | null, at };
}

/** The node at a path, or undefined. */
export function nodeAt(root: SourceNode, path: Path): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const step of path) {
    if (node.kind === "map") node = node.entries.get(String(step))?.node;
    else if (node.kind === "list") node = node.items[Number(step)];
    else return undefined;
    if (node === undefined) return undefined;
  }
  return node;
}

/**
 * Where a path was written: its value, or with `"key"` the key before it. Where the path does not exist, the nearest
 * key above it that does: that is where something is missing.
 * @example
 * positionOf(parseYaml("machine:\n  use: mixed", "a.yaml"), ["machine", "use"]); // { file: "a.yaml", line: 2, column: 8 }
 */
export function positionOf(root: SourceNode, path: Path, part: "key" | "value" = "value"): Position {
  let node = root;
  let at = root.at;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    if (node.kind === "map") {
      const entry = node.entries.get(String(step));
      if (!entry) return at;
      at = last && part === "value" ? entry.node.at : entry.keyAt;
      node = entry.node;
    } else if (node.kind === "list") {
      const item = node.items[Number(step)];
      if (!item) return at;
      at = item.at;
      node = item;
    } else return node.at; // A shorthand: the value stands for the map that the path leads into.
  }
  return at;
}

/** "machine.devices[0].slots". */
export function formatPath(path: Path): string {
  return path.map((step, i) => (typeof step === "number" ? `[${step}]` : /^[\w-]+$/.test(step) ? `${i > 0 ? "." : ""}${step}` : `[${quote(step)}]`)).join("");
}

/** A value as a message shows it: short, in quotes where it is text, on one line. */
export function quote(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : String(value);
}
