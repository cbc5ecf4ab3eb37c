import { counted, formatNs } from "../base/units.ts";
import { durationNs, visitEdges, type Candidate } from "./candidate.ts";
import type { AdversaryResult } from "./find-adversary.ts";

/** What was found and how, as lines for people: the ratio, the graph, the machine, the search. */
export function describeAdversary(result: AdversaryResult): string[] {
  const { candidate, target, against, ratio, targetTicks, againstTicks, evaluations, restarts, seed, startRatio } = result;
  const verdict = ratio > 1 ? `${target} takes ${ratio.toFixed(2)} times as long as ${against}` : ratio === 1 ? `${target} takes as long as ${against}` : `${target} takes ${ratio.toFixed(2)} of the time of ${against}`;
  return [
    `${verdict}: ${formatNs(targetTicks)} against ${formatNs(againstTicks)}`,
    ...describeCandidate(candidate),
    `found by simulated annealing from ${counted(restarts, "start")} with a ratio of ${startRatio.toFixed(2)} at best; ${counted(evaluations, "instance")} tried, seed ${seed}`,
  ];
}

function describeCandidate(candidate: Candidate): string[] {
  const { ops, devices, bandwidth, latency } = candidate;
  const durations: number[] = [];
  let relatedMachine = true;
  const ratios = Array.from({ length: devices }, (_, device) => candidate.affinity[device]! / candidate.affinity[0]!);
  for (let op = 0; op < ops; op++) {
    for (let device = 0; device < devices; device++) {
      const ns = durationNs(candidate, op, device);
      if (ns < Infinity) durations.push(ns);
      if (Math.abs(candidate.affinity[op * devices + device]! / candidate.affinity[op * devices]! - ratios[device]!) > 1e-9) relatedMachine = false;
    }
  }
  const slowest: number[] = [];
  const rates: number[] = [];
  for (let a = 0; a < devices; a++) for (let b = a + 1; b < devices; b++) rates.push(bandwidth[a * devices + b]!);
  const rate = Math.min(...rates);
  visitEdges(candidate, (_from, _to, bytes) => slowest.push(bytes / (rate / 1000) + Math.max(...latency)));
  const moves = slowest.filter((ns) => ns > 0);
  return [
    `${shapeOf(candidate)} on ${counted(devices, "device")}${devices < 2 ? "" : relatedMachine ? ", each of one speed for all" : ", each faster for some than for others"}`,
    `an operator takes ${span(durations)}; ${devices < 2 || moves.length === 0 ? "no edge costs anything to move" : `an edge takes ${span(moves)} over the slowest link (${rate} MB/s)`}`,
  ];
}

function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? formatNs(least) : `${formatNs(least)} to ${formatNs(most)}`;
}

/** "a chain of 3 operators", "a fork-join of …", or depth and width. */
function shapeOf(candidate: Candidate): string {
  const { ops } = candidate;
  const into = new Uint32Array(ops);
  const out = new Uint32Array(ops);
  const level = new Uint32Array(ops);
  let edges = 0;
  visitEdges(candidate, (from, to) => {
    into[to]!++;
    out[from]!++;
    level[to] = Math.max(level[to]!, level[from]! + 1);
    edges++;
  });
  const depth = Math.max(...level) + 1;
  const width = Math.max(...Array.from({ length: depth }, (_, at) => level.filter((value) => value === at).length));
  const most = (counts: Uint32Array): number => Math.max(...counts);
  const only = (counts: Uint32Array): boolean => counts.filter((count) => count === 0).length === 1;
  const size = counted(ops, "operator");
  if (edges === 0) return ops === 1 ? "one operator" : `${ops} independent operators`;
  if (most(into) <= 1 && most(out) <= 1 && only(into)) return `a chain of ${size}`;
  if (most(into) <= 1 && only(into)) return depth === 2 ? `a fork of ${size}` : `an out-tree of ${size}`;
  if (most(out) <= 1 && only(out)) return depth === 2 ? `a join of ${size}` : `an in-tree of ${size}`;
  if (depth === 3 && edges === 2 * (ops - 2) && only(into) && only(out)) return `a fork-join of ${size}`;
  return `${size} with ${counted(edges, "edge")}, ${depth} deep and ${width} wide`;
}
