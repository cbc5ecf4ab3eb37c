import { TensorOrigin } from "../base/tensor-origin.ts";
import { OperatorGraph, type GraphParts, type OpClass } from "./graph.ts";

/** The operators of many jobs in one graph. */
export interface JobsGraph {
  readonly graph: OperatorGraph;
  /** By operator: its job. Jobs lie one after the other. */
  readonly jobOf: Uint32Array;
}

/**
 * Lays jobs of several graphs side by side: job j runs `graphs[graphOf[j]]`, its operators named `NAME@j`. Weights of the
 * same name and size are one tensor, whichever graph reads them: the batch changes, the model does not.
 */
export function joinJobs(name: string, graphs: readonly OperatorGraph[], graphOf: readonly number[]): JobsGraph {
  const classes: OpClass[] = [];
  const firstClass = graphs.map((graph) => classes.push(...graph.classes) - graph.classes.length);
  const sum = (of: (graph: OperatorGraph) => number): number => graphOf.reduce((total, g) => total + of(graphs[g]!), 0);
  const opCount = sum((graph) => graph.opCount);
  const classOf = new Uint32Array(opCount);
  const topo = new Uint32Array(opCount);
  const jobOf = new Uint32Array(opCount);
  const start = new Uint32Array(opCount + 1);
  const item = new Uint32Array(sum((graph) => graph.inputs.item.length));
  const opNames: string[] = [];
  const deadlineNs = graphs.some((graph) => graph.deadlineNs !== undefined) ? new Float64Array(opCount).fill(Infinity) : undefined;
  const bytes: number[] = [];
  const producer: number[] = [];
  const origin: number[] = [];
  const tensorNames: (string | undefined)[] = [];
  const kept: number[] = [];
  const weights = new Map<string, number>();
  /** Of weights, the tensor that stands for them all. */
  const sharedWeights = graphs.map((graph) => Int32Array.from({ length: graph.tensorCount }, (_, t) => {
    if (graph.tensorOrigin[t] !== TensorOrigin.weight) return -1;
    const key = `${graph.tensorBytes[t]} ${graph.tensorName(t)}`;
    let id = weights.get(key);
    if (id === undefined) {
      id = bytes.push(graph.tensorBytes[t]!) - 1;
      producer.push(-1);
      origin.push(TensorOrigin.weight);
      tensorNames.push(graph.tensorName(t));
      weights.set(key, id);
    }
    return id;
  }));

  let op = 0;
  let at = 0;
  graphOf.forEach((g, job) => {
    const graph = graphs[g]!;
    const first = op;
    const tensorOf = Int32Array.from({ length: graph.tensorCount }, (_, t) => {
      if (sharedWeights[g]![t]! >= 0) return sharedWeights[g]![t]!;
      const made = graph.tensorProducer[t]!;
      producer.push(made < 0 ? -1 : made + first);
      origin.push(graph.tensorOrigin[t]!);
      // Those that are made are called after who makes them.
      tensorNames.push(made < 0 ? `${graph.tensorName(t)}@${job}` : undefined);
      const id = bytes.push(graph.tensorBytes[t]!) - 1;
      if (graph.kept?.[t] === 1) kept.push(id);
      return id;
    });
    for (let own = 0; own < graph.opCount; own++, op++) {
      classOf[op] = firstClass[g]! + graph.classOf[own]!;
      topo[op] = first + graph.topo[own]!;
      jobOf[op] = job;
      opNames.push(`${graph.opName(own)}@${job}`);
      if (deadlineNs && graph.deadlineNs) deadlineNs[op] = graph.deadlineNs[own]!;
      for (let i = graph.inputs.start[own]!; i < graph.inputs.start[own + 1]!; i++) item[at++] = tensorOf[graph.inputs.item[i]!]!;
      start[op + 1] = at;
    }
  });
  const parts: GraphParts = {
    name, classes, classOf, inputs: { start, item }, tensorBytes: Float64Array.from(bytes), tensorProducer: Int32Array.from(producer), tensorOrigin: Uint8Array.from(origin), topo, opNames, tensorNames,
    ...(deadlineNs && { deadlineNs }), ...(kept.length > 0 && { kept: keptColumn(bytes.length, kept) }),
  };
  return { graph: new OperatorGraph(parts), jobOf };
}

function keptColumn(tensorCount: number, kept: readonly number[]): Uint8Array {
  const column = new Uint8Array(tensorCount);
  for (const tensor of kept) column[tensor] = 1;
  return column;
}
