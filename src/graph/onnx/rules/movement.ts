import { axisSwap } from "../../axis-swap.ts";
import { gather, movement, transpose as transposed } from "../../catalogue.ts";
import type { OpInit } from "../../builder.ts";
import type { NodeView, Output, Rule, Rules } from "../node-view.ts";
import { axisOf, broadcast, elementsOf, elementTypeOf, f32, formatDims, i32, product, ShapeProblem, type Value } from "../value.ts";

/** Elements moved once: read as many as written. */
const moved = (kind: string, elements: number): OpInit => movement(kind, { read: elements, write: elements });

/** A part of an input: its own bytes, since the rest is not touched. */
function part(kind: string, value: Value, output: Output): ReturnType<Rule> {
  const bytes = elementsOf(output.dims) * value.type.bytes;
  return { outputs: [output], reads: [value], ownBytes: true, op: { kind, shape: { elements: elementsOf(output.dims) }, readBytes: bytes, writeBytes: bytes } };
}

const transpose: Rule = (node) => {
  const value = node.input(0);
  const perm = node.ints("perm") ?? value.dims.map((_, i) => value.dims.length - 1 - i);
  if (perm.length !== value.dims.length) throw new ShapeProblem(`perm ${formatDims(perm)} does not fit ${formatDims(value.dims)}`);
  const order = perm.map((axis) => axisOf(axis, perm.length));
  const dims = order.map((axis) => value.dims[axis]!);
  const swap = axisSwap(value.dims, order);
  // Where only axes of extent 1 move, the bytes stay where they are. A weight is laid out beforehand as its reader wants
  // it; tied weights (an embedding and its transpose) stay one tensor.
  if (value.storage.origin === "weight" || swap === undefined) return { outputs: [{ dims, viewOf: value }] };
  return { outputs: [{ dims }], op: transposed({ elements: elementsOf(dims), ...swap }) };
};

const concat: Rule = (node) => {
  const values = node.inputs.filter((value): value is Value => value !== undefined);
  const first = node.opType === "QLinearConcat" ? node.input(2) : node.input(0);
  const parts = node.opType === "QLinearConcat" ? values.filter((_, i) => i >= 2 && (i - 2) % 3 === 0) : values;
  const axis = axisOf(node.int("axis", 1), first.dims.length);
  for (const { dims } of parts) {
    if (dims.length !== first.dims.length || dims.some((dim, i) => i !== axis && dim !== first.dims[i])) throw new ShapeProblem(`${formatDims(first.dims)} and ${formatDims(dims)} cannot be joined along axis ${axis}`);
  }
  const dims = first.dims.map((dim, i) => (i === axis ? parts.reduce((sum, value) => sum + value.dims[axis]!, 0) : dim));
  return { outputs: [{ dims, type: first.type }], op: moved("concat", elementsOf(dims)), reads: parts };
};

const split: Rule = (node) => {
  const value = node.input(0);
  const axis = axisOf(node.int("axis", 0), value.dims.length);
  const extent = value.dims[axis]!;
  const count = node.int("num_outputs", node.outputCount);
  const chunk = Math.ceil(extent / Math.max(1, count));
  const sizes = node.intsOrInput("split", 1) ?? Array.from({ length: Math.min(count, node.outputCount) }, (_, i) => Math.max(0, Math.min(chunk, extent - i * chunk)));
  if (sizes.reduce((a, b) => a + b, 0) !== extent) throw new ShapeProblem(`parts ${formatDims(sizes)} do not make up an axis of ${extent}`);
  const outputs = sizes.map((size) => ({ dims: value.dims.map((dim, i) => (i === axis ? size : dim)) }));
  return { outputs, op: moved("split", elementsOf(value.dims)), reads: [value] };
};

const slice: Rule = (node) => {
  const value = node.input(0);
  const starts = node.intsOrInput("starts", 1);
  const ends = node.intsOrInput("ends", 2);
  if (!starts || !ends || (node.has(3) && !node.data(3)) || (node.has(4) && !node.data(4))) return computed(node, value, "slice", "the bounds are computed at run time: the whole input is taken");
  const axes = node.intsOrInput("axes", 3) ?? starts.map((_, i) => i);
  const steps = node.data(4);
  const dims = [...value.dims];
  axes.forEach((given, i) => {
    const axis = axisOf(given, dims.length);
    const range = sliceRange(value.dims[axis]!, starts[i]!, ends[i]!, steps?.[i] ?? 1);
    dims[axis] = range.count;
  });
  if (elementsOf(dims) === elementsOf(value.dims) && !steps?.some((step) => step < 0)) return { outputs: [{ dims, viewOf: value }] };
  return part("slice", value, { dims });
};

/** First index and number of elements of `start:end:step` on an axis, clamped as ONNX does. */
export function sliceRange(extent: number, start: number, end: number, step: number): { first: number; count: number } {
  if (step === 0 || Number.isNaN(start + end + step)) throw new ShapeProblem("a slice has step 0");
  const clamp = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at < 0 ? at + extent : at));
  const first = step > 0 ? clamp(start, 0, extent) : clamp(start, 0, extent - 1);
  const last = step > 0 ? clamp(end, 0, extent) : clamp(end, -1, extent - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

/** An output whose shape only the run decides: what the file states, or as large as the input. */
function computed(node: NodeView, value: Value, kind: string, assumption: string): ReturnType<Rule> {
  const declared = node.declared(0);
  return { ...part(kind, value, { dims: declared ?? value.dims }), ...(!declared && { assumption }) };
}

const gatherRule: Rule = (node) => {
  const [table, indices] = [node.input(0), node.input(1)];
  const axis = axisOf(node.int("axis", 0), table.dims.length);
  const dims = [...table.dims.slice(0, axis), ...indices.dims, ...table.dims.slice(axis + 1)];
  const outer = product(table.dims, 0, axis);
  return { outputs: [{ dims }], ...chosen(table, indices, dims, outer * elementsOf(indices.dims)) };
};

const gatherElements: Rule = (node) => {
  const [data, indices] = [node.input(0), node.input(1)];
  return { outputs: [{ dims: indices.dims }], ...chosen(data, indices, indices.dims, elementsOf(indices.dims)) };
};

const gatherNd: Rule = (node) => {
  const [data, indices] = [node.input(0), node.input(1)];
  const batch = node.int("batch_dims", 0);
  const depth = indices.dims.at(-1) ?? 1;
  if (batch + depth > data.dims.length) throw new ShapeProblem(`indices of ${formatDims(indices.dims)} do not fit ${formatDims(data.dims)}`);
  const dims = [...indices.dims.slice(0, -1), ...data.dims.slice(batch + depth)];
  return { outputs: [{ dims }], ...chosen(data, indices, dims, product(indices.dims, 0, Math.max(0, indices.dims.length - 1))) };
};

/** Reads the chosen rows and the indices, not the whole table. */
function chosen(table: Value, indices: Value, dims: readonly number[], rows: number): Pick<ReturnType<Rule>, "op" | "ownBytes" | "reads"> {
  const weight = table.storage.origin === "weight";
  const elements = elementsOf(dims);
  const op = gather({ rows, columns: rows === 0 ? 0 : elements / rows, weight });
  const bytes = elements * table.type.bytes;
  const indexBytes = elementsOf(indices.dims) * indices.type.bytes;
  return { op: { ...op, dtype: table.type.dtype, readBytes: bytes + indexBytes, writeBytes: bytes, parameterBytes: weight ? bytes : 0 }, ownBytes: true, reads: [table, indices] };
}

/** Writes the updates over a copy of the data; a sum or product of them is one operation an element. */
const scatter: Rule = (node) => {
  const [data, updates] = [node.input(0), node.input(2)];
  const combined = !["", "none"].includes(node.text("reduction", "none"));
  return { outputs: [{ dims: data.dims }], op: { ...moved("scatter", elementsOf(updates.dims)), flops: combined ? elementsOf(updates.dims) : 0 } };
};

const expand: Rule = (node) => {
  const value = node.input(0);
  const target = node.data(1);
  if (!target) return computed(node, value, "tile", "the target shape is computed at run time: not expanded");
  const dims = broadcast([value.dims, target]);
  return elementsOf(dims) === elementsOf(value.dims) ? { outputs: [{ dims, viewOf: value }] } : { outputs: [{ dims }], op: moved("tile", elementsOf(dims)), reads: [value] };
};

const tile: Rule = (node) => {
  const value = node.input(0);
  // Before opset 6: how often, and along which axis.
  const [given, axis] = [node.data(1), node.opset < 6 && node.has(2) ? (node.data(2)?.[0] ?? NaN) : undefined];
  const repeats = axis === undefined ? given : given && !Number.isNaN(axis) ? value.dims.map((_, i) => (i === axis ? given[0]! : 1)) : undefined;
  if (!repeats) return computed(node, value, "tile", "the repeats are computed at run time: not repeated");
  if (repeats.length !== value.dims.length || repeats.some((count) => count < 0)) throw new ShapeProblem(`repeats ${formatDims(repeats)} do not fit ${formatDims(value.dims)}`);
  const dims = value.dims.map((dim, i) => dim * repeats[i]!);
  return repeats.every((count) => count === 1) ? { outputs: [{ dims, viewOf: value }] } : { outputs: [{ dims }], op: moved("tile", elementsOf(dims)), reads: [value] };
};

const pad: Rule = (node) => {
  const value = node.input(0);
  const pads = node.ints("pads") ?? node.ints("paddings") ?? node.data(1);
  if (!pads || (node.has(3) && !node.data(3))) return computed(node, value, "pad", "the padding is computed at run time: none is added");
  const axes = node.data(3)?.map((axis) => axisOf(axis, value.dims.length)) ?? value.dims.map((_, i) => i);
  if (pads.length !== 2 * axes.length) throw new ShapeProblem(`pads ${formatDims(pads)} do not fit ${axes.length} axes`);
  const dims = [...value.dims];
  axes.forEach((axis, i) => (dims[axis]! += pads[i]! + pads[axes.length + i]!));
  if (dims.some((dim) => dim < 0)) throw new ShapeProblem(`the output would be ${formatDims(dims)}`);
  return pads.every((count) => count === 0) ? { outputs: [{ dims, viewOf: value }] } : { outputs: [{ dims }], op: moved("pad", elementsOf(dims)), reads: [value] };
};

/** Linear interpolation along d axes of a cell takes 2ᵈ - 1 steps of 3 operations; cubic takes 4ᵈ products and sums. */
const resize: Rule = (node) => {
  const value = node.input(0);
  const rank = value.dims.length;
  const first = node.opset < 7 && rank === 4 ? [1, 1, node.float("height_scale", NaN), node.float("width_scale", NaN)] : [NaN];
  const scales = node.floats("scales") ?? (first.includes(NaN) ? undefined : first) ?? node.data(node.opType === "Upsample" || node.opset < 11 ? 1 : 2);
  const sizes = node.data(3);
  const axes = node.ints("axes")?.map((axis) => axisOf(axis, rank)) ?? value.dims.map((_, i) => i);
  const factors = sizes && sizes.length > 0 ? undefined : scales;
  const dims = [...value.dims];
  const given = factors ?? sizes;
  if (!given || given.length !== axes.length) return computed(node, value, "resize", "the size is computed at run time: taken as that of the input");
  const policy = node.text("keep_aspect_ratio_policy", "stretch");
  const ratios = factors || policy === "stretch" ? [] : axes.map((axis, i) => sizes![i]! / value.dims[axis]!);
  const common = ratios.length === 0 ? undefined : ratios.reduce((a, b) => (policy === "not_larger" ? Math.min(a, b) : Math.max(a, b)));
  axes.forEach((axis, i) => (dims[axis] = factors ? Math.floor(value.dims[axis]! * factors[i]!) : common === undefined ? sizes![i]! : Math.floor(value.dims[axis]! * common + 0.5)));
  if (dims.some((dim) => !(dim >= 0))) throw new ShapeProblem(`the output would be ${formatDims(dims)}`);
  const changed = dims.filter((dim, i) => dim !== value.dims[i]).length;
  const mode = node.text("mode", "nearest");
  const each = mode === "linear" || mode === "bilinear" ? 3 * (2 ** changed - 1) : mode === "cubic" ? 2 * 4 ** changed : 0;
  return { outputs: [{ dims }], op: { kind: "resize", shape: { elements: elementsOf(dims) }, flops: each * elementsOf(dims) }, reads: [value] };
};

const gridSample: Rule = (node) => {
  const [x, grid] = [node.input(0), node.input(1)];
  const dims = [...x.dims.slice(0, 2), ...grid.dims.slice(1, -1)];
  return { outputs: [{ dims }], op: { kind: "grid-sample", shape: { elements: elementsOf(dims) }, flops: 9 * elementsOf(dims) } };
};

const depthToSpace: Rule = (node) => {
  const [n, c, h, w] = node.input(0).dims as [number, number, number, number];
  const block = node.int("blocksize", 1);
  if (node.input(0).dims.length !== 4 || !(block >= 1)) throw new ShapeProblem(`blocks of ${block} in ${formatDims(node.input(0).dims)}`);
  const dims = node.opType === "DepthToSpace" ? [n, c / block ** 2, h * block, w * block] : [n, c * block ** 2, h / block, w / block];
  if (dims.some((dim) => !Number.isInteger(dim))) throw new ShapeProblem(`blocks of ${block} do not fit ${formatDims(node.input(0).dims)}`);
  return { outputs: [{ dims }], op: moved("transpose", elementsOf(dims)) };
};

const reverse: Rule = (node) => {
  const { dims } = node.input(0);
  return { outputs: [{ dims }], op: moved("copy", elementsOf(dims)), reads: [node.input(0)] };
};

/** Layout changes around blocked convolutions; the shapes stay logical, and the channels are padded to whole blocks, or cut to `channels`. */
const reorder: Rule = (node) => {
  const { dims } = node.input(0);
  const last = node.int("channels_last", 0) === 1 && dims.length > 2;
  // Channels change places with pixels, one by one, or where the plain side has them last, a block at a time.
  const relaid = (blocked: readonly number[]): OpInit => transposed({ elements: elementsOf(blocked), rows: blocked[1] ?? 1, columns: product(blocked, 2), run: last ? node.channelBlock : 1 });
  // The blocked side is written [n, c, spatial…] throughout; only the plain side may have its channels last.
  if (node.opType === "ReorderOutput") {
    const channels = node.int("channels", dims[1] ?? 1);
    const cut = dims.map((dim, i) => (i === 1 ? channels : dim));
    return { outputs: [{ dims: last ? [dims[0]!, ...dims.slice(2), channels] : cut }], op: { ...relaid(cut), variant: "nchwc+back" } };
  }
  const plain = last ? [dims[0]!, dims.at(-1)!, ...dims.slice(1, -1)] : dims;
  const out = plain.map((dim, i) => (i === 1 ? Math.ceil(dim / node.channelBlock) * node.channelBlock : dim));
  return { outputs: [{ dims: out }], op: { ...relaid(out), variant: "nchwc" } };
};

const oneHot: Rule = (node) => {
  const { dims } = node.input(0);
  const depth = node.data(1)?.[0];
  const axis = axisOf(node.int("axis", -1), dims.length + 1);
  const out = depth === undefined ? node.declared(0) ?? [...dims, 1] : [...dims.slice(0, axis), depth, ...dims.slice(axis)];
  return {
    outputs: [{ dims: out, type: node.inputs[2]?.type ?? f32 }], op: moved("one-hot", elementsOf(out)), reads: [node.input(0)],
    ...(depth === undefined && !node.declared(0) && { assumption: "the depth is computed at run time: taken as 1" }),
  };
};

const trilu: Rule = (node) => ({ outputs: [{ dims: node.input(0).dims }], op: moved("copy", elementsOf(node.input(0).dims)), reads: [node.input(0)] });

const random: Rule = (node) => {
  const dims = node.ints("shape") ?? node.inputs[0]?.dims;
  if (!dims) throw new ShapeProblem("the attribute shape is missing");
  const type = elementTypeOf(node.int("dtype", 1)) ?? f32;
  return { outputs: [{ dims, type }], op: { ...moved("fill", elementsOf(dims)), flops: elementsOf(dims) }, reads: [] };
};

const multinomial: Rule = (node) => {
  const dims = [node.input(0).dims[0] ?? 1, node.int("sample_size", 1)];
  return { outputs: [{ dims, type: elementTypeOf(node.int("dtype", 6)) ?? i32 }], op: { ...moved("fill", elementsOf(dims)), flops: elementsOf(node.input(0).dims) } };
};

/** Data movement: transposes, joins, cuts, lookups, padding, resizing, generated values. */
export const movementRules: Rules = {
  Transpose: transpose, Concat: concat, QLinearConcat: concat, Split: split, SplitTraining: split, ConcatTraining: concat, Slice: slice, DynamicSlice: slice,
  Gather: gatherRule, GatherElements: gatherElements, GatherND: gatherNd, Scatter: scatter, ScatterElements: scatter, ScatterND: scatter,
  TensorScatter: (node) => ({ outputs: [{ dims: node.input(0).dims }], op: moved("scatter", elementsOf(node.input(1).dims)) }),
  Expand: expand, Tile: tile, Pad: pad, Resize: resize, Upsample: resize, GridSample: gridSample, DepthToSpace: depthToSpace, SpaceToDepth: depthToSpace,
  ReverseSequence: reverse, ReorderInput: reorder, ReorderOutput: reorder, OneHot: oneHot, Trilu: trilu,
  RandomNormal: random, RandomUniform: random, RandomNormalLike: random, RandomUniformLike: random, Bernoulli: random, Multinomial: multinomial,
};
