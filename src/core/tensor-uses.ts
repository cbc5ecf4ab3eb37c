import type { Instance } from "./instance.ts";

/** Consumers of each tensor, and the edge of each (-1 for tensors without producer). */
export interface TensorUses {
  readonly start: Uint32Array;
  readonly op: Uint32Array;
  readonly edge: Int32Array;
}

export function groupTensorUses(instance: Instance): TensorUses {
  const { inputs, tensorCount, tensorProducer, opCount } = instance;
  const start = new Uint32Array(tensorCount + 1);
  for (let i = 0; i < inputs.item.length; i++) start[inputs.item[i]! + 1]!++;
  for (let t = 0; t < tensorCount; t++) start[t + 1]! += start[t]!;
  const fill = start.slice(0, tensorCount);
  const op = new Uint32Array(inputs.item.length);
  const edge = new Int32Array(inputs.item.length);
  let nextEdge = 0;
  for (let consumer = 0; consumer < opCount; consumer++) {
    for (let i = inputs.start[consumer]!; i < inputs.start[consumer + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const at = fill[tensor]!++;
      op[at] = consumer;
      edge[at] = tensorProducer[tensor]! >= 0 ? nextEdge++ : -1;
    }
  }
  return { start, op, edge };
}
