import type { NodeView, Outcome, Rule, Rules } from "../node-view.ts";
import { axisOf, elementsOf, formatDims, i64, product, ShapeProblem, type Value } from "../value.ts";

/**
 * Operators that only look at the same bytes differently. They are aliased, not emitted: no runtime launches anything
 * for them, and an operator of no cost would still be scheduled and drawn.
 */
function view(dims: (node: NodeView, value: Value) => readonly number[]): Rule {
  return (node) => {
    const value = node.input(0);
    const out = dims(node, value);
    if (elementsOf(out) !== elementsOf(value.dims)) throw new ShapeProblem(`${formatDims(value.dims)} cannot be viewed as ${formatDims(out)}`);
    return { outputs: [{ dims: out, viewOf: value }] };
  };
}

const reshape: Rule = (node) => {
  const value = node.input(0);
  const target = node.ints("shape") ?? node.data(1);
  const elements = elementsOf(value.dims);
  if (!target) {
    // The target is computed at run time: trust what the file states, if it has as many elements.
    const declared = node.declared(0);
    if (declared && elementsOf(declared) === elements) return { outputs: [{ dims: declared, viewOf: value }] };
    return { outputs: [{ dims: [elements], viewOf: value }], assumption: "the target shape is computed at run time: taken as flat" };
  }
  const copied = target.map((dim, i) => (dim === 0 && node.int("allowzero", 0) === 0 ? (value.dims[i] ?? 0) : dim));
  const known = copied.reduce((a, dim) => (dim === -1 ? a : a * dim), 1);
  const dims = copied.map((dim) => (dim === -1 ? (known === 0 ? 0 : elements / known) : dim));
  if (elementsOf(dims) !== elements || dims.some((dim) => !Number.isInteger(dim))) throw new ShapeProblem(`${formatDims(value.dims)} cannot be reshaped to ${formatDims(target)}`);
  return { outputs: [{ dims, viewOf: value }] };
};

function flattened(node: NodeView, { dims }: Value): number[] {
  const axis = node.int("axis", 1);
  const at = axis < 0 ? axis + dims.length : axis;
  if (at < 0 || at > dims.length) throw new ShapeProblem(`axis ${axis} is outside a tensor of ${dims.length} axes`);
  return [product(dims, 0, at), product(dims, at)];
}

/** Axes as attribute or input. @throws {ShapeProblem} when they are computed at run time. */
function axesOf(node: NodeView): readonly number[] | undefined {
  const axes = node.intsOrInput("axes", 1);
  if (!axes && node.has(1)) throw new ShapeProblem("the axes are computed at run time", true);
  return axes;
}

function squeezed(node: NodeView, { dims }: Value): number[] {
  const axes = axesOf(node);
  const drop = new Set(axes?.map((axis) => axisOf(axis, dims.length)) ?? dims.flatMap((dim, i) => (dim === 1 ? [i] : [])));
  return dims.filter((_, i) => !drop.has(i));
}

function unsqueezed(node: NodeView, { dims }: Value): number[] {
  const axes = axesOf(node) ?? [];
  if (axes.length > 64) throw new ShapeProblem(`${axes.length} axes are too many`);
  const rank = dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  let from = 0;
  return Array.from({ length: dims.length + added.size }, (_, i) => (added.has(i) ? 1 : dims[from++] ?? 1));
}

const shape: Rule = (node) => {
  const { dims } = node.input(0);
  const from = clampAxis(node.int("start", 0), dims.length);
  const to = clampAxis(node.int("end", dims.length), dims.length);
  const data = dims.slice(from, Math.max(from, to));
  return { outputs: [{ dims: [data.length], type: i64, data }] };
};

const size: Rule = (node) => ({ outputs: [{ dims: [], type: i64, data: [elementsOf(node.input(0).dims)] }] });

function clampAxis(axis: number, rank: number): number {
  return Math.min(rank, Math.max(0, axis < 0 ? axis + rank : axis));
}

const same: Rule = (node): Outcome => ({ outputs: [{ dims: node.input(0).dims, viewOf: node.input(0) }] });

/** Views and questions about shapes: no work. */
export const shapeRules: Rules = {
  Reshape: reshape, Flatten: view(flattened), Squeeze: view(squeezed), Unsqueeze: view(unsqueezed), Identity: same, Shape: shape, Size: size,
  StopGradient: same, MemcpyFromHost: same, MemcpyToHost: same,
};
