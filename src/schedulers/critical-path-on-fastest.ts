import { defineScheduler, type Dispatch, type PlanningView, type PolicyView, type SchedulerView } from "../plugin.ts";
import { criticalPathDevices } from "./planning/critical-path.ts";
import { listScheduler, soonestDone } from "./dispatching/list-scheduler.ts";
import { meansOf } from "./planning/means.ts";
import { upwardRanks } from "./planning/ranks.ts";

/**
 * Dynamic: an op of the critical path (mean times and mean transfers) goes, once it is ready, to the head of the queue of the one device that
 * runs the whole path fastest; what that device cannot run, and all other ops, go by falling upward rank to a device
 * with room, where they end soonest. They may run on the fast device too, when the path leaves it room.
 *
 * The paper finds critical ops as the graph unfolds, by lengths in ops, and has two kinds of cores; here the graph, its
 * times and any devices are known. O((V + E) · P + V · log V).
 * @source K. Chronaki et al. 2015, doi:10.1145/2751205.2751235
 */
export const criticalPathOnFastest = defineScheduler({
  name: "critical-path-on-fastest",
  summary: "dynamic list: the critical path on the device that runs it fastest, other ops where there is room",
  source: "K. Chronaki et al., \"Criticality-aware dynamic task scheduling for heterogeneous architectures\", ICS 2015, doi:10.1145/2751205.2751235",
  create: () => {
    let upward: Float64Array;
    let pathDevice: Int32Array;
    let critical: number[] = [];
    const others = listScheduler({ keys: () => upward.map((rank) => -rank), choose: soonestDone });
    return {
      prepare(view: PlanningView, out: Dispatch): void {
        const means = meansOf(view);
        upward = upwardRanks(view, means);
        pathDevice = criticalPathDevices(view, upward, means.transfer);
        others.prepare?.(view, out);
      },
      ready(view: PolicyView, op: number): void {
        const device = pathDevice[op]!;
        if (device >= 0 && view.estimateTicks(op, device) < Infinity) critical.push(op);
        else others.ready?.(view, op);
      },
      joined(view: PolicyView, device: number): void {
        others.joined?.(view, device);
      },
      dispatch(view: SchedulerView, out: Dispatch): void {
        for (const op of critical) out.place(op, pathDevice[op]!, 1);
        critical = [];
        others.dispatch(view, out);
      },
    };
  },
});
