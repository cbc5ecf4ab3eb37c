import type { Instance } from "./instance.ts";
import { ceilTicks } from "./shared-resources.ts";

/**
 * Which memories hold (or are about to hold) a replica of each tensor, as bit sets; and how many bytes are live in
 * each memory. A tensor moves at most once to each memory.
 */
export class Replicas {
  readonly #instance: Instance;
  readonly #words: number;
  readonly #present: Uint32Array;
  readonly #coming: Uint32Array;
  readonly #usesLeft: Uint32Array;
  readonly #liveBytes: Float64Array;
  /** Largest number of live bytes of each memory so far. */
  readonly peakBytes: Float64Array;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#words = Math.max(1, Math.ceil(instance.memoryCount / 32));
    this.#present = new Uint32Array(instance.tensorCount * this.#words);
    this.#coming = new Uint32Array(instance.tensorCount * this.#words);
    this.#usesLeft = instance.tensorUses.slice();
    this.#liveBytes = new Float64Array(instance.memoryCount);
    this.peakBytes = new Float64Array(instance.memoryCount);
  }

  isPresent(tensor: number, memory: number): boolean {
    return (this.#present[tensor * this.#words + (memory >>> 5)]! & (1 << (memory & 31))) !== 0;
  }

  /** True when a replica is there or on its way. */
  isComing(tensor: number, memory: number): boolean {
    return (this.#coming[tensor * this.#words + (memory >>> 5)]! & (1 << (memory & 31))) !== 0;
  }

  /** Space is taken: its transfer or its producer has begun. */
  markComing(tensor: number, memory: number): void {
    this.#coming[tensor * this.#words + (memory >>> 5)]! |= 1 << (memory & 31);
    const live = this.#liveBytes[memory]! + this.#instance.tensorBytes[tensor]!;
    this.#liveBytes[memory] = live;
    if (live > this.peakBytes[memory]!) this.peakBytes[memory] = live;
  }

  markPresent(tensor: number, memory: number): void {
    this.#present[tensor * this.#words + (memory >>> 5)]! |= 1 << (memory & 31);
  }

  /** One consumer has ended; after the last one, every replica is freed. Resident weights stay. */
  consumed(tensor: number): void {
    if (--this.#usesLeft[tensor]! > 0) return;
    const { tensorProducer, tensorHome, tensorBytes } = this.#instance;
    if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0) return;
    const bytes = tensorBytes[tensor]!;
    for (let word = 0; word < this.#words; word++) {
      for (let bits = this.#coming[tensor * this.#words + word]!; bits !== 0; bits &= bits - 1) {
        this.#liveBytes[word * 32 + 31 - Math.clz32(bits & -bits)]! -= bytes;
      }
    }
  }

  freeBytes(memory: number): number {
    return this.#instance.memoryBytes[memory]! - this.#liveBytes[memory]!;
  }

  /** The memory with a replica whose route to `memory` alone is quickest for this tensor, ties to the lower id; -1 when none is connected. */
  nearest(tensor: number, memory: number): number {
    const { memoryCount, tensorBytes, routeLatencyTicks, routeTicksPerByte } = this.#instance;
    const bytes = tensorBytes[tensor]!;
    let best = -1;
    let bestTicks = Infinity;
    for (let word = 0; word < this.#words; word++) {
      for (let bits = this.#present[tensor * this.#words + word]!; bits !== 0; bits &= bits - 1) {
        const from = word * 32 + 31 - Math.clz32(bits & -bits);
        const route = from * memoryCount + memory;
        const ticks = routeLatencyTicks[route]! + bytes * routeTicksPerByte[route]!;
        if (ticks < bestTicks) {
          bestTicks = ticks;
          best = from;
        }
      }
    }
    return best;
  }

  /** Present, or an input of a job to come whose home this is. */
  isExpected(tensor: number, memory: number): boolean {
    return this.isPresent(tensor, memory) || (this.#instance.tensorProducer[tensor]! < 0 && this.#instance.tensorHome[tensor] === memory);
  }

  /** Time to fetch the tensor over a quiet route from its nearest replica, or from its home if its job is still to come; 0 when it is there; Infinity when it cannot be fetched. */
  fetchTicks(tensor: number, memory: number): number {
    if (this.isExpected(tensor, memory)) return 0;
    const { tensorProducer, tensorHome, tensorBytes, memoryCount, routeLatencyTicks, routeTicksPerByte } = this.#instance;
    let from = this.nearest(tensor, memory);
    if (from < 0 && tensorProducer[tensor]! < 0) from = tensorHome[tensor]!;
    if (from < 0) return Infinity;
    const route = from * memoryCount + memory;
    return ceilTicks(routeLatencyTicks[route]! + tensorBytes[tensor]! * routeTicksPerByte[route]!);
  }
}
