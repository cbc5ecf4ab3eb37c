import { movement } from "../../catalogue.ts";
import type { NodeView, Outcome, Rule, Rules } from "../node-view.ts";
import { axisOf, elementsOf, elementTypeOf, f32, formatDims, ShapeProblem, type Value } from "../value.ts";

/** Operations of a fast Fourier transform of n points: 5·n·log₂n. */
export const fourierFlops = (points: number): number => 5 * points * Math.log2(Math.max(2, points));

/** One number of an input; undefined where only the run decides. */
const scalarOf = (node: NodeView, index: number): number | undefined => node.data(index)?.[0];

/** Frames of a signal [batch, length, 1 or 2], each times a window and transformed: [batch, frames, frequencies, 2]. */
const shortTimeFourier: Rule = (node) => {
  const { dims } = node.input(0);
  const step = scalarOf(node, 1);
  const length = node.inputs[2]?.dims[0] ?? scalarOf(node, 3);
  if (dims.length < 2 || dims.length > 3) throw new ShapeProblem(`a signal of ${formatDims(dims)}`);
  if (step === undefined || length === undefined) throw new ShapeProblem("the frames are decided at run time", true);
  if (!(step >= 1 && length >= 1)) throw new ShapeProblem(`frames of ${length}, ${step} apart`);
  const frames = Math.floor((dims[1]! - length) / step) + 1;
  if (frames < 1) throw new ShapeProblem(`a frame of ${length} does not fit a signal of ${dims[1]}`);
  const batch = dims[0]!;
  const frequencies = node.int("onesided", 1) === 1 ? Math.floor(length / 2) + 1 : length;
  return {
    outputs: [{ dims: [batch, frames, frequencies, 2] }], reads: [node.input(0), node.inputs[2]],
    op: { kind: "fft", shape: { rows: batch * frames, points: length }, flops: batch * frames * (fourierFlops(length) + length) },
  };
};

/** A table that follows from a few numbers: a weight where they are known. */
function table(each: number, dimsOf: (node: NodeView) => (number | undefined)[]): Rule {
  return (node): Outcome => {
    const type = elementTypeOf(node.int("output_datatype", 1)) ?? f32;
    const dims = dimsOf(node);
    const known = dims.filter((dim) => dim !== undefined);
    if (known.length < dims.length) throw new ShapeProblem("the size is decided at run time", true);
    return { outputs: [{ dims: known, type }], op: { ...movement("fill", { read: 0, write: elementsOf(known) }), flops: each * elementsOf(known) }, reads: [] };
  };
}
const window = table(3, (node) => [scalarOf(node, 0)]);
const melWeights = table(4, (node) => {
  const points = scalarOf(node, 1);
  return [points === undefined ? undefined : Math.floor(points / 2) + 1, scalarOf(node, 0)];
});

/** Columns [n, channels·block, blocks], added where they overlap, to an image [n, channels, …]. */
const columnsToImage: Rule = (node) => {
  const { dims } = node.input(0);
  const [image, block] = [node.data(1), node.data(2)];
  if (!image || !block) throw new ShapeProblem("the size of the image is decided at run time", true);
  const channels = dims[1]! / elementsOf(block);
  if (dims.length !== 3 || !Number.isInteger(channels)) throw new ShapeProblem(`columns of ${formatDims(dims)} do not fit blocks of ${formatDims(block)}`);
  const out = [dims[0]!, channels, ...image];
  return { outputs: [{ dims: out }], op: { ...movement("scatter", { read: elementsOf(dims), write: elementsOf(out) }), flops: elementsOf(dims) }, reads: [node.input(0)] };
};

const cropOrPad: Rule = (node) => {
  const value = node.input(0);
  const target = node.data(1);
  if (!target) throw new ShapeProblem("the size is decided at run time", true);
  const dims = [...value.dims];
  (node.ints("axes") ?? dims.map((_, i) => i)).forEach((axis, i) => (dims[axisOf(axis, dims.length)] = target[i] ?? 0));
  return { outputs: [{ dims }], op: movement("pad", { read: Math.min(elementsOf(dims), elementsOf(value.dims)), write: elementsOf(dims) }), reads: [value] };
};

/** Elimination of n × n matrices: 2/3·n³ operations, three times as many for the inverse. */
function elimination(passes: number, dimsOf: (value: Value) => readonly number[]): Rule {
  return (node) => {
    const value = node.input(0);
    const n = value.dims.at(-1);
    if (n === undefined || value.dims.at(-2) !== n) throw new ShapeProblem(`${formatDims(value.dims)} is no stack of square matrices`);
    return { outputs: [{ dims: dimsOf(value) }], op: { kind: "elimination", shape: { elements: elementsOf(value.dims), n }, flops: passes * (2 / 3) * n * elementsOf(value.dims) }, reads: [value] };
  };
}

/** Spectra and the tables around them, images put together of columns, small linear algebra. */
export const signalRules: Rules = {
  STFT: shortTimeFourier, HannWindow: window, HammingWindow: window, BlackmanWindow: window, MelWeightMatrix: melWeights,
  Col2Im: columnsToImage, CenterCropPad: cropOrPad, Det: elimination(1, ({ dims }) => dims.slice(0, -2)), Inverse: elimination(3, ({ dims }) => dims),
};
