import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish, type EarliestFinish } from "./planning/earliest-finish.ts";
import { JobFront } from "./planning/job-front.ts";
import { KeyedHeap } from "./planning/keyed-heap.ts";
import { staticLevels } from "./planning/levels.ts";
import { IdHeap } from "../base/id-heap.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { RouteKinds } from "./planning/route-kinds.ts";

/**
 * Mapping heuristic: lives through the schedule that it makes. Whenever ops end, those that became ready are mapped, the
 * one with the highest static level (longest way to the end, without transfers) first, behind the last op of the device
 * where it finishes earliest. Gaps stay idle. Ties: level by op id, finish by device id.
 *
 * Messages here take quiet routes; the paper's tables of contention on each link are left out.
 * O((V + E) · P + V · log V).
 * @source H. El-Rewini, T. G. Lewis 1990, doi:10.1016/0743-7315(90)90042-N
 */
export const mh = defineScheduler({
  name: "mh",
  summary: "static plan: ops as they become ready, longest way to the end first, each where it finishes earliest, no gaps filled",
  source: "H. El-Rewini, T. G. Lewis, \"Scheduling parallel program tasks onto arbitrary target machines\", JPDC 9(2), 1990, doi:10.1016/0743-7315(90)90042-N",
  create: () => staticScheduler(planMh),
});

/** The plan that `mh` carries out. */
export function planMh(view: PolicyView): Plan {
  const key = staticLevels(view).map((level) => -level);
  return planByFinish(view, new RouteKinds(view), (eft) => mapByEvents(view, key, eft), false);
}

function mapByEvents(view: PolicyView, key: Float64Array, eft: EarliestFinish): void {
  const ready = new IdHeap(key);
  const running = new KeyedHeap(key);
  const front = new JobFront(view, (op) => ready.push(op));
  front.open();
  while (ready.length > 0) {
    for (let op = ready.pop(); op >= 0; op = ready.pop()) {
      eft.insert(op);
      running.push(op, eft.endOf(op));
    }
    // All that ends at the next moment at which something ends; more than one moment, where nothing becomes ready.
    while (ready.length === 0 && running.op >= 0) {
      for (const now = running.key; running.key === now; ) {
        const op = running.op;
        running.pop();
        front.planned(op);
      }
    }
  }
}
