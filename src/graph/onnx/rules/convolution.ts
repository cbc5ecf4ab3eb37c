import { conv, convTranspose, windowOutput, type ConvSize } from "../../catalogue.ts";
import type { OpInit } from "../../builder.ts";
import type { NodeView, Outcome, Rule, Rules } from "../node-view.ts";
import { eitherLayout } from "./channels-last.ts";
import { formatDims, i32, ShapeProblem, type ElementType, type Value } from "../value.ts";

/** Window attributes that convolutions and pools share, completed with their defaults. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin and end of each axis together. */
  readonly padding: readonly number[];
  readonly autoPad: string;
}

/** @throws {ShapeProblem} when the attributes do not fit the number of spatial axes, or are not positive. */
export function windowOf(node: NodeView, spatial: number, kernel: readonly number[]): Window {
  if (spatial < 1 || kernel.length !== spatial) throw new ShapeProblem(`a window of ${formatDims(kernel)} over ${spatial} spatial axes`);
  const list = (name: string, length: number, otherwise: number): readonly number[] => {
    const given = node.ints(name);
    if (!given || given.length === 0) return new Array<number>(length).fill(otherwise);
    if (given.length < length) throw new ShapeProblem(`${name} ${formatDims(given)} does not fit ${spatial} spatial axes`);
    return given.slice(0, length);
  };
  const pads = list("pads", 2 * spatial, 0);
  const strides = list("strides", spatial, 1);
  const dilations = list("dilations", spatial, 1);
  if ([...kernel, ...strides, ...dilations].some((value) => !(value >= 1))) throw new ShapeProblem("kernel, strides and dilations must be at least 1");
  return { kernel, strides, dilations, padding: kernel.map((_, i) => pads[i]! + pads[spatial + i]!), autoPad: node.text("auto_pad", "NOTSET") };
}

/** Output extents of a convolution or pool. @throws {ShapeProblem} when the window does not fit. */
export function windowOutputs(dims: readonly number[], { kernel, strides, dilations, padding, autoPad }: Window, ceil = false): number[] {
  return kernel.map((size, i) => {
    const input = dims[2 + i]!;
    const stride = strides[i]!;
    if (autoPad.startsWith("SAME")) return Math.ceil(input / stride);
    const output = windowOutput(input, size, { stride, padding: autoPad === "VALID" ? 0 : padding[i]!, dilation: dilations[i]!, ceil });
    if (output < 1 && input > 0) throw new ShapeProblem(`a window of ${size} does not fit an axis of ${input}`);
    return Math.max(0, output);
  });
}

/** One to three spatial axes as the catalogue names them; missing ones are 1. */
function extents(dims: readonly number[], names: readonly [string, string, string]): Record<string, number> {
  const [d, h, w] = dims.length === 3 ? dims : dims.length === 2 ? [undefined, ...dims] : [undefined, 1, ...dims];
  return { ...(d !== undefined && { [names[0]]: d }), [names[1]]: h!, [names[2]]: w! };
}

function sizeOf(x: Value, kernel: readonly number[], outputs: readonly number[], cOut: number, groups: number, bias: boolean): ConvSize {
  const [n, cIn, ...spatial] = x.dims as [number, number, ...number[]];
  return {
    n, cIn, cOut, groups, bias,
    ...extents(spatial, ["d", "h", "w"]), ...extents(outputs, ["dOut", "hOut", "wOut"]), ...extents(kernel, ["kd", "kh", "kw"]),
  } as unknown as ConvSize;
}

/** Inputs by position, which differ between the plain, quantized and integer forms. */
interface Layout {
  readonly x: number;
  readonly w: number;
  readonly bias?: number;
  /** An addend of the output's shape (fused residual). */
  readonly addend?: number;
  readonly type?: (node: NodeView) => ElementType | undefined;
  readonly quantized?: boolean;
}

function convolution(layout: Layout): Rule {
  return (node) => {
    const x = node.input(layout.x);
    const w = node.input(layout.w);
    const spatial = x.dims.length - 2;
    if (spatial < 1 || spatial > 3 || w.dims.length !== x.dims.length) throw new ShapeProblem(`a convolution of ${formatDims(x.dims)} with a weight of ${formatDims(w.dims)}`);
    const groups = node.int("group", 1);
    const cOut = w.dims[0]!;
    if (!(groups >= 1) || cOut % groups !== 0 || w.dims[1]! * groups !== x.dims[1]) {
      throw new ShapeProblem(`${x.dims[1]} channels in ${groups} groups do not fit a weight of ${formatDims(w.dims)}`);
    }
    const window = windowOf(node, spatial, w.dims.slice(2));
    const outputs = windowOutputs(x.dims, window);
    const bias = layout.bias !== undefined && node.has(layout.bias);
    const op = conv(sizeOf(x, window.kernel, outputs, cOut, groups, bias));
    return finish(node, layout, op, [x.dims[0]!, cOut, ...outputs]);
  };
}

/** A depthwise convolution along a sequence that looks only back: [batch, channels, length], as long as its input. */
const causal: Rule = (node) => {
  const [x, w] = [node.input(0), node.input(1)];
  const [n, channels, length] = x.dims as [number, number, number];
  const kernel = w.dims.at(-1);
  if (x.dims.length !== 3 || kernel === undefined || w.dims[0] !== channels) throw new ShapeProblem(`a convolution of ${formatDims(x.dims)} with a weight of ${formatDims(w.dims)}`);
  const op = conv({ n, cIn: channels, cOut: channels, groups: channels, h: 1, hOut: 1, kh: 1, w: length, wOut: length, kw: kernel, bias: node.has(2) });
  return { outputs: [{ dims: x.dims }, { dims: [n, channels, Math.max(0, kernel - 1)] }], op, reads: node.inputs };
};

/** Reads its input at positions of its own: a bilinear sample (9 operations) for each element of every window. */
const deformable: Rule = (node) => {
  const outcome = convolution({ x: 0, w: 1, bias: 3 })(node);
  const op = outcome.op!;
  const samples = (op.macs! / Math.max(1, node.input(1).dims[0]!)) * Math.max(1, node.int("group", 1));
  return { ...outcome, op: { ...op, flops: op.flops! + 9 * samples }, reads: node.inputs };
};

const transposed: Rule = (node) => {
  const x = node.input(0);
  const w = node.input(1);
  const spatial = x.dims.length - 2;
  if (spatial < 1 || spatial > 3 || w.dims.length !== x.dims.length) throw new ShapeProblem(`a convolution of ${formatDims(x.dims)} with a weight of ${formatDims(w.dims)}`);
  const groups = node.int("group", 1);
  if (!(groups >= 1) || w.dims[0] !== x.dims[1]) throw new ShapeProblem(`${x.dims[1]} channels in ${groups} groups do not fit a weight of ${formatDims(w.dims)}`);
  const { kernel, strides, dilations, padding, autoPad } = windowOf(node, spatial, w.dims.slice(2));
  const extra = node.ints("output_padding");
  const outputs = node.ints("output_shape")?.slice(-spatial) ?? kernel.map((size, i) => {
    const input = x.dims[2 + i]!;
    if (autoPad.startsWith("SAME")) return input * strides[i]!;
    return strides[i]! * (input - 1) + (extra?.[i] ?? 0) + (size - 1) * dilations[i]! + 1 - (autoPad === "VALID" ? 0 : padding[i]!);
  });
  if (outputs.length !== spatial || outputs.some((extent) => !(extent >= 0))) throw new ShapeProblem(`the output would be ${formatDims(outputs)}`);
  const cOut = w.dims[1]! * groups;
  return finish(node, { x: 0, w: 1, bias: 2 }, convTranspose(sizeOf(x, kernel, outputs, cOut, groups, node.has(2))), [x.dims[0]!, cOut, ...outputs]);
};

/** Fused residual and activation, as optimizers of runtimes write them, are a flop an output element each. */
function finish(node: NodeView, { x, w, bias, addend, type, quantized }: Layout, op: OpInit, dims: readonly number[]): Outcome {
  const outputs = dims.reduce((a, b) => a * b, 1);
  const sum = addend !== undefined && node.has(addend);
  const activation = node.text("activation", "");
  const fused = [op.kind, ...(sum ? ["add"] : []), ...(activation === "" ? [] : [activation.toLowerCase()])];
  const output = type?.(node);
  return {
    outputs: [{ dims, ...(output && { type: output }) }],
    op: { ...op, flops: op.flops! + (fused.length - 1 + (quantized ? 4 : 0)) * outputs, ...(fused.length > 1 && { fused }) },
    reads: [x, w, bias, sum ? addend : undefined].map((index) => (index === undefined ? undefined : node.inputs[index])),
  };
}

const plain = eitherLayout(convolution({ x: 0, w: 1, bias: 2, addend: 3 }));

/** Convolutions in all their forms: plain, fused, quantized, integer, transposed. */
export const convolutionRules: Rules = {
  Conv: plain, FusedConv: plain, NhwcFusedConv: plain,
  ConvInteger: convolution({ x: 0, w: 1, type: () => i32 }),
  QLinearConv: eitherLayout(convolution({ x: 0, w: 3, bias: 8, type: (node) => node.inputs[7]?.type, quantized: true })),
  DeformConv: deformable, CausalConvWithState: causal, ConvTranspose: transposed,
};
