import { formatBytes, formatCount, formatNs, formatPercent } from "../../base/units.ts";
import type { ThreadTrace } from "../../core/threads/thread-trace.ts";
import { textTable, type TextColumn } from "../table-text.ts";
import { tidy } from "../tidy.ts";
import { ThreadNames } from "./thread-names.ts";
import type { HeapMetrics } from "./thread-result.ts";

/** Heaps that the text shows; the JSON has all. */
const shownHeaps = 10;

/** What the heaps were used for that anybody allocated from; undefined where there is none. @param ns nanoseconds of ticks */
export function heapMetrics(threads: ThreadTrace, ns: (ticks: number) => number): HeapMetrics[] | undefined {
  const { heaps, objects } = threads;
  const names = new ThreadNames(threads);
  const used = [...heaps.object.keys()].filter((heap) => heaps.allocations[heap]! > 0);
  if (used.length === 0) return undefined;
  return used.map((heap) => {
    const object = heaps.object[heap]!;
    const allocated = heaps.peakAllocatedBytes[heap]!;
    return {
      name: names.object(object), allocator: objects.groups[names.objectGroup(object)]!.design, allocations: heaps.allocations[heap]!, frees: heaps.frees[heap]!,
      peakLiveBytes: heaps.peakLiveBytes[heap]!, peakNs: ns(heaps.peakTicks[heap]!), allocatedBytes: allocated, peakReservedBytes: heaps.peakReservedBytes[heap]!, liveBytes: heaps.liveBytes[heap]!,
      internalFragmentation: allocated > 0 ? tidy(1 - heaps.peakLiveBytes[heap]! / allocated) : 0, externalFragmentation: tidy(heaps.scatter[heap]!), worstExternalFragmentation: tidy(heaps.worstScatter[heap]!),
      heldNs: ns(heaps.heldTicks[heap]!),
    };
  });
}

/** A table of heaps: how much was live at the peak, what it took of the memory, and how scattered it was. */
export function heapLines(heaps: readonly HeapMetrics[] = []): string[] {
  if (heaps.length === 0) return [];
  const right = (header: string): TextColumn => ({ header, align: "right" });
  const columns: TextColumn[] = [{ header: "heap", maxWidth: 20, cut: "middle" }, { header: "allocator" }, ...["allocated", "peak live", "at", "reserved", "not freed", "rounding", "scattered", "worst"].map(right)];
  const rows = heaps.slice(0, shownHeaps).map((heap) => [
    heap.name, heap.allocator, formatCount(heap.allocations), formatBytes(heap.peakLiveBytes), formatNs(heap.peakNs), formatBytes(heap.peakReservedBytes), heap.liveBytes > 0 ? formatBytes(heap.liveBytes) : "–",
    formatPercent(heap.internalFragmentation), formatPercent(heap.externalFragmentation), formatPercent(heap.worstExternalFragmentation),
  ]);
  return [...textTable(columns, rows), ...(heaps.length > shownHeaps ? [`… and ${heaps.length - shownHeaps} more heaps (--format json)`] : [])];
}
