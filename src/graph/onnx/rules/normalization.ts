import { lrn, normalization, reduction, softmax } from "../../catalogue.ts";
import type { NodeView, Outcome, Rule, Rules } from "../node-view.ts";
import { axisOf, elementsOf, formatDims, i64, product, ShapeProblem, type Value } from "../value.ts";

type Normalization = Parameters<typeof normalization>[0];

/** Elements of the inputs from `from` on: scale, shift, statistics. */
function parameters(node: NodeView, from: number): number {
  return node.inputs.slice(from).reduce((sum, value) => sum + (value ? elementsOf(value.dims) : 0), 0);
}

/** One output of the input's shape; parameters follow the data. */
function normalizing(kind: Normalization, options: { x?: number; from?: number } = {}): Rule {
  const { x = 0, from = 1 } = options;
  return (node) => {
    const { dims } = node.input(x);
    return { outputs: [{ dims }], op: normalization(kind, { elements: elementsOf(dims), parameters: parameters(node, from) }), reads: node.inputs };
  };
}

/** With statistics that are given; before opset 14 further outputs exist only in training. */
const batchNorm: Rule = (node) => {
  const { dims } = node.input(0);
  if (dims.length > 1 && node.input(1).dims[0] !== dims[1]) throw new ShapeProblem(`${dims[1]} channels do not fit statistics of ${formatDims(node.input(1).dims)}`);
  const channels = node.input(1).dims;
  return {
    outputs: [{ dims }, { dims: channels }, { dims: channels }, { dims: channels }, { dims: channels }],
    op: normalization("batch-norm", { elements: elementsOf(dims), parameters: parameters(node, 1) }),
  };
};

/** Layer and RMS norms, whose further outputs are the statistics of each row. */
function rowNorm(kind: Normalization): Rule {
  return (node) => {
    const { dims } = node.input(0);
    const axis = axisOf(node.int("axis", -1), dims.length);
    const rows = dims.map((dim, i) => (i < axis ? dim : 1));
    return { outputs: [{ dims }, { dims: rows }, { dims: rows }], op: normalization(kind, { elements: elementsOf(dims), parameters: parameters(node, 1) }) };
  };
}

/** A residual addition and a norm in one operator. */
function skipNorm(kind: Normalization): Rule {
  return (node) => {
    const { dims } = node.input(0);
    const elements = elementsOf(dims);
    const op = normalization(kind, { elements, parameters: parameters(node, 2) });
    const rows = [...dims.slice(0, -1), 1];
    return { outputs: [{ dims }, { dims: rows }, { dims: rows }, { dims }], op: { ...op, flops: op.flops! + elements, fused: ["add", kind] } };
  };
}

/** Three embeddings (word, position, segment) added and normalized. */
const embedNorm: Rule = (node) => {
  const ids = node.input(0);
  const hidden = node.input(2).dims.at(-1) ?? 1;
  const dims = [...ids.dims, hidden];
  const elements = elementsOf(dims);
  const tables = [2, 3, 4].filter((index) => node.has(index)).length;
  const size = node.input(2).type.bytes;
  const op = normalization("layer-norm", { elements, parameters: 2 * hidden });
  const read = (tables * elements + 2 * hidden) * size + tables * elementsOf(ids.dims) * ids.type.bytes;
  return {
    outputs: [{ dims, type: node.input(2).type }, { dims: [ids.dims[0] ?? 1] }, { dims, type: node.input(2).type }],
    op: { ...op, flops: op.flops! + (tables - 1) * elements, readBytes: read, writeBytes: elements * size, parameterBytes: (tables * elements + 2 * hidden) * size, fused: ["embedding", "layer-norm"] },
    ownBytes: true,
  };
};

const localResponse: Rule = (node) => {
  const { dims } = node.input(0);
  return { outputs: [{ dims }], op: lrn({ elements: elementsOf(dims), size: node.int("size", 1) }) };
};

/** Before opset 13 everything from the axis (default 1) on is one row; from then on only the axis (default -1) itself. */
const softmaxRule: Rule = (node) => {
  const { dims } = node.input(0);
  const old = node.opset < 13;
  if (dims.length === 0) return { outputs: [{ dims }], op: softmax({ rows: 1, columns: 1 }), reads: [node.input(0)] };
  const axis = axisOf(node.int("axis", old ? Math.min(1, dims.length - 1) : -1), dims.length);
  const columns = old ? product(dims, axis) : dims[axis]!;
  return { outputs: [{ dims }], op: softmax({ rows: columns === 0 ? 0 : elementsOf(dims) / columns, columns }), reads: [node.input(0)] };
};

const biasSoftmax: Rule = (node) => {
  const outcome = softmaxRule(node);
  return { ...outcome, op: { ...outcome.op!, flops: outcome.op!.flops! + elementsOf(node.input(0).dims), fused: ["add", "softmax"] }, reads: node.inputs };
};

function reduced(node: NodeView, axes: readonly number[] | undefined, value: Value, keep: boolean): number[] {
  const over = new Set((axes ?? value.dims.map((_, i) => i)).map((axis) => axisOf(axis, value.dims.length)));
  if (axes?.length === 0 && node.int("noop_with_empty_axes", 0) === 0) value.dims.forEach((_, i) => over.add(i));
  return value.dims.flatMap((dim, i) => (over.has(i) ? (keep ? [1] : []) : [dim]));
}

function reducing(each: number): Rule {
  return (node) => {
    const value = node.input(0);
    if (node.has(1) && node.data(1) === undefined) return unknownAxes(node, value, each);
    const axes = node.intsOrInput("axes", 1);
    const dims = reduced(node, axes, value, node.int("keepdims", 1) === 1);
    return { outputs: [{ dims }], op: reduction({ inputs: elementsOf(value.dims), outputs: elementsOf(dims), each }), reads: [value] };
  };
}

function unknownAxes(node: NodeView, value: Value, each: number): Outcome {
  const dims = node.declared(0) ?? value.dims.map(() => 1);
  return {
    outputs: [{ dims }], op: reduction({ inputs: elementsOf(value.dims), outputs: elementsOf(dims), each }), reads: [value],
    ...(!node.declared(0) && { assumption: "the axes are computed at run time: all are reduced" }),
  };
}

const argReduce: Rule = (node) => {
  const value = node.input(0);
  const dims = reduced(node, [node.int("axis", 0)], value, node.int("keepdims", 1) === 1);
  return { outputs: [{ dims, type: i64 }], op: reduction({ inputs: elementsOf(value.dims), outputs: elementsOf(dims) }) };
};

const meanVariance: Rule = (node) => {
  const { dims } = node.input(0);
  return { outputs: [{ dims }], op: normalization("instance-norm", { elements: elementsOf(dims), parameters: 0 }) };
};

/** Normalizations, softmax and reductions. */
export const normalizationRules: Rules = {
  BatchNormalization: batchNorm, InstanceNormalization: normalizing("instance-norm"), GroupNormalization: normalizing("group-norm"), GroupNorm: normalizing("group-norm"),
  SkipGroupNorm: skipNorm("group-norm"), LayerNormalization: rowNorm("layer-norm"), RMSNormalization: rowNorm("rms-norm"), SimplifiedLayerNormalization: rowNorm("rms-norm"),
  SkipLayerNormalization: skipNorm("layer-norm"), SkipSimplifiedLayerNormalization: skipNorm("rms-norm"), EmbedLayerNormalization: embedNorm,
  LpNormalization: normalizing("lp-norm"), MeanVarianceNormalization: meanVariance, LRN: localResponse,
  Softmax: softmaxRule, LogSoftmax: softmaxRule, Hardmax: softmaxRule, QLinearSoftmax: softmaxRule, BiasSoftmax: biasSoftmax,
  ReduceSum: reducing(1), ReduceMean: reducing(1), ReduceMax: reducing(1), ReduceMin: reducing(1), ReduceProd: reducing(1), ReduceL1: reducing(2), ReduceL2: reducing(2),
  ReduceSumSquare: reducing(2), ReduceLogSum: reducing(1), ReduceLogSumExp: reducing(3), ArgMax: argReduce, ArgMin: argReduce,
};
