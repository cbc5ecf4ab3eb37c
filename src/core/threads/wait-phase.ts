import { Next } from "./next.ts";
import { Phase, type ThreadTable } from "./thread-table.ts";

/** True where the thread's instruction has not begun to wait. */
export function isFresh({ phase }: ThreadTable, thread: number): boolean {
  return phase[thread] === Phase.fresh;
}

/** True where the thread has been given what its instruction waited for, which is then over. */
export function takeGrant({ phase }: ThreadTable, thread: number): boolean {
  if (phase[thread] !== Phase.granted) return false;
  phase[thread] = Phase.fresh;
  return true;
}

/** How the thread waits. */
export function waiting({ isSpinning }: ThreadTable, thread: number): Next {
  return isSpinning[thread] === 1 ? Next.spin : Next.park;
}
