import { formatBytes, formatCount, formatWhole } from "../base/units.ts";
import { TensorOrigin, type OperatorGraph } from "./graph.ts";

/** What a workload amounts to; the JSON of `heddle import --format json`. */
export interface GraphSummary {
  readonly name: string;
  /** Nodes of the file where the graph came from one; otherwise the number of operators. */
  readonly nodes: number;
  /** Operators of the graph: nodes that do work. */
  readonly ops: number;
  /** Operators by kind, the most frequent first. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly macs: number;
  readonly flops: number;
  /** Bytes of all weights that some operator reads, each once. */
  readonly parameterBytes: number;
  /** Bytes of the model's inputs. */
  readonly inputBytes: number;
  /** Bytes of all tensors that operators make. */
  readonly activationBytes: number;
  /** Most bytes of them alive at once when operators run one by one in topological order, each tensor until its last reader. */
  readonly peakActivationBytes: number;
  /** Operators of the file that the catalogue does not know. */
  readonly unknown: readonly { readonly opType: string; readonly domain: string; readonly count: number }[];
}

/**
 * Counts a graph. `nodes` and `unknown` come from the importer where there was one.
 * @example
 * const imported = await importOnnx(bytes);
 * summarize(imported.graph, { nodes: imported.nodeCount, unknown: imported.unknown }).macs;
 */
export function summarize(graph: OperatorGraph, source: { nodes?: number; unknown?: GraphSummary["unknown"] } = {}): GraphSummary {
  const count = new Map<string, number>();
  let macs = 0;
  let flops = 0;
  for (const classId of graph.classOf) {
    const { kind, macs: m, flops: f } = graph.classes[classId]!;
    count.set(kind, (count.get(kind) ?? 0) + 1);
    macs += m;
    flops += f;
  }
  const kinds = [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const bytes = [0, 0, 0];
  for (let tensor = 0; tensor < graph.tensorCount; tensor++) bytes[graph.tensorOrigin[tensor]!]! += graph.tensorBytes[tensor]!;
  return {
    name: graph.name, nodes: source.nodes ?? graph.opCount, ops: graph.opCount, kinds: Object.fromEntries(kinds), macs, flops,
    parameterBytes: bytes[TensorOrigin.weight]!, inputBytes: bytes[TensorOrigin.input]!, activationBytes: bytes[TensorOrigin.op]!,
    peakActivationBytes: peakBytes(graph), unknown: source.unknown ?? [],
  };
}

/** Tensors that nobody reads are results, and stay; so do those that are kept. */
function peakBytes(graph: OperatorGraph): number {
  const readers = graph.kept ? Uint32Array.from(graph.kept) : new Uint32Array(graph.tensorCount);
  for (const tensor of graph.inputs.item) readers[tensor]!++;
  const made = new Float64Array(graph.opCount);
  for (let tensor = 0; tensor < graph.tensorCount; tensor++) {
    const producer = graph.tensorProducer[tensor]!;
    if (producer >= 0) made[producer]! += graph.tensorBytes[tensor]!;
  }
  let live = 0;
  let peak = 0;
  for (const op of graph.topo) {
    live += made[op]!;
    peak = Math.max(peak, live);
    for (let i = graph.inputs.start[op]!; i < graph.inputs.start[op + 1]!; i++) {
      const tensor = graph.inputs.item[i]!;
      if (--readers[tensor]! === 0 && graph.tensorProducer[tensor]! >= 0) live -= graph.tensorBytes[tensor]!;
    }
  }
  return peak;
}

/** The summary as text for people, without a closing line break. */
export function formatSummary(summary: GraphSummary): string {
  const { name, nodes, ops, kinds, unknown } = summary;
  const width = Math.max(0, ...Object.keys(kinds).map((kind) => kind.length));
  const rows: readonly (readonly [string, string])[] = [
    ["operators", nodes === ops ? formatWhole(ops) : `${formatWhole(ops)} (from ${formatWhole(nodes)} nodes of the file)`],
    ["multiply-accumulates", formatCount(summary.macs)],
    ["operations", formatCount(summary.flops)],
    ["parameters", formatBytes(summary.parameterBytes)],
    ["inputs", formatBytes(summary.inputBytes)],
    ["activations", `${formatBytes(summary.activationBytes)}, at most ${formatBytes(summary.peakActivationBytes)} at once`],
  ];
  return [
    name,
    ...rows.map(([label, value]) => `  ${label.padEnd(21)} ${value}`),
    "  by kind",
    ...Object.entries(kinds).map(([kind, n]) => `    ${kind.padEnd(width)} ${formatWhole(n).padStart(7)}`),
    ...(unknown.length === 0 ? [] : ["  unknown, costed as element-wise", ...unknown.map(({ opType, domain, count }) => `    ${domain === "" ? opType : `${domain}.${opType}`} ${formatWhole(count).padStart(7)}`)]),
  ].join("\n");
}
