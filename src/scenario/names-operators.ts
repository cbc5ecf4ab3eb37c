import type { SourceMap, SourceNode } from "./source-tree.ts";

/** Instructions that concern an operator of the workload, and the field of loops that names one. */
const words: readonly string[] = ["nextReady", "runOp", "complete", "launch", "awaitOp", "operator"];

/** True where programs as they are written run operators of a workload, whatever their knobs; else they bring their own work. */
export function namesOperators(source: SourceMap): boolean {
  return ["programs", "queues"].some((section) => anyIn(source.entries.get(section)?.node));
}

function anyIn(node: SourceNode | undefined): boolean {
  if (node?.kind === "list") return node.items.some(anyIn);
  if (node?.kind !== "map") return false;
  return [...node.entries].some(([key, { node: value }]) => words.includes(key) || (key === "takes" && value.kind === "scalar" && value.value === "operators") || anyIn(value));
}
