import type { DiskSpec, PageSpec, TlbSpec } from "./memory-spec.ts";

/** Bytes of a page where nothing else is said: that of x86 and of most Arm systems. */
export const PAGE_BYTES = 4096;
/** Bytes of a huge page where nothing else is said. */
export const HUGE_PAGE_BYTES = 2 ** 21;

/** Bytes of a page, huge or not. */
export function pageBytes(pages: PageSpec | undefined, huge: boolean): number {
  return huge ? (pages?.hugeBytes ?? HUGE_PAGE_BYTES) : (pages?.bytes ?? PAGE_BYTES);
}

/**
 * Bytes that a level of a TLB reaches: entries × page. A working set beyond it misses though it fits into a cache.
 * @source Hennessy & Patterson, Computer Architecture: A Quantitative Approach, 6th ed., section 2.4 and appendix B.4
 * @example
 * tlbReach({ entries: 1536, latencyNs: 3 }, 4096, false) / 2 ** 20; // 6
 */
export function tlbReach(level: TlbSpec["levels"][number], page: number, huge: boolean): number {
  return (huge ? (level.hugeEntries ?? level.entries) : level.entries) * page;
}

/**
 * Time of `count` first touches: a trap, a page found and mapped, and zeroed: count · (fault + page / zeroing bandwidth).
 * Huge pages trap 512 times less often, and zero as much. Pages of files are not zeroed.
 * @source Bovet & Cesati, Understanding the Linux Kernel, 3rd ed., chapter 9 (demand paging, minor faults)
 */
export function firstTouchNs(pages: PageSpec | undefined, count: number, page: number, isFile = false): number {
  return count * ((pages?.faultNs ?? 0) + (isFile ? 0 : page / (pages?.zeroBytesPerNs ?? Infinity)));
}

/**
 * Time that a disk takes alone for `requests` of `bytes` in all, with `inFlight` of them at once: as long as their bytes
 * take, or their latencies, as many at once as the disk works on:
 *
 *   max(bytes / bandwidth, requests · latency / min(inFlight, queue)),
 *
 * and one at a time, the sum of the two.
 * @source Little's law; Hennessy & Patterson, Computer Architecture: A Quantitative Approach, 6th ed., appendix D
 * @example
 * diskNs({ name: "nvme", bytesPerNs: 4, latencyNs: 80_000, queue: 32, readAheadBytes: 131_072 }, 4096, 1, 1); // 81024
 */
export function diskNs(disk: DiskSpec, bytes: number, requests: number, inFlight: number): number {
  const at = Math.max(1, Math.min(inFlight, disk.queue));
  const [moving, waiting] = [bytes / disk.bytesPerNs, (requests * disk.latencyNs) / at];
  return at === 1 ? moving + waiting : Math.max(moving, waiting + (bytes / Math.max(1, requests)) / disk.bytesPerNs);
}
