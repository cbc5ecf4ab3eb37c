import { InputError } from "../base/errors.ts";
import type { Instance } from "../core/instance.ts";
import type { Candidate } from "./candidate.ts";

/** Most operators and devices to start from: the search changes one thing at a time. */
const mostOps = 200;
const mostDevices = 16;
/** Where two devices share a memory, a link stands for it on which no transfer takes long. */
const fastest = 1_000_000;

/**
 * An instance as a candidate to start from: its durations, edges and routes. What a candidate cannot say is left out,
 * and told in `simplified`.
 * @throws {InputError} where it is too large, or is repeated.
 */
export function candidateOf(instance: Instance): { readonly candidate: Candidate; readonly simplified: readonly string[] } {
  const { opCount: ops, deviceCount: devices, tickNs, topo, pred, deviceMemory, memoryCount } = instance;
  if (instance.jobCount > 1) throw new InputError({ code: "repeated-workload", message: `the start runs its workload ${instance.jobCount} times`, hint: "start from one instance of it" });
  if (ops > mostOps || devices > mostDevices) throw new InputError({ code: "too-large", message: `the start has ${ops} operators on ${devices} devices; at most ${mostOps} on ${mostDevices} can be searched`, hint: "an adversary is small: start from a part of it" });

  const rank = new Uint32Array(ops);
  topo.forEach((op, position) => (rank[op] = position));
  const work = new Float64Array(ops);
  const affinity = new Float64Array(ops * devices);
  const bytes = new Float64Array(ops * ops).fill(-1);
  for (let op = 0; op < ops; op++) {
    const at = instance.classOf[op]! * devices;
    const ns = Array.from({ length: devices }, (_, device) => (Number.isFinite(instance.costTicks[at + device]!) ? Math.max(1, Math.round(instance.costTicks[at + device]! * tickNs)) : Infinity));
    const to = rank[op]!;
    work[to] = Math.min(...ns);
    ns.forEach((time, device) => (affinity[to * devices + device] = time / work[to]!));
    for (let i = pred.start[op]!; i < pred.start[op + 1]!; i++) {
      const edge = rank[pred.node[i]!]! * ops + to;
      bytes[edge] = Math.max(0, bytes[edge]!) + Math.round(instance.tensorBytes[instance.edgeTensor[pred.edge[i]!]!]!);
    }
  }

  const bandwidth = new Float64Array(devices * devices);
  const latency = new Float64Array(devices * devices);
  for (let a = 0; a < devices; a++) {
    for (let b = a + 1; b < devices; b++) {
      const route = deviceMemory[a]! * memoryCount + deviceMemory[b]!;
      const ticksPerByte = instance.routeTicksPerByte[route]!;
      bandwidth[a * devices + b] = ticksPerByte === 0 ? fastest : Math.min(fastest, Math.max(1, Math.round(1000 / (ticksPerByte * tickNs))));
      latency[a * devices + b] = Math.round(instance.routeLatencyTicks[route]! * tickNs);
    }
  }
  return { candidate: { ops, devices, work, speed: new Float64Array(devices).fill(1), affinity, bytes, bandwidth, latency }, simplified: simplified(instance) };
}

function simplified(instance: Instance): string[] {
  const { deviceCount, deviceMemory, resourceCapacity, slots, edgeTensor } = instance;
  return [
    ...(slots.some((count) => count > 1) ? ["each device has one slot"] : []),
    ...(new Set(deviceMemory).size < deviceCount ? ["each device has a memory of its own"] : []),
    ...(resourceCapacity.some((capacity) => capacity < Infinity) ? ["nothing is shared but devices"] : []),
    ...(new Set(edgeTensor).size < edgeTensor.length ? ["each edge carries a tensor of its own"] : []),
    ...(instance.costSigma.some((sigma) => sigma > 0) ? ["there is no noise"] : []),
    ...(instance.setupTicks.some((ticks) => ticks > 0) ? ["nothing is configured anew"] : []),
  ];
}
