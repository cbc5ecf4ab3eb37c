import { conv, elementwise, normalization } from "../../catalogue.ts";
import type { OpInit } from "../../builder.ts";
import type { NodeView, Output, Rule, Rules } from "../node-view.ts";
import { elementsOf, formatDims, i64, ShapeProblem } from "../value.ts";

/** The gradient of an element-wise operator: the shape of the incoming gradient. */
function elementGrad(kind: string): Rule {
  return (node) => {
    const { dims } = node.input(0);
    return { outputs: [{ dims }, ...(node.outputCount > 1 ? [{ dims: [dims.at(-1) ?? 1] }] : [])], op: elementwise(kind, { elements: elementsOf(dims), inputs: 2 }) };
  };
}

/** Negative log likelihood of softmax over the classes (axis 1); outputs the loss and the log probabilities. */
const loss: Rule = (node) => {
  const scores = node.input(0);
  const labels = node.input(1);
  const each = node.opType === "NegativeLogLikelihoodLoss" ? 1 : 6;
  const elements = elementsOf(scores.dims);
  const whole = node.text("reduction", "mean") === "none";
  return { outputs: [{ dims: whole ? labels.dims : [] }, { dims: scores.dims }], op: { kind: "loss", shape: { elements }, flops: each * elements } };
};

/** (probability − one-hot label) · incoming gradient: exp, difference, product. */
const lossGrad: Rule = (node) => {
  const { dims } = node.input(1);
  const elements = elementsOf(dims);
  return { outputs: [{ dims, type: node.input(1).type }], op: { kind: "loss-grad", shape: { elements }, flops: 3 * elements } };
};

/** Gradients for the data, the scale and the shift: about twice the forward pass. */
const normGrad: Rule = (node) => {
  const { dims } = node.input(0);
  const scale = node.input(2).dims;
  const forward = normalization("layer-norm", { elements: elementsOf(dims), parameters: 0 });
  return { outputs: [{ dims }, { dims: scale }, { dims: scale }], op: { kind: "norm-grad", shape: forward.shape!, flops: 2 * forward.flops! } };
};

/** dY, X, W → dX, dW, dB: each of the first two costs what the forward convolution does. */
const convGrad: Rule = (node) => {
  const [dy, x, w] = [node.input(0), node.input(1), node.input(2)];
  if (dy.dims.length < 3 || dy.dims.length !== x.dims.length || w.dims.length !== x.dims.length) throw new ShapeProblem(`gradients of ${formatDims(dy.dims)} for ${formatDims(x.dims)} and ${formatDims(w.dims)}`);
  const last = (dims: readonly number[]): { h: number; w: number; d: number } => ({ w: dims.at(-1)!, h: dims.length > 3 ? dims.at(-2)! : 1, d: dims.length > 4 ? dims.at(-3)! : 1 });
  const [from, to, kernel] = [last(x.dims), last(dy.dims), last(w.dims)];
  const forward = conv({
    n: x.dims[0]!, cIn: x.dims[1]!, cOut: w.dims[0]!, groups: Math.max(1, node.int("group", 1)), h: from.h, w: from.w, hOut: to.h, wOut: to.w, kh: kernel.h, kw: kernel.w,
    ...(x.dims.length > 4 && { d: from.d, dOut: to.d, kd: kernel.d }),
  });
  const passes = (node.gives(0) ? 1 : 0) + (node.gives(1) ? 1 : 0);
  const op: OpInit = { kind: "conv-grad", shape: forward.shape!, macs: passes * forward.macs!, flops: passes * forward.flops! + (node.gives(2) ? elementsOf(dy.dims) : 0) };
  return { outputs: [{ dims: x.dims }, { dims: w.dims }, { dims: [w.dims[0]!] }], op };
};

/** Adds the rows of the gradient into a table of the shape given as data, or of the stated one. */
const gatherGrad: Rule = (node) => {
  const dims = node.data(0) ?? node.declared(0);
  if (!dims || dims.some((dim) => !(dim >= 0))) throw new ShapeProblem("the shape of the table is computed at run time", true);
  const updates = elementsOf(node.input(2).dims);
  return { outputs: [{ dims, type: node.input(2).type }], op: { kind: "scatter", shape: { elements: updates }, flops: updates }, reads: [node.input(1), node.input(2)] };
};

/** One step for every tensor given; operations an element depend on the method. */
function optimizer(each: number): Rule {
  return (node) => {
    const outputs: Output[] = Array.from({ length: node.outputCount }, (_, i) => outputLike(node, i));
    const elements = outputs.reduce((sum, { dims }) => sum + elementsOf(dims), 0);
    return { outputs, op: { kind: "optimizer", shape: { elements }, flops: each * elements } };
  };
}

function outputLike(node: NodeView, index: number): Output {
  const declared = node.declared(index);
  const tensors = node.inputs.filter((value) => value !== undefined && value.dims.length > 0);
  const dims = declared ?? tensors[index % Math.max(1, tensors.length)]?.dims ?? [];
  return { dims };
}

const accumulate: Rule = (node) => ({ outputs: [{ dims: node.input(0).dims }], op: elementwise("add", { elements: elementsOf(node.input(0).dims), inputs: 2 }), reads: [node.input(0), node.input(1)] });

/** The sum of squares of many tensors, or all scaled by one norm. */
const reduceAll: Rule = (node) => {
  const inputs = node.inputs.reduce((sum, value) => sum + (value ? elementsOf(value.dims) : 0), 0);
  return { outputs: [{ dims: [] }], op: { kind: "reduce", shape: { inputs, outputs: 1 }, flops: 2 * inputs } };
};

const broadcastGradientArgs: Rule = (node) => {
  const rank = Math.max(node.input(0).dims[0] ?? 1, node.input(1).dims[0] ?? 1);
  const [a, b] = [node.data(0), node.data(1)];
  if (!a || !b) throw new ShapeProblem("the shapes are computed at run time", true);
  const at = (dims: readonly number[], i: number): number => dims[i - (rank - dims.length)] ?? 1;
  const axes = (mine: readonly number[], other: readonly number[]): number[] => Array.from({ length: rank }, (_, i) => i).filter((i) => at(mine, i) === 1 && at(other, i) !== 1);
  const [first, second] = [axes(a, b), axes(b, a)];
  return { outputs: [{ dims: [first.length], type: i64, data: first }, { dims: [second.length], type: i64, data: second }] };
};

/** Losses, gradients and optimizer steps of training graphs. */
export const trainingRules: Rules = {
  SoftmaxCrossEntropyLoss: loss, NegativeLogLikelihoodLoss: loss, SoftmaxCrossEntropyLossInternal: loss, SoftmaxCrossEntropy: loss,
  SoftmaxCrossEntropyLossGrad: lossGrad, SoftmaxCrossEntropyLossInternalGrad: lossGrad, SoftmaxCrossEntropyGrad: lossGrad,
  ReluGrad: elementGrad("relu-grad"), SigmoidGrad: elementGrad("sigmoid-grad"), TanhGrad: elementGrad("tanh-grad"), GeluGrad: elementGrad("gelu-grad"), FastGeluGrad: elementGrad("gelu-grad"),
  QuickGeluGrad: elementGrad("gelu-grad"), BiasGeluGrad_dX: elementGrad("gelu-grad"), BiasFastGeluGrad_dX: elementGrad("gelu-grad"), LeakyReluGrad: elementGrad("relu-grad"), SoftmaxGrad: elementGrad("softmax-grad"),
  SoftmaxGrad_13: elementGrad("softmax-grad"), LogSoftmaxGrad: elementGrad("softmax-grad"), LogSoftmaxGrad_13: elementGrad("softmax-grad"), DropoutGrad: elementGrad("dropout-grad"),
  LayerNormalizationGrad: normGrad, SimplifiedLayerNormalizationGrad: normGrad, InvertibleLayerNormalizationGrad: normGrad, BatchNormalizationGrad: normGrad,
  ConvGrad: convGrad, GatherGrad: gatherGrad, BroadcastGradientArgs: broadcastGradientArgs, InPlaceAccumulator: accumulate, InPlaceAccumulatorV2: accumulate,
  ReduceAllL2: reduceAll, Adam: optimizer(12), AdamOptimizer: optimizer(12), AdamWOptimizer: optimizer(13), LambOptimizer: optimizer(16), Adagrad: optimizer(6), Momentum: optimizer(4),
  SGDOptimizer: optimizer(2), SGDOptimizerV2: optimizer(2), MixedPrecisionScale: optimizer(1),
};
