import { defineScheduler, type Dispatch, type PolicyView } from "../plugin.ts";
import { fastestDevice } from "./dispatching/preferred-device.ts";
import { meansOf } from "./planning/means.ts";
import { downwardRanks } from "./planning/ranks.ts";
import { sortByKey } from "./planning/sort-by-key.ts";

/**
 * In-order queues, as a program that issues kernels to the streams of its devices has them: before the run all ops are
 * issued in topological order, job after job, and each device starts its own strictly in the order issued, waiting at
 * the head for what comes from other devices. An op goes to the device of its critical input: the one on the longest
 * way from the start, by mean costs. One without inputs, or that cannot run there, goes to its fastest device; of
 * equally fast ones to that with the least work issued for its slots. Nothing else balances the load: chains that join
 * end up on one device. Ties by id.
 * @source NVIDIA, CUDA C++ Programming Guide, "Streams", https://docs.nvidia.com/cuda/cuda-c-programming-guide/
 */
export const streamOrder = defineScheduler({
  name: "stream-order",
  summary: "in-order queues (CUDA-like): ops issued in topological order, each to the device of its critical input",
  source: "NVIDIA, CUDA C++ Programming Guide, \"Streams\", https://docs.nvidia.com/cuda/cuda-c-programming-guide/",
  create: () => ({
    queueOrder: "in-order",
    prepare: issueAll,
    dispatch(): void {},
  }),
});

function issueAll(view: PolicyView, out: Dispatch): void {
  const job = Float64Array.from({ length: view.opCount }, (_, op) => view.jobOf(op));
  const means = meansOf(view);
  const rank = downwardRanks(view, means);
  const issued = new Float64Array(view.deviceCount);
  const deviceOf = new Int32Array(view.opCount);
  for (const op of sortByKey(view.topo, job)) {
    const input = criticalInput(view, op, (from, edge) => rank[from]! + means.cost[from]! + means.transfer[edge]!);
    let device = input < 0 ? -1 : deviceOf[input]!;
    if (device < 0 || view.estimateTicks(op, device) === Infinity) device = leastIssued(view, op, issued);
    deviceOf[op] = device;
    issued[device]! += view.estimateTicks(op, device) / view.slots[device]!;
    out.place(op, device);
  }
}

/** The predecessor with the longest way from the start through its output, ties by id; -1 without predecessors. */
function criticalInput(view: PolicyView, op: number, wayTo: (from: number, edge: number) => number): number {
  const { start, node, edge } = view.pred;
  let critical = -1;
  let longest = -1;
  for (let k = start[op]!; k < start[op + 1]!; k++) {
    const way = wayTo(node[k]!, edge[k]!);
    if (way > longest || (way === longest && node[k]! < critical)) [critical, longest] = [node[k]!, way];
  }
  return critical;
}

function leastIssued(view: PolicyView, op: number, issued: Float64Array): number {
  let best = fastestDevice(view, op);
  const time = view.estimateTicks(op, best);
  for (let d = 0; d < view.deviceCount; d++) if (view.estimateTicks(op, d) === time && issued[d]! < issued[best]!) best = d;
  return best;
}
