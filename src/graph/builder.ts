import { F64Column, I32Column, U32Column, U8Column } from "../base/columns.ts";
import { InputError } from "../base/errors.ts";
import { OperatorGraph, TensorOrigin, type DType, type OpClass, type Shape } from "./graph.ts";

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
  readonly #classOf = new U32Column();
  readonly #tensorBytes = new F64Column();
  readonly #tensorProducer = new I32Column();
  readonly #tensorOrigin = new U8Column();
  readonly #feedTensor = new U32Column();
  readonly #feedOp = new U32Column();
  readonly #opNames: (string | undefined)[] = [];
  readonly #tensorNames: (string | undefined)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get opCount(): number {
    return this.#classOf.length;
  }

  /** Interns a description, for graphs with many equal operators: pass the result to {@link opOfClass}. */
  class(init: OpInit): number {
    const full: OpClass = {
      kind: init.kind, shape: init.shape ?? {}, dtype: init.dtype ?? "f32", flops: init.flops ?? 0, macs: init.macs ?? 0,
      readBytes: init.readBytes ?? 0, writeBytes: init.writeBytes ?? 0, parameterBytes: init.parameterBytes ?? 0,
      ...(init.fused && { fused: init.fused }),
    };
    const key = JSON.stringify([full.kind, full.dtype, full.flops, full.macs, full.readBytes, full.writeBytes, full.parameterBytes, full.shape, full.fused]);
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
    this.#opNames.push(name);
    return this.#classOf.push(classId);
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
    this.#tensorNames.push(name);
    return this.#tensorBytes.push(bytes);
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

  /** @throws {InputError} for a cycle (with its path), or a size that is negative or not finite. */
  build(): OperatorGraph {
    const opCount = this.#classOf.length;
    const tensorBytes = this.#tensorBytes.take();
    const tensorProducer = this.#tensorProducer.take();
    const bad = tensorBytes.findIndex((bytes) => !(bytes >= 0 && bytes < Infinity));
    if (bad >= 0) throw new InputError({ code: "bad-size", message: `tensor ${this.#tensorNames[bad] ?? bad} has ${tensorBytes[bad]} bytes` });
    const inputs = groupFeeds(opCount, this.#feedOp.view(), this.#feedTensor.view());
    const topo = sortTopologically(opCount, inputs, tensorProducer, (id) => this.#opNames[id] ?? `${this.#classes[this.#classOf.get(id)]!.kind}#${id}`);
    return new OperatorGraph({
      name: this.name, classes: this.#classes, classOf: this.#classOf.take(), inputs, tensorBytes, tensorProducer,
      tensorOrigin: this.#tensorOrigin.take(), topo, opNames: this.#opNames, tensorNames: this.#tensorNames,
    });
  }
}

/** Counting sort of the feeds by consumer, keeping their order and dropping repeats. */
function groupFeeds(opCount: number, feedOp: Uint32Array, feedTensor: Uint32Array): { start: Uint32Array; item: Uint32Array } {
  const start = new Uint32Array(opCount + 1);
  for (let i = 0; i < feedOp.length; i++) start[feedOp[i]! + 1]!++;
  for (let op = 0; op < opCount; op++) start[op + 1]! += start[op]!;
  const fill = start.slice(0, opCount);
  const item = new Uint32Array(feedOp.length);
  for (let i = 0; i < feedOp.length; i++) item[fill[feedOp[i]!]!++] = feedTensor[i]!;
  let kept = 0;
  let from = 0;
  for (let op = 0; op < opCount; op++) {
    const first = kept;
    const to = start[op + 1]!;
    next: for (let i = from; i < to; i++) {
      for (let j = first; j < kept; j++) if (item[j] === item[i]) continue next;
      item[kept++] = item[i]!;
    }
    start[op] = first;
    from = to;
  }
  start[opCount] = kept;
  return { start, item: kept === item.length ? item : item.slice(0, kept) };
}

/** The identity when ids already respect the dependencies; otherwise the smallest ready id first. */
function sortTopologically(opCount: number, inputs: { start: Uint32Array; item: Uint32Array }, producer: Int32Array, nameOf: (op: number) => string): Uint32Array {
  const topo = new Uint32Array(opCount);
  let sorted = true;
  for (let op = 0; op < opCount; op++) {
    topo[op] = op;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (producer[inputs.item[i]!]! >= op) sorted = false;
  }
  if (sorted) return topo;

  const waiting = new Uint32Array(opCount);
  const consumers: number[][] = Array.from({ length: opCount }, () => []);
  for (let op = 0; op < opCount; op++) {
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const from = producer[inputs.item[i]!]!;
      if (from < 0) continue;
      waiting[op]!++;
      consumers[from]!.push(op);
    }
  }
  const heap: number[] = [];
  for (let op = opCount - 1; op >= 0; op--) if (waiting[op] === 0) heap.push(op);
  heap.reverse();
  let count = 0;
  while (heap.length > 0) {
    const op = popSmallest(heap);
    topo[count++] = op;
    for (const next of consumers[op]!) if (--waiting[next]! === 0) pushSmallest(heap, next);
  }
  if (count < opCount) throw cycleError(opCount, inputs, producer, waiting, nameOf);
  return topo;
}

function pushSmallest(heap: number[], value: number): void {
  let i = heap.push(value) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = value;
}

function popSmallest(heap: number[]): number {
  const top = heap[0]!;
  const last = heap.pop()!;
  const n = heap.length;
  if (n === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return top;
}

/** Walks backwards from any operator that never became ready until one repeats. */
function cycleError(opCount: number, inputs: { start: Uint32Array; item: Uint32Array }, producer: Int32Array, waiting: Uint32Array, nameOf: (op: number) => string): InputError {
  let op = waiting.findIndex((count) => count > 0);
  const seenAt = new Int32Array(opCount).fill(-1);
  const path: number[] = [];
  while (seenAt[op]! < 0) {
    seenAt[op] = path.push(op) - 1;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const from = producer[inputs.item[i]!]!;
      if (from >= 0 && waiting[from]! > 0) {
        op = from;
        break;
      }
    }
  }
  const cycle = path.slice(seenAt[op]!).reverse().map(nameOf);
  const shown = cycle.length > 12 ? [...cycle.slice(0, 11), `… ${cycle.length - 11} more`] : cycle;
  return new InputError({ code: "cycle", message: `the graph has a cycle: ${[...shown, cycle[0]].join(" → ")}` });
}
