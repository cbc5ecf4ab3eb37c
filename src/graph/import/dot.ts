import { formatWhole, longestNs } from "../../base/units.ts";
import type { Workload } from "../workload.ts";
import { lexDot } from "./dot-lexer.ts";
import { type DotAttributes, type DotNode, DotParser } from "./dot-parser.ts";
import { IssueList, toBytes } from "./issue-list.ts";
import { processorNames, UniformTasks } from "./uniform-tasks.ts";

/**
 * Reads a directed graph in the DOT language as a task graph. A node's `weight` (any case; else a numeric `label`) is
 * its time on every processor in ns, an edge's is the transfer time between different processors. Subgraphs are
 * flattened, ports ignored. A node without a weight takes 1 ns and an edge without one 0 ns, with a warning; of
 * several edges between two nodes the heaviest counts.
 * @source The language: https://graphviz.org/doc/info/lang.html
 * @throws {InputError} with every problem found, each with its line and column.
 */
export function importDot(input: string | Uint8Array, { file, processors }: { file: string; processors: number }): Workload {
  processorNames(processors);
  const bytes = toBytes(input);
  const text = new TextDecoder().decode(bytes);
  const issues = new IssueList(file, bytes);
  const ascii = text.length === bytes.length;
  const offsetOf = (index: number): number => (ascii ? index : new TextEncoder().encode(text.slice(0, index)).length);
  const parser = new DotParser(lexDot(text, issues, offsetOf), issues, offsetOf);
  const name = parser.parse() ?? file;

  const tasks = new UniformTasks(name);
  const idOf = new Map<DotNode, number>();
  let unweighted = 0;
  for (const node of parser.nodes.values()) {
    const ns = weightOf(node.attributes);
    if (ns === undefined) unweighted++;
    idOf.set(node, tasks.task(node.name, ns ?? 1));
  }
  let unweightedEdges = 0;
  for (const edge of parser.edges) {
    const ns = weightOf(edge.attributes);
    if (ns === undefined) unweightedEdges++;
    tasks.edge(idOf.get(edge.from)!, idOf.get(edge.to)!, ns ?? 0, edge.at);
  }
  if (tasks.taskCount === 0) issues.add("no-tasks", "the graph has no nodes");
  if (unweighted > 0) tasks.warnings.push({ code: "missing-weight", message: `${formatWhole(unweighted)} of ${formatWhole(tasks.taskCount)} nodes have no weight and take 1 ns` });
  if (unweightedEdges > 0) tasks.warnings.push({ code: "missing-weight", message: `${formatWhole(unweightedEdges)} of ${formatWhole(parser.edges.length)} edges have no weight and cost no transfer time` });
  if (parser.merged > 0) tasks.warnings.push({ code: "duplicate-edge", message: `${formatWhole(parser.merged)} edges join nodes that are joined already; the heaviest of each counts` });
  return tasks.build(processors, issues, offsetOf);

  function weightOf(attributes: DotAttributes): number | undefined {
    const weight = attributes.get("weight");
    const label = attributes.get("label");
    const given = weight ?? (label && /^\s*[\d.]/.test(label.text) ? label : undefined);
    if (!given) return undefined;
    const value = given.text.trim() === "" ? NaN : Number(given.text);
    if (value >= 0 && value <= longestNs) return value;
    if (given === label) return undefined;
    if (value > longestNs && value < Infinity) issues.tooLong(`${given.text.slice(0, 60)} ns`, offsetOf(given.at));
    else issues.add("bad-weight", `"${given.text.slice(0, 60)}" is not a weight`, offsetOf(given.at), "a number of ns, not negative");
    return 0;
  }
}
