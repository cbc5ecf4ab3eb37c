import { counted, formatBytes } from "../../../base/units.ts";
import { HeapUse } from "../heap-use.ts";
import type { ThreadKernel } from "../thread-kernel.ts";
import type { Allocator } from "../../../plugin.ts";

/** Freed addresses of each heap that are remembered, to tell a block that is freed twice from one that never was. */
const mostFreed = 4096;
/** Most live blocks of one heap. */
const mostBlocks = 2 ** 23;
/** Places that a message names of those whose blocks are alive. */
const shownSites = 3;

/** One heap. Its blocks are known by their addresses. */
interface Heap {
  readonly allocator: Allocator;
  readonly capacityBytes: number;
  /** The live block at an address. */
  readonly blocks: Map<number, number>;
  /** By block: bytes that were asked for, and the thread and its instruction that did. */
  readonly bytes: number[];
  readonly thread: number[];
  readonly pc: number[];
  /** Instruction that freed the block that was at an address; the oldest are forgotten. */
  readonly freed: Map<number, number>;
  /** By lock of the allocator: when the calls that came so far are through. */
  readonly freeTicks: Float64Array;
  readonly use: HeapUse;
}

/**
 * Heaps that threads allocate from, by an allocator each. A call takes the time that the allocator says, and holds one of
 * its locks for it; calls that need the same lock are served one after the other, in the order of coming. Who waits does
 * so on its core, and its time counts as synchronization. A caller that loses its core meanwhile keeps nobody waiting.
 */
export class Heaps {
  private readonly kernel: ThreadKernel;
  /** By object; undefined where it is no heap. */
  private readonly heaps: readonly (Heap | undefined)[];

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    const { objects } = kernel;
    this.heaps = Array.from(objects.groupOf, (g, object) => {
      const group = objects.groups[g]!;
      if (group.kind !== "heap") return undefined;
      const allocator = group.create(group.capacityBytes);
      return { allocator, capacityBytes: group.capacityBytes, blocks: new Map(), bytes: [], thread: [], pc: [], freed: new Map(), freeTicks: new Float64Array(allocator.lockCount), use: new HeapUse(object) };
    });
  }

  /** What each heap was used for, in the order of the heaps. */
  get uses(): readonly HeapUse[] {
    return this.heaps.flatMap((heap) => (heap === undefined ? [] : [heap.use]));
  }

  /** The address of a new block. @throws {SimulationError} where no block is large enough. */
  allocate(thread: number, object: number, wanted: number): number {
    const heap = this.heaps[object]!;
    const { allocator, use } = heap;
    const bytes = Math.ceil(wanted);
    if (!(bytes > 0 && bytes < Infinity)) this.kernel.fail(thread, "bad-size", `asks "${this.kernel.objects.name(object)}" for ${wanted} bytes`, "a block has one byte at least");
    if (heap.blocks.size >= mostBlocks) this.kernel.fail(thread, "too-many-blocks", `asks "${this.kernel.objects.name(object)}" for one more block, and ${mostBlocks} are alive`, "free what is not needed any more, or give the heap a capacity");
    const block = allocator.allocate(bytes, thread);
    if (block < 0) this.#outOfMemory(thread, object, heap, bytes);
    this.#serve(thread, object, heap);
    const address = allocator.addressOf(block);
    heap.blocks.set(address, block);
    heap.freed.delete(address);
    heap.bytes[block] = bytes;
    heap.thread[block] = thread;
    heap.pc[block] = this.kernel.table.pc[thread]!;
    use.allocated(this.kernel.now, bytes, allocator.sizeOf(block), allocator);
    return address;
  }

  /** @throws {SimulationError} where no live block begins at the address. */
  free(thread: number, object: number, address: number): void {
    const heap = this.heaps[object]!;
    const { allocator, blocks, freed } = heap;
    const block = blocks.get(address);
    if (block === undefined) this.#badFree(thread, object, heap, address);
    const size = allocator.sizeOf(block);
    allocator.free(block, thread);
    this.#serve(thread, object, heap);
    blocks.delete(address);
    freed.set(address, this.kernel.table.pc[thread]!);
    if (freed.size > mostFreed) freed.delete(freed.keys().next().value!);
    heap.use.freed(this.kernel.now, heap.bytes[block]!, size, allocator);
  }

  /** The call that the allocator has just answered takes its lock when that is free, and holds it. */
  #serve(thread: number, object: number, { allocator: { lastLock, lastNs }, freeTicks, use }: Heap): void {
    const { now, table, cores, tickNs } = this.kernel;
    const speed = cores.spec.speed[table.core[thread]!]!;
    const held = lastNs / tickNs / speed;
    const waited = Math.max(0, freeTicks[lastLock]! - now);
    freeTicks[lastLock] = now + waited + held;
    this.kernel.charge(thread, (waited + held) * speed);
    this.kernel.use.taken[object]!++;
    use.heldTicks += held;
    if (waited > 0) this.kernel.use.stoodInLine(object, thread, waited);
  }

  #outOfMemory(thread: number, object: number, { allocator: { freeBytes, largestFreeBytes }, capacityBytes, blocks, bytes, pc }: Heap, wanted: number): never {
    const name = this.kernel.objects.name(object);
    if (blocks.size === 0) {
      this.kernel.fail(thread, "heap-too-small", `asks "${name}" for ${formatBytes(wanted)}, and it has no room for that even when it is empty: it holds ${formatBytes(capacityBytes)}, in pieces of ${formatBytes(largestFreeBytes)} at most`, "give it more capacity, or fewer arenas");
    }
    let live = 0;
    const sites = new Map<string, { bytes: number; count: number }>();
    for (const block of blocks.values()) {
      live += bytes[block]!;
      const place = this.kernel.names.place(this.kernel.names.position(pc[block]!));
      const site = sites.get(place) ?? { bytes: 0, count: 0 };
      sites.set(place, { bytes: site.bytes + bytes[block]!, count: site.count + 1 });
    }
    const largest = [...sites].filter(([place]) => place !== "").sort(([, a], [, b]) => b.bytes - a.bytes);
    const shown = largest.slice(0, shownSites).map(([place, site]) => `${formatBytes(site.bytes)} in ${counted(site.count, "block")} from ${place}`);
    const from = shown.length > 0 ? `: ${shown.join(", ")}${largest.length > shownSites ? `, and from ${counted(largest.length - shownSites, "other place")}` : ""}` : "";
    this.kernel.fail(
      thread, "out-of-memory",
      `asks "${name}" for ${formatBytes(wanted)} and gets none: the largest free piece has ${formatBytes(largestFreeBytes)} of the ${formatBytes(freeBytes)} that are free, and ${formatBytes(live)} of ${formatBytes(capacityBytes)} are alive in ${counted(blocks.size, "block")}${from}`,
      freeBytes >= wanted ? "there is room, but scattered: another allocator, or fewer arenas, may keep it together" : "give it more capacity, or free blocks earlier",
    );
  }

  #badFree(thread: number, object: number, { freed, blocks }: Heap, address: number): never {
    const name = this.kernel.objects.name(object);
    const before = freed.get(address);
    if (before !== undefined) {
      const place = this.kernel.names.place(this.kernel.names.position(before));
      this.kernel.fail(thread, "double-free", `frees the block at ${address} of "${name}", which was freed before${place === "" ? "" : ` at ${place}`}`, "free each block once");
    }
    this.kernel.fail(thread, "bad-free", `frees the address ${address} of "${name}", where no block begins (${counted(blocks.size, "block")} alive)`, "free what allocate gave, in the heap that it came from");
  }
}
