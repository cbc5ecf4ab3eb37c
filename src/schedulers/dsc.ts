import { defineScheduler, type PolicyView } from "../plugin.ts";
import { asCarriedOut } from "./planning/as-carried-out.ts";
import { dominantSequenceClusters } from "./planning/clusters.ts";
import { EarliestFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { bestOverSetups, expectedCharge, type SetupShare } from "./planning/setup-shares.ts";
import { sortByKey } from "./planning/sort-by-key.ts";
import { byFallingPriority } from "./planning/visit-by-priority.ts";

/**
 * Dominant sequence clustering: ops that would wait long for each other's data form clusters, as if devices were
 * unlimited; then whole clusters go to devices, those with most work first, each where the work of its clusters ends
 * earliest; then each device takes its ops by falling upward rank, into gaps too. Ops that their cluster's device cannot run
 * go where they finish earliest.
 *
 * See {@link dominantSequenceClusters}. Left out: moving several predecessors at once into one cluster, and the
 * reservation for ops whose predecessors have come in part. The paper ends with clusters; that they go to devices by load
 * follows its authors' tool PYRROS. There what counts of setups is work: see {@link bestOverSetups}.
 * O((V + E) · log V + V · P) but for the search in gaps.
 * @source T. Yang, A. Gerasoulis 1994, doi:10.1109/71.308533
 */
export const dsc = defineScheduler({
  name: "dsc",
  summary: "static plan: ops that would wait for each other's data form clusters, which go to devices as a whole, by load",
  source: "T. Yang, A. Gerasoulis, \"DSC: scheduling parallel tasks on an unbounded number of processors\", IEEE TPDS 5(9), 1994, doi:10.1109/71.308533",
  create: () => staticScheduler(planDsc),
});

/** The plan that `dsc` carries out. */
export function planDsc(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const means = meansOf(view, routes);
  const upward = upwardRanks(view, means);
  const cluster = dominantSequenceClusters(view, means, upward);
  const order = byFallingPriority(view, upward);
  return bestOverSetups(view, (share) => {
    const device = devicesByLoad(view, cluster, means.cost, share);
    const eft = new EarliestFinish(view, routes, share);
    for (const op of order) if (!eft.insertOn(op, device[cluster[op]!]!)) eft.insert(op);
    return asCarriedOut(view, eft.plan());
  });
}

/** By cluster: the device that can run most of it, then where the work, with what counts of setups, ends earliest: a cluster itself one op after the other, all of them in any slot; ties by id. */
function devicesByLoad(view: PolicyView, cluster: Uint32Array, cost: Float64Array, share: SetupShare): Uint32Array {
  const { opCount, deviceCount, slots } = view;
  const count = cluster.reduce((most, id) => Math.max(most, id + 1), 0);
  const minusWork = new Float64Array(count);
  const work = new Float64Array(count * deviceCount);
  const impossible = new Uint32Array(count * deviceCount);
  for (let op = 0; op < opCount; op++) {
    minusWork[cluster[op]!]! -= cost[op]!;
    for (let d = 0; d < deviceCount; d++) {
      const at = cluster[op]! * deviceCount + d;
      const time = view.estimateTicks(op, d);
      if (time === Infinity) impossible[at]!++;
      else work[at]! += time + expectedCharge(view, share, op, d);
    }
  }
  const load = new Float64Array(deviceCount);
  const device = new Uint32Array(count);
  for (const id of sortByKey(Uint32Array.from({ length: count }, (_, i) => i), minusWork)) {
    const row = id * deviceCount;
    let best = 0;
    let soonest = Infinity;
    for (let d = 0; d < deviceCount; d++) {
      const ends = Math.max(work[row + d]!, (load[d]! + work[row + d]!) / slots[d]!);
      const fewer = impossible[row + d]! - impossible[row + best]!;
      if (fewer < 0 || (fewer === 0 && ends < soonest)) [best, soonest] = [d, ends];
    }
    device[id] = best;
    load[best]! += work[row + best]!;
  }
  return device;
}
