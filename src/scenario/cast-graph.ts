import { dtypeBytes, OperatorGraph, type DType, type OpClass } from "../graph/graph.ts";

const floats: ReadonlySet<DType> = new Set(["f64", "f32", "tf32", "bf16", "f16", "f8"]);

/**
 * The graph as if its floating-point operators computed in `dtype`: their bytes, and those of the tensors they make or
 * read as weights and inputs, scale with the size of an element. Operators on integers and booleans stay as they are.
 */
export function castGraph(graph: OperatorGraph, dtype: DType): OperatorGraph {
  const ratioOf = (op: OpClass): number => (floats.has(op.dtype) ? dtypeBytes[dtype] / dtypeBytes[op.dtype] : 1);
  const ratios = graph.classes.map(ratioOf);
  const classes = graph.classes.map((op, id): OpClass => floats.has(op.dtype)
    ? { ...op, dtype, readBytes: op.readBytes * ratios[id]!, writeBytes: op.writeBytes * ratios[id]!, parameterBytes: op.parameterBytes * ratios[id]! }
    : op);
  const tensorRatio = new Float64Array(graph.tensorCount);
  for (let op = 0; op < graph.opCount; op++) {
    for (let i = graph.inputs.start[op]!; i < graph.inputs.start[op + 1]!; i++) {
      const tensor = graph.inputs.item[i]!;
      if (tensorRatio[tensor] === 0) tensorRatio[tensor] = ratios[graph.classOf[op]!]!;
    }
  }
  const tensorBytes = graph.tensorBytes.map((bytes, tensor) => {
    const producer = graph.tensorProducer[tensor]!;
    return bytes * (producer >= 0 ? ratios[graph.classOf[producer]!]! : tensorRatio[tensor]! || 1);
  });
  return new OperatorGraph({
    name: graph.name, classes, classOf: graph.classOf, inputs: graph.inputs, tensorBytes, tensorProducer: graph.tensorProducer,
    tensorOrigin: graph.tensorOrigin, topo: graph.topo, deadlineNs: graph.deadlineNs, kept: graph.kept,
    opNames: Array.from({ length: graph.opCount }, (_, op) => graph.opName(op)), tensorNames: Array.from({ length: graph.tensorCount }, (_, tensor) => graph.tensorName(tensor)),
  });
}
