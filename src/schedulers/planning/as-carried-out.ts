import type { PolicyView } from "../../plugin.ts";
import type { Plan } from "./plan.ts";
import { ScheduleDecoder } from "./schedule-decoder.ts";

/**
 * The plan with the times at which it will be carried out, where these may be others than planned: a device takes the
 * lowest free slot for an op, whatever that has loaded, and with several slots that load configurations a planner
 * cannot foresee which it will be, as what it plans later may start before.
 */
export function asCarriedOut(view: PolicyView, plan: Plan): Plan {
  if (!view.slots.some((count, d) => count > 1 && view.reloadTicks(d) > 0)) return plan;
  const timed = new ScheduleDecoder(view).plan(plan.order, plan.device);
  return timed.makespanTicks < Infinity ? timed : plan;
}
