import { defineScheduler, type PolicyView } from "../plugin.ts";
import { planByFinish } from "./earliest-finish.ts";
import { meansOf } from "./means.ts";
import { staticScheduler, type Plan } from "./plan.ts";
import { downwardRanks, papers, upwardRanks } from "./ranks.ts";
import { RouteKinds } from "./route-kinds.ts";
import { visitByPriority } from "./visit-by-priority.ts";

/**
 * Critical path on a processor: the ops of the critical path all go to the one device that runs them fastest, the
 * others where they finish earliest; ready ops by falling upward + downward rank.
 *
 * Where no single device can run the whole path, the one that can run most of it is taken, and the rest of the path
 * goes where it finishes earliest. Each job has a path of its own.
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

/** By op: the device of the critical path that the op is on; -1 for the others. */
function criticalPathDevices(view: PolicyView, upward: Float64Array, transfer: Float64Array): Int32Array {
  const device = new Int32Array(view.opCount).fill(-1);
  for (const entry of criticalEntries(view, upward)) {
    const path = criticalPath(view, entry, upward, transfer);
    const fastest = fastestDevice(view, path);
    for (const op of path) device[op] = fastest;
  }
  return device;
}

/** Of each job, the op without predecessors from which the longest path starts; ties by id. */
function criticalEntries(view: PolicyView, upward: Float64Array): number[] {
  const entries = new Map<number, number>();
  for (let op = 0; op < view.opCount; op++) {
    if (view.pred.start[op + 1]! > view.pred.start[op]!) continue;
    const best = entries.get(view.jobOf(op));
    if (best === undefined || upward[op]! > upward[best]!) entries.set(view.jobOf(op), op);
  }
  return [...entries.values()];
}

/** Follows the longest way to the end; ties by id. Comparing ways out of one op needs no tolerance, unlike sums of ranks. */
function criticalPath(view: PolicyView, entry: number, upward: Float64Array, transfer: Float64Array): number[] {
  const { succ } = view;
  const path = [entry];
  for (let op = entry; succ.start[op]! < succ.start[op + 1]!; ) {
    let best = -1;
    let longest = -1;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const next = succ.node[k]!;
      const way = transfer[succ.edge[k]!]! + upward[next]!;
      if (way > longest || (way === longest && next < best)) [best, longest] = [next, way];
    }
    path.push(best);
    op = best;
  }
  return path;
}

/** The device that can run most ops of the path, then in the shortest time, setups included; ties by id. */
function fastestDevice(view: PolicyView, path: readonly number[]): number {
  let best = -1;
  let fewest = Infinity;
  let shortest = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    let impossible = 0;
    let time = 0;
    let loaded = -1;
    for (const op of path) {
      const cost = view.estimateTicks(op, d);
      if (cost === Infinity) {
        impossible++;
        continue;
      }
      const needed = view.configuration(op, d);
      time += needed < 0 || needed === loaded ? cost : cost + view.reloadTicks(d);
      if (needed >= 0) loaded = needed;
    }
    if (impossible < fewest || (impossible === fewest && time < shortest)) [best, fewest, shortest] = [d, impossible, time];
  }
  return best;
}
