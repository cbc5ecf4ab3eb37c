import type { Hasher } from "../../base/hash.ts";
import type { ThreadTrace } from "./thread-trace.ts";

/** Adds what threads did: what each got, where it ran and when, what it waited for, and how it ended. */
export function addThreads(hasher: Hasher, threads: ThreadTrace): Hasher {
  const { table, objects, rows, waits, holds, ready, wakes, counters, cores, heaps } = threads;
  hasher.text(threads.policy).number(threads.endTicks).number(threads.preemptions)
    .array(table.group).array(table.number).array(table.bornTicks).array(table.endTicks).array(table.ranTicks).array(table.readyTicks).array(table.switches).array(table.migrations)
    .array(cores.useTicks).array(cores.stalledTicks)
    .array(objects.taken).array(objects.contended).array(objects.handOffs).array(objects.waits.sum).array(objects.holds.sum).array(counters.marks)
    .array(rows.core).array(rows.thread).array(rows.use).array(rows.start).array(rows.end)
    .array(wakes.by).array(wakes.thread).array(wakes.at);
  if (heaps.length > 0) hasher.array(heaps.allocations).array(heaps.frees).array(heaps.heldTicks).array(heaps.peakTicks).array(heaps.peakLiveBytes).array(heaps.peakReservedBytes);
  for (const { thread, object, start, end, kind } of [waits, holds, ready]) hasher.array(thread).array(object).array(start).array(end).array(kind);
  for (const { message } of threads.findings) hasher.text(message);
  return hasher;
}
