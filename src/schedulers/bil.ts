import { defineScheduler, type PolicyView } from "../plugin.ts";
import { EarliestFinish } from "./planning/earliest-finish.ts";
import { JobFront } from "./planning/job-front.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { optimisticCosts } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { bestOverSetups, expectedCharge, type SetupShare } from "./planning/setup-shares.ts";

/**
 * Best imaginary level: the level of an op on a device is the shortest way from there to the end, when every later op
 * runs where that way is shortest; start + level is what the makespan would be. With k ready ops, that of each op on its
 * k-th best device, its worst one at most, is its urgency, as the better ones may go to others. The most urgent is planned
 * where start + level is smallest. Where more ops are ready than devices exist, execution time weighs more:
 * `(k / devices - 1)` times on top. Gaps stay idle. Ties by op id, then device id.
 *
 * What counts of a setup is added to the start: see {@link bestOverSetups}. Each step looks at all ready ops:
 * O(E · P + V · ready · P · log P), which is quadratic where many ops are ready at once.
 * @source H. Oh, S. Ha 1996, doi:10.1007/BFb0024750
 */
export const bil = defineScheduler({
  name: "bil",
  summary: "static plan: the op that has most to lose first, where it leaves the shortest way to the end; slow where many are ready",
  source: "H. Oh, S. Ha, \"A static scheduling heuristic for heterogeneous processors\", Euro-Par 1996, LNCS 1124, doi:10.1007/BFb0024750",
  create: () => staticScheduler(planBil),
});

/** The plan that `bil` carries out. */
export function planBil(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const level = imaginaryLevels(view, routes);
  return bestOverSetups(view, (share) => planByUrgency(view, routes, level, share));
}

function planByUrgency(view: PolicyView, routes: RouteKinds, level: Float64Array, share: SetupShare): Plan {
  const { deviceCount } = view;
  const eft = new EarliestFinish(view, routes, share, false);
  const arrival = new Float64Array(view.opCount * deviceCount);
  const ready: number[] = [];
  const front = new JobFront(view, (op) => {
    arrival.set(eft.arrivals(op), op * deviceCount);
    ready.push(op);
  });
  front.open();
  const free = new Float64Array(deviceCount);
  const makespans = new Float64Array(deviceCount);
  const sorted = new Float64Array(deviceCount);
  while (ready.length > 0) {
    for (let d = 0; d < deviceCount; d++) free[d] = eft.freeAt(d);
    const weight = Math.max(ready.length / deviceCount - 1, 0);
    let at = -1;
    let device = -1;
    let most = -Infinity;
    for (let i = 0; i < ready.length; i++) {
      const op = ready[i]!;
      const row = op * deviceCount;
      for (let d = 0; d < deviceCount; d++) {
        const start = Math.max(arrival[row + d]!, free[d]!) + expectedCharge(view, share, op, d);
        makespans[d] = start + level[row + d]! + (weight > 0 ? weight * view.estimateTicks(op, d) : 0);
      }
      sorted.set(makespans);
      sorted.sort();
      let k = Math.min(ready.length, deviceCount) - 1;
      while (k > 0 && sorted[k] === Infinity) k--;
      const urgency = sorted[k]!;
      if (urgency < most || (urgency === most && op > ready[at]!)) continue;
      [at, device, most] = [i, makespans.indexOf(sorted[0]!), urgency];
    }
    const op = ready[at]!;
    ready[at] = ready[ready.length - 1]!;
    ready.length--;
    // Where no device will do, `insert` says so.
    if (!eft.insertOn(op, device)) eft.insert(op);
    front.planned(op);
  }
  return eft.plan();
}

/** Best imaginary levels, `level[op * deviceCount + device]`: the op's time there, plus its entry in the optimistic cost table. Infinity = cannot run there. */
export function imaginaryLevels(view: PolicyView, routes: RouteKinds = new RouteKinds(view)): Float64Array {
  return optimisticCosts(view, meansOf(view, routes)).map((rest, i) => rest + view.estimateTicks(Math.floor(i / view.deviceCount), i % view.deviceCount));
}
