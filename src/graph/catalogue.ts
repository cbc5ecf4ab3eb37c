import type { OpInit } from "./builder.ts";
import { dtypeBytes, type DType } from "./graph.ts";
import { elementwiseFlops } from "./op-kinds.ts";

export { categoryOf, elementwiseFlops, isElementwise, opKinds, type OpCategory, type OpKind } from "./op-kinds.ts";

/**
 * The operator catalogue: from the extents of an operator to its kind, shape, work and bytes. Model builders and
 * importers share it, so that the same network has the same counts whichever way it came.
 *
 * Conventions: a multiply-accumulate is 2 flops; every operand is read once and every result written once; data
 * movement is 0 flops; other operators count as {@link elementwiseFlops} says.
 */

/** Extents of a convolution: `h`, `w` are those of the input, `hOut`, `wOut` of the output. */
export interface ConvSize {
  readonly n: number;
  readonly cIn: number;
  readonly cOut: number;
  readonly h: number;
  readonly w: number;
  readonly hOut: number;
  readonly wOut: number;
  readonly kh: number;
  readonly kw: number;
  /** Default 1. */
  readonly groups?: number;
  /** Depth of input, output and kernel, for three spatial dimensions. */
  readonly d?: number;
  readonly dOut?: number;
  readonly kd?: number;
  /** Default false. */
  readonly bias?: boolean;
  /** Default f32. */
  readonly dtype?: DType;
}

/** Output extent of a sliding window: convolution or pooling. Defaults: stride 1, no padding, dilation 1, rounded down. */
export function windowOutput(size: number, kernel: number, options: { stride?: number; padding?: number; dilation?: number; ceil?: boolean } = {}): number {
  const { stride = 1, padding = 0, dilation = 1, ceil = false } = options;
  const span = size + padding - dilation * (kernel - 1) - 1;
  return (ceil ? Math.ceil(span / stride) : Math.floor(span / stride)) + 1;
}

/**
 * A convolution; "depthwise-conv" when each input channel is its own group.
 * @example
 * conv({ n: 1, cIn: 3, cOut: 64, h: 224, w: 224, hOut: 112, wOut: 112, kh: 7, kw: 7 }).macs; // 118013952
 */
export function conv(size: ConvSize): OpInit {
  const { n, cIn, cOut, h, w, hOut, wOut, kh, kw, groups = 1, d = 1, dOut = 1, kd = 1, bias = false } = size;
  const outputs = n * cOut * dOut * hOut * wOut;
  const macs = outputs * (cIn / groups) * kd * kh * kw;
  return {
    kind: groups > 1 && groups === cIn ? "depthwise-conv" : "conv",
    shape: { n, cIn, cOut, h, w, hOut, wOut, kh, kw, groups, ...depth(size) },
    macs, flops: 2 * macs + (bias ? outputs : 0),
    ...traffic(size.dtype, { read: n * cIn * d * h * w, parameters: (cOut * cIn * kd * kh * kw) / groups + (bias ? cOut : 0), write: outputs }),
  };
}

/** A transposed convolution; each input element meets the whole kernel. */
export function convTranspose(size: ConvSize): OpInit {
  const { n, cIn, cOut, h, w, hOut, wOut, kh, kw, groups = 1, d = 1, dOut = 1, kd = 1, bias = false } = size;
  const inputs = n * cIn * d * h * w;
  const outputs = n * cOut * dOut * hOut * wOut;
  const macs = inputs * (cOut / groups) * kd * kh * kw;
  return {
    kind: "conv-transpose",
    shape: { n, cIn, cOut, h, w, hOut, wOut, kh, kw, groups, ...depth(size) },
    macs, flops: 2 * macs + (bias ? outputs : 0),
    ...traffic(size.dtype, { read: inputs, parameters: (cOut * cIn * kd * kh * kw) / groups + (bias ? cOut : 0), write: outputs }),
  };
}

/**
 * `batch` products of m×k by k×n. `weight`: the second factor is a parameter shared by the whole batch (put the batch
 * into `m` then). `bias`: n numbers, a parameter. Defaults: batch 1, neither weight nor bias.
 */
export function matmul(size: { batch?: number; m: number; n: number; k: number; weight?: boolean; bias?: boolean; dtype?: DType }): OpInit {
  const { batch = 1, m, n, k, weight = false, bias = false } = size;
  const macs = batch * m * n * k;
  const outputs = batch * m * n;
  return {
    kind: "matmul", shape: { batch, m, n, k }, macs, flops: 2 * macs + (bias ? outputs : 0),
    ...traffic(size.dtype, { read: batch * m * k + (weight ? 0 : batch * k * n), parameters: (weight ? k * n : 0) + (bias ? n : 0), write: outputs }),
  };
}

/**
 * Scaled dot-product attention in one operator: queries·keysᵀ, softmax, times values. `keys` is the number of positions
 * attended to; `kvHeads` (default: heads) is smaller in grouped-query attention; `valueDim` defaults to `headDim`.
 */
export function attention(size: { batch: number; heads: number; queries: number; keys: number; headDim: number; valueDim?: number; kvHeads?: number; dtype?: DType }): OpInit {
  const { batch, heads, queries, keys, headDim, valueDim = headDim, kvHeads = heads } = size;
  const scores = batch * heads * queries * keys;
  const macs = scores * (headDim + valueDim);
  const q = batch * heads * queries * headDim;
  const kv = batch * kvHeads * keys * (headDim + valueDim);
  return {
    kind: "attention", shape: { batch, heads, kvHeads, queries, keys, headDim, valueDim }, macs,
    flops: 2 * macs + scores + softmaxFlops * scores,
    ...traffic(size.dtype, { read: q + kv, write: batch * heads * queries * valueDim }),
  };
}

/** Extents of a recurrent layer over a whole sequence; a single cell has `seq` 1. */
export interface RecurrentSize {
  readonly seq: number;
  readonly batch: number;
  readonly input: number;
  readonly hidden: number;
  /** 2 = bidirectional. Default 1. */
  readonly directions?: number;
  /** Default true. */
  readonly bias?: boolean;
  readonly dtype?: DType;
}

/** An LSTM layer: four gates. */
export const lstm = (size: RecurrentSize): OpInit => recurrent("lstm", 4, 3 * 4 + 2 + 4, size);
/** A GRU layer: three gates. */
export const gru = (size: RecurrentSize): OpInit => recurrent("gru", 3, 2 * 4 + 1 + 5, size);
/** A simple recurrent layer (Elman), one tanh. */
export const rnn = (size: RecurrentSize): OpInit => recurrent("rnn", 1, 1, size);

function recurrent(kind: string, gates: number, cellFlops: number, size: RecurrentSize): OpInit {
  const { seq, batch, input, hidden, directions = 1, bias = true } = size;
  const cells = directions * seq * batch * hidden;
  const macs = cells * gates * (input + hidden);
  // Two products and (with bias) two biases meet in each gate.
  const flops = 2 * macs + cells * (gates * (bias ? 3 : 1) + cellFlops);
  return {
    kind, shape: { seq, batch, input, hidden, directions }, macs, flops,
    ...traffic(size.dtype, { read: seq * batch * input, parameters: directions * gates * hidden * (input + hidden + (bias ? 2 : 0)), write: cells }),
  };
}

/**
 * An element-wise operator of the given kind ("add", "relu", "gelu" …; see {@link elementwiseFlops}, 1 for others).
 * `inputs` = number of operands of full size, default 1; `parameters` = elements of further operands that are weights.
 */
export function elementwise(kind: string, size: { elements: number; inputs?: number; parameters?: number; dtype?: DType }): OpInit {
  const { elements, inputs = 1, parameters = 0 } = size;
  // A variadic sum or maximum of n operands takes n - 1 operations.
  const each = (elementwiseFlops[kind] ?? 1) * (variadic.has(kind) ? Math.max(1, inputs - 1 + (parameters > 0 ? 1 : 0)) : 1);
  return { kind, shape: { elements }, flops: each * elements, ...traffic(size.dtype, { read: inputs * elements, parameters, write: elements }) };
}

const variadic: ReadonlySet<string> = new Set(["add", "min", "max", "mean"]);

/** Softmax over `rows` rows of `columns`: maximum, difference, exponential, sum, quotient. */
export function softmax(size: { rows: number; columns: number; dtype?: DType }): OpInit {
  const { rows, columns } = size;
  return { kind: "softmax", shape: { rows, columns }, flops: softmaxFlops * rows * columns, ...traffic(size.dtype, { read: rows * columns, write: rows * columns }) };
}

const softmaxFlops = 5;

/** Kinds of {@link normalization}, with flops for each element, scale and shift included. */
const normalizationFlops = { "batch-norm": 2, "layer-norm": 7, "rms-norm": 4, "group-norm": 7, "instance-norm": 7, "lp-norm": 3 } as const;

/**
 * A normalization of `elements` numbers; `parameters` numbers of scale, shift and statistics (batch-norm: 4 a channel,
 * layer-norm: 2 a column …).
 */
export function normalization(kind: keyof typeof normalizationFlops, size: { elements: number; parameters: number; dtype?: DType }): OpInit {
  const { elements, parameters } = size;
  return { kind, shape: { elements, parameters }, flops: normalizationFlops[kind] * elements, ...traffic(size.dtype, { read: elements, parameters, write: elements }) };
}

/** Local response normalization over windows of `size` channels. */
export function lrn(size: { elements: number; size: number; dtype?: DType }): OpInit {
  const { elements } = size;
  return { kind: "lrn", shape: { elements, size: size.size }, flops: elements * (size.size + 5), ...traffic(size.dtype, { read: elements, write: elements }) };
}

/** Pooling: `inputs` elements in, `outputs` out, `window` elements in each window (all spatial positions for global-pool). */
export function pool(kind: "max-pool" | "average-pool" | "global-pool", size: { inputs: number; outputs: number; window: number; dtype?: DType }): OpInit {
  const { inputs, outputs, window } = size;
  return { kind, shape: { inputs, outputs, window }, flops: outputs * window, ...traffic(size.dtype, { read: inputs, write: outputs }) };
}

/** A reduction of `inputs` elements to `outputs`; `each` operations an input element, default 1. */
export function reduction(size: { inputs: number; outputs: number; each?: number; dtype?: DType }): OpInit {
  const { inputs, outputs, each = 1 } = size;
  return { kind: "reduce", shape: { inputs, outputs }, flops: each * inputs, ...traffic(size.dtype, { read: inputs, write: outputs }) };
}

/**
 * `rows` rows of `columns` elements chosen by index: reads the chosen rows and the indices (of `indexBytes` each,
 * default 8), not the whole table. Kind "embedding" when the table is a weight.
 */
export function gather(size: { rows: number; columns: number; weight?: boolean; indexBytes?: number; dtype?: DType }): OpInit {
  const { rows, columns, weight = false, indexBytes = 8, dtype = "f32" } = size;
  const bytes = rows * columns * dtypeBytes[dtype];
  return {
    kind: weight ? "embedding" : "gather", shape: { rows, columns }, dtype,
    readBytes: bytes + rows * indexBytes, writeBytes: bytes, parameterBytes: weight ? bytes : 0,
  };
}

/** Data movement without arithmetic (transpose, concat, slice, pad, tile, copy …): `read` elements in, `write` out. */
export function movement(kind: string, size: { read: number; write: number; parameters?: number; dtype?: DType }): OpInit {
  return { kind, shape: { elements: size.write }, flops: 0, ...traffic(size.dtype, size) };
}

/**
 * Two axes change places: matrices of `rows` × `columns`, whose cells are `run` elements that stay together, become
 * `columns` × `rows`, so many that they have `elements` in all. Cells of one element are the variant "last", since the
 * last axis is then one of the two.
 */
export function transpose(size: { elements: number; rows: number; columns: number; run: number; dtype?: DType }): OpInit {
  const { elements, rows, columns, run, dtype } = size;
  return { ...movement("transpose", { read: elements, write: elements, ...(dtype && { dtype }) }), shape: { elements, rows, columns, run }, ...(run === 1 && { variant: "last" }) };
}

/** Three spatial dimensions name their depth as well. */
function depth({ d, dOut, kd }: ConvSize): Record<string, number> {
  return d === undefined && dOut === undefined && kd === undefined ? {} : { d: d ?? 1, dOut: dOut ?? 1, kd: kd ?? 1 };
}

/** Element counts to bytes; `read` excludes the parameters, `readBytes` includes them. */
function traffic(dtype: DType = "f32", elements: { read: number; parameters?: number; write: number }) {
  const { read, parameters = 0, write } = elements;
  const size = dtypeBytes[dtype];
  return { dtype, readBytes: (read + parameters) * size, writeBytes: write * size, parameterBytes: parameters * size };
}
