import { elementwise } from "../../catalogue.ts";
import type { NodeView, Outcome, Rule, Rules } from "../node-view.ts";
import { bool, broadcast, elementsOf, elementTypeOf, ShapeProblem, u8, type ElementType, type Value } from "../value.ts";

/** One operand, same shape out; further inputs (bounds, slopes, scales) are read as well. */
function unary(kind: string, type?: ElementType): Rule {
  return (node) => {
    const { dims } = node.input(0);
    return { outputs: [{ dims, ...(type && { type }) }], op: elementwise(kind, { elements: elementsOf(dims) }), reads: [node.input(0)] };
  };
}

/** Any number of operands, broadcast to one shape. */
function broadcasting(kind: string, type?: ElementType): Rule {
  return (node) => {
    const operands = node.inputs.filter((value): value is Value => value !== undefined);
    if (operands.length === 0) throw new ShapeProblem("input 0 is missing");
    const dims = legacyBroadcast(node, operands) ?? broadcast(operands.map((value) => value.dims));
    // The number of operations depends on how many operands there are, not on whether they are weights.
    const op = elementwise(kind, { elements: elementsOf(dims), inputs: operands.length });
    const columns = rowBetweenRepeats(dims, operands);
    return { outputs: [{ dims, ...(type && { type }) }], op: columns === undefined ? op : { ...op, shape: { ...op.shape, columns } }, reads: operands };
  };
}

/** Elements in a row after which an operand begins anew, or goes on by one; undefined where all are read from end to end, or are one number. */
function rowBetweenRepeats(dims: readonly number[], operands: readonly Value[]): number | undefined {
  const elements = elementsOf(dims);
  const row = operands.reduce((least, { dims: own }) => {
    let together = 1;
    let read: boolean | undefined;
    for (let back = 1; back <= dims.length; back++) {
      const dim = dims[dims.length - back]!;
      if (dim === 1) continue;
      const here = own[own.length - back] === dim;
      if (here !== (read ??= here)) break;
      together *= dim;
    }
    return Math.min(least, together);
  }, elements);
  return row < elements ? row : undefined;
}

/** Before opset 7, binary operators broadcast the second operand to the first, from an axis. */
function legacyBroadcast(node: NodeView, operands: readonly Value[]): readonly number[] | undefined {
  return node.opset < 7 && node.int("broadcast", 0) === 1 ? operands[0]!.dims : undefined;
}

/** The slope is broadcast to the input, never the other way; before opset 7 it is one number a channel. */
const prelu: Rule = (node) => {
  const { dims } = node.input(0);
  return { outputs: [{ dims }], op: elementwise("prelu", { elements: elementsOf(dims) }), reads: [node.input(0), node.input(1)] };
};

const select: Rule = (node) => {
  // The values come first: they say which type is computed in, not the condition.
  const operands = [node.input(1), node.input(2), node.input(0)];
  const dims = broadcast(operands.map((value) => value.dims));
  return { outputs: [{ dims, type: operands[0]!.type }], op: elementwise("where", { elements: elementsOf(dims) }), reads: operands };
};

const cast: Rule = (node) => {
  const { dims, type: from } = node.input(0);
  const to = node.opType === "CastLike" ? node.input(1).type : elementTypeOf(node.int("to", 1));
  if (!to) throw new ShapeProblem(`element type ${node.int("to", 1)} is not known`, true);
  if (to.dtype === from.dtype && to.bytes === from.bytes) return { outputs: [{ dims, type: to, viewOf: node.input(0) }] };
  return { outputs: [{ dims, type: to }], op: { kind: "cast", shape: { elements: elementsOf(dims) } }, reads: [node.input(0)] };
};

/** Dropout does nothing at inference; only a training mode that is known to be on makes it work. */
const dropout: Rule = (node) => {
  const value = node.input(0);
  const training = node.data(2)?.[0] === 1;
  const mask = { dims: value.dims, type: bool };
  if (!training) return { outputs: [{ dims: value.dims, viewOf: value }, mask] };
  return { outputs: [{ dims: value.dims }, mask], op: elementwise("dropout", { elements: elementsOf(value.dims) }), reads: [value] };
};

const quantize: Rule = (node) => {
  const value = node.input(0);
  const type = node.inputs[2]?.type ?? elementTypeOf(node.int("output_dtype", 0)) ?? u8;
  return { outputs: [{ dims: value.dims, type }], op: elementwise("quantize", { elements: elementsOf(value.dims) }), reads: node.inputs };
};

/** A weight that is stored quantized is read quantized: its dequantized form is no tensor of its own. */
const dequantize: Rule = (node) => {
  const value = node.input(0);
  const type = node.input(1).type;
  if (value.storage.origin === "weight") return { outputs: [{ dims: value.dims, type, viewOf: value }] };
  return { outputs: [{ dims: value.dims, type }], op: elementwise("dequantize", { elements: elementsOf(value.dims) }), reads: node.inputs };
};

const dynamicQuantize: Rule = (node) => {
  const value = node.input(0);
  const op = elementwise("quantize", { elements: elementsOf(value.dims) });
  // The range is found first: a minimum and a maximum over all elements.
  return { outputs: [{ dims: value.dims, type: u8 }, { dims: [] }, { dims: [], type: u8 }], op: { ...op, flops: op.flops! + 2 * elementsOf(value.dims) }, reads: [value] };
};

/** Quantized addition and the like: operand, scale and zero point alternate. */
function quantized(kind: string, operands: readonly number[]): Rule {
  return (node) => {
    const values = operands.map((index) => node.input(index));
    const dims = broadcast(values.map((value) => value.dims));
    const elements = elementsOf(dims);
    const op = elementwise(kind, { elements, inputs: values.length });
    const outcome: Outcome = { outputs: [{ dims }], op: { ...op, flops: op.flops! + (2 * values.length + 4) * elements }, reads: values };
    return outcome;
  };
}

/** A gate: one half of the last axis, through an activation, times the other half. */
const halved: Rule = (node) => {
  const { dims } = node.input(0);
  const out = [...dims.slice(0, -1), Math.floor((dims.at(-1) ?? 0) / 2)];
  return { outputs: [{ dims: out }], op: elementwise("gelu", { elements: elementsOf(out) }), reads: node.inputs };
};

const biasDropout: Rule = (node) => {
  const { dims } = node.input(0);
  return { outputs: [{ dims }, { dims, type: bool }], op: elementwise("add", { elements: elementsOf(dims), inputs: node.has(2) ? 3 : 2 }), reads: node.inputs.slice(0, 3) };
};

const unaries = {
  Neg: "neg", Abs: "abs", Sign: "sign", Sqrt: "sqrt", Reciprocal: "reciprocal", Exp: "exp", Log: "log", Erf: "erf", Floor: "floor", Ceil: "ceil", Round: "round",
  Sin: "sin", Cos: "cos", Tan: "tan", Asin: "asin", Acos: "acos", Atan: "atan", Sinh: "sinh", Cosh: "cosh", Asinh: "asinh", Acosh: "acosh", Atanh: "atanh", Tanh: "tanh",
  Relu: "relu", LeakyRelu: "leaky-relu", ThresholdedRelu: "thresholded-relu", Elu: "elu", Celu: "celu", Selu: "selu", Clip: "clip", Shrink: "shrink",
  Sigmoid: "sigmoid", HardSigmoid: "hard-sigmoid", HardSwish: "hard-swish", Swish: "silu", Silu: "silu", QuickGelu: "silu", Gelu: "gelu", FastGelu: "gelu", Mish: "mish",
  Softplus: "softplus", Softsign: "softsign", ScaledTanh: "tanh", ParametricSoftplus: "softplus", BitwiseNot: "bitwise-not", Affine: "mul", ImageScaler: "mul",
} as const;

const binaries = {
  Add: "add", Sub: "sub", Mul: "mul", Div: "div", Pow: "pow", Mod: "mod", Min: "min", Max: "max", Mean: "mean", Sum: "add", SwiGLU: "swiglu",
  BitwiseAnd: "bitwise-and", BitwiseOr: "bitwise-or", BitwiseXor: "bitwise-xor", BitShift: "bit-shift", BiasGelu: "gelu", BiasAdd: "add",
} as const;

const comparisons = { Equal: "equal", Greater: "greater", Less: "less", GreaterOrEqual: "greater", LessOrEqual: "less", And: "and", Or: "or", Xor: "xor" } as const;

const map = (kinds: Readonly<Record<string, string>>, rule: (kind: string) => Rule): Rules =>
  Object.fromEntries(Object.entries(kinds).map(([opType, kind]) => [opType, rule(kind)]));

/** Element-wise operators, conversions and quantization. */
export const elementwiseRules: Rules = {
  ...map(unaries, (kind) => unary(kind)),
  ...map(binaries, (kind) => broadcasting(kind)),
  ...map(comparisons, (kind) => broadcasting(kind, bool)),
  PRelu: prelu, Not: unary("not", bool), IsNaN: unary("is-nan", bool), IsInf: unary("is-inf", bool),
  // FastGelu adds a bias where it has one.
  FastGelu: broadcasting("gelu"), BiasSplitGelu: halved, BiasDropout: biasDropout, RotaryEmbedding: unary("rotary-embedding"),
  Where: select, Cast: cast, CastLike: cast, Dropout: dropout,
  QuantizeLinear: quantize, DequantizeLinear: dequantize, DynamicQuantizeLinear: dynamicQuantize,
  QLinearAdd: quantized("add", [0, 3]), QLinearMul: quantized("mul", [0, 3]), QLinearSigmoid: quantized("sigmoid", [0]), QLinearLeakyRelu: quantized("leaky-relu", [0]),
  QLinearWhere: select,
};
