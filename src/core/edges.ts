import type { Csr } from "../base/csr.ts";
import type { Instance } from "./instance.ts";

/** What follows from the inputs of each op, the producer of each tensor and which are kept. */
export type Edges = Pick<Instance, "pred" | "succ" | "edgeTensor" | "tensorUses">;

/**
 * Edges are numbered by (consumer, position among its inputs); both adjacencies list them in that order.
 * @param kept tensors with one more use, which never ends
 */
export function buildEdges(inputs: Csr, tensorProducer: Int32Array, kept: Uint32Array | undefined): Edges {
  const opCount = inputs.start.length - 1;
  const tensorUses = new Uint32Array(tensorProducer.length);
  let edgeCount = 0;
  for (const tensor of inputs.item) {
    tensorUses[tensor]!++;
    if (tensorProducer[tensor]! >= 0) edgeCount++;
  }
  for (const tensor of kept ?? []) tensorUses[tensor]!++;
  const edgeTensor = new Uint32Array(edgeCount);
  const pred = { start: new Uint32Array(opCount + 1), node: new Uint32Array(edgeCount), edge: new Uint32Array(edgeCount) };
  const succ = { start: new Uint32Array(opCount + 1), node: new Uint32Array(edgeCount), edge: new Uint32Array(edgeCount) };
  let edge = 0;
  for (let op = 0; op < opCount; op++) {
    pred.start[op] = edge;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const producer = tensorProducer[tensor]!;
      if (producer < 0) continue;
      edgeTensor[edge] = tensor;
      pred.node[edge] = producer;
      pred.edge[edge] = edge;
      succ.start[producer + 1]!++;
      edge++;
    }
  }
  pred.start[opCount] = edge;
  for (let op = 0; op < opCount; op++) succ.start[op + 1]! += succ.start[op]!;
  const fill = succ.start.slice(0, opCount);
  for (let op = 0; op < opCount; op++) {
    for (let e = pred.start[op]!; e < pred.start[op + 1]!; e++) {
      const at = fill[pred.node[e]!]!++;
      succ.node[at] = op;
      succ.edge[at] = e;
    }
  }
  return { pred, succ, edgeTensor, tensorUses };
}
