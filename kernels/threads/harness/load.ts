import { setTimeout } from "node:timers/promises";
import { othersShare, processorTicks, quietShare } from "../../../src/calibrate/measure/load.ts";
import { nowNs } from "./clock.ts";

export { othersShare, processorTicks, quietShare };

/** How long it has to be quiet before it is believed. */
const momentMs = 60;

/** Waits until other programs have left the cores alone for a moment, but not longer than `waitMs`. */
export async function quietMoment(waitMs: number): Promise<void> {
  const endNs = nowNs() + waitMs * 1e6;
  while (nowNs() < endNs) {
    const before = processorTicks();
    await setTimeout(momentMs);
    const share = othersShare(before, processorTicks(), 0);
    if (share === undefined || share <= quietShare) return;
  }
}
