import type { CostMatrix } from "../../cost/cost-model.ts";
import { levels } from "../analysis.ts";
import { OperatorGraph, TensorOrigin } from "../graph.ts";
import { drawBytes, type Random } from "./task-graph.ts";

/** What the mean duration of a task depends on: drawn for each task, or each level; in proportion to a kernel's work; or one for all. */
export type Variation = "task" | "level" | "kernel" | "none";

/** Options of {@link weighTasks}. */
export interface WeighOptions {
  readonly devices: number;
  /** Mean duration; default 10,000. */
  readonly meanNs?: number;
  /** Communication to computation ratio: mean transfer time over mean duration. Default 1. */
  readonly ccr?: number;
  /** β, in [0, 2]: how different the devices are. A task takes its mean × (1 ∓ β/2); 0 = all devices are equal. Default 1. */
  readonly heterogeneity?: number;
  /** True: each device has a speed, the same for all tasks. Default false: each task and device is drawn for itself. */
  readonly consistent?: boolean;
  /** Default "task". */
  readonly vary?: Variation;
  /** Three sources, so that one parameter never shifts what another draws. */
  readonly random: { readonly means: Random; readonly devices: Random; readonly bytes: Random };
}

/**
 * The graph as the scheduling literature weighs it: a duration for each task and device, and for each edge a tensor of
 * its own. On a `processorMachine` a byte takes a nanosecond, so the mean edge has `ccr` × `meanNs` bytes. Inputs and
 * weights of the graph are left out. Where `vary` is "level", edges into one level are equal; for "kernel" and "none" all are.
 * @source Topcuoglu, Hariri & Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
 * computing" (2002), section 5.1: w(i) uniform in (0, 2 × mean], w(i, j) uniform in w(i) × (1 ∓ β/2)
 */
export function weighTasks(graph: OperatorGraph, options: WeighOptions): { graph: OperatorGraph; costs: CostMatrix } {
  const { devices, meanNs = 10_000, ccr = 1, heterogeneity = 1, consistent = false, vary = "task", random } = options;
  const level = vary === "level" ? levels(graph) : undefined;
  const means = taskMeans(graph, vary, meanNs, level, random.means);

  const factor = (): number => 1 + heterogeneity * (random.devices() - 0.5);
  // What shares a kernel differs between devices alike.
  const groups = consistent ? 1 : vary === "kernel" ? graph.classes.length : 0;
  const factors = Float64Array.from({ length: groups * devices }, factor);
  const ns = new Float64Array(graph.opCount * devices);
  for (let op = 0; op < graph.opCount; op++) {
    const group = consistent ? 0 : graph.classOf[op]! * devices;
    for (let device = 0; device < devices; device++) ns[op * devices + device] = Math.max(1, Math.round(means[op]! * (groups > 0 ? factors[group + device]! : factor())));
  }

  const meanBytes = ccr * meanNs;
  const ofLevel: number[] = [];
  const bytesInto = (op: number): number => {
    if (vary === "task") return drawBytes(meanBytes, random.bytes);
    if (level === undefined) return Math.round(meanBytes);
    return (ofLevel[level[op]!] ??= drawBytes(meanBytes, random.bytes));
  };
  return { graph: withEdges(graph, bytesInto), costs: { deviceCount: devices, ns } };
}

function taskMeans(graph: OperatorGraph, vary: Variation, meanNs: number, level: Uint32Array | undefined, random: Random): Float64Array {
  const means = new Float64Array(graph.opCount).fill(meanNs);
  if (vary === "task") for (let op = 0; op < means.length; op++) means[op] = 2 * meanNs * (1 - random());
  if (level) {
    const drawn: number[] = [];
    for (const op of graph.topo) means[op] = drawn[level[op]!] ??= 2 * meanNs * (1 - random());
  }
  if (vary === "kernel") {
    let total = 0;
    for (const kernel of graph.classOf) total += graph.classes[kernel]!.macs;
    if (total > 0) for (let op = 0; op < means.length; op++) means[op] = (meanNs * means.length * graph.classes[graph.classOf[op]!]!.macs) / total;
  }
  return means;
}

/** The same dependencies, each with a tensor of its own; two tasks with several tensors between them have one edge. */
function withEdges(graph: OperatorGraph, bytesInto: (op: number) => number): OperatorGraph {
  const { start, item } = graph.inputs;
  const starts = new Uint32Array(graph.opCount + 1);
  const producers = new Int32Array(item.length);
  const bytes = new Float64Array(item.length);
  const last = new Int32Array(graph.opCount).fill(-1);
  let edges = 0;
  for (let op = 0; op < graph.opCount; op++) {
    for (let i = start[op]!; i < start[op + 1]!; i++) {
      const producer = graph.tensorProducer[item[i]!]!;
      if (producer < 0 || last[producer] === op) continue;
      last[producer] = op;
      producers[edges] = producer;
      bytes[edges++] = bytesInto(op);
    }
    starts[op + 1] = edges;
  }
  return new OperatorGraph({
    name: graph.name, classes: graph.classes, classOf: graph.classOf, inputs: { start: starts, item: Uint32Array.from({ length: edges }, (_, edge) => edge) },
    tensorBytes: bytes.slice(0, edges), tensorProducer: producers.slice(0, edges), tensorOrigin: new Uint8Array(edges).fill(TensorOrigin.op),
    topo: graph.topo, opNames: namesOf(graph), tensorNames: [],
  });
}

/** No names where all are the default ones, which a graph makes when it is asked. */
function namesOf(graph: OperatorGraph): string[] {
  const unnamed = graph.opCount === 0 || graph.opName(0) === `${graph.classes[graph.classOf[0]!]!.kind}#0`;
  return unnamed ? [] : Array.from({ length: graph.opCount }, (_, op) => graph.opName(op));
}
