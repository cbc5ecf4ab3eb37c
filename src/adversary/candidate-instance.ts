import { compile } from "../core/compile.ts";
import type { Instance } from "../core/instance.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Link, Machine } from "../machine/machine.ts";
import { processorMachine } from "../machine/processors.ts";
import { durationNs, visitEdges, type Candidate } from "./candidate.ts";

/** Names of ops and devices in messages and in what is written. */
export const opName = (op: number): string => `t${op + 1}`;
export const deviceName = (device: number): string => `p${device + 1}`;

/** GB/s, as bytes/ns: the same division as reading "N MB/s" does. */
export function bytesPerNs(megabytesPerSecond: number): number {
  return (megabytesPerSecond * 1e6) / 1e9;
}

/** The candidate as it is simulated: the same as the scenario that `adversaryScenario` writes. */
export function candidateInstance(candidate: Candidate): Instance {
  const { ops, devices } = candidate;
  const builder = new GraphBuilder("adversary");
  const task = builder.class({ kind: "op" });
  for (let op = 0; op < ops; op++) builder.opOfClass(task, opName(op));
  visitEdges(candidate, (from, to, bytes) => builder.edge(from, to, bytes));
  const ns = new Float64Array(ops * devices);
  for (let op = 0; op < ops; op++) for (let device = 0; device < devices; device++) ns[op * devices + device] = durationNs(candidate, op, device);
  return compile({ graph: builder.build(), machine: machineOf(candidate), costs: { deviceCount: devices, ns } });
}

/** Devices with a memory each, and a link between any two on which transfers do not hinder each other. */
function machineOf({ devices, bandwidth, latency }: Candidate): Machine {
  const machine = processorMachine(Array.from({ length: devices }, (_, device) => deviceName(device)));
  const links: Link[] = [];
  const linkOf = new Map<number, Link>();
  for (let a = 0; a < devices; a++) {
    for (let b = a + 1; b < devices; b++) {
      const at = a * devices + b;
      const link: Link = {
        id: links.length, name: `${deviceName(a)}-${deviceName(b)}`, ends: [machine.memories[a]!.name, machine.memories[b]!.name],
        latencyNs: latency[at]!, bytesPerNs: bytesPerNs(bandwidth[at]!), duplex: "full", sharing: "unlimited",
      };
      links.push(link);
      linkOf.set(at, link);
    }
  }
  return {
    ...machine, links,
    route(from, to) {
      if (from === to) return { from, to, hops: [], latencyNs: 0, bytesPerNs: Infinity };
      const { id, latencyNs, bytesPerNs: rate } = linkOf.get(Math.min(from, to) * devices + Math.max(from, to))!;
      return { from, to, hops: [{ link: id, forward: from < to }], latencyNs, bytesPerNs: rate };
    },
  };
}
