import { readFileSync } from "node:fs";

/** Nanoseconds of the monotonic clock, the same one in all threads and processes. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** Keeps the processor busy so long. */
export function busyNs(ns: number): void {
  const end = nowNs() + ns;
  while (nowNs() < end);
}

/** Nanoseconds that the calling thread has run on a processor, and has waited for one; undefined where the system does not say. */
export function threadTimesNs(): { readonly ran: number; readonly waited: number } | undefined {
  try {
    const [ran = NaN, waited = NaN] = readFileSync("/proc/thread-self/schedstat", "latin1").split(" ").map(Number);
    return Number.isFinite(ran) && Number.isFinite(waited) ? { ran, waited } : undefined;
  } catch {
    return undefined;
  }
}
