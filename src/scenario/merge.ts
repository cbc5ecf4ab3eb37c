import type { SourceMap, SourceNode } from "./source-tree.ts";

/** The keys of `workload` that say what is run; a scenario names exactly one. */
export const workloadSources = ["onnx", "tasks", "stg", "dot", "wfformat", "model", "graph"] as const;
export type WorkloadSource = (typeof workloadSources)[number];

/**
 * Lays `later` over `earlier`: maps are merged key by key, everything else is replaced. A workload that names another
 * source than the one below it replaces it whole, since the options of one do not fit the other.
 */
export function mergeSources(earlier: SourceNode, later: SourceNode): SourceNode {
  if (earlier.kind !== "map" || later.kind !== "map") return later;
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const below = entries.get(key);
    const replace = below === undefined || (key === "workload" && namesAnotherSource(below.node, entry.node));
    entries.set(key, { keyAt: entry.keyAt, node: replace ? entry.node : mergeSources(below.node, entry.node) });
  }
  return { kind: "map", entries, at: later.at };
}

function namesAnotherSource(earlier: SourceNode, later: SourceNode): boolean {
  if (earlier.kind !== "map" || later.kind !== "map") return false;
  return workloadSources.some((source) => later.entries.has(source) && !earlier.entries.has(source));
}

/** The map without one of its keys. */
export function without(map: SourceMap, key: string): SourceMap {
  const entries = new Map(map.entries);
  entries.delete(key);
  return { ...map, entries };
}
