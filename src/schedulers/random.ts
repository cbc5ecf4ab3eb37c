import { defineScheduler, type Dispatch, type PolicyView, type SchedulerView } from "../plugin.ts";

/** Each op, as it becomes ready, to the queue of a device drawn uniformly from those that can run it: the baseline that any idea must beat. */
export const random = defineScheduler({
  name: "random",
  summary: "each ready op to any device that can run it, all equally likely",
  create: () => ({
    dispatch(view: SchedulerView, out: Dispatch): void {
      for (let op = view.ready.first(), next; op >= 0; op = next) {
        next = view.ready.next(op);
        const device = drawDevice(view, op);
        if (device >= 0) out.place(op, device);
      }
    },
  }),
});

function drawDevice(view: PolicyView, op: number): number {
  let capable = 0;
  for (let d = 0; d < view.deviceCount; d++) if (view.estimateTicks(op, d) < Infinity) capable++;
  let skip = Math.floor(view.random() * capable);
  for (let d = 0; d < view.deviceCount; d++) if (view.estimateTicks(op, d) < Infinity && skip-- === 0) return d;
  return -1;
}
