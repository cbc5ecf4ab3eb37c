import { groupBy, type Csr } from "../base/csr.ts";
import { IdHeap } from "../base/id-heap.ts";
import type { Trace } from "../core/trace.ts";
import type { TensorBuffers } from "./tensor-buffers.ts";

/** A tensor that leaves a memory for a while. */
export interface Eviction {
  readonly tensor: number;
  /** What needs the room: an op of the run, or ~k = the return of the k-th eviction. */
  readonly before: number;
  /** The op after whose end the tensor comes back; -1 = it does not, nobody reads it again. */
  readonly after: number;
  /** Ops that read it when it is back. */
  readonly readers: readonly number[];
  /** Ops to run again for it, its producer last; empty where it is spilled. */
  readonly again: readonly number[];
}

/** How tensors may leave a memory. */
export interface ReliefOptions {
  readonly memory: number;
  /** Bytes that may be live there. */
  readonly limitBytes: number;
  /** `spill`: to the memory `to`, over its routes. `recompute`: nowhere, and they are made again. */
  readonly how: "spill" | "recompute";
  readonly to: number;
}

/**
 * Goes through a run and finds which tensors should leave a memory, and when, so that no more than the limit is live
 * there. Where a buffer has no room, tensors that no running operator uses leave until it has: with `spill` the one
 * whose next use is furthest away (Belady's rule), with `recompute` the one that frees the most bytes for the time that it
 * takes to make it again, together with whatever it is made from and is gone by then. Evictions are in the order of time. What cannot be helped is passed over.
 * @source Belady's rule: L. A. Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966; bytes for time: X. Peng et al., "Capuchin", ASPLOS 2020, doi:10.1145/3373376.3378505
 */
export function planRelief(trace: Trace, buffers: TensorBuffers, options: ReliefOptions): Eviction[] {
  return new Relief(trace, buffers, options).plan();
}

/** What leaving and coming back would be like. */
interface Choice {
  readonly tensor: number;
  readonly after: number;
  readonly backTicks: number;
  /** When it is read next. */
  readonly dueTicks: number;
  readonly score: number;
  readonly again: readonly number[];
  /** What the ops read that run again, and must be there. */
  readonly from: readonly number[];
}

/** Most ops that run again for one tensor. */
const longestChain = 64;
const none: readonly number[] = [];

class Relief {
  readonly #trace: Trace;
  readonly #buffers: TensorBuffers;
  readonly #options: ReliefOptions;
  /** Positions in the inputs, by tensor; and the op of each position. */
  readonly #uses: Csr;
  readonly #opOfInput: Uint32Array;
  /** Tensors of each buffer. */
  readonly #tensors: Csr;
  /** Ops that ran on the memory's devices, in the order of their ends. */
  readonly #ended: Uint32Array;
  readonly #resident = new Set<number>();
  /** By buffer: when it comes back; NaN = it is not out. */
  readonly #backTicks: Float64Array;
  readonly #out: IdHeap;
  /** By buffer: the eviction that it was last in. */
  readonly #evictionOf = new Map<number, number>();
  /** By buffer: when its tensor is needed again. */
  readonly #dueTicks = new Map<number, number>();
  /** Tensors that something evicted will be made from. */
  readonly #needed = new Set<number>();
  /** Results that are read too. */
  readonly #results: ReadonlySet<number>;
  readonly #evictions: Eviction[] = [];
  #live = 0;

  constructor(trace: Trace, buffers: TensorBuffers, options: ReliefOptions) {
    const { inputs, tensorCount, opCount, deviceMemory } = trace.instance;
    this.#trace = trace;
    this.#buffers = buffers;
    this.#options = options;
    this.#uses = groupBy(tensorCount, inputs.item);
    this.#opOfInput = new Uint32Array(inputs.item.length);
    for (let op = 0; op < opCount; op++) this.#opOfInput.fill(op, inputs.start[op]!, inputs.start[op + 1]!);
    this.#tensors = groupBy(buffers.length, buffers.bufferOf, (tensor) => buffers.bufferOf[tensor]! >= 0);
    const { device, endTicks } = trace.ops;
    this.#ended = Uint32Array.from(device.keys()).filter((op) => endTicks[op]! >= 0 && deviceMemory[device[op]!] === options.memory).sort((a, b) => endTicks[a]! - endTicks[b]! || a - b);
    this.#backTicks = new Float64Array(buffers.length).fill(NaN);
    this.#out = new IdHeap(this.#backTicks);
    this.#results = new Set(trace.instance.kept);
  }

  plan(): Eviction[] {
    const { startTicks, endTicks, memory, bytes, op } = this.#buffers;
    const lives = (i: number): boolean => memory[i] === this.#options.memory && endTicks[i]! > startTicks[i]!;
    const starts = Uint32Array.from(startTicks.keys()).filter(lives).sort((a, b) => startTicks[a]! - startTicks[b]! || a - b);
    const ends = starts.slice().sort((a, b) => endTicks[a]! - endTicks[b]! || a - b);
    let e = 0;
    const expire = (now: number): void => {
      for (; e < ends.length && endTicks[ends[e]!]! <= now; e++) if (this.#resident.delete(ends[e]!)) this.#live -= bytes[ends[e]!]!;
    };
    for (const buffer of starts) {
      const now = startTicks[buffer]!;
      while (this.#out.length > 0 && this.#backTicks[this.#out.peek()]! <= now) {
        expire(this.#backTicks[this.#out.peek()]!);
        this.#return(this.#out.pop());
      }
      expire(now);
      this.#makeRoom(bytes[buffer]!, now, op[buffer]!, now);
      this.#resident.add(buffer);
      this.#live += bytes[buffer]!;
    }
    return this.#evictions;
  }

  /** The tensor comes back, if there is room, or if it cannot wait until the next operator has ended. */
  #return(buffer: number): void {
    const now = this.#backTicks[buffer]!;
    const k = this.#evictionOf.get(buffer)!;
    const eviction = this.#evictions[k]!;
    const later = this.#live + this.#buffers.bytes[buffer]! > this.#options.limitBytes ? this.#lastEnd(now, now, this.#dueTicks.get(buffer)!) : -1;
    if (later >= 0) {
      this.#evictions[k] = { ...eviction, after: later };
      this.#backTicks[buffer] = this.#trace.ops.endTicks[later]!;
      this.#out.push(buffer);
      return;
    }
    this.#makeRoom(this.#buffers.bytes[buffer]!, now, ~k, now);
    this.#backTicks[buffer] = NaN;
    this.#resident.add(buffer);
    this.#live += this.#buffers.bytes[buffer]!;
  }

  #makeRoom(wanted: number, now: number, before: number, since: number): void {
    while (this.#live + wanted > this.#options.limitBytes) {
      let best: Choice | undefined;
      let bestBuffer = -1;
      for (const buffer of this.#resident) {
        const choice = this.#choice(buffer, now);
        if (choice === undefined) continue;
        const better = best === undefined || choice.score > best.score || (choice.score === best.score && this.#buffers.bytes[buffer]! > this.#buffers.bytes[bestBuffer]!);
        if (better) [best, bestBuffer] = [choice, buffer];
      }
      if (best === undefined) return;
      this.#evict(best, bestBuffer, before, since);
    }
  }

  #evict({ tensor, after, backTicks, dueTicks, again, from }: Choice, buffer: number, before: number, since: number): void {
    const { startTicks } = this.#trace.ops;
    const readers = this.#readers(tensor).filter((op) => startTicks[op]! > since);
    this.#evictionOf.set(buffer, this.#evictions.push({ tensor, before, after, readers, again }) - 1);
    this.#resident.delete(buffer);
    this.#live -= this.#buffers.bytes[buffer]!;
    for (const input of from) this.#needed.add(input);
    if (after < 0) return;
    this.#dueTicks.set(buffer, dueTicks);
    this.#backTicks[buffer] = backTicks;
    this.#out.push(buffer);
  }

  /** How the tensor in a buffer could leave now; undefined where it cannot. */
  #choice(buffer: number, now: number): Choice | undefined {
    const tensor = this.#onlyTensor(buffer, now);
    if (tensor < 0 || this.#needed.has(tensor)) return undefined;
    const { startTicks, endTicks, device } = this.#trace.ops;
    const { tensorProducer, tensorHome } = this.#trace.instance;
    const producer = tensorProducer[tensor]!;
    const made = this.#buffers.bufferOf[tensor] === buffer;
    if (producer < 0 ? tensorHome[tensor]! < 0 : made && !(endTicks[producer]! <= now)) return undefined;
    let next = -1;
    for (const op of this.#readers(tensor)) {
      if (startTicks[op]! > now) {
        if (next < 0 || startTicks[op]! < startTicks[next]!) next = op;
      } else if (endTicks[op]! > now || startTicks[op] === now) return undefined;
    }
    return this.#options.how === "spill" ? this.#spill(tensor, next, now) : next < 0 ? undefined : this.#recompute(tensor, next, device[next]!, now);
  }

  #spill(tensor: number, next: number, now: number): Choice | undefined {
    const { instance, ops } = this.#trace;
    const { memory, to } = this.#options;
    const { memoryCount, routeLatencyTicks, routeTicksPerByte, tensorBytes } = instance;
    const ticks = (route: number): number => routeLatencyTicks[route]! + tensorBytes[tensor]! * routeTicksPerByte[route]!;
    if (memory === to || !(ticks(memory * memoryCount + to) < Infinity) || !(ticks(to * memoryCount + memory) < Infinity)) return undefined;
    if (next < 0) return { tensor, after: -1, backTicks: Infinity, dueTicks: Infinity, score: Infinity, again: none, from: none };
    const due = ops.startTicks[next]!;
    const after = this.#lastEnd(now, due - ticks(to * memoryCount + memory), due);
    return after < 0 ? undefined : { tensor, after, backTicks: ops.endTicks[after]!, dueTicks: due, score: due, again: none, from: none };
  }

  #recompute(tensor: number, next: number, device: number, now: number): Choice | undefined {
    const { instance, ops } = this.#trace;
    const due = ops.startTicks[next]!;
    const after = this.#lastEnd(now, due, due);
    if (after < 0) return undefined;
    const again: number[] = [];
    const from: number[] = [];
    if (!this.#collect(tensor, due, again, from)) return undefined;
    let ticks = 1;
    for (const op of again) ticks += instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]!;
    return ticks < Infinity ? { tensor, after, backTicks: ops.endTicks[after]!, dueTicks: due, score: instance.tensorBytes[tensor]! / ticks, again, from } : undefined;
  }

  /** The ops to run for a tensor that is gone, before those that read them; and what they read that is still there. False where something cannot be made again. */
  #collect(tensor: number, due: number, again: number[], from: number[]): boolean {
    const { tensorProducer, tensorHome } = this.#trace.instance;
    const producer = tensorProducer[tensor]!;
    if (producer < 0 || again.length >= longestChain) return false;
    if (again.includes(producer)) return true;
    for (const input of this.#inputs(producer)) {
      const home = tensorHome[input]!;
      const initial = tensorProducer[input]! < 0;
      // What lies elsewhere can stay there for as long as it is needed.
      if (initial && home !== this.#options.memory) continue;
      const buffer = this.#buffers.bufferOf[input]!;
      const stays = initial || (buffer >= 0 && this.#buffers.endTicks[buffer]! >= due && !this.#evictionOf.has(buffer));
      if (stays) from.push(input);
      else if (!this.#collect(input, due, again, from)) return false;
    }
    again.push(producer);
    return true;
  }

  /** The op that ended last by `wanted`, if that was after `now`, or else the first that ended after `now`, by `latest`; -1 when there is none. */
  #lastEnd(now: number, wanted: number, latest: number): number {
    const { endTicks } = this.#trace.ops;
    const before = this.#ended[this.#endedBy(wanted) - 1];
    if (before !== undefined && endTicks[before]! > now) return before;
    const next = this.#ended[this.#endedBy(now)];
    return next !== undefined && endTicks[next]! <= latest ? next : -1;
  }

  /** How many ops had ended by then. */
  #endedBy(ticks: number): number {
    const { endTicks } = this.#trace.ops;
    let low = 0;
    let high = this.#ended.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (endTicks[this.#ended[middle]!]! <= ticks) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The one tensor in a buffer that is still of use; -1 where there are several. */
  #onlyTensor(buffer: number, now: number): number {
    const first = this.#buffers.tensor[buffer]!;
    const { start, item } = this.#tensors;
    const from = start[buffer]!;
    const count = start[buffer + 1]! - from;
    if (count === 0) return first;
    if (this.#buffers.bufferOf[first] !== buffer) return -1;
    let only = -1;
    for (let i = from; i < from + count; i++) {
      const tensor = item[i]!;
      const readers = this.#readers(tensor);
      if (readers.length > 0 && !this.#results.has(tensor) && readers.every((op) => this.#trace.ops.endTicks[op]! <= now)) continue;
      if (only >= 0) return -1;
      only = tensor;
    }
    return only;
  }

  #readers(tensor: number): number[] {
    const { start, item } = this.#uses;
    const ops: number[] = [];
    for (let i = start[tensor]!; i < start[tensor + 1]!; i++) ops.push(this.#opOfInput[item[i]!]!);
    return ops;
  }

  #inputs(op: number): number[] {
    const { inputs, tensorBytes } = this.#trace.instance;
    return [...inputs.item.subarray(inputs.start[op]!, inputs.start[op + 1]!)].filter((tensor) => tensorBytes[tensor]! > 0);
  }
}
