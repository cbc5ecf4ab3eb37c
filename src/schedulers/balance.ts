import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import type { FreeDevices } from "./dispatching/free-devices.ts";
import { listScheduler } from "./dispatching/list-scheduler.ts";

const options = z.strictObject({
  window: quantity("time").default(0).describe('Length of the windows over which utilisation is measured: "10ms". 0 = since the start of the run'),
});

/**
 * Feedback: the op that has been ready longest goes to the device with room that has been busy for the smallest share
 * of its slots' time, as measured so far, and that can run it. Ties by device id. Needs no cost model at all.
 */
export const balance = defineScheduler<z.infer<typeof options>>({
  name: "balance",
  summary: "the op that has been ready longest to the least utilised device with room, as measured",
  options,
  create: ({ window }) => {
    const meter = new UtilisationMeter(window);
    return listScheduler({ choose: (view, op, free) => leastUtilised(view, op, free, meter) });
  },
});

function leastUtilised(view: PolicyView, op: number, free: FreeDevices, meter: UtilisationMeter): number {
  meter.update(view);
  let best = -1;
  let lowest = Infinity;
  for (let i = 0; i < free.count; i++) {
    const device = free.ids[i]!;
    if (view.estimateTicks(op, device) === Infinity) continue;
    const busy = meter.busyTicksPerSlot(view, device);
    if (busy < lowest) [best, lowest] = [device, busy];
  }
  return best;
}

/** Busy time in the last whole window and the one that has begun, so that a new window does not begin blind. */
class UtilisationMeter {
  readonly #windowNs: number;
  #lastBusy = new Float64Array(0);
  #thisBusy = new Float64Array(0);
  #window = 0;

  constructor(windowNs: number) {
    this.#windowNs = windowNs;
  }

  update(view: PolicyView): void {
    if (this.#lastBusy.length === 0) {
      this.#lastBusy = new Float64Array(view.deviceCount);
      this.#thisBusy = new Float64Array(view.deviceCount);
    }
    const window = this.#windowNs > 0 ? Math.floor((view.nowTicks * view.tickNs) / this.#windowNs) : 0;
    if (window === this.#window) return;
    this.#window = window;
    for (let d = 0; d < view.deviceCount; d++) {
      this.#lastBusy[d] = this.#thisBusy[d]!;
      this.#thisBusy[d] = view.busyTicks(d);
    }
  }

  /** The time measured is the same for all devices, so the busy time of a slot alone orders them as utilisation does. */
  busyTicksPerSlot(view: PolicyView, device: number): number {
    return (view.busyTicks(device) - this.#lastBusy[device]!) / view.slots[device]!;
  }
}
