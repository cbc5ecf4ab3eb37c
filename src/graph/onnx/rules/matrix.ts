import { attention, matmul } from "../../catalogue.ts";
import type { NodeView, Outcome, Rule, Rules } from "../node-view.ts";
import { axisOf, broadcast, elementsOf, f32, formatDims, i32, product, ShapeProblem, type ElementType, type Value } from "../value.ts";
import { parseEinsum } from "./einsum.ts";
import { fourierFlops } from "./signal.ts";

/** Last two axes swapped, as transA and transB ask; a vector stays. */
function swapped(dims: readonly number[], swap: boolean): readonly number[] {
  return swap && dims.length > 1 ? [...dims.slice(0, -2), dims.at(-1)!, dims.at(-2)!] : dims;
}

/** FusedMatMul's transBatch: the batch axes move behind the row axis: [m, b…, k] stands for [b…, m, k]. */
function batchSwapped(dims: readonly number[], swap: boolean): readonly number[] {
  return swap && dims.length > 2 ? [...dims.slice(1, -1), dims[0]!, dims.at(-1)!] : dims;
}

/** numpy.matmul. With a second factor of rank 2 the batch is part of the rows: one product, as runtimes do it. */
function product2(a: readonly number[], b: readonly number[]): { dims: number[]; batch: number; m: number; n: number; k: number } {
  if (a.length === 0 || b.length === 0) throw new ShapeProblem(`a product of ${formatDims(a)} and ${formatDims(b)}`);
  const left = a.length === 1 ? [1, a[0]!] : a;
  const right = b.length === 1 ? [b[0]!, 1] : b;
  const k = left.at(-1)!;
  if (right.at(-2) !== k) throw new ShapeProblem(`inner extents of ${formatDims(a)} and ${formatDims(b)} differ`);
  const m = left.at(-2)!;
  const n = right.at(-1)!;
  const batchDims = broadcast([left.slice(0, -2), right.slice(0, -2)]);
  const batch = elementsOf(batchDims);
  const dims = [...batchDims, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])];
  return product(right, 0, right.length - 2) === 1 ? { dims, batch: 1, m: batch * m, n, k } : { dims, batch, m, n, k };
}

interface Factors {
  readonly a: number;
  readonly b: number;
  readonly bias?: number;
  readonly type?: (node: NodeView) => ElementType | undefined;
  /** Operations for each output element beyond the product: scaling, rounding. */
  readonly extra?: number;
}

function matrixProduct({ a, b, bias, type, extra = 0 }: Factors): Rule {
  return (node) => {
    const left = swapped(batchSwapped(node.input(a).dims, node.int("transBatchA", 0) === 1), node.int("transA", 0) === 1);
    const right = swapped(batchSwapped(node.input(b).dims, node.int("transBatchB", 0) === 1), node.int("transB", 0) === 1);
    const { dims, ...size } = product2(left, right);
    const added = bias !== undefined && node.has(bias);
    const op = matmul({ ...size, bias: added });
    const output = type?.(node);
    // A weight is laid out beforehand as the kernel wants it; what the run makes is read as it lies.
    const transposed = node.input(b).storage.origin !== "weight" && (node.int("transA", 0) === 1 || node.int("transB", 0) === 1);
    return {
      outputs: [{ dims, ...(output && { type: output }) }], op: { ...op, flops: op.flops! + extra * elementsOf(dims), ...(transposed && { variant: "transposed" }) },
      reads: [node.input(a), node.input(b), added ? node.inputs[bias] : undefined],
    };
  };
}

const gemm: Rule = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  // Old files feed Gemm from a convolution: the rows are whatever precedes the flattened inner extent.
  if (a.dims.length > 2 && node.opset < 7 && node.int("transA", 0) === 0) return gemmOf(node, [a.dims[0]!, product(a.dims, 1)], b.dims);
  if (a.dims.length !== 2 || b.dims.length !== 2) throw new ShapeProblem(`Gemm takes matrices, not ${formatDims(a.dims)} and ${formatDims(b.dims)}`);
  return gemmOf(node, a.dims, b.dims);
};

function gemmOf(node: NodeView, a: readonly number[], b: readonly number[]): Outcome {
  const { dims, ...size } = product2(swapped(a, node.int("transA", 0) === 1), swapped(b, node.int("transB", 0) === 1));
  const activation = node.text("activation", "");
  const op = matmul({ ...size, bias: node.has(2) });
  return {
    outputs: [{ dims }], reads: node.inputs.slice(0, 3),
    op: activation === "" ? op : { ...op, flops: op.flops! + elementsOf(dims), fused: ["matmul", activation.toLowerCase()] },
  };
}

/** Quantized weights in blocks (4 or 8 bits), unpacked while they are multiplied. */
const matmulNBits: Rule = (node) => {
  const a = node.input(0);
  const [k, n] = [node.int("K", a.dims.at(-1) ?? 1), node.int("N", 1)];
  if (!(n >= 1 && k >= 1)) throw new ShapeProblem(`extents K ${k} and N ${n} must be at least 1`);
  const dims = [...a.dims.slice(0, -1), n];
  const op = matmul({ m: product(a.dims, 0, a.dims.length - 1), n, k });
  return { outputs: [{ dims }], op: { ...op, flops: op.flops! + 2 * n * k } };
};

const einsum: Rule = (node) => {
  const operands = node.inputs.filter((value): value is Value => value !== undefined);
  const { dims, op } = parseEinsum(node.text("equation", ""), operands.map((value) => value.dims));
  return { outputs: [{ dims }], op };
};

/** com.microsoft Attention: projections of the input to queries, keys and values, then attention. */
const projectedAttention: Rule = (node) => {
  const x = node.input(0);
  const w = node.input(1);
  const heads = node.int("num_heads", 1);
  const [batch, seq, width] = x.dims as [number, number, number];
  const sizes = node.ints("qkv_hidden_sizes");
  const qkv = w.dims[1] ?? 0;
  const [q, v] = sizes?.length === 3 ? [sizes[0]!, sizes[2]!] : [qkv / 3, qkv / 3];
  if (x.dims.length !== 3 || w.dims.length !== 2 || w.dims[0] !== width || !(heads >= 1) || !(q > 0)) throw new ShapeProblem(`attention of ${formatDims(x.dims)} with a weight of ${formatDims(w.dims)}`);
  const past = node.inputs[4]?.dims.at(-2) ?? 0;
  const projection = matmul({ m: batch * seq, n: qkv, k: width, bias: node.has(2) });
  const core = attention({ batch, heads, queries: seq, keys: seq + past, headDim: q / heads, valueDim: v / heads });
  return {
    outputs: [{ dims: [batch, seq, v] }, { dims: [2, batch, heads, seq + past, q / heads] }],
    op: { ...core, shape: { ...core.shape, width }, macs: core.macs! + projection.macs!, flops: core.flops! + projection.flops! },
  };
};

/** Position of the keys of earlier tokens, [batch, heads, sequence, size], by operator. */
const pastKeys: Readonly<Record<string, number>> = { Attention: 4, MultiHeadAttention: 6, GroupQueryAttention: 3, DecoderMaskedMultiHeadAttention: 5 };

/**
 * Attention over queries, keys and values that are separate tensors, [batch, sequence, hidden] or [batch, heads,
 * sequence, size], or packed into one: [batch, sequence, heads, 3, size], or side by side in the last axis.
 */
const plainAttention: Rule = (node) => {
  const q = node.input(0);
  const packed = !node.has(1);
  const [k, v] = [node.inputs[1] ?? q, node.inputs[2] ?? node.inputs[1] ?? q];
  const rank = q.dims.length;
  if (rank < 3 || rank > 5 || (rank === 5 && !packed) || k.dims.length < 3 || v.dims.length < 3) throw new ShapeProblem(`attention of ${formatDims(q.dims)}, ${formatDims(k.dims)} and ${formatDims(v.dims)}`);
  const split = rank === 4;
  const heads = split ? q.dims[1]! : rank === 5 ? q.dims[2]! : Math.max(1, node.int("num_heads", node.int("q_num_heads", 1)));
  const kvHeads = k.dims.length === 4 ? k.dims[1]! : Math.max(1, node.int("kv_num_heads", heads));
  const batch = q.dims[0]!;
  const queries = split ? q.dims[2]! : q.dims[1]!;
  const headDim = rank > 3 ? q.dims.at(-1)! : q.dims[2]! / (packed ? heads + 2 * kvHeads : heads);
  const valueDim = packed ? headDim : v.dims.length === 4 ? v.dims[3]! : v.dims[2]! / kvHeads;
  const past = node.inputs[pastKeys[node.opType] ?? -1];
  const keys = (packed ? queries : k.dims.at(-2)!) + (past?.dims.length === 4 ? past.dims[2]! : 0);
  return {
    outputs: [
      { dims: split ? [batch, heads, queries, valueDim] : [batch, queries, heads * valueDim] }, { dims: [batch, kvHeads, keys, headDim] },
      { dims: [batch, kvHeads, keys, valueDim] }, { dims: [batch, heads, queries, keys] },
    ],
    op: attention({ batch, heads, kvHeads, queries, keys, headDim, valueDim }),
  };
};

const attentionRule: Rule = (node) => (node.inputs[1]?.dims.length === 2 ? projectedAttention(node) : plainAttention(node));

/** Discrete Fourier transforms. */
const fourier: Rule = (node) => {
  const { dims } = node.input(0);
  const axis = axisOf(node.int("axis", node.data(2)?.[0] ?? 1), dims.length);
  const half = node.int("onesided", 0) === 1;
  const inverse = node.int("inverse", 0) === 1;
  const points = node.data(1)?.[0] ?? (half && inverse ? 2 * (dims[axis]! - 1) : dims[axis]!);
  // The transform of real numbers is symmetric: half of it says all. Its inverse is real again.
  const [length, parts] = half ? (inverse ? [points, 1] : [Math.floor(points / 2) + 1, 2]) : [points, 2];
  const out = dims.map((dim, i) => (i === axis ? length : i === dims.length - 1 ? parts : dim));
  const rows = elementsOf(dims) / Math.max(1, dims[axis]! * dims.at(-1)!);
  return { outputs: [{ dims: out }], op: { kind: "fft", shape: { rows, points }, flops: rows * fourierFlops(points) }, reads: [node.input(0)] };
};

/** Products of matrices, and what decomposes into them. */
export const matrixRules: Rules = {
  MatMul: matrixProduct({ a: 0, b: 1 }), FusedMatMul: matrixProduct({ a: 0, b: 1 }), TransposeMatMul: matrixProduct({ a: 0, b: 1 }),
  MatMulInteger: matrixProduct({ a: 0, b: 1, type: () => i32 }), QLinearMatMul: matrixProduct({ a: 0, b: 3, type: (node) => node.inputs[7]?.type, extra: 4 }),
  MatMulIntegerToFloat: matrixProduct({ a: 0, b: 1, bias: 6, type: () => f32, extra: 2 }), DynamicQuantizeMatMul: matrixProduct({ a: 0, b: 1, bias: 4, extra: 4 }),
  Gemm: gemm, FusedGemm: gemm, QGemm: matrixProduct({ a: 0, b: 3, bias: 6, type: (node) => node.inputs[8]?.type ?? f32, extra: 4 }),
  MatMulNBits: matmulNBits, Einsum: einsum, DFT: fourier,
  Attention: attentionRule, QAttention: projectedAttention, MultiHeadAttention: plainAttention, GroupQueryAttention: plainAttention, DecoderMaskedMultiHeadAttention: plainAttention,
  GemmFastGelu: matrixProduct({ a: 0, b: 1, bias: 2, extra: 9 }),
};
