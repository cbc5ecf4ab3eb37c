import type { Instance } from "./instance.ts";
import { ceilTicks } from "./ticks.ts";

/**
 * Which memories hold (or are about to hold) a replica of each tensor, as bit sets; and how many bytes are live in
 * each memory. A tensor moves at most once to each memory.
 */
export class Replicas {
  readonly #instance: Instance;
  readonly #words: number;
  /**
   * A record for each tensor, side by side because they are asked for together: consumers that have not ended; the
   * memories where it is or will be; the memories where it is.
   */
  readonly #records: Uint32Array;
  readonly #stride: number;
  readonly #liveBytes: Float64Array;
  /** Largest number of live bytes of each memory so far. */
  readonly peakBytes: Float64Array;

  constructor(instance: Instance) {
    const { tensorCount, tensorUses, memoryCount } = instance;
    this.#instance = instance;
    this.#words = Math.max(1, Math.ceil(memoryCount / 32));
    this.#stride = 1 + 2 * this.#words;
    this.#records = new Uint32Array(tensorCount * this.#stride);
    for (let tensor = 0, at = 0; tensor < tensorCount; tensor++, at += this.#stride) this.#records[at] = tensorUses[tensor]!;
    this.#liveBytes = new Float64Array(memoryCount);
    this.peakBytes = new Float64Array(memoryCount);
  }

  #coming(tensor: number, memory: number): number {
    return tensor * this.#stride + 1 + (memory >>> 5);
  }

  #present(tensor: number, memory: number): number {
    return this.#coming(tensor, memory) + this.#words;
  }

  isPresent(tensor: number, memory: number): boolean {
    return (this.#records[this.#present(tensor, memory)]! & (1 << (memory & 31))) !== 0;
  }

  /** True when a replica is there or on its way. */
  isComing(tensor: number, memory: number): boolean {
    return (this.#records[this.#coming(tensor, memory)]! & (1 << (memory & 31))) !== 0;
  }

  /** Space is taken from now on, for what is about to be made or to arrive. */
  take(memory: number, bytes: number): void {
    const live = this.#liveBytes[memory]! + bytes;
    this.#liveBytes[memory] = live;
    if (live > this.peakBytes[memory]!) this.peakBytes[memory] = live;
  }

  /** Space that was taken is not needed after all. */
  giveBack(memory: number, bytes: number): void {
    this.#liveBytes[memory]! -= bytes;
  }

  /** A replica is on its way. Its space is taken. */
  markComing(tensor: number, memory: number): void {
    this.#records[this.#coming(tensor, memory)]! |= 1 << (memory & 31);
    this.take(memory, this.#instance.tensorBytes[tensor]!);
  }

  /** The tensor is there, whether it was on its way or was made there in space taken before. */
  markPresent(tensor: number, memory: number): void {
    const at = this.#coming(tensor, memory);
    this.#records[at]! |= 1 << (memory & 31);
    this.#records[at + this.#words]! |= 1 << (memory & 31);
  }

  /** One consumer has ended; after the last one, every replica is freed. Resident weights stay. */
  consumed(tensor: number): void {
    const at = tensor * this.#stride;
    if (--this.#records[at]! > 0) return;
    const { tensorProducer, tensorHome, tensorBytes } = this.#instance;
    if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0) return;
    const bytes = tensorBytes[tensor]!;
    for (let word = 0; word < this.#words; word++) {
      for (let bits = this.#records[at + 1 + word]!; bits !== 0; bits &= bits - 1) {
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
    const first = this.#present(tensor, 0);
    for (let word = 0; word < this.#words; word++) {
      for (let bits = this.#records[first + word]!; bits !== 0; bits &= bits - 1) {
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

  /** Adds to the sum of each device the {@link fetchTicks} of the tensor to its memory. The tensor is one that `fetchTicks` may be asked about. */
  addFetchTicks(tensor: number, deviceMemory: Uint32Array, sums: Float64Array): void {
    const bits = this.#words === 1 ? this.#records[this.#present(tensor, 0)]! : 0;
    if (bits === 0 || (bits & (bits - 1)) !== 0) {
      for (let d = 0; d < sums.length; d++) sums[d]! += this.fetchTicks(tensor, deviceMemory[d]!);
      return;
    }
    // One replica, nearly always: no need to look for the nearest.
    const { tensorBytes, memoryCount, routeLatencyTicks, routeTicksPerByte } = this.#instance;
    const from = 31 - Math.clz32(bits);
    const bytes = tensorBytes[tensor]!;
    for (let d = 0; d < sums.length; d++) {
      const memory = deviceMemory[d]!;
      const route = from * memoryCount + memory;
      if (memory !== from) sums[d]! += ceilTicks(routeLatencyTicks[route]! + bytes * routeTicksPerByte[route]!);
    }
  }
}
