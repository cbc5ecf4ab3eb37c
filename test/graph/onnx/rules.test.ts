import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { categoryOf } from "../../../src/graph/catalogue.ts";
import { infer } from "./infer.ts";
import { ints, Type, type Attribute, type Tensor } from "./make-model.ts";

interface Case {
  readonly op: string;
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  readonly weights?: Readonly<Record<string, Tensor>>;
  readonly types?: Readonly<Record<string, number>>;
  /** Names of the node's inputs; default: inputs, then weights. */
  readonly in?: readonly string[];
  readonly attrs?: Readonly<Record<string, Attribute>>;
  readonly opset?: number;
  readonly domain?: string;
  /** Shape of each output. */
  readonly gives: readonly (readonly number[])[];
  /** undefined = no operator. */
  readonly kind?: string | undefined;
  readonly macs?: number;
  readonly flops?: number;
}

const check = ({ op, inputs = {}, weights = {}, types = {}, in: names, attrs = {}, opset = 17, domain = "", gives, kind, macs = 0, flops }: Case): void => {
  const out = gives.map((_, i) => `y${i}`);
  const { tensor, ops } = infer({ inputs, weights, types, opset, nodes: [{ op, name: "n", domain, in: names ?? [...Object.keys(inputs), ...Object.keys(weights)], out, attrs }] });
  expect(out.map((name) => tensor(name).dims)).toEqual(gives);
  expect(ops.map((each) => each.kind)).toEqual(kind === undefined ? [] : [kind]);
  if (ops[0]) {
    expect(ops[0].macs).toBe(macs);
    expect(ops[0].flops).toBeGreaterThanOrEqual(2 * macs);
    if (flops !== undefined) expect(ops[0].flops).toBe(flops);
    expect(categoryOf(ops[0].kind)).toBeDefined();
  }
};
const w = (...dims: number[]): Tensor => ({ dims });
const table = (name: string, cases: readonly Case[]): void => test.each(cases.map((each, i) => [`${each.op} ${i}`, each] as const))(`${name}: %s`, (_, each) => check(each));

table("convolutions", [
  { op: "Conv", inputs: { x: [1, 3, 224, 224] }, weights: { w: w(64, 3, 7, 7), b: w(64) }, attrs: { strides: [2, 2], pads: [3, 3, 3, 3] }, gives: [[1, 64, 112, 112]], kind: "conv", macs: 118_013_952, flops: 236_830_720 },
  { op: "Conv", inputs: { x: [2, 32, 10, 10] }, weights: { w: w(32, 1, 3, 3) }, attrs: { group: 32, auto_pad: "SAME_UPPER", strides: [2, 2] }, gives: [[2, 32, 5, 5]], kind: "depthwise-conv", macs: 2 * 32 * 25 * 9 },
  { op: "Conv", inputs: { x: [1, 8, 10] }, weights: { w: w(4, 8, 3) }, attrs: { dilations: [2] }, gives: [[1, 4, 6]], kind: "conv", macs: 4 * 6 * 8 * 3 },
  { op: "Conv", inputs: { x: [1, 2, 4, 5, 6] }, weights: { w: w(3, 2, 2, 2, 2) }, gives: [[1, 3, 3, 4, 5]], kind: "conv", macs: 3 * 60 * 2 * 8 },
  { op: "ConvTranspose", inputs: { x: [1, 3, 3, 3] }, weights: { w: w(3, 2, 3, 3) }, attrs: { strides: [3, 2], output_padding: [1, 1] }, gives: [[1, 2, 10, 8]], kind: "conv-transpose", macs: 27 * 2 * 9 },
  { op: "ConvTranspose", inputs: { x: [1, 4, 5, 5] }, weights: { w: w(4, 1, 2, 2) }, attrs: { group: 4, output_shape: [10, 10], strides: [2, 2] }, gives: [[1, 4, 10, 10]], kind: "conv-transpose", macs: 100 * 4 },
  { op: "QLinearConv", domain: "com.microsoft", inputs: { x: [1, 9, 7, 3] }, types: { x: Type.u8 }, weights: { s: w(), z: { dims: [], type: Type.u8, data: [1] }, w: { dims: [5, 3, 3, 3], type: Type.u8 } }, in: ["x", "s", "z", "w", "s", "z", "s", "z"], attrs: { channels_last: 1, strides: [2, 1] }, gives: [[1, 4, 5, 5]], kind: "conv", macs: 20 * 5 * 27 },
  { op: "NhwcFusedConv", domain: "com.microsoft", inputs: { x: [1, 8, 8, 4] }, weights: { w: w(4, 1, 3, 3) }, attrs: { group: 4, pads: [1, 1, 1, 1] }, gives: [[1, 8, 8, 4]], kind: "depthwise-conv", macs: 64 * 36 },
  { op: "Conv", domain: "com.ms.internal.nhwc", inputs: { x: [1, 8, 8, 4] }, weights: { w: w(6, 4, 1, 1) }, gives: [[1, 8, 8, 6]], kind: "conv", macs: 64 * 24 },
  { op: "ConvInteger", inputs: { x: [1, 1, 3, 3] }, types: { x: Type.u8 }, weights: { w: { dims: [1, 1, 2, 2], type: Type.u8 } }, gives: [[1, 1, 2, 2]], kind: "conv", macs: 16 },
  { op: "QLinearConv", inputs: { x: [1, 1, 7, 7] }, types: { x: Type.u8 }, weights: { s: w(), z: { dims: [], type: Type.u8, data: [1] }, w: { dims: [1, 1, 1, 1], type: Type.u8 } }, in: ["x", "s", "z", "w", "s", "z", "s", "z"], gives: [[1, 1, 7, 7]], kind: "conv", macs: 49 },
  { op: "FusedConv", domain: "com.microsoft", inputs: { x: [1, 2, 4, 4], sum: [1, 2, 4, 4] }, weights: { w: w(2, 2, 1, 1) }, in: ["x", "w", "", "sum"], attrs: { activation: "Relu" }, gives: [[1, 2, 4, 4]], kind: "conv", macs: 64, flops: 2 * 64 + 64 },
  { op: "Conv", domain: "com.microsoft.nchwc", inputs: { x: [1, 16, 8, 8] }, weights: { w: w(16, 16, 3, 3) }, attrs: { pads: [1, 1, 1, 1], activation: "Relu" }, gives: [[1, 16, 8, 8]], kind: "conv", macs: 16 * 16 * 9 * 64 },
]);

table("matrix products", [
  { op: "MatMul", inputs: { a: [2, 3, 4, 5], b: [3, 5, 6] }, gives: [[2, 3, 4, 6]], kind: "matmul", macs: 6 * 4 * 5 * 6 },
  { op: "MatMul", inputs: { a: [5], b: [5] }, gives: [[]], kind: "matmul", macs: 5 },
  { op: "MatMul", inputs: { a: [7, 4, 5], b: [5] }, gives: [[7, 4]], kind: "matmul", macs: 140 },
  { op: "MatMul", inputs: { a: [5], b: [2, 5, 3] }, gives: [[2, 3]], kind: "matmul", macs: 30 },
  { op: "Gemm", inputs: { a: [4, 3] }, weights: { b: w(5, 4), c: w(3, 5) }, attrs: { transA: 1, transB: 1 }, gives: [[3, 5]], kind: "matmul", macs: 60, flops: 135 },
  { op: "FusedGemm", domain: "com.microsoft", inputs: { a: [3, 4] }, weights: { b: w(4, 5) }, attrs: { activation: "Relu" }, gives: [[3, 5]], kind: "matmul", macs: 60, flops: 135 },
  { op: "FusedMatMul", domain: "com.microsoft", inputs: { a: [2, 8, 3], b: [2, 8, 5] }, attrs: { transA: 1, alpha: { float: 0.5 } }, gives: [[2, 3, 5]], kind: "matmul", macs: 240 },
  { op: "FusedMatMul", domain: "com.microsoft", inputs: { a: [3, 2, 8], b: [2, 8, 5] }, attrs: { transBatchA: 1 }, gives: [[2, 3, 5]], kind: "matmul", macs: 240 },
  { op: "MatMulInteger", inputs: { a: [4, 3], b: [3, 2] }, types: { a: Type.u8, b: Type.u8 }, gives: [[4, 2]], kind: "matmul", macs: 24 },
  { op: "QLinearMatMul", inputs: { a: [2, 4], b: [4, 3] }, types: { a: Type.u8, b: Type.u8 }, weights: { s: w(), z: { dims: [], type: Type.u8 } }, in: ["a", "s", "z", "b", "s", "z", "s", "z"], gives: [[2, 3]], kind: "matmul", macs: 24 },
  { op: "MatMulNBits", domain: "com.microsoft", inputs: { a: [1, 6, 64] }, weights: { q: { dims: [10, 2, 16], type: Type.u8 }, s: w(20) }, attrs: { K: 64, N: 10, bits: 4, block_size: 32 }, gives: [[1, 6, 10]], kind: "matmul", macs: 6 * 64 * 10 },
  { op: "Einsum", inputs: { a: [2, 3, 4, 5], b: [2, 6, 4, 5] }, attrs: { equation: "bihd,bjhd->bhij" }, gives: [[2, 4, 3, 6]], kind: "matmul", macs: 2 * 4 * 3 * 6 * 5 },
  { op: "Einsum", inputs: { a: [3, 4] }, attrs: { equation: "ij->ji" }, gives: [[4, 3]], kind: "transpose" },
  { op: "Einsum", inputs: { a: [3, 4] }, attrs: { equation: "ij->i" }, gives: [[3]], kind: "reduce", flops: 12 },
  { op: "Einsum", inputs: { a: [7, 3, 4], b: [4, 5] }, attrs: { equation: "...ij,jk" }, gives: [[7, 3, 5]], kind: "matmul", macs: 420 },
  { op: "Einsum", inputs: { a: [2, 3], b: [3, 4], c: [4, 5] }, attrs: { equation: "ij,jk,kl->il" }, gives: [[2, 5]], kind: "matmul", macs: 24 + 40 },
]);

// BERT-base's attention: 12 heads of 64; projections 3·768², scores and weighted sum 2·128·64 for each head and query.
const heads = 12 * 128 * 128 * 128;
table("attention and recurrent layers", [
  { op: "Attention", domain: "com.microsoft", inputs: { x: [1, 128, 768] }, weights: { w: w(768, 2304), b: w(2304) }, attrs: { num_heads: 12 }, gives: [[1, 128, 768]], kind: "attention", macs: 128 * 768 * 2304 + heads },
  { op: "MultiHeadAttention", domain: "com.microsoft", inputs: { q: [1, 128, 768], k: [1, 128, 768], v: [1, 128, 768] }, attrs: { num_heads: 12 }, gives: [[1, 128, 768]], kind: "attention", macs: heads },
  { op: "Attention", opset: 23, inputs: { q: [2, 8, 16, 64], k: [2, 2, 32, 64], v: [2, 2, 32, 64] }, gives: [[2, 8, 16, 64]], kind: "attention", macs: 2 * 8 * 16 * 32 * 128 },
  { op: "LSTM", inputs: { x: [10, 2, 8] }, weights: { w: w(2, 64, 8), r: w(2, 64, 16), b: w(2, 128) }, attrs: { hidden_size: 16 }, gives: [[10, 2, 2, 16], [2, 2, 16], [2, 2, 16]], kind: "lstm", macs: 2 * 10 * 2 * 64 * 24 },
  { op: "GRU", inputs: { x: [2, 10, 8] }, weights: { w: w(1, 48, 8), r: w(1, 48, 16) }, attrs: { hidden_size: 16, layout: 1 }, gives: [[2, 10, 1, 16], [2, 1, 16]], kind: "gru", macs: 20 * 48 * 24 },
  { op: "RNN", inputs: { x: [10, 2, 8] }, weights: { w: w(1, 16, 8), r: w(1, 16, 16) }, gives: [[10, 1, 2, 16], [1, 2, 16]], kind: "rnn", macs: 20 * 16 * 24 },
]);

table("pools, norms, softmax, reductions", [
  { op: "MaxPool", inputs: { x: [1, 1, 32, 32] }, attrs: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, gives: [[1, 1, 16, 16], [1, 1, 16, 16]], kind: "max-pool", flops: 256 * 9 },
  { op: "AveragePool", inputs: { x: [1, 3, 7, 7] }, attrs: { kernel_shape: [7, 7] }, gives: [[1, 3, 1, 1]], kind: "global-pool", flops: 147 },
  { op: "AveragePool", inputs: { x: [1, 3, 32, 32] }, attrs: { kernel_shape: [3, 3], strides: [3, 3], auto_pad: "SAME_LOWER" }, gives: [[1, 3, 11, 11]], kind: "average-pool" },
  { op: "NhwcMaxPool", domain: "com.microsoft", inputs: { x: [1, 8, 6, 3] }, types: { x: Type.u8 }, attrs: { kernel_shape: [2, 2], strides: [2, 2] }, gives: [[1, 4, 3, 3]], kind: "max-pool" },
  { op: "QLinearGlobalAveragePool", domain: "com.microsoft", inputs: { x: [1, 8, 6, 3] }, types: { x: Type.u8 }, attrs: { channels_last: 1 }, gives: [[1, 1, 1, 3]], kind: "global-pool" },
  { op: "GlobalAveragePool", inputs: { x: [2, 5, 6, 7] }, gives: [[2, 5, 1, 1]], kind: "global-pool", flops: 420 },
  { op: "RoiAlign", inputs: { x: [1, 4, 10, 10], r: [3, 4], i: [3] }, attrs: { output_height: 5, output_width: 5 }, gives: [[3, 4, 5, 5]], kind: "roi-pool" },
  { op: "BatchNormalization", inputs: { x: [2, 3, 4, 5] }, weights: { a: w(3), b: w(3), m: w(3), v: w(3) }, gives: [[2, 3, 4, 5]], kind: "batch-norm", flops: 240 },
  { op: "LayerNormalization", inputs: { x: [2, 3, 8] }, weights: { a: w(8), b: w(8) }, gives: [[2, 3, 8], [2, 3, 1]], kind: "layer-norm", flops: 336 },
  { op: "SkipLayerNormalization", domain: "com.microsoft", inputs: { x: [2, 3, 8], s: [2, 3, 8] }, weights: { a: w(8), b: w(8) }, gives: [[2, 3, 8]], kind: "layer-norm", flops: 384 },
  { op: "SimplifiedLayerNormalization", inputs: { x: [2, 8] }, weights: { a: w(8) }, gives: [[2, 8]], kind: "rms-norm", flops: 64 },
  { op: "InstanceNormalization", inputs: { x: [2, 3, 4] }, weights: { a: w(3), b: w(3) }, gives: [[2, 3, 4]], kind: "instance-norm" },
  { op: "LRN", inputs: { x: [1, 8, 2, 2] }, attrs: { size: 5 }, gives: [[1, 8, 2, 2]], kind: "lrn", flops: 320 },
  { op: "Softmax", opset: 9, inputs: { x: [2, 3, 4] }, gives: [[2, 3, 4]], kind: "softmax", flops: 120 },
  { op: "ReduceMean", inputs: { x: [2, 3, 4] }, attrs: { axes: [-1], keepdims: 0 }, gives: [[2, 3]], kind: "reduce", flops: 24 },
  { op: "ReduceSum", inputs: { x: [2, 3, 4] }, weights: { axes: ints(0, 2) }, gives: [[1, 3, 1]], kind: "reduce" },
  { op: "ReduceMax", inputs: { x: [2, 3, 4] }, attrs: { keepdims: 0 }, gives: [[]], kind: "reduce" },
  { op: "ArgMax", inputs: { x: [2, 3, 4] }, attrs: { axis: 1 }, gives: [[2, 1, 4]], kind: "reduce" },
  { op: "TopK", inputs: { x: [2, 10] }, weights: { k: ints(3) }, gives: [[2, 3], [2, 3]], kind: "top-k" },
  { op: "CumSum", inputs: { x: [2, 10] }, weights: { axis: { dims: [], type: Type.i64, data: [1] } }, gives: [[2, 10]], kind: "cumulative" },
]);

table("element-wise", [
  { op: "Add", inputs: { a: [8, 1, 6, 1], b: [7, 1, 5] }, gives: [[8, 7, 6, 5]], kind: "add", flops: 1680 },
  { op: "Sum", inputs: { a: [2, 3], b: [2, 3], c: [2, 3] }, gives: [[2, 3]], kind: "add", flops: 12 },
  { op: "Add", opset: 6, inputs: { a: [2, 3, 4, 5], b: [3, 4] }, attrs: { broadcast: 1, axis: 1 }, gives: [[2, 3, 4, 5]], kind: "add" },
  { op: "Clip", inputs: { x: [2, 3] }, weights: { low: w(), high: w() }, gives: [[2, 3]], kind: "clip", flops: 12 },
  { op: "BiasGelu", domain: "com.microsoft", inputs: { x: [2, 3] }, weights: { b: w(3) }, gives: [[2, 3]], kind: "gelu" },
  { op: "Where", inputs: { c: [3, 1], a: [4], b: [3, 4] }, types: { c: Type.bool }, gives: [[3, 4]], kind: "where" },
  { op: "Cast", inputs: { x: [2] }, attrs: { to: Type.f16 }, gives: [[2]], kind: "cast" },
  { op: "Cast", inputs: { x: [2] }, attrs: { to: Type.f32 }, gives: [[2]] },
  { op: "Dropout", inputs: { x: [2, 3] }, gives: [[2, 3]] },
  { op: "QuantizeLinear", inputs: { x: [2, 3] }, weights: { s: w(), z: { dims: [], type: Type.i8 } }, gives: [[2, 3]], kind: "quantize" },
  { op: "DynamicQuantizeLinear", inputs: { x: [2, 3] }, gives: [[2, 3], [], []], kind: "quantize" },
  { op: "ReluGrad", domain: "com.microsoft", inputs: { dy: [2, 3], x: [2, 3] }, gives: [[2, 3]], kind: "relu-grad" },
]);

table("data movement", [
  { op: "Transpose", inputs: { x: [2, 3, 4] }, gives: [[4, 3, 2]], kind: "transpose", flops: 0 },
  { op: "Transpose", inputs: { x: [1, 3, 4] }, attrs: { perm: [1, 0, 2] }, gives: [[3, 1, 4]] },
  { op: "Concat", inputs: { a: [2, 3], b: [2, 5] }, attrs: { axis: -1 }, gives: [[2, 8]], kind: "concat" },
  { op: "Split", inputs: { x: [2, 7] }, attrs: { axis: 1, num_outputs: 3 }, opset: 18, gives: [[2, 3], [2, 3], [2, 1]], kind: "split" },
  { op: "Split", inputs: { x: [2, 7] }, weights: { s: ints(4, 3) }, attrs: { axis: 1 }, gives: [[2, 4], [2, 3]], kind: "split" },
  { op: "Slice", inputs: { x: [20, 10, 5] }, weights: { s: ints(0, 0), e: ints(3, 10), a: ints(0, 1) }, gives: [[3, 10, 5]], kind: "slice" },
  { op: "Slice", inputs: { x: [20, 10, 5] }, weights: { s: ints(20, -1), e: ints(0, -9e18), a: ints(0, 1), t: ints(-3, -1) }, gives: [[7, 10, 5]], kind: "slice" },
  { op: "Slice", opset: 9, inputs: { x: [20, 10] }, attrs: { starts: [1], ends: [-1], axes: [1] }, gives: [[20, 8]], kind: "slice" },
  { op: "Gather", inputs: { x: [5, 4, 3], i: [2, 2] }, types: { i: Type.i64 }, attrs: { axis: 1 }, gives: [[5, 2, 2, 3]], kind: "gather" },
  { op: "Gather", inputs: { i: [2, 6] }, types: { i: Type.i64 }, weights: { t: w(1000, 16) }, in: ["t", "i"], gives: [[2, 6, 16]], kind: "embedding" },
  { op: "GatherND", inputs: { x: [2, 3, 4], i: [5, 2] }, types: { i: Type.i64 }, gives: [[5, 4]], kind: "gather" },
  { op: "GatherElements", inputs: { x: [3, 3], i: [2, 3] }, types: { i: Type.i64 }, gives: [[2, 3]], kind: "gather" },
  { op: "ScatterND", inputs: { x: [8], i: [4, 1], u: [4] }, types: { i: Type.i64 }, gives: [[8]], kind: "scatter" },
  { op: "Expand", inputs: { x: [3, 1] }, weights: { s: ints(2, 1, 6) }, gives: [[2, 3, 6]], kind: "tile" },
  { op: "Tile", inputs: { x: [2, 3] }, weights: { r: ints(2, 4) }, gives: [[4, 12]], kind: "tile" },
  { op: "Tile", opset: 1, inputs: { x: [2, 3] }, weights: { tiles: { dims: [], data: [4] }, axis: { dims: [], data: [1] } }, gives: [[2, 12]], kind: "tile" },
  { op: "Upsample", opset: 1, inputs: { x: [1, 3, 4, 5] }, attrs: { height_scale: { float: 2 }, width_scale: { float: 3 } }, gives: [[1, 3, 8, 15]], kind: "resize" },
  { op: "Pad", inputs: { x: [1, 3, 4, 5] }, weights: { p: ints(0, 0, 1, 3, 0, 0, 2, 4) }, gives: [[1, 3, 7, 12]], kind: "pad" },
  { op: "Resize", inputs: { x: [1, 3, 4, 5] }, weights: { s: { dims: [4], data: [1, 1, 2, 1.5] } }, in: ["x", "", "s"], attrs: { mode: "linear" }, gives: [[1, 3, 8, 7]], kind: "resize", flops: 168 * 9 },
  { op: "Resize", inputs: { x: [1, 3, 4, 5] }, weights: { s: ints(1, 3, 9, 9) }, in: ["x", "", "", "s"], gives: [[1, 3, 9, 9]], kind: "resize", flops: 0 },
  { op: "Upsample", opset: 9, inputs: { x: [1, 3, 4, 5] }, weights: { s: { dims: [4], data: [1, 1, 2, 2] } }, gives: [[1, 3, 8, 10]], kind: "resize" },
  { op: "DepthToSpace", inputs: { x: [1, 8, 2, 3] }, attrs: { blocksize: 2 }, gives: [[1, 2, 4, 6]], kind: "transpose" },
  { op: "SpaceToDepth", inputs: { x: [1, 2, 4, 6] }, attrs: { blocksize: 2 }, gives: [[1, 8, 2, 3]], kind: "transpose" },
  { op: "OneHot", inputs: { i: [2, 3] }, types: { i: Type.i64 }, weights: { d: ints(10), v: w(2) }, gives: [[2, 3, 10]], kind: "one-hot" },
  { op: "NonZero", inputs: { x: [2, 3] }, gives: [[2, 6]], kind: "gather" },
  { op: "RandomNormal", attrs: { shape: [4, 5] }, gives: [[4, 5]], kind: "fill" },
  { op: "ReorderInput", domain: "com.microsoft.nchwc", inputs: { x: [1, 8, 8, 16] }, attrs: { channels_last: 1 }, gives: [[1, 16, 8, 8]], kind: "transpose" },
  { op: "ReorderOutput", domain: "com.microsoft.nchwc", inputs: { x: [1, 16, 8, 8] }, attrs: { channels: 12 }, gives: [[1, 12, 8, 8]], kind: "transpose" },
]);

table("views and constants cost nothing", [
  { op: "Reshape", inputs: { x: [2, 3, 4] }, weights: { s: ints(0, -1) }, gives: [[2, 12]] },
  { op: "Reshape", opset: 4, inputs: { x: [2, 3, 4] }, attrs: { shape: [4, 6] }, gives: [[4, 6]] },
  { op: "Flatten", inputs: { x: [2, 3, 4, 5] }, attrs: { axis: 2 }, gives: [[6, 20]] },
  { op: "Squeeze", inputs: { x: [1, 3, 1, 5] }, weights: { a: ints(0) }, gives: [[3, 1, 5]] },
  { op: "Squeeze", inputs: { x: [1, 3, 1, 5] }, gives: [[3, 5]] },
  { op: "Unsqueeze", inputs: { x: [3, 4] }, attrs: { axes: [0, -1] }, opset: 11, gives: [[1, 3, 4, 1]] },
  { op: "Identity", inputs: { x: [3] }, gives: [[3]] },
  { op: "Shape", inputs: { x: [3, 4, 5] }, attrs: { start: -2 }, gives: [[2]] },
  { op: "ConstantOfShape", weights: { s: ints(3, 4) }, gives: [[3, 4]] },
  { op: "Range", weights: { a: ints(0), b: ints(10), c: ints(3) }, gives: [[4]] },
  { op: "MatMul", weights: { a: w(2, 3), b: w(3, 4) }, gives: [[2, 4]] },
]);

const number = (value: number): Tensor => ({ dims: [], type: Type.i64, data: [value] });
table("signals and small linear algebra", [
  { op: "STFT", inputs: { x: [2, 64, 1] }, weights: { step: number(8), win: w(16) }, gives: [[2, 7, 9, 2]], kind: "fft", flops: 14 * (5 * 16 * 4 + 16) },
  { op: "STFT", inputs: { x: [2, 64] }, weights: { step: number(8), length: number(20) }, in: ["x", "step", "", "length"], attrs: { onesided: 0 }, gives: [[2, 6, 20, 2]], kind: "fft" },
  { op: "HannWindow", weights: { n: number(16) }, gives: [[16]] },
  { op: "MelWeightMatrix", weights: { bins: number(8), points: number(16), rate: number(16000), low: w(), high: w() }, gives: [[9, 8]] },
  { op: "Col2Im", inputs: { x: [1, 18, 9] }, weights: { image: ints(5, 5), block: ints(3, 3) }, gives: [[1, 2, 5, 5]], kind: "scatter", flops: 162 },
  { op: "CenterCropPad", inputs: { x: [1, 3, 15, 17] }, weights: { size: ints(10, 20) }, attrs: { axes: [2, -1] }, gives: [[1, 3, 10, 20]], kind: "pad" },
  { op: "Det", inputs: { x: [4, 3, 3] }, gives: [[4]], kind: "elimination", flops: 4 * 18 },
  { op: "Inverse", domain: "com.microsoft", inputs: { x: [4, 3, 3] }, gives: [[4, 3, 3]], kind: "elimination" },
]);

table("sequences stand as one of their tensors", [
  { op: "SplitToSequence", inputs: { x: [6, 4] }, weights: { s: number(2) }, gives: [[2, 4]], kind: "split" },
  { op: "SplitToSequence", inputs: { x: [6, 4] }, attrs: { axis: 1, keepdims: 0 }, gives: [[6]], kind: "split" },
  { op: "SequenceAt", inputs: { x: [6, 4] }, weights: { i: number(1) }, gives: [[6, 4]] },
  { op: "SequenceInsert", inputs: { x: [], y: [6, 4] }, gives: [[6, 4]], kind: "copy" },
]);

test("what comes into the blocked layout has its channels padded to the blocks of the weights", () => {
  const shapeOf = (channels: number, weights: readonly number[]): readonly number[] => infer({
    inputs: { x: [1, channels, 8, 8] }, weights: { w: w(...weights) },
    nodes: [{ op: "ReorderInput", domain: "com.microsoft.nchwc", in: ["x"], out: ["b"] }, { op: "Conv", domain: "com.microsoft.nchwc", in: ["b", "w"], out: ["c"] }, { op: "ReorderOutput", domain: "com.microsoft.nchwc", in: ["c"], out: ["y"], attrs: { channels: 20 } }],
  }).tensor("b").dims;
  expect(shapeOf(24, [32, 32, 1, 1])).toEqual([1, 32, 8, 8]);
  // Kernels of narrower vectors have blocks of 8.
  expect(shapeOf(24, [32, 24, 1, 1])).toEqual([1, 24, 8, 8]);
  expect(shapeOf(20, [24, 24, 1, 1])).toEqual([1, 24, 8, 8]);
});

describe("extents beside the number of elements", () => {
  const opOf = (op: string, inputs: Readonly<Record<string, readonly number[]>>, attrs: Readonly<Record<string, Attribute>> = {}, domain = "") => infer({ inputs, nodes: [{ op, domain, in: Object.keys(inputs), out: ["y"], attrs }] }).ops[0]!;

  test("of axes that change places: matrices, and what stays together", () => {
    expect(opOf("Transpose", { x: [1, 128, 12, 64] }, { perm: [0, 2, 1, 3] })).toMatchObject({ shape: { elements: 98304, rows: 128, columns: 12, run: 64 } });
    expect(opOf("Transpose", { x: [1, 128, 12, 64] }, { perm: [0, 2, 1, 3] }).variant).toBeUndefined();
    expect(opOf("Transpose", { x: [2, 5, 4] }, { perm: [0, 2, 1] })).toMatchObject({ variant: "last", shape: { elements: 40, rows: 5, columns: 4, run: 1 } });
  });
  test("of changes of layout: channels and pixels, and which way", () => {
    const nchwc = "com.microsoft.nchwc";
    expect(opOf("ReorderInput", { x: [2, 32, 5, 7] }, {}, nchwc)).toMatchObject({ variant: "nchwc", shape: { elements: 2240, rows: 32, columns: 35, run: 1 } });
    expect(opOf("ReorderOutput", { x: [2, 32, 5, 7] }, { channels: 24 }, nchwc)).toMatchObject({ variant: "nchwc+back", shape: { elements: 1680, rows: 24, columns: 35, run: 1 } });
  });
  test.each([
    { what: "a row of weights", a: [2, 6, 8], b: [8], columns: 8 },
    { what: "a number a channel", a: [2, 3, 4, 5], b: [3, 1, 1], columns: 20 },
    { what: "a number a row", a: [6, 8], b: [6, 1], columns: 8 },
    { what: "the same for all of a batch", a: [4, 6, 8], b: [6, 8], columns: 48 },
    { what: "axes of extent 1 at the end", a: [4, 6, 1, 1], b: [4, 1, 1, 1], columns: 6 },
    { what: "a row and a column", a: [6, 1], b: [1, 8], columns: 8 },
    { what: "as many of both", a: [2, 6, 8], b: [2, 6, 8], columns: undefined },
    { what: "as many of both, but for axes of extent 1", a: [1, 6, 8], b: [6, 8], columns: undefined },
    { what: "one number", a: [2, 6, 8], b: [1], columns: undefined },
  ])("of two operands: $what", ({ a, b, columns }) => expect(opOf("Add", { a, b }).shape["columns"]).toBe(columns));
});

describe("contradictions name the node", () => {
  const cases: readonly (readonly [op: string, inputs: Readonly<Record<string, readonly number[]>>, attrs: Readonly<Record<string, Attribute>>, message: string])[] = [
    ["MatMul", { a: [2, 3], b: [4, 5] }, {}, "inner extents"], ["Conv", { x: [1, 3, 8, 8], w: [4, 2, 3, 3] }, {}, "channels"], ["Conv", { x: [1, 3, 2, 2], w: [4, 3, 3, 3] }, {}, "does not fit an axis of 2"],
    ["Add", { a: [2, 3], b: [2, 4] }, {}, "do not broadcast"], ["Concat", { a: [2, 3], b: [3, 4] }, { axis: 1 }, "cannot be joined"], ["Transpose", { x: [2, 3] }, { perm: [0, 5] }, "axis 5"],
    ["Conv", { x: [1, 3, 8, 8], w: [4, 3, 3, 3] }, { strides: [0, 0] }, "at least 1"], ["Einsum", { x: [2, 3] }, { equation: "ijk->i" }, "does not fit"],
  ];
  test.each(cases)("%s", (op, inputs, attrs, message) => {
    const run = (): unknown => infer({ inputs, nodes: [{ op, name: "here", in: Object.keys(inputs), out: ["y"], attrs }] });
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
    expect(run).toThrow(`node "here" (${op})`);
  });
});
