import type { Dispatch, PolicyView, Scheduler } from "../../plugin.ts";

/** A static schedule as it was planned: one entry an op in each column, times in ticks. */
export interface Plan {
  readonly device: Int32Array;
  /** Slot on its device, from 0. */
  readonly slot: Int32Array;
  readonly startTicks: Float64Array;
  readonly endTicks: Float64Array;
  /** Ops by planned start, in an order that respects every dependency. */
  readonly order: Uint32Array;
  /** Latest planned end. */
  readonly makespanTicks: number;
}

/**
 * A scheduler that carries out a plan: before the run it places every op on its planned device, by planned start, and
 * each device then runs its ops strictly in that order. The planned times themselves are not kept: an op starts as
 * soon as it is at the head of its device's queue and its inputs are there.
 */
export function staticScheduler(planOf: (view: PolicyView) => Plan): Scheduler {
  return {
    queueOrder: "in-order",
    prepare(view: PolicyView, out: Dispatch): void {
      const { order, device } = planOf(view);
      for (let i = 0; i < order.length; i++) out.place(order[i]!, device[order[i]!]!);
    },
    dispatch(): void {},
  };
}
