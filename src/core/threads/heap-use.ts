import { F64Column } from "../../base/columns.ts";
import type { Allocator } from "../../plugin.ts";
import type { ThreadTrace } from "./thread-trace.ts";
import { MAX_RECORDS } from "./thread-log.ts";

/** How much of a heap was used, and how that went up and down. Times in ticks. */
export class HeapUse {
  /** Number of the heap among all objects. */
  readonly object: number;
  allocations = 0;
  frees = 0;
  /** Sizes of the live blocks, as they were asked for, and as they are. */
  liveBytes = 0;
  allocatedBytes = 0;
  /** Time for which calls held the allocator's locks, summed. */
  heldTicks = 0;
  /** When most bytes were live, and how many; and then what their blocks took, what was free, and the largest piece of that. */
  peakTicks = 0;
  peakLiveBytes = 0;
  peakAllocatedBytes = 0;
  peakFreeBytes = Infinity;
  peakLargestFreeBytes = Infinity;
  /** Most that the allocator had taken from the memory. */
  peakReservedBytes = 0;
  /** Largest share of the free bytes that no single block could take. */
  worstScatter = 0;
  /** The step function: what held from each tick on. */
  readonly atTicks = new F64Column();
  readonly live = new F64Column();
  readonly reserved = new F64Column();
  dropped = 0;

  constructor(object: number) {
    this.object = object;
  }

  allocated(now: number, bytes: number, size: number, allocator: Allocator): void {
    this.allocations++;
    this.liveBytes += bytes;
    this.allocatedBytes += size;
    this.#note(now, allocator);
    if (this.liveBytes <= this.peakLiveBytes) return;
    this.peakTicks = now;
    this.peakLiveBytes = this.liveBytes;
    this.peakAllocatedBytes = this.allocatedBytes;
    this.peakFreeBytes = allocator.freeBytes;
    this.peakLargestFreeBytes = allocator.largestFreeBytes;
  }

  freed(now: number, bytes: number, size: number, allocator: Allocator): void {
    this.frees++;
    this.liveBytes -= bytes;
    this.allocatedBytes -= size;
    this.#note(now, allocator);
  }

  #note(now: number, allocator: Allocator): void {
    const { reservedBytes, freeBytes } = allocator;
    if (reservedBytes > this.peakReservedBytes) this.peakReservedBytes = reservedBytes;
    if (freeBytes > 0 && freeBytes < Infinity) this.worstScatter = Math.max(this.worstScatter, 1 - allocator.largestFreeBytes / freeBytes);
    const last = this.atTicks.length - 1;
    if (last >= 0 && this.atTicks.get(last) === now) {
      this.live.set(last, this.liveBytes);
      this.reserved.set(last, reservedBytes);
    } else if (last + 1 === MAX_RECORDS) this.dropped++;
    else {
      this.atTicks.push(now);
      this.live.push(this.liveBytes);
      this.reserved.push(reservedBytes);
    }
  }
}

/** Heaps of a run in columns, one entry a heap; and how they went up and down, heap after heap. */
export function heapColumns(uses: readonly HeapUse[]): ThreadTrace["heaps"] {
  const of = (value: (use: HeapUse) => number): Float64Array => Float64Array.from(uses, value);
  const total = uses.reduce((sum, { atTicks }) => sum + atTicks.length, 0);
  const log = { length: total, dropped: uses.reduce((sum, { dropped }) => sum + dropped, 0), heap: new Uint32Array(total), at: new Float64Array(total), liveBytes: new Float64Array(total), reservedBytes: new Float64Array(total) };
  let at = 0;
  uses.forEach(({ atTicks, live, reserved }, heap) => {
    log.heap.fill(heap, at, at + atTicks.length);
    log.at.set(atTicks.view(), at);
    log.liveBytes.set(live.view(), at);
    log.reservedBytes.set(reserved.view(), at);
    at += atTicks.length;
  });
  return {
    length: uses.length, object: Uint32Array.from(uses, ({ object }) => object), allocations: of((use) => use.allocations), frees: of((use) => use.frees), liveBytes: of((use) => use.liveBytes),
    heldTicks: of((use) => use.heldTicks), peakTicks: of((use) => use.peakTicks), peakLiveBytes: of((use) => use.peakLiveBytes), peakAllocatedBytes: of((use) => use.peakAllocatedBytes),
    peakReservedBytes: of((use) => use.peakReservedBytes), scatter: of((use) => (use.peakFreeBytes > 0 && use.peakFreeBytes < Infinity ? 1 - use.peakLargestFreeBytes / use.peakFreeBytes : 0)),
    worstScatter: of((use) => use.worstScatter), log,
  };
}
