import { nodeAt, type Path, type SourceMap, type SourceNode } from "./source-tree.ts";

/** The keys of `workload` that say what is run; a scenario names exactly one. */
export const workloadSources = ["onnx", "tasks", "stg", "dot", "wfformat", "estee", "generate", "model", "graph"] as const;
export type WorkloadSource = (typeof workloadSources)[number];

/** Sections in which a name alone is short for `{use: name}`. */
const shorthands: readonly string[] = ["machine", "scheduler", "sync", "runtime", "threadPolicy"];

/**
 * Lays `later` over `earlier`: maps are merged key by key, everything else is replaced. A workload that names another
 * source than the one below it, and a policy that names another `use`, replace it whole, since the options of one do
 * not fit the other.
 */
export function mergeSources(earlier: SourceNode, later: SourceNode): SourceNode {
  if (earlier.kind !== "map" || later.kind !== "map") return later;
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const given = entries.get(key)?.node;
    const below = given && shorthands.includes(key) && entry.node.kind === "map" ? writeOut(given) : given;
    const replace = below === undefined || (key === "workload" && namesAnotherSource(below, entry.node)) || ((key === "scheduler" || key === "sync" || key === "allocator" || key === "runtime" || key === "threadPolicy") && namesAnotherUse(below, entry.node));
    entries.set(key, { keyAt: entry.keyAt, node: replace ? entry.node : mergeSources(below, entry.node) });
  }
  return { kind: "map", entries, at: later.at };
}

/** A section as a map: a name alone becomes `{use: name}`. */
export function writeOut(node: SourceNode): SourceNode {
  if (node.kind !== "scalar" || typeof node.value !== "string") return node;
  return { kind: "map", entries: new Map([["use", { keyAt: node.at, node }]]), at: node.at };
}

/** True where the section at this path may be a name alone. */
export function isShorthand(path: Path): boolean {
  return (path.length === 1 && shorthands.includes(String(path[0]))) || (path.length === 2 && path[0] === "compare");
}

function namesAnotherSource(earlier: SourceNode, later: SourceNode): boolean {
  if (earlier.kind !== "map" || later.kind !== "map") return false;
  return workloadSources.some((source) => namesSource(later.entries, source) && !namesSource(earlier.entries, source));
}

/** True where a workload says `source`. A graph that is only named is none, but one of those in an Estee data set. */
export function namesSource(workload: SourceMap["entries"], source: WorkloadSource): boolean {
  const entry = workload.get(source);
  return entry !== undefined && !(source === "graph" && entry.node.kind === "scalar");
}

function namesAnotherUse(earlier: SourceNode, later: SourceNode): boolean {
  const [before, after] = [nodeAt(earlier, ["use"]), nodeAt(later, ["use"])];
  return before?.kind === "scalar" && after?.kind === "scalar" && before.value !== after.value;
}

/** The map without one of its keys. */
export function without(map: SourceMap, key: string): SourceMap {
  const entries = new Map(map.entries);
  entries.delete(key);
  return { ...map, entries };
}
