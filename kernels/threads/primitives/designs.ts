import type { BarrierDesign } from "./barrier.ts";
import { centralBarrier, centralBlockBarrier } from "./central-barrier.ts";
import { disseminationBarrier } from "./dissemination-barrier.ts";
import { adaptiveLock, futexLock } from "./futex-lock.ts";
import type { LockDesign } from "./lock.ts";
import { mcsLock } from "./mcs-lock.ts";
import { testAndSetLock } from "./test-and-set-lock.ts";
import { ticketLock } from "./ticket-lock.ts";
import { treeBarrier } from "./tree-barrier.ts";

/** Every lock that is measured. */
export const lockDesigns: readonly LockDesign[] = [testAndSetLock, ticketLock, mcsLock, futexLock, adaptiveLock];

/** Every barrier that is measured. */
export const barrierDesigns: readonly BarrierDesign[] = [centralBarrier, treeBarrier, disseminationBarrier, centralBlockBarrier];

/** The design of this name. */
export function designNamed<Design extends { readonly name: string }>(designs: readonly Design[], name: string): Design {
  const design = designs.find((one) => one.name === name);
  if (design === undefined) throw new Error(`there is no design "${name}"`);
  return design;
}
