import type { Recipe } from "./recipes.ts";

/** Operators that go along rows: softmax, normalizations, reductions. */
const softmax: Recipe = (site, { shape }) => {
  const { rows, columns } = shape as { rows: number; columns: number };
  const x = site.activation([rows, columns]);
  const first = (): number => {
    const read = site.read(x);
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += Math.exp(read(i) - read(0));
    return 1 / sum;
  };
  return { result: site.op("Softmax", [x], { axis: -1 }), rank: 2, first };
};

/** Scale and shift are two parameters a column. "skip": the sum of two activations is normalized. */
const layerNorm = (skip: boolean): Recipe => (site, { shape }) => {
  const [elements, columns] = [shape["elements"]!, shape["parameters"]! / 2];
  if (!Number.isInteger(columns) || elements % columns !== 0) return undefined;
  const dims = [1, elements / columns, columns];
  const x = site.activation(dims);
  const scale = site.weight([columns]);
  const shift = site.weight([columns]);
  if (skip) return { result: site.op("SkipLayerNormalization", [x, site.activation(dims), scale, shift], { epsilon: { f: 1e-5 } }, "com.microsoft"), rank: 3 };
  const first = (): number => {
    const read = site.read(x);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < columns; i++) {
      sum += read(i);
      squares += read(i) ** 2;
    }
    const mean = sum / columns;
    return ((read(0) - mean) / Math.sqrt(squares / columns - mean * mean + 1e-5)) * site.read(scale)(0) + site.read(shift)(0);
  };
  return { result: site.op("LayerNormalization", [x, scale, shift], { epsilon: { f: 1e-5 } }), rank: 3, first };
};

/** Four parameters a channel. */
const batchNorm: Recipe = (site, { shape }) => {
  const [elements, channels] = [shape["elements"]!, shape["parameters"]! / 4];
  if (!Number.isInteger(channels) || elements % channels !== 0) return undefined;
  const x = site.activation([1, channels, elements / channels]);
  const [scale, shift, mean, variance] = [site.weight([channels]), site.weight([channels]), site.weight([channels]), site.weight([channels], true)];
  const first = (): number => (site.read(scale)(0) * (site.read(x)(0) - site.read(mean)(0))) / Math.sqrt(site.read(variance)(0) + 1e-5) + site.read(shift)(0);
  return { result: site.op("BatchNormalization", [x, scale, shift, mean, variance]), rank: 3, first };
};

/** The mean along the last axis. */
const reduce: Recipe = (site, { shape }) => {
  const { inputs, outputs } = shape as { inputs: number; outputs: number };
  const columns = inputs / outputs;
  if (!Number.isInteger(columns)) return undefined;
  const x = site.activation([outputs, columns]);
  const first = (): number => {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += site.read(x)(i);
    return sum / columns;
  };
  return { result: site.op("ReduceMean", [x], { axes: [-1] }), rank: 2, first };
};

/** Over windows of channels. */
const lrn: Recipe = (site, { shape }) => {
  const { elements, size } = shape as { elements: number; size: number };
  const channels = [64, 96, 128, 192, 256, 32].find((count) => elements % count === 0);
  return channels === undefined ? undefined : { result: site.op("LRN", [site.activation([1, channels, elements / channels, 1])], { size, alpha: { f: 1e-4 }, beta: { f: 0.75 } }), rank: 4 };
};

export const rowRecipes: Readonly<Record<string, Recipe>> = {
  softmax, "layer-norm": layerNorm(false), "layer-norm|skip": layerNorm(true), "batch-norm": batchNorm, lrn, reduce,
};
