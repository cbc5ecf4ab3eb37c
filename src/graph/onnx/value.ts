import { InputError } from "../../base/errors.ts";
import type { DType } from "../graph.ts";

/** An element type of ONNX: what it computes as, and the bytes it takes (a fraction of one for types of 4 and 2 bits). */
export interface ElementType {
  readonly dtype: DType;
  readonly bytes: number;
}

/** TensorProto.DataType → element type. Types that {@link DType} lacks stand as their nearest of the same size. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  1: { dtype: "f32", bytes: 4 }, 2: { dtype: "u8", bytes: 1 }, 3: { dtype: "i8", bytes: 1 }, 4: { dtype: "i16", bytes: 2 }, 5: { dtype: "i16", bytes: 2 },
  6: { dtype: "i32", bytes: 4 }, 7: { dtype: "i64", bytes: 8 }, 8: { dtype: "i64", bytes: 8 }, 9: { dtype: "bool", bytes: 1 }, 10: { dtype: "f16", bytes: 2 },
  11: { dtype: "f64", bytes: 8 }, 12: { dtype: "i32", bytes: 4 }, 13: { dtype: "i64", bytes: 8 }, 14: { dtype: "f32", bytes: 8 }, 15: { dtype: "f64", bytes: 16 },
  16: { dtype: "bf16", bytes: 2 }, 17: { dtype: "f8", bytes: 1 }, 18: { dtype: "f8", bytes: 1 }, 19: { dtype: "f8", bytes: 1 }, 20: { dtype: "f8", bytes: 1 },
  21: { dtype: "u8", bytes: 0.5 }, 22: { dtype: "i8", bytes: 0.5 }, 23: { dtype: "f8", bytes: 0.5 }, 24: { dtype: "f8", bytes: 1 }, 25: { dtype: "u8", bytes: 0.25 }, 26: { dtype: "i8", bytes: 0.25 },
};

export const f32: ElementType = elementTypes[1]!;
export const u8: ElementType = elementTypes[2]!;
export const i32: ElementType = elementTypes[6]!;
export const i64: ElementType = elementTypes[7]!;
export const bool: ElementType = elementTypes[9]!;

/** The element type of a TensorProto.DataType; undefined for one that is not known. */
export function elementTypeOf(code: number | undefined): ElementType | undefined {
  return code === undefined ? undefined : elementTypes[code];
}

/** The storage behind a value; views of one tensor share it. */
export interface Storage {
  readonly name: string;
  readonly origin: "op" | "input" | "weight";
  readonly bytes: number;
  /** Tensor id in the graph; -1 until a weight is first read, and for tensors inside a loop body. */
  id: number;
}

/** What is known of a tensor of the file. */
export interface Value {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  readonly storage: Storage;
  /** The elements, where they are known and few: shapes, axes, scalars. */
  readonly data?: readonly number[];
  /** True when the extents rest on a default or a fallback: contradictions are then no fault of the file. */
  readonly assumed: boolean;
}

/** Most axes of a tensor; runtimes allow far fewer. */
export const maxRank = 64;

/** Why the shapes of a node do not fit, or cannot be known. */
export class ShapeProblem extends Error {
  /** True when the file is not wrong, only silent. */
  readonly undetermined: boolean;
  constructor(message: string, undetermined = false) {
    super(message);
    this.undetermined = undetermined;
  }
}

/** Number of elements. @throws {ShapeProblem} when it is not a safe integer. */
export function elementsOf(dims: readonly number[]): number {
  let product = 1;
  for (const dim of dims) product *= dim;
  if (!(product >= 0 && product <= Number.MAX_SAFE_INTEGER)) throw new ShapeProblem(`a tensor of shape ${formatDims(dims)} is not possible`);
  return product;
}

/** `[1, 3, 224, 224]`. */
export function formatDims(dims: readonly number[]): string {
  return `[${(dims.length > 12 ? [...dims.slice(0, 12), "…"] : dims).join(", ")}]`;
}

/** Numpy broadcasting. @throws {ShapeProblem} when two extents differ and neither is 1. */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = shapes.reduce((most, dims) => Math.max(most, dims.length), 0);
  const result = new Array<number>(rank).fill(1);
  for (const dims of shapes) {
    for (let i = 0; i < dims.length; i++) {
      const at = rank - dims.length + i;
      const dim = dims[i]!;
      if (dim === 1 || dim === result[at]) continue;
      if (result[at] !== 1) throw new ShapeProblem(`shapes ${shapes.slice(0, 8).map(formatDims).join(" and ")} do not broadcast`);
      result[at] = dim;
    }
  }
  return result;
}

/** An axis counted from the end when negative. @throws {ShapeProblem} outside the rank. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(positive) && positive >= 0 && positive < rank)) throw new ShapeProblem(`axis ${axis} is outside a tensor of ${rank} axes`);
  return positive;
}

/** Product of some extents; 1 for none. */
export function product(dims: readonly number[], from = 0, to = dims.length): number {
  return elementsOf(dims.slice(from, to));
}

/** Bytes of a tensor; elements of 4 and 2 bits share them. */
export function bytesOf(dims: readonly number[], type: ElementType): number {
  return Math.ceil(elementsOf(dims) * type.bytes);
}

/** Storage that exists before the run; it enters the graph when an operator first reads it. */
export function weight(name: string, bytes: number): Storage {
  return { name, origin: "weight", bytes, id: -1 };
}

/** @throws {ShapeProblem} */
export function checkDims(dims: readonly number[]): void {
  if (dims.length > maxRank) throw new ShapeProblem(`a tensor of ${dims.length} axes`);
  const bad = dims.find((dim) => !(dim >= 0 && Number.isSafeInteger(dim)));
  if (bad !== undefined) throw new ShapeProblem(`an extent of ${bad} in ${formatDims(dims)}`);
  elementsOf(dims);
}

/** A problem of shapes as an error of the input, which names the place. Anything else passes. */
export function located(error: unknown, place: string): unknown {
  if (!(error instanceof ShapeProblem)) return error;
  return new InputError({ code: "bad-shape", message: `${place}: ${error.message}`, hint: "the model contradicts itself here, or the extents given with --dim do not fit it" });
}
