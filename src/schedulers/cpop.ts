import { defineScheduler, type PolicyView } from "../plugin.ts";
import { criticalPathDevices } from "./planning/critical-path.ts";
import { planByFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { downwardRanks, papers, upwardRanks } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { visitByPriority } from "./planning/visit-by-priority.ts";

/**
 * Critical path on a processor: the ops of the critical path all go to the one device that runs them fastest, the
 * others where they finish earliest; ready ops by falling upward + downward rank.
 *
 * Where no single device can run the whole path, the one that can run most of it is taken, and the rest of the path
 * goes where it finishes earliest. Each job has a path of its own. The fastest device is found with the setups that the
 * path needs there; the path is never shared between a device that loads one kind of op and another for the rest, since
 * the paper gives it to one processor. Off the path setups count as in {@link planByFinish}.
 * @source Topcuoglu, Hariri, Wu 2002, figure 4, doi:10.1109/71.993206
 */
export const cpop = defineScheduler({
  name: "cpop",
  summary: "static plan: the whole critical path on its fastest device, the rest where it finishes earliest",
  source: papers.heft,
  create: () => staticScheduler(planCpop),
});

/** The plan that `cpop` carries out. */
export function planCpop(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const means = meansOf(view, routes);
  const upward = upwardRanks(view, means);
  const downward = downwardRanks(view, means);
  const pathDevice = criticalPathDevices(view, upward, means.transfer);
  const priority = upward.map((rank, op) => rank + downward[op]!);
  return planByFinish(view, routes, (eft) => visitByPriority(view, priority, (op) => {
    const wanted = pathDevice[op]!;
    if (wanted < 0 || !eft.insertOn(op, wanted)) eft.insert(op);
  }));
}
