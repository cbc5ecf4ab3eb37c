import { nodeAt, type Path, type SourceMap, type SourceNode } from "./source-tree.ts";

/** The keys of `workload` that say what is run; a scenario names exactly one. */
export const workloadSources = ["onnx", "tasks", "stg", "dot", "wfformat", "estee", "generate", "pipeline", "model", "graph"] as const;
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

/** Sections of things by name, and what a value alone is short for in each. */
const shortInSection: Readonly<Record<string, string>> = {
  threads: "count", locks: "kind", barriers: "parties", semaphores: "initial", flags: "initial", queues: "capacity", data: "bytes", loops: "policy", heaps: "capacity",
};
/** Sections that may be a list of names. */
const listsOfNames: readonly string[] = [...Object.keys(shortInSection), "conditions", "deques", "channels", "files"].filter((section) => section !== "threads");

/** A section as a map: a value alone becomes `{use: value}`, or whatever it is short for. */
export function writeOut(node: SourceNode, key = "use"): SourceNode {
  if (node.kind === "list") return { kind: "map", entries: new Map(node.items.flatMap((item) => (item.kind === "scalar" ? [[String(item.value), { keyAt: item.at, node: { ...item, value: null } }] as const] : []))), at: node.at };
  if (node.kind !== "scalar" || node.value === null || (key === "use" && typeof node.value !== "string")) return node;
  return { kind: "map", entries: new Map([[key, { keyAt: node.at, node }]]), at: node.at };
}

/** What a value alone is short for at this path: `use`, `count` …; undefined where it is not short for anything. */
export function shortFor(path: Path): string | undefined {
  const [section, , last] = path;
  if (isShorthand(path) || (path.length === 2 && section === "compareThreads")) return "use";
  if (path.length === 1) return section === "cores" ? "count" : undefined;
  if (path.length === 2) return section === "memory" && path[1] === "allocator" ? "use" : Object.hasOwn(shortInSection, section!) ? shortInSection[section!] : undefined;
  if (path.length === 3) return (section === "heaps" && last === "allocator") || (section === "loops" && last === "policy") ? "use" : undefined;
  return path.length === 4 && section === "memory" && path[3] === "allocator" ? "use" : undefined;
}

/** True where the section at this path may be the name of a machine or a scheduler alone, or of what else decides the whole run. */
export function isShorthand(path: Path): boolean {
  return (path.length === 1 && shorthands.includes(String(path[0]))) || (path.length === 2 && path[0] === "compare");
}

/** True where the section at this path may be a list of names. */
export function mayBeNames(path: Path): boolean {
  return path.length === 1 && listsOfNames.includes(String(path[0]));
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
