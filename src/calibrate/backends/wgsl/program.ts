import type { DType } from "../../../graph/graph.ts";
import type { Kernel } from "../../sample.ts";

/** Element types that the kernels compute in. */
export type ElementType = Extract<DType, "f32" | "f16">;

/** Numbers that fill an operand: a function of the position, so that a reference can ask for any of them. */
export interface Operand {
  readonly elements: number;
  /** "index": whole numbers, stored as u32; else numbers of the kernel's element type. Default "element". */
  readonly type?: "element" | "index";
  /** Exact in f16. */
  at(position: number): number;
}

/** One dispatch of a program. */
export interface Dispatch {
  readonly entry: string;
  /** Numbers of workgroups. */
  readonly groups: readonly [x: number, y?: number, z?: number];
}

/** A kernel made ready for one shape: which source to compile with which constants, its operands, and what must come out. */
export interface Program {
  /** File in kernels/wgsl. */
  readonly file: string;
  /** WGSL declarations that the source is completed with: constants, functions. `Element` is not among them. */
  readonly prelude: readonly string[];
  readonly elementType: ElementType;
  /** Threads of a workgroup. */
  readonly workgroupSize: readonly [x: number, y: number];
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
  /** Operands that are read, in the order of their bindings; the rest follows them in this order: scratch, result, size. */
  readonly inputs: readonly Operand[];
  /** Bytes of memory for sums in between; absent = none. */
  readonly scratchBytes?: number;
  /** Elements of the result; 0 for the empty kernel, which binds nothing. */
  readonly outputs: number;
  /** The fields of the uniform `size`, each a u32. */
  readonly size: readonly number[];
  readonly dispatches: readonly Dispatch[];
  /** How it is run, where the kernel leaves that open: "tile64". */
  readonly way?: string;
  /** Element `position` of the result, computed plainly. */
  expected(position: number): number;
  /** Steps that `expected` takes, to decide how many elements to check. */
  readonly steps: number;
  /** How large a number `expected` gives typically: the tolerance is relative to it where the number itself is smaller. */
  readonly magnitude: number;
}

/** Limits of a device that programs are made for. */
export interface ProgramLimits {
  /** Largest number of workgroups along an axis. */
  readonly groups: number;
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
}

/** A kernel that these programs cannot run, and why. */
export class UnsupportedKernel extends Error {}

/** Makes the programs of some kinds. */
export type ProgramMaker = (kernel: Kernel, limits: ProgramLimits) => Program;

/**
 * Numbers from -1 to 1 in steps of 1/256, which f16 holds exactly, in an order without period below some thousand.
 * @param salt tells operands apart
 */
export function values(elements: number, salt: number): Operand {
  return { elements, at: (position) => ((scramble((position % period) + salt * period) % 513) - 256) / 256 };
}

/** Prime, so that no extent of a tensor is in step with it. */
export const period = 4099;

/** Whole numbers below `below`. */
export function indices(elements: number, below: number): Operand {
  return { elements, type: "index", at: (position) => scramble(position) % below };
}

/** A 32-bit integer hash: equal inputs, equal outputs, neighbours far apart. */
function scramble(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Workgroups in a row, folded into two axes where they are more than one axis may have. */
export function folded(groups: number, limit: number): readonly [x: number, y: number] {
  if (groups <= limit) return [Math.max(1, groups), 1];
  const y = Math.ceil(groups / limit);
  return [Math.ceil(groups / y), y];
}

/** The extent of that name. @throws {UnsupportedKernel} where it is missing or not a whole number from 1 */
export function extent({ kind, shape }: Kernel, name: string, otherwise?: number): number {
  const value = shape[name] ?? otherwise;
  if (value === undefined || !Number.isInteger(value) || value < 1) throw new UnsupportedKernel(`${kind} needs the extent ${name}, a whole number from 1`);
  return value;
}

/** The element type of a kernel. @throws {UnsupportedKernel} for one that there are no kernels for */
export function elementTypeOf({ dtype }: Kernel): ElementType {
  if (dtype === "f32" || dtype === "f16") return dtype;
  throw new UnsupportedKernel(`WGSL has no ${dtype}; there are kernels for f32 and f16`);
}
