import type { Estimate } from "../cost/cost-model.ts";
import type { OpClass, OperatorGraph } from "../graph/graph.ts";

/** Between the end of one kernel of a stream and the start of the next that is waiting already. An assumption: a few microseconds on GPUs of the last ten years. */
export const launchGapNs = 5000;

/**
 * What a run takes on a device whose kernels the host launches ahead, one after the other in one stream. Each launch takes
 * the host the fixed time of its operator, and the device begins when it is launched and the kernel before has ended: so
 * small operators wait for the host, and behind large ones nobody sees the launches.
 * @returns ns
 */
export function launchedAheadNs(graph: OperatorGraph, estimateOf: (op: OpClass) => Estimate): number {
  const estimates = graph.classes.map(estimateOf);
  let hostNs = 0;
  let deviceNs = 0;
  for (const op of graph.topo) {
    const { ns, fixedNs } = estimates[graph.classOf[op]!]!;
    if (ns === 0) continue;
    hostNs += fixedNs;
    deviceNs = Math.max(hostNs, deviceNs + launchGapNs) + ns - fixedNs;
  }
  return deviceNs;
}
