import { F64Column } from "../base/columns.ts";
import type { LiveBuffer, MemoryProfile } from "../core/memory-profile.ts";
import type { Allocator } from "../plugin.ts";
import type { TensorBuffers } from "./tensor-buffers.ts";

/** The allocator of one memory. */
export interface MemoryAllocator {
  readonly memory: number;
  readonly name: string;
  readonly allocator: Allocator;
}

/** A buffer that found no room. */
export interface NoRoom {
  readonly memory: number;
  /** In the buffers. */
  readonly buffer: number;
  readonly ticks: number;
  readonly bytes: number;
  readonly freeBytes: number;
  readonly largestFreeBytes: number;
  /** What had its room in the memory, the largest first. */
  readonly alive: readonly LiveBuffer[];
  /** What else began there at that tick and had not been asked for yet, the largest first. */
  readonly asking: readonly LiveBuffer[];
}

/** How buffers went through allocators. */
export interface MemoryReplay {
  readonly profiles: readonly MemoryProfile[];
  /** The first buffer that found no room, where there was one: the profiles end there. */
  readonly noRoom?: NoRoom;
}

/**
 * Puts the buffers of a run through an allocator for each memory, in the order of time: at one tick first what ends, then
 * what begins, each in the order of the buffers. Memories without an allocator are left out. Stops at the first buffer
 * that finds no room.
 */
export function replayBuffers(buffers: TensorBuffers, allocators: readonly MemoryAllocator[]): MemoryReplay {
  const { startTicks, endTicks, memory, bytes, thread } = buffers;
  const tracks = new Map(allocators.map((of) => [of.memory, new MemoryTrack(of)]));
  const lives = (i: number): boolean => endTicks[i]! > startTicks[i]! && tracks.has(memory[i]!);
  const starts = Uint32Array.from(startTicks.keys()).filter(lives).sort((a, b) => startTicks[a]! - startTicks[b]! || a - b);
  const ends = starts.filter((i) => endTicks[i]! < Infinity).sort((a, b) => endTicks[a]! - endTicks[b]! || a - b);
  const blocks = new Int32Array(buffers.length).fill(-1);
  let noRoom: NoRoom | undefined;
  for (let s = 0, e = 0; s < starts.length && noRoom === undefined; ) {
    const next = starts[s]!;
    if (e < ends.length && endTicks[ends[e]!]! <= startTicks[next]!) {
      const i = ends[e++]!;
      tracks.get(memory[i]!)!.free(blocks[i]!, bytes[i]!, endTicks[i]!);
      continue;
    }
    const track = tracks.get(memory[next]!)!;
    const block = track.allocate(bytes[next]!, thread[next]!, startTicks[next]!);
    blocks[next] = block;
    if (block < 0) noRoom = failure(buffers, next, track.allocator, blocks);
    s++;
    if (s < starts.length) continue;
    // What ends after the last start.
    for (; e < ends.length; e++) tracks.get(memory[ends[e]!]!)!.free(blocks[ends[e]!]!, bytes[ends[e]!]!, endTicks[ends[e]!]!);
  }
  const profiles = [...tracks.values()].map((track) => track.profile(buffers));
  return { profiles, ...(noRoom !== undefined && { noRoom }) };
}

/** The buffers alive in a memory right after what begins at `ticks`, the largest first; ties in their order. */
export function aliveAt(buffers: TensorBuffers, of: number, ticks: number, isMeant: (buffer: number) => boolean = () => true): LiveBuffer[] {
  const { startTicks, endTicks, memory, bytes, tensor, length } = buffers;
  const found: number[] = [];
  for (let i = 0; i < length; i++) if (memory[i] === of && startTicks[i]! <= ticks && endTicks[i]! > ticks && isMeant(i)) found.push(i);
  found.sort((a, b) => bytes[b]! - bytes[a]! || a - b);
  return found.map((i) => ({ tensor: tensor[i]!, bytes: bytes[i]!, sinceTicks: startTicks[i]!, untilTicks: endTicks[i]! }));
}

/** @param blocks by buffer; -1 = it has not got any */
function failure(buffers: TensorBuffers, buffer: number, { freeBytes, largestFreeBytes }: Allocator, blocks: Int32Array): NoRoom {
  const memory = buffers.memory[buffer]!;
  const ticks = buffers.startTicks[buffer]!;
  return {
    memory, buffer, ticks, bytes: buffers.bytes[buffer]!, freeBytes, largestFreeBytes,
    alive: aliveAt(buffers, memory, ticks, (i) => blocks[i]! >= 0), asking: aliveAt(buffers, memory, ticks, (i) => blocks[i]! < 0 && i !== buffer),
  };
}

/** One memory while buffers go through it. */
class MemoryTrack {
  readonly allocator: Allocator;
  readonly #of: MemoryAllocator;
  readonly #ticks = new F64Column();
  readonly #live = new F64Column();
  readonly #allocated = new F64Column();
  readonly #reserved = new F64Column();
  readonly #free = new F64Column();
  readonly #largest = new F64Column();
  #liveBytes = 0;
  #allocatedBytes = 0;
  #allocations = 0;
  #frees = 0;
  #ns = 0;

  constructor(of: MemoryAllocator) {
    this.#of = of;
    this.allocator = of.allocator;
  }

  /** The block, or -1. */
  allocate(bytes: number, thread: number, ticks: number): number {
    const block = this.allocator.allocate(bytes, thread);
    this.#ns += this.allocator.lastNs;
    if (block < 0) return -1;
    this.#allocations++;
    this.#liveBytes += bytes;
    this.#allocatedBytes += this.allocator.sizeOf(block);
    this.#record(ticks);
    return block;
  }

  free(block: number, bytes: number, ticks: number): void {
    this.#frees++;
    this.#liveBytes -= bytes;
    this.#allocatedBytes -= this.allocator.sizeOf(block);
    this.allocator.free(block);
    this.#ns += this.allocator.lastNs;
    this.#record(ticks);
  }

  profile(buffers: TensorBuffers): MemoryProfile {
    const liveBytes = this.#live.take();
    const ticks = this.#ticks.take();
    let peak = -1;
    for (let i = 0; i < liveBytes.length; i++) if (peak < 0 || liveBytes[i]! > liveBytes[peak]!) peak = i;
    return {
      memory: this.#of.memory, allocator: this.#of.name, ticks, liveBytes, allocatedBytes: this.#allocated.take(), reservedBytes: this.#reserved.take(),
      freeBytes: this.#free.take(), largestFreeBytes: this.#largest.take(), peak, peakBuffers: peak < 0 ? [] : aliveAt(buffers, this.#of.memory, ticks[peak]!),
      allocations: this.#allocations, frees: this.#frees, allocatorNs: this.#ns,
    };
  }

  /** How things stand; what happens at one tick is one entry. */
  #record(ticks: number): void {
    const { freeBytes, largestFreeBytes, reservedBytes } = this.allocator;
    const last = this.#ticks.length - 1;
    if (last >= 0 && this.#ticks.get(last) === ticks) {
      this.#live.set(last, this.#liveBytes);
      this.#allocated.set(last, this.#allocatedBytes);
      this.#reserved.set(last, reservedBytes);
      this.#free.set(last, freeBytes);
      this.#largest.set(last, largestFreeBytes);
      return;
    }
    this.#ticks.push(ticks);
    this.#live.push(this.#liveBytes);
    this.#allocated.push(this.#allocatedBytes);
    this.#reserved.push(reservedBytes);
    this.#free.push(freeBytes);
    this.#largest.push(largestFreeBytes);
  }
}
