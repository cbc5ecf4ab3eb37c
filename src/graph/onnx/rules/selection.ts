import { movement } from "../../catalogue.ts";
import type { Rule, Rules } from "../node-view.ts";
import { axisOf, elementsOf, f32, formatDims, i64, elementTypeOf, ShapeProblem } from "../value.ts";

/** Comparisons to sort n elements, or to find the k largest with a heap. */
const comparisons = (n: number, k = n): number => n * Math.max(1, Math.ceil(Math.log2(Math.max(2, k))));

const topK: Rule = (node) => {
  const { dims } = node.input(0);
  const axis = axisOf(node.int("axis", -1), dims.length);
  const k = node.data(1)?.[0] ?? (node.has(1) ? undefined : node.int("k", 1));
  const known = k ?? node.declared(0)?.[axis];
  const taken = Math.min(known ?? dims[axis]!, dims[axis]!);
  if (!(taken >= 0)) throw new ShapeProblem(`k is ${taken}`);
  const out = dims.map((dim, i) => (i === axis ? taken : dim));
  return {
    outputs: [{ dims: out }, { dims: out, type: i64 }], reads: [node.input(0)],
    op: { kind: "top-k", shape: { elements: elementsOf(dims), k: taken }, flops: comparisons(elementsOf(dims), taken) },
    ...(known === undefined && { assumption: "k is computed at run time: the whole axis is taken" }),
  };
};

/** How many elements are not zero only the run can say: all of them is the upper bound. */
const nonZero: Rule = (node) => {
  const { dims } = node.input(0);
  const elements = elementsOf(dims);
  const declared = node.declared(0);
  return {
    outputs: [{ dims: declared ?? [Math.max(1, dims.length), elements], type: i64 }], op: { kind: "gather", shape: { elements }, flops: elements },
    ...(!declared && { assumption: "the number of non-zero elements is known only at run time: all of them are assumed" }),
  };
};

const compress: Rule = (node) => {
  const { dims } = node.input(0);
  const axis = node.ints("axis") === undefined && node.attribute("axis") === undefined ? undefined : axisOf(node.int("axis", 0), dims.length);
  const kept = node.data(1)?.filter((flag) => flag !== 0).length;
  const extent = axis === undefined ? elementsOf(dims) : dims[axis]!;
  const out = axis === undefined ? [kept ?? extent] : dims.map((dim, i) => (i === axis ? (kept ?? extent) : dim));
  return {
    outputs: [{ dims: node.declared(0) ?? out }], op: movement("gather", { read: elementsOf(out), write: elementsOf(out) }),
    ...(kept === undefined && !node.declared(0) && { assumption: "the condition is computed at run time: everything is kept" }),
  };
};

const unique: Rule = (node) => {
  const { dims } = node.input(0);
  const elements = elementsOf(dims);
  const out = node.ints("axis") || node.attribute("axis") ? dims : [elements];
  return {
    outputs: [{ dims: out }, { dims: [elements], type: i64 }, { dims: [elements], type: i64 }, { dims: [elements], type: i64 }],
    op: { kind: "sort", shape: { elements }, flops: comparisons(elements) }, assumption: "the number of unique elements is known only at run time: all are assumed different",
  };
};

/** Every box against every kept one; at most the stated number per class is kept. */
const nonMaxSuppression: Rule = (node) => {
  const [boxes, scores] = [node.input(0), node.input(1)];
  const [batch, count, classes] = [boxes.dims[0] ?? 1, boxes.dims[1] ?? 1, scores.dims[1] ?? 1];
  const kept = Math.max(0, Math.min(count, node.data(2)?.[0] ?? count));
  const selected = batch * classes * kept;
  const declared = node.declared(0);
  return {
    outputs: [{ dims: declared ?? [selected, 3], type: i64 }], reads: [boxes, scores],
    // An intersection over union takes about 16 operations.
    op: { kind: "non-max-suppression", shape: { batch, boxes: count, classes, kept }, flops: batch * classes * (comparisons(count) + 16 * count * kept) },
    ...(!declared && { assumption: "the number of selected boxes is known only at run time: the maximum is assumed" }),
  };
};

const cumulative: Rule = (node) => {
  const { dims } = node.input(0);
  return { outputs: [{ dims }], op: { kind: "cumulative", shape: { elements: elementsOf(dims) }, flops: elementsOf(dims) }, reads: [node.input(0)] };
};

/** Filled with one value; a constant when its shape is known, since then nothing is computed at run time. */
const constantOfShape: Rule = (node) => {
  const dims = node.data(0) ?? (node.input(0).dims[0] === 0 ? [] : undefined);
  const value = node.tensor("value");
  const type = value ? (elementTypeOf(value.type) ?? f32) : f32;
  if (!dims) {
    const declared = node.declared(0);
    return {
      outputs: [{ dims: declared ?? new Array<number>(Math.min(64, node.input(0).dims[0] ?? 1)).fill(1), type }], op: movement("fill", { read: 0, write: elementsOf(declared ?? []) }), reads: [],
      ...(!declared && { assumption: "the shape is computed at run time: one element is assumed" }),
    };
  }
  if (dims.some((dim) => !(dim >= 0))) throw new ShapeProblem(`a shape of ${formatDims(dims)}`);
  return { outputs: [{ dims, type }] };
};

const eyeLike: Rule = (node) => {
  const { dims } = node.input(0);
  const type = elementTypeOf(node.int("dtype", 0));
  return { outputs: [{ dims, ...(type && { type }) }], op: movement("fill", { read: 0, write: elementsOf(dims) }), reads: [] };
};

const range: Rule = (node) => {
  const [start, limit, delta] = [node.data(0)?.[0], node.data(1)?.[0], node.data(2)?.[0]];
  if (start === undefined || limit === undefined || delta === undefined) {
    const declared = node.declared(0) ?? [1];
    return {
      outputs: [{ dims: declared }], op: movement("fill", { read: 0, write: elementsOf(declared) }), reads: [],
      ...(!node.declared(0) && { assumption: "the bounds are computed at run time: one element is assumed" }),
    };
  }
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isSafeInteger(count)) throw new ShapeProblem(`a range from ${start} to ${limit} by ${delta}`);
  return { outputs: [{ dims: [count] }] };
};

/** Choosing by value: sorting, counting, filtering, generating. */
export const selectionRules: Rules = {
  TopK: topK, NonZero: nonZero, Compress: compress, Unique: unique, NonMaxSuppression: nonMaxSuppression, CumSum: cumulative, CumProd: cumulative,
  ConstantOfShape: constantOfShape, EyeLike: eyeLike, Range: range,
};
