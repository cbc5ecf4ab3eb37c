import type { NodeView } from "./node-view.ts";
import { headLength } from "./protobuf.ts";
import type { TensorProto } from "./schema.ts";
import { sliceRange } from "./rules/movement.ts";
import { axisOf, elementsOf, elementTypeOf, type Value } from "./value.ts";

type Elements = readonly number[];
/** What a fold sees of an operand: its shape and its elements. */
interface Operand {
  readonly dims: readonly number[];
  readonly data: Elements;
  readonly integer: boolean;
}
type Fold = (node: NodeView, operands: readonly (Operand | undefined)[], dims: readonly number[], output: number) => Elements | undefined;

/**
 * The elements of a small constant: shapes, axes, scalars. `undefined` when there are more than {@link headLength} of
 * them, when they lie outside the file, or when the tensor does not hold as many as its shape says.
 */
export function constantData(tensor: TensorProto): Elements | undefined {
  const count = tensor.dims.reduce((a, dim) => a * dim, 1);
  if (!(count >= 0 && count <= headLength)) return undefined;
  const { raw, type } = tensor;
  if (raw && raw.length > 0) return rawData(raw, type, count);
  for (const list of [tensor.longData, tensor.intData, tensor.floatData, tensor.doubleData, tensor.unsignedData]) {
    if (list.length > 0) return list.length === count && type !== 10 && type !== 16 ? list : undefined;
  }
  return count === 0 ? [] : undefined;
}

function rawData(raw: Uint8Array, type: number | undefined, count: number): Elements | undefined {
  const element = elementTypeOf(type);
  if (!element || raw.length !== count * element.bytes) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const readers: Readonly<Record<number, (at: number) => number>> = {
    1: (at) => view.getFloat32(at * 4, true), 2: (at) => view.getUint8(at), 3: (at) => view.getInt8(at), 6: (at) => view.getInt32(at * 4, true),
    7: (at) => Number(view.getBigInt64(at * 8, true)), 9: (at) => view.getUint8(at), 11: (at) => view.getFloat64(at * 8, true), 12: (at) => view.getUint32(at * 4, true),
    13: (at) => Number(view.getBigUint64(at * 8, true)),
  };
  const read = readers[type!];
  return read && Array.from({ length: count }, (_, i) => read(i));
}

/**
 * Evaluates a node on known elements, so that shape arithmetic (Shape → Gather → Concat → Reshape) becomes a constant.
 * `undefined` when an operand is not known, the operator has no fold, or the result is long.
 */
export function foldNode(node: NodeView, output: number, dims: readonly number[]): Elements | undefined {
  const fold = folds[node.opType];
  if (!fold || elementsOf(dims) > headLength) return undefined;
  const operands = node.inputs.map((value) => (value?.data ? operand(value, value.data) : undefined));
  if (node.inputs.some((value, i) => value !== undefined && operands[i] === undefined)) return undefined;
  const data = fold(node, operands, dims, output);
  return data && data.length === elementsOf(dims) && data.every((value) => !Number.isNaN(value)) ? data : undefined;
}

function operand(value: Value, data: Elements): Operand {
  return { dims: value.dims, data, integer: value.type.dtype.startsWith("i") || value.type.dtype === "u8" || value.type.dtype === "bool" };
}

/** Row-major strides; 0 along broadcast axes, so that an index of the result finds its element. */
function broadcastStrides(dims: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let stride = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    if (dims[i] !== 1) strides[rank - dims.length + i] = stride;
    stride *= dims[i]!;
  }
  return strides;
}

/** Calls `read` with the multi-index of each element of `dims`, in row-major order. */
function each<T>(dims: readonly number[], read: (index: readonly number[]) => T): T[] {
  const index = new Array<number>(dims.length).fill(0);
  return Array.from({ length: elementsOf(dims) }, () => {
    const value = read(index);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
    return value;
  });
}

const at = (index: readonly number[], strides: readonly number[]): number => index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);

const pointwise = (compute: (values: number[], integer: boolean) => number): Fold => (_, operands, dims) => {
  const present = operands.filter((value): value is Operand => value !== undefined);
  const strides = present.map((value) => broadcastStrides(value.dims, dims.length));
  const integer = present.every((value) => value.integer);
  return each(dims, (index) => compute(present.map((value, i) => value.data[at(index, strides[i]!)]!), integer));
};

const keep: Fold = (_, operands) => operands[0]?.data;

const cast: Fold = (node, operands) => {
  const target = elementTypeOf(node.int("to", 1))?.dtype ?? "f32";
  const data = operands[0]!.data;
  return target === "bool" ? data.map((value) => (value === 0 ? 0 : 1)) : target.startsWith("i") ? data.map(Math.trunc) : data;
};

const gather: Fold = (node, operands, dims) => {
  const [table, indices] = [operands[0]!, operands[1]!];
  const axis = axisOf(node.int("axis", 0), table.dims.length);
  const strides = broadcastStrides(table.dims, table.dims.length);
  const inner = broadcastStrides(indices.dims, indices.dims.length);
  return each(dims, (index) => {
    const chosen = indices.data[at(index.slice(axis, axis + indices.dims.length), inner)]!;
    const source = [...index.slice(0, axis), chosen < 0 ? chosen + table.dims[axis]! : chosen, ...index.slice(axis + indices.dims.length)];
    return table.data[at(source, strides)] ?? NaN;
  });
};

const concat: Fold = (node, operands, dims) => {
  const axis = axisOf(node.int("axis", 0), dims.length);
  const parts = operands.filter((value): value is Operand => value !== undefined);
  const strides = parts.map((value) => broadcastStrides(value.dims, dims.length));
  return each(dims, (index) => {
    let offset = index[axis]!;
    let part = 0;
    while (part < parts.length - 1 && offset >= parts[part]!.dims[axis]!) offset -= parts[part++]!.dims[axis]!;
    return parts[part]!.data[at(index.map((i, a) => (a === axis ? offset : i)), strides[part]!)]!;
  });
};

const slice: Fold = (node, operands, dims) => {
  const value = operands[0]!;
  const starts = node.intsOrInput("starts", 1)!;
  const ends = node.intsOrInput("ends", 2)!;
  const axes = node.intsOrInput("axes", 3) ?? starts.map((_, i) => i);
  const first = new Array<number>(dims.length).fill(0);
  const step = new Array<number>(dims.length).fill(1);
  axes.forEach((given, i) => {
    const axis = axisOf(given, dims.length);
    step[axis] = node.data(4)?.[i] ?? 1;
    first[axis] = sliceRange(value.dims[axis]!, starts[i]!, ends[i]!, step[axis]!).first;
  });
  const strides = broadcastStrides(value.dims, dims.length);
  return each(dims, (index) => value.data[at(index.map((i, axis) => first[axis]! + i * step[axis]!), strides)]!);
};

const split: Fold = (node, operands, dims, output) => {
  const value = operands[0]!;
  const axis = axisOf(node.int("axis", 0), dims.length);
  const sizes = node.intsOrInput("split", 1);
  const chunk = Math.ceil(value.dims[axis]! / Math.max(1, node.int("num_outputs", node.outputCount)));
  const offset = sizes ? sizes.slice(0, output).reduce((a, b) => a + b, 0) : output * chunk;
  const strides = broadcastStrides(value.dims, dims.length);
  return each(dims, (index) => value.data[at(index.map((i, a) => (a === axis ? i + offset : i)), strides)]!);
};

const transpose: Fold = (node, operands, dims) => {
  const value = operands[0]!;
  const perm = node.ints("perm") ?? value.dims.map((_, i) => value.dims.length - 1 - i);
  const strides = broadcastStrides(value.dims, dims.length);
  return each(dims, (index) => value.data[perm.reduce((sum, axis, i) => sum + index[i]! * strides[axis]!, 0)]!);
};

const tile: Fold = (_, operands, dims) => {
  const value = operands[0]!;
  const strides = broadcastStrides(value.dims, dims.length);
  return each(dims, (index) => value.data[at(index.map((i, axis) => i % value.dims[axis]!), strides)]!);
};

const fill: Fold = (node, _, dims) => {
  const tensor = node.tensor("value");
  const value = tensor ? constantData(tensor)?.[0] : 0;
  return value === undefined ? undefined : new Array<number>(elementsOf(dims)).fill(value);
};

const range: Fold = (_, operands, dims) => Array.from({ length: elementsOf(dims) }, (_, i) => operands[0]!.data[0]! + i * operands[2]!.data[0]!);

/** Only whole reductions and those of vectors occur in shape arithmetic. */
const reduce = (combine: (data: Elements) => number): Fold => (_, operands, dims) => (elementsOf(dims) === 1 ? [combine(operands[0]!.data)] : undefined);

const compare = (test: (a: number, b: number) => boolean): Fold => pointwise(([a, b]) => (test(a!, b!) ? 1 : 0));

const folds: Readonly<Record<string, Fold>> = {
  Identity: keep, Reshape: keep, Squeeze: keep, Unsqueeze: keep, Flatten: keep, Cast: cast, Gather: gather, Concat: concat, Slice: slice, Split: split, Transpose: transpose,
  ConstantOfShape: fill, Range: range, Tile: tile,
  Expand: (_, operands, dims) => pointwise(([a]) => a!)(_, [operands[0]], dims, 0),
  Add: pointwise(([a, b]) => a! + b!), Sub: pointwise(([a, b]) => a! - b!), Mul: pointwise(([a, b]) => a! * b!),
  Div: pointwise(([a, b], integer) => (integer ? Math.trunc(a! / b!) : a! / b!)), Mod: pointwise(([a, b]) => a! - b! * Math.floor(a! / b!)),
  Pow: pointwise(([a, b]) => a! ** b!), Min: pointwise((values) => Math.min(...values)), Max: pointwise((values) => Math.max(...values)),
  Neg: pointwise(([a]) => -a!), Abs: pointwise(([a]) => Math.abs(a!)), Floor: pointwise(([a]) => Math.floor(a!)), Ceil: pointwise(([a]) => Math.ceil(a!)), Sqrt: pointwise(([a]) => Math.sqrt(a!)),
  Round: pointwise(([a]) => Math.round(a!)), Sign: pointwise(([a]) => Math.sign(a!)), Not: pointwise(([a]) => (a === 0 ? 1 : 0)),
  Equal: compare((a, b) => a === b), Less: compare((a, b) => a < b), Greater: compare((a, b) => a > b), LessOrEqual: compare((a, b) => a <= b), GreaterOrEqual: compare((a, b) => a >= b),
  And: compare((a, b) => a !== 0 && b !== 0), Or: compare((a, b) => a !== 0 || b !== 0), Where: pointwise(([condition, a, b]) => (condition === 0 ? b! : a!)),
  ReduceProd: reduce((data) => data.reduce((a, b) => a * b, 1)), ReduceSum: reduce((data) => data.reduce((a, b) => a + b, 0)),
  ReduceMax: reduce((data) => Math.max(...data)), ReduceMin: reduce((data) => Math.min(...data)),
};
