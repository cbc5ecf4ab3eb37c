import type { Csr } from "../base/csr.ts";
import { TensorOrigin } from "../base/tensor-origin.ts";
import { nearest } from "../base/registry.ts";
import { InputError } from "../base/errors.ts";

export { TensorOrigin };

/** Element types that operators compute in. */
export type DType = "f64" | "f32" | "tf32" | "bf16" | "f16" | "f8" | "i8" | "i16" | "i32" | "i64" | "u8" | "bool";

/** Bytes of one element. */
export const dtypeBytes: Readonly<Record<DType, number>> = {
  f64: 8, f32: 4, tf32: 4, bf16: 2, f16: 2, f8: 1, i8: 1, i16: 2, i32: 4, i64: 8, u8: 1, bool: 1,
};

/** Named extents, such as { m: 4096, n: 4096, k: 1024 }. */
export type Shape = Readonly<Record<string, number>>;

/** What a cost model sees of an operator. Operators that are equal in all of this share one interned object. */
export interface OpClass {
  /** Operator kind in kebab-case: "matmul", "conv", "relu", "layer-norm" … the catalogue lists them. */
  readonly kind: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Floating-point (or integer) operations; a multiply-accumulate counts 2. */
  readonly flops: number;
  /** Multiply-accumulates of convolutions and matrix products, and of what decomposes into them; 0 elsewhere. */
  readonly macs: number;
  /** Bytes of all inputs and weights, each read once from device memory. */
  readonly readBytes: number;
  /** Bytes of all outputs, each written once. */
  readonly writeBytes: number;
  /** Of `readBytes`, the bytes of parameters (weights). */
  readonly parameterBytes: number;
  /** Kinds merged into this operator, in order, when it was fused: ["conv", "batch-norm", "relu"]. */
  readonly fused?: readonly string[];
  /**
   * Which of a runtime's kernels for this kind computes it, where it has several: "nchwc" = on channels in blocks,
   * "transposed" = a product of activations of which one is transposed, "last" = a transpose that moves the last axis.
   */
  readonly variant?: string;
}

/** One operator, as a friendly object. */
export interface Op extends OpClass {
  /** Position in the workload: 0 .. opCount - 1. */
  readonly id: number;
  readonly name: string;
}

/**
 * An immutable, acyclic graph of operators and the tensors between them, in columns (a million operators are a few
 * arrays). Operators depend on each other only through tensors: a pure ordering is a tensor of 0 bytes, and a
 * published task graph that pays for each edge has one tensor an edge.
 *
 * Build one with {@link GraphBuilder}, a model builder or an importer.
 */
export class OperatorGraph {
  readonly name: string;
  /** Interned descriptions; `classes[classOf[op]]`. */
  readonly classes: readonly OpClass[];
  readonly classOf: Uint32Array;
  /** Inputs of each operator (tensor ids), in order, each tensor once. */
  readonly inputs: Csr;
  readonly tensorBytes: Float64Array;
  /** Operator that makes the tensor; -1 for inputs and weights. */
  readonly tensorProducer: Int32Array;
  /** {@link TensorOrigin} of each tensor. */
  readonly tensorOrigin: Uint8Array;
  /** Operators in an order that respects every dependency; ties by id. The identity when the ids already do. */
  readonly topo: Uint32Array;
  /** When each operator should have ended, in ns after the arrival of its job; Infinity = no deadline. Absent where no operator has one. */
  readonly deadlineNs?: Float64Array;
  /** 1 = a result of the model that operators read too: it is there at the end. Absent where there is none. What nobody reads is a result anyway. */
  readonly kept?: Uint8Array;
  readonly #opNames: readonly (string | undefined)[];
  readonly #tensorNames: readonly (string | undefined)[];
  #nameIndex: Map<string, number> | undefined;

  /** Use {@link GraphBuilder}; this takes finished columns. */
  constructor(parts: GraphParts) {
    this.name = parts.name;
    this.classes = parts.classes;
    this.classOf = parts.classOf;
    this.inputs = parts.inputs;
    this.tensorBytes = parts.tensorBytes;
    this.tensorProducer = parts.tensorProducer;
    this.tensorOrigin = parts.tensorOrigin;
    this.topo = parts.topo;
    if (parts.deadlineNs !== undefined) this.deadlineNs = parts.deadlineNs;
    if (parts.kept !== undefined) this.kept = parts.kept;
    this.#opNames = parts.opNames;
    this.#tensorNames = parts.tensorNames;
  }

  get opCount(): number {
    return this.classOf.length;
  }
  get tensorCount(): number {
    return this.tensorBytes.length;
  }

  /** The name given, or `kind#id`. */
  opName(id: number): string {
    return this.#opNames[id] ?? `${this.classes[this.classOf[id]!]!.kind}#${id}`;
  }

  /** The name given, or that of its producer with `:out`. */
  tensorName(id: number): string {
    const given = this.#tensorNames[id];
    if (given !== undefined) return given;
    const producer = this.tensorProducer[id]!;
    return producer >= 0 ? `${this.opName(producer)}:out` : `tensor#${id}`;
  }

  /** One operator as an object; made anew at each call. */
  at(id: number): Op {
    return { id, name: this.opName(id), ...this.classes[this.classOf[id]!]! };
  }

  /** All operators as objects, for small graphs and for people. */
  *ops(): IterableIterator<Op> {
    for (let id = 0; id < this.opCount; id++) yield this.at(id);
  }

  /** @throws {InputError} with the nearest names. */
  op(name: string): Op {
    this.#nameIndex ??= new Map(Array.from({ length: this.opCount }, (_, id) => [this.opName(id), id]));
    const id = this.#nameIndex.get(name);
    if (id !== undefined) return this.at(id);
    const near = nearest(name, [...this.#nameIndex.keys()].slice(0, 10_000));
    throw new InputError({ code: "unknown-op", message: `there is no operator "${name}" in ${this.name}`, ...(near.length > 0 && { hint: `did you mean ${near.join(" or ")}?` }) });
  }
}

/** The columns of an {@link OperatorGraph}, as `GraphBuilder` makes them. */
export interface GraphParts {
  readonly name: string;
  readonly classes: readonly OpClass[];
  readonly classOf: Uint32Array;
  readonly inputs: Csr;
  readonly tensorBytes: Float64Array;
  readonly tensorProducer: Int32Array;
  readonly tensorOrigin: Uint8Array;
  readonly topo: Uint32Array;
  readonly deadlineNs?: Float64Array | undefined;
  readonly kept?: Uint8Array | undefined;
  readonly opNames: readonly (string | undefined)[];
  readonly tensorNames: readonly (string | undefined)[];
}
