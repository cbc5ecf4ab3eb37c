import { F64Column, I32Column, U32Column } from "../base/columns.ts";
import { groupBy, type Csr } from "../base/csr.ts";
import { RowKind, slotStarts, SubjectKind, type Trace } from "../core/trace.ts";
import { TensorEnds } from "./tensor-ends.ts";

/** Which operators, by kind, need no room of their own for what they make. */
export interface SharingRules {
  /** The output is the input's bytes under another shape or name. */
  isView(kind: string): boolean;
  /** The output may be written over an input of the same size that nobody reads afterwards. */
  isInPlace(kind: string): boolean;
}

/** Room that tensors took over a run, in columns by buffer: one tensor in one memory, or several that share their bytes. */
export interface TensorBuffers {
  readonly length: number;
  readonly memory: Uint32Array;
  readonly bytes: Float64Array;
  /** The first of the tensors that were in it. */
  readonly tensor: Uint32Array;
  /** The op that made it, or on whose behalf it was moved or arrived. */
  readonly op: Uint32Array;
  /** Device and slot of the op as a number, which stands for the thread that asks. */
  readonly thread: Uint32Array;
  readonly startTicks: Float64Array;
  /** Infinity = it stays. */
  readonly endTicks: Float64Array;
  /** By tensor: its buffer in the memory where it was made; -1 = none. */
  readonly bufferOf: Int32Array;
}

/**
 * When each tensor of a run took room in which memory. A tensor takes its bytes in its producer's memory from the
 * producer's start, in another from the request of its transfer, at its home from the first arrival of a job that reads
 * it, until the last of its uses ends; resident weights from their first use in a memory, for good, and so outputs of
 * the graph. With sharing, views and operators that work in place take none; and what carries spilled tensors never does.
 * What lives no time takes no room.
 */
export function tensorBuffers(trace: Trace, rules?: SharingRules): TensorBuffers {
  return new BufferBuilder(trace, rules).build();
}

const own = 0;
const view = 1;
const inPlace = 2;

class BufferBuilder {
  readonly #trace: Trace;
  /** By class: how its outputs are kept. */
  readonly #kept: Uint8Array;
  readonly #shares: boolean;
  readonly #ends: TensorEnds;
  readonly #outputs: Csr;
  readonly #memory = new U32Column();
  readonly #bytes = new F64Column();
  readonly #tensor = new U32Column();
  readonly #op = new U32Column();
  readonly #thread = new U32Column();
  readonly #start = new F64Column();
  readonly #end = new F64Column();
  /** By buffer: the op that reads it last, and until when others do. */
  readonly #lastOp = new I32Column();
  readonly #othersEnd = new F64Column();
  /** By tensor: its buffer where it was made. */
  readonly #made: Int32Array;
  /** By tensor · memories + memory: its buffer where it was not made; only with sharing. */
  readonly #elsewhere = new Map<number, number>();

  constructor(trace: Trace, rules: SharingRules | undefined) {
    const { instance } = trace;
    this.#trace = trace;
    const kinds = instance.classKinds.map((kind) => (rules === undefined ? own : rules.isView(kind) ? view : rules.isInPlace(kind) ? inPlace : own));
    this.#kept = Uint8Array.from({ length: instance.classCount }, (_, c) => kinds[c] ?? own);
    this.#shares = instance.carrierDevice !== undefined || kinds.some((kind) => kind !== own);
    this.#ends = new TensorEnds(trace);
    const { tensorProducer, tensorBytes } = instance;
    this.#outputs = groupBy(instance.opCount, tensorProducer, (tensor) => tensorProducer[tensor]! >= 0 && tensorBytes[tensor]! > 0);
    this.#made = new Int32Array(instance.tensorCount).fill(-1);
  }

  build(): TensorBuffers {
    this.#addTransfers();
    this.#addInputs();
    this.#addAborted();
    const { startTicks } = this.#trace.ops;
    const position = new Uint32Array(startTicks.length);
    this.#trace.instance.topo.forEach((op, i) => (position[op] = i));
    const order = Uint32Array.from(startTicks.keys()).filter((op) => !Number.isNaN(startTicks[op]!));
    order.sort((a, b) => startTicks[a]! - startTicks[b]! || position[a]! - position[b]!);
    for (const op of order) this.#addOutputs(op);
    return {
      length: this.#start.length, memory: this.#memory.take(), bytes: this.#bytes.take(), tensor: this.#tensor.take(), op: this.#op.take(),
      thread: this.#thread.take(), startTicks: this.#start.take(), endTicks: this.#end.take(), bufferOf: this.#made,
    };
  }

  #addTransfers(): void {
    const { transfers } = this.#trace;
    for (let t = 0; t < transfers.length; t++) this.#addElsewhere(transfers.tensor[t]!, transfers.to[t]!, transfers.forOp[t]!, transfers.startTicks[t]!, this.#ends.last(transfers.tensor[t]!));
  }

  /** What nobody makes: at its home from the first arrival of a reader's job, or resident from its first use in each memory. */
  #addInputs(): void {
    const { instance, ops, jobs } = this.#trace;
    const { inputs, tensorProducer, tensorHome, tensorBytes, jobOf, deviceMemory, memoryCount } = instance;
    const since = new Map<number, { at: number; op: number }>();
    const first = (tensor: number, memory: number, at: number, op: number): void => {
      const key = tensor * memoryCount + memory;
      const known = since.get(key);
      if (known === undefined || at < known.at) since.set(key, { at, op });
    };
    for (let op = 0; op < instance.opCount; op++) {
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        if (tensorProducer[tensor]! >= 0 || tensorBytes[tensor] === 0) continue;
        const home = tensorHome[tensor]!;
        const at = home >= 0 ? jobs.arrivalTicks[jobOf[op]!]! : ops.startTicks[op]!;
        if (Number.isNaN(at)) continue;
        first(tensor, home >= 0 ? home : deviceMemory[ops.device[op]!]!, at, op);
      }
    }
    // A run that was lost had its weights there.
    this.#eachLostRow((row, op, memory) => {
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0 && tensorBytes[tensor]! > 0) first(tensor, memory, this.#trace.rows.start[row]!, op);
      }
    });
    for (const [key, { at, op }] of since) {
      const tensor = Math.floor(key / memoryCount);
      this.#addElsewhere(tensor, key % memoryCount, op, at, tensorHome[tensor]! >= 0 ? this.#ends.last(tensor) : Infinity);
    }
  }

  /** Runs that were lost with their device, and the setups before them, held room for their outputs. */
  #addAborted(): void {
    const { start, end } = this.#trace.rows;
    this.#eachLostRow((row, op, memory) => {
      for (let i = this.#outputs.start[op]!; i < this.#outputs.start[op + 1]!; i++) this.#add(this.#outputs.item[i]!, memory, op, start[row]!, end[row]!);
    });
  }

  /** Rows of runs that were lost with their device, and of setups before them. */
  #eachLostRow(visit: (row: number, op: number, memory: number) => void): void {
    const { rows, ops, instance } = this.#trace;
    if (instance.changeTicks === undefined) return;
    const firstTrack = slotStarts(instance).subarray(0, instance.deviceCount);
    for (let row = 0; row < rows.length; row++) {
      if (rows.subjectKind[row] !== SubjectKind.op || rows.kind[row] === RowKind.run) continue;
      const op = rows.subject[row]!;
      if (rows.start[row]! >= ops.startTicks[op]!) continue;
      const device = firstTrack.findLastIndex((track) => track <= rows.track[row]!);
      visit(row, op, instance.deviceMemory[device]!);
    }
  }

  #addOutputs(op: number): void {
    const { instance, ops } = this.#trace;
    const memory = instance.deviceMemory[ops.device[op]!]!;
    const kept = ops.device[op] === instance.carrierDevice ? view : this.#kept[instance.classOf[op]!]!;
    for (let i = this.#outputs.start[op]!; i < this.#outputs.start[op + 1]!; i++) {
      const tensor = this.#outputs.item[i]!;
      const shared = kept === own ? -1 : this.#sharedInput(op, memory, kept, instance.tensorBytes[tensor]!);
      if (shared >= 0) this.#join(shared, tensor, ops.endTicks[op]!);
      else this.#addMade(tensor, memory, op);
    }
  }

  /** The buffer of an input that the output may lie in; -1 when there is none. */
  #sharedInput(op: number, memory: number, kept: number, bytes: number): number {
    const { instance, ops } = this.#trace;
    const { inputs, tensorBytes, tensorProducer } = instance;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (tensorBytes[tensor] !== bytes) continue;
      const buffer = this.#bufferOf(tensor, memory);
      if (buffer < 0) continue;
      if (kept === view) return buffer;
      if (tensorProducer[tensor]! >= 0 && this.#lastOp.get(buffer) === op && this.#othersEnd.get(buffer) <= ops.startTicks[op]!) return buffer;
    }
    return -1;
  }

  #bufferOf(tensor: number, memory: number): number {
    const made = this.#made[tensor]!;
    if (made >= 0 && this.#memory.get(made) === memory) return made;
    return this.#elsewhere.get(tensor * this.#trace.instance.memoryCount + memory) ?? -1;
  }

  /** One more tensor in a buffer, whose readers keep it alive. */
  #join(buffer: number, tensor: number, madeTicks: number): void {
    this.#made[tensor] = buffer;
    const end = Math.max(this.#ends.last(tensor), madeTicks);
    const before = this.#end.get(buffer);
    const [lastOp, others] = end > before ? [this.#ends.lastOp(tensor), Math.max(before, this.#ends.others(tensor))] : [this.#lastOp.get(buffer), Math.max(this.#othersEnd.get(buffer), end)];
    this.#lastOp.set(buffer, lastOp);
    this.#othersEnd.set(buffer, others);
    if (end > before) this.#end.set(buffer, end);
  }

  #addMade(tensor: number, memory: number, op: number): void {
    const buffer = this.#add(tensor, memory, op, this.#trace.ops.startTicks[op]!, this.#ends.last(tensor));
    this.#made[tensor] = buffer;
  }

  #addElsewhere(tensor: number, memory: number, op: number, start: number, end: number): void {
    const buffer = this.#add(tensor, memory, op, start, end);
    if (this.#shares) this.#elsewhere.set(tensor * this.#trace.instance.memoryCount + memory, buffer);
  }

  #add(tensor: number, memory: number, op: number, start: number, end: number): number {
    const { instance, ops } = this.#trace;
    this.#memory.push(memory);
    this.#bytes.push(instance.tensorBytes[tensor]!);
    this.#tensor.push(tensor);
    this.#op.push(op);
    this.#thread.push(Math.max(0, ops.device[op]!) + Math.max(0, ops.slot[op]!) * instance.deviceCount);
    this.#start.push(start);
    if (this.#shares) {
      this.#lastOp.push(this.#ends.lastOp(tensor));
      this.#othersEnd.push(this.#ends.others(tensor));
    }
    return this.#end.push(end);
  }
}
