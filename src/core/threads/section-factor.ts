import type { ThreadHost } from "./thread-host.ts";

/** How many times as long a computation of the thread takes, where critical sections of a lock are made shorter to see what that would gain. */
export function sectionFactor({ spec: { sections }, table, primitives, objects }: ThreadHost, thread: number): number {
  if (sections === undefined) return 1;
  for (let lock = table.firstHeld[thread]!; lock >= 0; lock = primitives.mutexes.nextHeld[lock]!) if (objects.groupOf[lock] === sections.group) return sections.factor;
  return 1;
}
