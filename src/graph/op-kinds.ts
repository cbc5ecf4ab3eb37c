/** What limits an operator kind: arithmetic, memory traffic, or nothing (a view of the same bytes). */
export type OpCategory = "compute" | "memory" | "view";

/** One operator kind of the catalogue. */
export interface OpKind {
  /** Stable and kebab-case; efficiencies of cost models are keyed by it. */
  readonly kind: string;
  readonly category: OpCategory;
  readonly summary: string;
}

/**
 * Operations for each output element of the element-wise kinds. The convention: every arithmetic operation, comparison
 * and elementary function (exp, log, tanh, erf, sqrt, division …) in the definition of the operator counts 1.
 */
export const elementwiseFlops: Readonly<Record<string, number>> = {
  add: 1, sub: 1, mul: 1, div: 1, pow: 1, mod: 1, min: 1, max: 1, mean: 2,
  neg: 1, abs: 1, sign: 1, sqrt: 1, reciprocal: 1, exp: 1, log: 1, erf: 1, floor: 1, ceil: 1, round: 1,
  sin: 1, cos: 1, tan: 1, asin: 1, acos: 1, atan: 1, sinh: 1, cosh: 1, asinh: 1, acosh: 1, atanh: 1, tanh: 1,
  relu: 1, "leaky-relu": 2, prelu: 2, "thresholded-relu": 1, elu: 3, celu: 4, selu: 4, clip: 2, shrink: 3,
  sigmoid: 4, "hard-sigmoid": 4, "hard-swish": 5, silu: 5, "rotary-embedding": 3, gelu: 5, mish: 5, softplus: 3, softsign: 3, swiglu: 6,
  equal: 1, greater: 1, less: 1, and: 1, or: 1, xor: 1, not: 1, "bitwise-and": 1, "bitwise-or": 1, "bitwise-xor": 1,
  "bitwise-not": 1, "bit-shift": 1, "is-nan": 1, "is-inf": 1, where: 1, dropout: 2, quantize: 4, dequantize: 2,
  "relu-grad": 2, "sigmoid-grad": 3, "tanh-grad": 3, "gelu-grad": 14, "softmax-grad": 4, "dropout-grad": 2,
};

const compute: readonly (readonly [string, string])[] = [
  ["matmul", "matrix product, batched or not, with optional bias (Gemm, MatMul, linear layer, two-operand Einsum)"],
  ["conv", "convolution with 1 to 3 spatial dimensions, grouped or not"],
  ["depthwise-conv", "convolution in which every input channel is a group of its own"],
  ["conv-transpose", "transposed convolution"],
  ["conv-grad", "gradients of a convolution for its input and weight"],
  ["attention", "scaled dot-product attention in one operator, with projections where the operator has them"],
  ["lstm", "LSTM layer over a whole sequence"],
  ["gru", "GRU layer over a whole sequence"],
  ["rnn", "simple recurrent layer over a whole sequence"],
  ["fft", "discrete or short-time Fourier transform"],
  ["elimination", "determinants and inverses of small matrices"],
  ["task", "opaque work whose duration is given, not derived"],
  ["loop", "body (Loop, Scan) that is repeated too often to be written out, at the cost of all its iterations"],
];

const memory: readonly (readonly [string, string])[] = [
  ...Object.keys(elementwiseFlops).map((kind): [string, string] => [kind, `element-wise ${kind.replaceAll("-", " ")}`]),
  ["cast", "conversion to another element type"],
  ["batch-norm", "batch normalization with given statistics: a scale and a shift for each channel"],
  ["layer-norm", "normalization over the last axes, with scale and shift"],
  ["rms-norm", "normalization by the root mean square, with scale"],
  ["group-norm", "normalization over groups of channels"],
  ["instance-norm", "normalization over the spatial axes of each channel"],
  ["lp-norm", "division by the Lp norm along an axis"],
  ["lrn", "local response normalization across channels"],
  ["norm-grad", "gradients of a normalization"],
  ["softmax", "softmax along an axis (also log-softmax and hardmax)"],
  ["loss", "loss over logits and labels"],
  ["loss-grad", "gradient of a loss"],
  ["max-pool", "maximum over sliding windows"],
  ["average-pool", "mean (or Lp norm) over sliding windows"],
  ["global-pool", "mean, maximum or Lp norm over all spatial positions"],
  ["roi-pool", "pooling of regions of interest"],
  ["reduce", "reduction over axes: sum, mean, max, norms, argmax …"],
  ["cumulative", "running sum or product along an axis"],
  ["top-k", "largest k elements along an axis, sorted"],
  ["sort", "sorting or finding unique elements"],
  ["non-max-suppression", "selection of boxes by overlap and score"],
  ["embedding", "rows of a weight table chosen by index"],
  ["gather", "elements or slices chosen by index"],
  ["scatter", "elements or slices written by index"],
  ["concat", "several tensors joined along an axis"],
  ["split", "one tensor cut along an axis"],
  ["slice", "a part of a tensor"],
  ["pad", "a tensor with a border"],
  ["transpose", "axes in another order, also depth-to-space and layout changes"],
  ["tile", "a tensor repeated or broadcast in memory"],
  ["resize", "interpolation to another size"],
  ["grid-sample", "interpolation at given coordinates"],
  ["one-hot", "indices written as unit vectors"],
  ["fill", "generated values: constants, ranges, random numbers"],
  ["copy", "the same bytes elsewhere"],
  ["if", "waits for the condition of an If; the operators of its branch follow"],
  ["optimizer", "parameter update of a training step"],
  ["unknown", "an operator the catalogue does not know, costed as element-wise"],
];

const view: readonly (readonly [string, string])[] = [
  ["reshape", "the same bytes under another shape; importers alias the tensor instead of emitting it"],
  ["identity", "the same tensor under another name"],
];

/** Every operator kind that the builders and importers of Heddle emit. Plain scenarios may use others. */
export const opKinds: readonly OpKind[] = [
  ...compute.map(([kind, summary]): OpKind => ({ kind, category: "compute", summary })),
  ...memory.map(([kind, summary]): OpKind => ({ kind, category: "memory", summary })),
  ...view.map(([kind, summary]): OpKind => ({ kind, category: "view", summary })),
];

const categoryByKind = new Map(opKinds.map(({ kind, category }) => [kind, category]));

/** The category of a kind; `undefined` for one that is not in the catalogue. */
export function categoryOf(kind: string): OpCategory | undefined {
  return categoryByKind.get(kind);
}

/** True for kinds that touch each element by itself and so can be merged into their producer. */
export function isElementwise(kind: string): boolean {
  return Object.hasOwn(elementwiseFlops, kind) || kind === "cast";
}
