import { defineScheduler, type PolicyView } from "../plugin.ts";
import { listScheduler, soonestDone } from "./dispatching/list-scheduler.ts";

const paper = "W. E. Smith, \"Various optimizers for single-stage production\", Naval Research Logistics Quarterly 3(1-2), 1956, doi:10.1002/nav.3800030106";

/**
 * Shortest job first: of the ready ops, the one with the shortest expected time on its fastest device goes first, to
 * the device with room where it ends soonest. On one device and without precedence this gives the smallest mean
 * completion time; long ops end up last, so the makespan may suffer. Ties by op id.
 * @source Smith 1956, doi:10.1002/nav.3800030106
 */
export const sjf = defineScheduler({
  name: "sjf",
  summary: "shortest job first: the ready op with the shortest time on its fastest device, where it ends soonest",
  source: paper,
  create: () => listScheduler({ keys: fastestTimes, choose: soonestDone }),
});

function fastestTimes(view: PolicyView): Float64Array {
  const fastest = new Float64Array(view.opCount).fill(Infinity);
  for (let op = 0; op < view.opCount; op++) for (let d = 0; d < view.deviceCount; d++) fastest[op] = Math.min(fastest[op]!, view.estimateTicks(op, d));
  return fastest;
}
