import { groupBy, type Csr } from "../base/csr.ts";
import type { Instance } from "./instance.ts";
import type { OpTable } from "./op-table.ts";
import { ceilTicks } from "./ticks.ts";
import type { TransferBuffer } from "./trace-buffer.ts";

const EVERYWHERE = 2 ** 32 - 1;

/**
 * Which memories hold (or are about to hold) a replica of each tensor, and how many bytes are live in each memory. A
 * tensor moves at most once to each memory. What an op has made is where the op ran: nothing is noted of that until it
 * moves, and nobody may ask before the op has ended. A transfer whose end is known when it starts needs no event:
 * it is listed with its tensor, and found to have ended when somebody asks.
 */
export class Replicas {
  private readonly instance: Instance;
  private readonly opDevice: Int32Array;
  /** Memory of each device. */
  private readonly memoryOf: Int32Array;
  private readonly transfers: TransferBuffer;
  private readonly words: number;
  /**
   * A record for each tensor, side by side because they are asked for together: consumers that have ended, of several;
   * the memories to which it was moved, as a bit set; those that it has reached; the last of its listed transfers, 0 = none.
   */
  private readonly records: Uint32Array;
  private readonly stride: number;
  private readonly liveBytes: Float64Array;
  /** By memory: a route from it to another, if all of these take equally long; otherwise -1. */
  private readonly usualRoute: Int32Array;
  /** Devices of each memory. */
  private readonly devicesOf: Csr;
  /** Largest number of live bytes of each memory so far, at the end of any instant: what lives no time takes no room. See {@link notePeaks}. */
  readonly peakBytes: Float64Array;
  /** There may be more live bytes somewhere than at the peak. */
  private rose = false;

  /** What arrives up to this tick is there. */
  nowTicks = 0;

  /** @param tracksData False where no tensor has a size, and nobody asks where they are. */
  constructor(instance: Instance, ops: OpTable, transfers: TransferBuffer, tracksData: boolean) {
    const { memoryCount, tensorBytes, tensorProducer, tensorHome } = instance;
    const tensorCount = tracksData ? instance.tensorCount : 0;
    this.instance = instance;
    this.opDevice = ops.device;
    this.memoryOf = Int32Array.from(instance.deviceMemory);
    this.transfers = transfers;
    this.words = Math.max(1, Math.ceil(memoryCount / 32));
    this.stride = 2 + 2 * this.words;
    this.records = new Uint32Array(tensorCount * this.stride);
    for (let tensor = 0; tensor < tensorCount; tensor++) {
      // Resident weights, and what has no size, need never be moved.
      const isEverywhere = tensorBytes[tensor] === 0 || (tensorProducer[tensor]! < 0 && tensorHome[tensor]! < 0);
      if (isEverywhere) this.records.fill(EVERYWHERE, this.#present(tensor, 0), this.#listed(tensor));
    }
    this.liveBytes = new Float64Array(memoryCount);
    this.usualRoute = Int32Array.from({ length: memoryCount }, (_, from) => usualRoute(instance, from));
    this.devicesOf = groupBy(memoryCount, instance.deviceMemory);
    this.peakBytes = new Float64Array(memoryCount);
  }

  #coming(tensor: number, memory: number): number {
    return tensor * this.stride + 1 + (memory >>> 5);
  }

  #present(tensor: number, memory: number): number {
    return this.#coming(tensor, memory) + this.words;
  }

  /** Where the record keeps the last of the tensor's listed transfers. */
  #listed(tensor: number): number {
    return (tensor + 1) * this.stride - 1;
  }

  /** The memory where the tensor was made; -1 = it has no producer. */
  #origin(tensor: number): number {
    const producer = this.instance.tensorProducer[tensor]!;
    return producer < 0 ? -1 : this.memoryOf[this.opDevice[producer]!]!;
  }

  /** The tensor is complete in this memory. */
  isPresent(tensor: number, memory: number): boolean {
    this.#land(tensor);
    return (this.records[this.#present(tensor, memory)]! & (1 << (memory & 31))) !== 0 || this.#origin(tensor) === memory;
  }

  /** The memory where the tensor was made, if it was never moved and has to be; otherwise -1. */
  onlyPlace(tensor: number): number {
    const at = tensor * this.stride;
    return this.words === 1 && (this.records[at + 1]! | this.records[at + 2]!) === 0 ? this.#origin(tensor) : -1;
  }

  /** The end of this transfer, which has just been added, is known: nobody will say when it has ended. */
  list(tensor: number, transfer: number): void {
    const at = this.#listed(tensor);
    if (this.records[at] !== 0) this.transfers.next[transfer] = this.records[at]!;
    this.records[at] = transfer + 1;
  }

  /** When the listed transfer of the tensor to `memory` ends; NaN where there is none. */
  arrivalTicks(tensor: number, memory: number): number {
    const { to, next, endTicks } = this.transfers;
    for (let id = this.records[this.#listed(tensor)]!; id !== 0; id = next[id - 1]!) if (to[id - 1] === memory) return endTicks[id - 1]!;
    return NaN;
  }

  /** Listed transfers of the tensor that have ended are taken off the list, and what they brought is present. */
  #land(tensor: number): void {
    const at = this.#listed(tensor);
    if (this.records[at] === 0) return;
    const { to, next, endTicks } = this.transfers;
    let later = 0;
    for (let id = this.records[at]!; id !== 0; id = next[id - 1]!) {
      if (endTicks[id - 1]! > this.nowTicks) later = id;
      else {
        this.markPresent(tensor, to[id - 1]!);
        if (later === 0) this.records[at] = next[id - 1]!;
        else next[later - 1] = next[id - 1]!;
      }
    }
  }

  /** True when a replica is there or on its way. */
  isComing(tensor: number, memory: number): boolean {
    return (this.records[this.#coming(tensor, memory)]! & (1 << (memory & 31))) !== 0 || this.#origin(tensor) === memory;
  }

  /** Space is taken from now on, for what is about to be made or to arrive. */
  take(memory: number, bytes: number): void {
    const live = this.liveBytes[memory]! + bytes;
    this.liveBytes[memory] = live;
    if (live > this.peakBytes[memory]!) this.rose = true;
  }

  /** An instant is over. */
  notePeaks(): void {
    if (this.rose) this.#raisePeaks();
  }

  #raisePeaks(): void {
    this.rose = false;
    const { liveBytes, peakBytes } = this;
    for (let memory = 0; memory < peakBytes.length; memory++) if (liveBytes[memory]! > peakBytes[memory]!) peakBytes[memory] = liveBytes[memory]!;
  }

  /** Space that was taken is not needed after all. */
  giveBack(memory: number, bytes: number): void {
    this.liveBytes[memory]! -= bytes;
  }

  /** A replica is on its way. Its space is taken. */
  markComing(tensor: number, memory: number): void {
    this.records[this.#coming(tensor, memory)]! |= 1 << (memory & 31);
    this.take(memory, this.instance.tensorBytes[tensor]!);
  }

  /** The tensor, which was on its way, is there. */
  markPresent(tensor: number, memory: number): void {
    const at = this.#coming(tensor, memory);
    this.records[at]! |= 1 << (memory & 31);
    this.records[at + this.words]! |= 1 << (memory & 31);
  }

  /** One consumer has ended; after the last one, every replica is freed. Resident weights stay. */
  consumed(tensor: number): void {
    const { tensorUses, tensorBytes, tensorHome } = this.instance;
    const at = tensor * this.stride;
    const uses = tensorUses[tensor]!;
    if (uses > 1 && ++this.records[at]! < uses) return;
    const bytes = tensorBytes[tensor]!;
    const origin = this.#origin(tensor);
    if (origin >= 0) this.liveBytes[origin]! -= bytes;
    else if (tensorHome[tensor]! < 0) return;
    for (let word = 0; word < this.words; word++) {
      for (let bits = this.records[at + 1 + word]!; bits !== 0; bits &= bits - 1) {
        this.liveBytes[word * 32 + 31 - Math.clz32(bits & -bits)]! -= bytes;
      }
    }
  }

  freeBytes(memory: number): number {
    return this.instance.memoryBytes[memory]! - this.liveBytes[memory]!;
  }

  /** The memory with a replica whose route to `memory` alone is quickest for this tensor, ties to the lower id; -1 when none is connected. */
  nearest(tensor: number, memory: number): number {
    const { memoryCount, tensorBytes, routeLatencyTicks, routeTicksPerByte } = this.instance;
    this.#land(tensor);
    const bytes = tensorBytes[tensor]!;
    let best = -1;
    let bestTicks = Infinity;
    const first = this.#present(tensor, 0);
    const origin = this.#origin(tensor);
    for (let word = 0; word < this.words; word++) {
      for (let bits = this.records[first + word]! | (origin >>> 5 === word ? 1 << (origin & 31) : 0); bits !== 0; bits &= bits - 1) {
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
    return this.isPresent(tensor, memory) || (this.instance.tensorProducer[tensor]! < 0 && this.instance.tensorHome[tensor] === memory);
  }

  /** Time to fetch the tensor over a quiet route from its nearest replica, or from its home if its job is still to come; 0 when it is there; Infinity when it cannot be fetched. */
  fetchTicks(tensor: number, memory: number): number {
    if (this.isExpected(tensor, memory)) return 0;
    const { tensorProducer, tensorHome, tensorBytes, memoryCount, routeLatencyTicks, routeTicksPerByte } = this.instance;
    let from = this.nearest(tensor, memory);
    if (from < 0 && tensorProducer[tensor]! < 0) from = tensorHome[tensor]!;
    if (from < 0) return Infinity;
    const route = from * memoryCount + memory;
    return ceilTicks(routeLatencyTicks[route]! + tensorBytes[tensor]! * routeTicksPerByte[route]!);
  }

  /**
   * The ticks to fetch the inputs of an op to each device, one after the other: what {@link fetchTicks} says of each. They
   * are the same sum for all devices, which is returned, less what a device is spared, by which `spared` is filled.
   */
  sumFetchTicks(op: number, spared: Float64Array): number {
    const { inputs, tensorBytes, memoryCount, routeLatencyTicks, routeTicksPerByte, deviceMemory } = this.instance;
    const { start, item } = this.devicesOf;
    const deviceCount = spared.length;
    spared.fill(0);
    let toAll = 0;
    for (let i = inputs.start[op]!, end = inputs.start[op + 1]!; i < end; i++) {
      const tensor = inputs.item[i]!;
      // One replica, nearly always: no need to look for the nearest.
      const from = this.onlyPlace(tensor);
      if (from < 0) {
        for (let d = 0; d < deviceCount; d++) spared[d]! -= this.fetchTicks(tensor, deviceMemory[d]!);
        continue;
      }
      const bytes = tensorBytes[tensor]!;
      const usual = this.usualRoute[from]!;
      if (usual >= 0) {
        const ticks = ceilTicks(routeLatencyTicks[usual]! + bytes * routeTicksPerByte[usual]!);
        toAll += ticks;
        for (let k = start[from]!, end = start[from + 1]!; k < end; k++) spared[item[k]!]! += ticks;
        continue;
      }
      for (let d = 0; d < deviceCount; d++) {
        const memory = deviceMemory[d]!;
        const route = from * memoryCount + memory;
        if (memory !== from) spared[d]! -= ceilTicks(routeLatencyTicks[route]! + bytes * routeTicksPerByte[route]!);
      }
    }
    return toAll;
  }
}

/** A route from this memory to another one, if all of them take equally long, and some time; otherwise -1. */
function usualRoute({ memoryCount, routeLatencyTicks, routeTicksPerByte }: Instance, from: number): number {
  let usual = -1;
  for (let to = 0, route = from * memoryCount; to < memoryCount; to++, route++) {
    if (to === from) continue;
    if (usual < 0) usual = route;
    if (!(routeLatencyTicks[route]! < Infinity) || routeLatencyTicks[route] !== routeLatencyTicks[usual] || routeTicksPerByte[route] !== routeTicksPerByte[usual]) return -1;
  }
  return usual;
}
