import { InputError } from "../base/errors.ts";
import { mayBeNames, namesSource, shortFor, workloadSources, writeOut } from "./merge.ts";
import { parseYaml } from "./parse-yaml.ts";
import { defaultMachine } from "./schema.ts";
import { formatPath, fromPlain, nodeAt, quote, toPlain, type Path, type Position, type SourceEntry, type SourceNode } from "./source-tree.ts";

/** One value that replaces what the scenario says, such as from `--set machine.devices.gpu0.slots=4`. */
export interface Override {
  /** "machine.devices.gpu0.slots", "compare[0]", or the steps themselves. */
  readonly path: string | Path;
  /** A plain value: text, number, boolean, list or map. */
  readonly value?: unknown;
  /** Instead of a value: what a file says, with the positions there. */
  readonly source?: SourceNode;
  /** How messages name it; default `--set PATH`. */
  readonly from?: string;
}

/**
 * Reads `PATH=VALUE`; the value is YAML: `seed=3`, `compare=[heft, fifo]`, `workload.dims={batch: 8}`.
 * @throws {InputError} without `=`, or where the value is not YAML.
 * @example
 * parseOverride("seed=3"); // { path: ["seed"], value: 3, from: "--set seed=3" }
 */
export function parseOverride(text: string): Override {
  const from = `--set ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
  const equals = text.indexOf("=");
  if (equals <= 0) throw new InputError({ code: "bad-override", message: "an override is PATH=VALUE", file: from, hint: "for example --set machine.devices.gpu0.slots=4" });
  const value = text.slice(equals + 1);
  return { path: parsePath(text.slice(0, equals), from), value: value.trim() === "" ? null : toValue(value, from), from };
}

/**
 * Lays the overrides over the scenario, in order. One that changes a part of the machine, where the scenario names
 * none, changes the default machine.
 * @throws {InputError} where a path leads through something that has no keys, and for `include`.
 */
export function applyOverrides(root: SourceNode, overrides: readonly Override[]): SourceNode {
  for (const override of overrides) {
    const from = override.from ?? `--set ${typeof override.path === "string" ? override.path : formatPath(override.path)}`;
    const path = typeof override.path === "string" ? parsePath(override.path, from) : override.path;
    const at = { file: from };
    if (path[0] === "include") throw new InputError({ code: "bad-override", message: "the files that a scenario includes are read before overrides", ...at, hint: "write a scenario that includes both files" });
    if (changesMachine(path) && isAbsent(nodeAt(root, ["machine"]))) root = setAt(root, ["machine", "use"], 0, fromPlain(defaultMachine, at), at);
    checkLink(root, path, at);
    root = setAt(root, path, 0, override.source ?? fromPlain(override.value, at), at);
  }
  return root;
}

const machineParts: readonly unknown[] = ["devices", "memories", "links", "without"];

function changesMachine(path: Path): boolean {
  return path[0] === "machine" && machineParts.includes(path[1]);
}

function isAbsent(node: SourceNode | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.value === null);
}

/** `machine.links[0]` would be a new link, not the first one of the library machine. */
function checkLink(root: SourceNode, path: Path, at: Position): void {
  const [section, part, index, key] = path;
  if (section !== "machine" || part !== "links" || typeof index !== "number" || key === undefined || key === "name") return;
  const machine = writeOut(nodeAt(root, ["machine"])!);
  const use = nodeAt(machine, ["use"]);
  if (use?.kind !== "scalar" || !isAbsent(nodeAt(machine, ["links", index]))) return;
  throw new InputError({
    code: "bad-override", message: `${formatPath(path.slice(0, 3))} is no link of the scenario; those of the machine ${quote(use.value)} have no numbers`, ...at,
    hint: `they are changed by name, which heddle list machine ${use.value} shows: --set 'machine.links=[{name: NAME, bandwidth: 64GB/s}]'`,
  });
}

function setAt(node: SourceNode | undefined, path: Path, depth: number, value: SourceNode, at: Position): SourceNode {
  if (depth === path.length) return value;
  const step = path[depth]!;
  const above = path.slice(0, depth);
  const key = shortFor(above);
  if (node?.kind === "scalar" && key !== undefined) node = writeOut(node, key);
  if (node?.kind === "list" && typeof step === "string" && mayBeNames(above)) node = writeOut(node);
  if (step === "__proto__") throw new InputError({ code: "bad-key", message: '"__proto__" cannot be a key', ...at });
  if (typeof step === "number" && isAbsent(node)) node = { kind: "list", items: [], at };
  if (node?.kind === "list") {
    const index = Number(step);
    if (!Number.isInteger(index) || index < 0 || index > node.items.length) {
      throw new InputError({ code: "bad-override", message: `${formatPath(path.slice(0, depth))} is a list of ${node.items.length}; it has no item ${quote(step)}`, ...at });
    }
    const items = [...node.items];
    items[index] = setAt(items[index], path, depth + 1, value, at);
    return { ...node, items };
  }
  if (node?.kind === "scalar" && node.value !== null) {
    throw new InputError({ code: "bad-override", message: `${formatPath(path.slice(0, depth))} is ${quote(node.value)} and has no keys`, ...at });
  }
  let entries: Map<string, SourceEntry> = new Map(node?.kind === "map" ? node.entries : []);
  const name = String(step);
  // Another source than the scenario's: its options do not fit.
  const source = depth === 1 && path[0] === "workload" ? workloadSources.find((known) => known === name) : undefined;
  const isName = source === "graph" && path.length === 2 && value.kind === "scalar";
  if (source !== undefined && !isName && !namesSource(entries, source) && workloadSources.some((known) => namesSource(entries, known))) entries = new Map();
  entries.set(name, { keyAt: entries.get(name)?.keyAt ?? at, node: setAt(entries.get(name)?.node, path, depth + 1, value, at) });
  return { kind: "map", entries, at: node?.at ?? at };
}

/** Splits "a.b[0]" into ["a", "b", 0]. */
function parsePath(text: string, from: string): Path {
  const steps: (string | number)[] = [];
  const pattern = /(?:^|\.)([^.[\]]+)|\[(\d+)\]/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) throw new InputError({ code: "bad-override", message: `${quote(text)} is not a path`, file: from, hint: "names joined by dots, list items as [0]: compare[0].use" });
    steps.push(match[2] !== undefined ? Number(match[2]) : match[1]!.trim());
  }
  return steps;
}

function toValue(text: string, from: string): unknown {
  try {
    return toPlain(parseYaml(text, from));
  } catch (error) {
    if (error instanceof InputError) throw new InputError(error.issues.map(({ code, message, hint }) => ({ code, message, file: from, ...(hint !== undefined && { hint }) })));
    throw error;
  }
}
