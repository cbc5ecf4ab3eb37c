import { F64Column, I32Column, U32Column, U8Column } from "../base/columns.ts";
import { groupBy, type Csr } from "../base/csr.ts";
import { InputError } from "../base/errors.ts";
import { OperatorGraph, TensorOrigin, type DType, type OpClass, type Shape } from "./graph.ts";
import { dependencies, describeCycle, findCycle, topologicalOrder } from "./topology.ts";

/** What is said of an operator; the rest has defaults: f32, no work, no bytes. */
export interface OpInit {
  readonly kind: string;
  readonly shape?: Shape;
  readonly dtype?: DType;
  readonly flops?: number;
  readonly macs?: number;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly parameterBytes?: number;
  readonly fused?: readonly string[];
  readonly variant?: string;
}

/**
 * Builds an {@link OperatorGraph}. Ids are positions in the order added; inputs may be named before or after their
 * producer, since `op` and `input` may be called in any order and the graph is sorted by `build`.
 * @example
 * const g = new GraphBuilder("two");
 * const a = g.op({ kind: "matmul", flops: 2e9 }, "a");
 * const out = g.output(a, 4096);           // a tensor of 4096 bytes
 * const b = g.op({ kind: "relu", flops: 1e6 }, "b");
 * g.feed(out, b);                          // b reads it
 * const graph = g.build();
 */
export class GraphBuilder {
  readonly name: string;
  readonly #classes: OpClass[] = [];
  readonly #classIndex = new Map<string, number>();
  readonly #classOf: U32Column;
  readonly #tensorBytes: F64Column;
  readonly #tensorProducer: I32Column;
  readonly #tensorOrigin: U8Column;
  readonly #feedTensor: U32Column;
  readonly #feedOp: U32Column;
  readonly #opNames: (string | undefined)[] = [];
  readonly #tensorNames: (string | undefined)[] = [];
  readonly #deadlines = new Map<number, number>();
  readonly #kept = new Set<number>();

  /** @param expected operators and tensors, where they are known, so that long columns need not be copied to grow */
  constructor(name: string, expected: { readonly ops?: number; readonly tensors?: number } = {}) {
    this.name = name;
    const { ops, tensors } = expected;
    this.#classOf = new U32Column(ops);
    this.#tensorBytes = new F64Column(tensors);
    this.#tensorProducer = new I32Column(tensors);
    this.#tensorOrigin = new U8Column(tensors);
    this.#feedTensor = new U32Column(tensors);
    this.#feedOp = new U32Column(tensors);
  }

  get opCount(): number {
    return this.#classOf.length;
  }

  /** Interns a description, for graphs with many equal operators: pass the result to {@link opOfClass}. */
  class(init: OpInit): number {
    const full: OpClass = {
      kind: init.kind, shape: init.shape ?? {}, dtype: init.dtype ?? "f32", flops: init.flops ?? 0, macs: init.macs ?? 0,
      readBytes: init.readBytes ?? 0, writeBytes: init.writeBytes ?? 0, parameterBytes: init.parameterBytes ?? 0,
      ...(init.fused && { fused: init.fused }), ...(init.variant !== undefined && { variant: init.variant }),
    };
    const key = JSON.stringify([full.kind, full.dtype, full.flops, full.macs, full.readBytes, full.writeBytes, full.parameterBytes, full.shape, full.fused, full.variant]);
    let id = this.#classIndex.get(key);
    if (id === undefined) {
      id = this.#classes.push(full) - 1;
      this.#classIndex.set(key, id);
    }
    return id;
  }

  /** Adds an operator and returns its id. */
  op(init: OpInit, name?: string): number {
    return this.opOfClass(this.class(init), name);
  }

  /** Adds an operator of an interned class and returns its id. */
  opOfClass(classId: number, name?: string): number {
    const id = this.#classOf.push(classId);
    setName(this.#opNames, id, name);
    return id;
  }

  /** Adds a tensor that `producer` makes, and returns its id. */
  output(producer: number, bytes: number, name?: string): number {
    return this.#tensor(producer, bytes, TensorOrigin.op, name);
  }

  /** Adds a tensor that exists before the run: a model input (it lives in host memory) or a weight. */
  source(origin: "input" | "weight", bytes: number, name?: string): number {
    return this.#tensor(-1, bytes, TensorOrigin[origin], name);
  }

  #tensor(producer: number, bytes: number, origin: TensorOrigin, name: string | undefined): number {
    this.#tensorProducer.push(producer);
    this.#tensorOrigin.push(origin);
    const id = this.#tensorBytes.push(bytes);
    setName(this.#tensorNames, id, name);
    return id;
  }

  /** `consumer` reads `tensor`. Reading one twice counts once. */
  feed(tensor: number, consumer: number): void {
    this.#feedTensor.push(tensor);
    this.#feedOp.push(consumer);
  }

  /** An edge that pays for itself: a tensor of its own from `from` to `to`. Returns the tensor. */
  edge(from: number, to: number, bytes = 0): number {
    const tensor = this.output(from, bytes);
    this.feed(tensor, to);
    return tensor;
  }

  /** `tensor` is a result of the model, whoever else reads it: so it is made, whatever is merged. */
  keep(tensor: number): void {
    this.#kept.add(tensor);
  }

  /** The operator should have ended `ns` nanoseconds after its job arrives. */
  deadline(op: number, ns: number): void {
    this.#deadlines.set(op, ns);
  }

  /** @throws {InputError} for a cycle (with its path), or a size that is negative or not finite. */
  build(): OperatorGraph {
    const opCount = this.#classOf.length;
    const tensorBytes = this.#tensorBytes.take();
    const tensorProducer = this.#tensorProducer.take();
    const bad = tensorBytes.findIndex((bytes) => !(bytes >= 0 && bytes < Infinity));
    if (bad >= 0) throw new InputError({ code: "bad-size", message: `tensor ${this.#tensorNames[bad] ?? bad} has ${tensorBytes[bad]} bytes` });
    const inputs = groupFeeds(opCount, tensorBytes.length, this.#feedOp.view(), this.#feedTensor.view());
    const topo = topologicalOrder(opCount, inputs, tensorProducer);
    if (!topo) throw this.#cycleError(inputs, tensorProducer);
    return new OperatorGraph({
      name: this.name, classes: this.#classes, classOf: this.#classOf.take(), inputs, tensorBytes, tensorProducer,
      tensorOrigin: this.#tensorOrigin.take(), topo, opNames: this.#opNames, tensorNames: this.#tensorNames,
      deadlineNs: this.#deadlineColumn(opCount), kept: this.#keptColumn(tensorBytes.length, inputs),
    });
  }

  #deadlineColumn(opCount: number): Float64Array | undefined {
    if (this.#deadlines.size === 0) return undefined;
    const column = new Float64Array(opCount).fill(Infinity);
    for (const [op, ns] of this.#deadlines) {
      if (!(ns >= 0)) throw new InputError({ code: "bad-deadline", message: `operator ${this.#opNames[op] ?? op} has the deadline ${ns}`, hint: "deadlines are not negative, in ns after the arrival of the job" });
      column[op] = ns;
    }
    return column;
  }

  #keptColumn(tensorCount: number, inputs: Csr): Uint8Array | undefined {
    if (this.#kept.size === 0) return undefined;
    const column = new Uint8Array(tensorCount);
    for (const tensor of inputs.item) if (this.#kept.has(tensor)) column[tensor] = 1;
    return column.includes(1) ? column : undefined;
  }

  #cycleError(inputs: Csr, producer: Int32Array): InputError {
    const { from, to } = dependencies(this.opCount, inputs, producer);
    const cycle = findCycle(this.opCount, from, to)!;
    const nameOf = (id: number) => this.#opNames[id] ?? `${this.#classes[this.#classOf.get(id)]!.kind}#${id}`;
    return new InputError({ code: "cycle", message: describeCycle(cycle, nameOf) });
  }
}

/** Adds a name to a list that stays empty until the first one is given. */
function setName(names: (string | undefined)[], id: number, name: string | undefined): void {
  if (name === undefined) return;
  while (names.length < id) names.push(undefined);
  names.push(name);
}

/** Groups the feeds by consumer, keeping their order and dropping repeats. */
function groupFeeds(opCount: number, tensorCount: number, feedOp: Uint32Array, feedTensor: Uint32Array): Csr {
  const { start, item } = groupBy(opCount, feedOp);
  const readBy = new Int32Array(tensorCount).fill(-1);
  let kept = 0;
  let from = 0;
  for (let op = 0; op < opCount; op++) {
    const to = start[op + 1]!;
    start[op] = kept;
    for (let i = from; i < to; i++) {
      const tensor = feedTensor[item[i]!]!;
      if (readBy[tensor] === op) continue;
      readBy[tensor] = op;
      item[kept++] = tensor;
    }
    from = to;
  }
  start[opCount] = kept;
  return { start, item: kept === item.length ? item : item.slice(0, kept) };
}
