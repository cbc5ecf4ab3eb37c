import { z } from "zod";
import { defineScheduler, type Dispatch, type PlanningView, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { immediateScheduler } from "./dispatching/immediate.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { dequeModelWeights, starpuHandbook } from "./dispatching/starpu.ts";

const options = z.strictObject(dequeModelWeights);

/**
 * Deque model, data aware, sorted: places ops as `dmda` does, but each device serves its queue by priority: the op with
 * the longest way to the end first, of those whose inputs are there. StarPU leaves the priorities to the application;
 * here they are upward ranks. Ties in the order placed.
 * @source StarPU handbook, scheduling policy "dmdas"
 */
export const dmdas = defineScheduler<z.infer<typeof options>>({
  name: "dmdas",
  summary: "as dmda, with each device's queue by priority: longest way to the end first (StarPU's sorted)",
  source: starpuHandbook("dmdas"),
  options,
  create: ({ alpha, beta }) => withPriorities(immediateScheduler({ end: alpha, data: beta }), upwardRanks),
});

/** The scheduler `inner`, with a priority for every op that it places. */
function withPriorities(inner: Scheduler, prioritiesOf: (view: PolicyView) => Float64Array): Scheduler {
  let priority: Float64Array;
  let plain: Dispatch;
  const prioritised: Dispatch = {
    place: (op, device) => plain.place(op, device, priority[op]!),
    start: (op) => plain.start(op),
    wakeAt: (ticks) => plain.wakeAt(ticks),
  };
  return {
    prepare(view: PlanningView, out: Dispatch): void {
      priority = prioritiesOf(view);
      inner.prepare?.(view, out);
    },
    dispatch(view: SchedulerView, out: Dispatch): void {
      plain = out;
      inner.dispatch(view, prioritised);
    },
  };
}
