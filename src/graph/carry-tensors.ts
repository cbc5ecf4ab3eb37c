import type { GraphBuilder } from "./builder.ts";
import { TensorOrigin, type OperatorGraph } from "./graph.ts";

/** How the tensors of a graph go over into a graph with fewer operators. */
export interface TensorCarry {
  /** New operator of each old one. */
  readonly newOp: ArrayLike<number>;
  /** 1 = a tensor that is no more. */
  readonly gone: Uint8Array;
  /** What an operator reads instead of a tensor; undefined = the tensor, if it is still there. */
  instead?(tensor: number, op: number): readonly number[] | undefined;
}

/** Makes the tensors of `graph` that stay in the graph being built, and feeds them to the new operators of their readers. */
export function carryTensors(graph: OperatorGraph, builder: GraphBuilder, { newOp, gone, instead }: TensorCarry): void {
  const { inputs, tensorProducer, tensorBytes, tensorOrigin, topo } = graph;
  const newTensor = new Int32Array(graph.tensorCount).fill(-1);
  for (let tensor = 0; tensor < graph.tensorCount; tensor++) {
    if (gone[tensor] === 1) continue;
    const producer = tensorProducer[tensor]!;
    const name = graph.tensorName(tensor);
    const bytes = tensorBytes[tensor]!;
    if (producer >= 0) newTensor[tensor] = builder.output(newOp[producer]!, bytes, name === `${graph.opName(producer)}:out` ? undefined : name);
    else newTensor[tensor] = builder.source(tensorOrigin[tensor] === TensorOrigin.input ? "input" : "weight", bytes, name === `tensor#${tensor}` ? undefined : name);
    if (graph.kept?.[tensor] === 1) builder.keep(newTensor[tensor]!);
  }
  const feed = (tensor: number, op: number): void => {
    if (newTensor[tensor]! >= 0) builder.feed(newTensor[tensor]!, newOp[op]!);
  };
  for (const op of topo) {
    if (newOp[op]! < 0) continue;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const others = instead?.(tensor, op);
      if (others) for (const other of others) feed(other, op);
      else feed(tensor, op);
    }
  }
}
