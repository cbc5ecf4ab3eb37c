import type { PolicyView } from "../../plugin.ts";

/**
 * Expected time until `device` can begin an op placed on it now: 0 while it has room, else the work that is running
 * and queued there, divided among its slots.
 */
export function waitTicks(view: PolicyView, device: number): number {
  return view.freeSlots(device) > view.queued(device) ? 0 : view.backlogTicks(device) / view.slots[device]!;
}

/** Fills `wait` with the {@link waitTicks} of every device. */
export function waitsInto(wait: Float64Array, view: PolicyView): void {
  for (let d = 0; d < wait.length; d++) wait[d] = waitTicks(view, d);
}
