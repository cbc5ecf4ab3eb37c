import { IdHeap } from "../base/id-heap.ts";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import { asCarriedOut } from "./planning/as-carried-out.ts";
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
 * The paper has that weight only where the device is chosen, not in the urgency, and breaks ties of urgency by the
 * next better device.
 *
 * What counts of a setup is added to the start: see {@link bestOverSetups}. A step changes every urgency, but raises
 * none by more than the op planned in it takes and the weight may add; so only those ready ops are looked at that may be the most urgent, by
 * what they were when last looked at: with 100,000 ready at once some hundred a step.
 * @source H. Oh, S. Ha 1996, doi:10.1007/BFb0024750
 */
export const bil = defineScheduler({
  name: "bil",
  summary: "static plan: the op that has most to lose first, where it leaves the shortest way to the end",
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
  const longest = longestEstimate(view);
  const arrival = new Float64Array(view.opCount * deviceCount);
  /** How much urgencies may have risen since the first step. */
  let risen = 0;
  /** By ready op: `risen` less the most that its urgency could be when it was last looked at, so that the most urgent is among the first of the heap. */
  const key = new Float64Array(view.opCount);
  const ready = new IdHeap(key);
  const front = new JobFront(view, (op) => {
    arrival.set(eft.arrivals(op), op * deviceCount);
    key[op] = -Infinity;
    ready.push(op);
  });
  front.open();
  const free = new Float64Array(deviceCount);
  const makespans = new Float64Array(deviceCount);
  const sorted = new Float64Array(deviceCount);
  const seen: number[] = [];
  let weight = 0;
  while (ready.length > 0) {
    const { length } = ready;
    const weightBefore = weight;
    weight = Math.max(length / deviceCount - 1, 0);
    risen += Math.max(weight - weightBefore, 0) * longest;
    for (let d = 0; d < deviceCount; d++) free[d] = eft.freeAt(d);
    let op = -1;
    let device = -1;
    let most = -Infinity;
    // A tick more, for the rounding.
    while (ready.length > 0 && risen - key[ready.peek()]! + 1 >= most) {
      const other = ready.pop();
      seen.push(other);
      const row = other * deviceCount;
      for (let d = 0; d < deviceCount; d++) {
        const start = Math.max(arrival[row + d]!, free[d]!) + expectedCharge(view, share, other, d);
        makespans[d] = start + level[row + d]! + (weight > 0 ? weight * view.estimateTicks(other, d) : 0);
      }
      sorted.set(makespans);
      sorted.sort();
      let worst = deviceCount - 1;
      while (worst > 0 && sorted[worst] === Infinity) worst--;
      key[other] = risen - sorted[worst]!;
      const urgency = sorted[Math.min(length - 1, worst)]!;
      if (urgency < most || (urgency === most && other > op)) continue;
      [op, device, most] = [other, makespans.indexOf(sorted[0]!), urgency];
    }
    for (const other of seen) if (other !== op) ready.push(other);
    seen.length = 0;
    // Where no device will do, `insert` says so.
    if (!eft.insertOn(op, device)) eft.insert(op);
    risen += eft.freeAt(device) - free[device]!;
    front.planned(op);
  }
  return asCarriedOut(view, eft.plan());
}

function longestEstimate(view: PolicyView): number {
  let longest = 0;
  for (let op = 0; op < view.opCount; op++) {
    for (let d = 0; d < view.deviceCount; d++) if (view.estimateTicks(op, d) < Infinity) longest = Math.max(longest, view.estimateTicks(op, d));
  }
  return longest;
}

/** Best imaginary levels, `level[op * deviceCount + device]`: the op's time there, plus its entry in the optimistic cost table. Infinity = cannot run there. */
export function imaginaryLevels(view: PolicyView, routes: RouteKinds = new RouteKinds(view)): Float64Array {
  return optimisticCosts(view, meansOf(view, routes)).map((rest, i) => rest + view.estimateTicks(Math.floor(i / view.deviceCount), i % view.deviceCount));
}
