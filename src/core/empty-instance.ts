import { groupBy } from "../base/csr.ts";
import { instanceDigest } from "./instance-digest.ts";
import type { Instance } from "./instance.ts";

/** No operators and no devices: for runs of threads alone. */
export function emptyInstance(name: string, tickNs: number): Instance {
  const none = new Float64Array(0);
  const ids = new Uint32Array(0);
  const adjacency = { start: new Uint32Array(1), node: ids, edge: ids };
  const names = { length: 0, at: () => "" };
  const instance = {
    name, tickNs, opCount: 0, classCount: 0, tensorCount: 0, edgeCount: 0, deviceCount: 0, memoryCount: 0, resourceCount: 0, jobCount: 0,
    succ: adjacency, pred: adjacency, edgeTensor: ids, inputs: groupBy(0, ids, () => false), tensorBytes: none, tensorProducer: new Int32Array(0),
    tensorHome: new Int32Array(0), tensorUses: ids, topo: ids, jobOf: ids, jobArrivalTicks: none, classOf: ids, costTicks: none, fixedTicks: none,
    costSigma: none, memoryDemand: none, configuration: new Int32Array(0), slots: new Int32Array(0), deviceMemory: ids, units: none, width: none,
    setupTicks: none, memoryBytes: none, routeLatencyTicks: none, routeTicksPerByte: none, routeResources: { start: new Uint32Array(1), item: ids },
    resourceCapacity: none, opNames: names, tensorNames: names, classKinds: [], deviceNames: [], memoryNames: [], resourceNames: [],
  };
  return { ...instance, digest: instanceDigest(instance) };
}
