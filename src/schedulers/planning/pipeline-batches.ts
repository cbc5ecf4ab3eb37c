import type { PolicyView } from "../../plugin.ts";
import type { ChunkProblem } from "./chunkings.ts";

/** Most parts that a graph is cut into before chunks are made of them, and most devices that are tried. */
const mostSteps = 64;
const mostDevices = 8;

/** Jobs that have equally many operators: they are cut alike. */
export interface PipelineBatch {
  /** By job: its operators in topological order. */
  readonly ops: readonly (readonly number[])[];
  readonly problem: ChunkProblem;
  /** Devices of the problem, by their position in it. */
  readonly devices: readonly number[];
  /** By operator of a job: its step. */
  readonly stepOf: Uint32Array;
}

/** What is to be cut into chunks: the jobs, by how many operators they have. */
export function pipelineBatches(view: PolicyView): PipelineBatch[] {
  const jobs: number[][] = Array.from({ length: view.jobCount }, () => []);
  for (const op of view.topo) jobs[view.jobOf(op)]!.push(op);
  const alike = new Map<number, number[][]>();
  for (const ops of jobs) {
    const others = alike.get(ops.length);
    if (others) others.push(ops);
    else if (ops.length > 0) alike.set(ops.length, [ops]);
  }
  return [...alike.values()].map((ops) => batchOf(view, ops));
}

function batchOf(view: PolicyView, ops: readonly (readonly number[])[]): PipelineBatch {
  const first = ops[0]!;
  const fastest = first.map((op) => leastTicks(view, op));
  const stepOf = stepsOf(fastest);
  const steps = (stepOf.at(-1) ?? -1) + 1;
  const all = Array.from({ length: view.deviceCount }, (_, device) => {
    const ticks = new Float64Array(steps);
    let runs = 0;
    first.forEach((op, i) => {
      const own = view.estimateTicks(op, device);
      ticks[stepOf[i]!]! += own;
      if (own < Infinity) runs += fastest[i]! / Math.max(own, 1);
    });
    return { device, ticks, runs };
  });
  const chosen = [...all].sort((a, b) => b.runs - a.runs || a.device - b.device).slice(0, mostDevices).sort((a, b) => a.device - b.device);
  const ticks = new Float64Array(steps * chosen.length);
  chosen.forEach((column, d) => column.ticks.forEach((value, step) => (ticks[step * chosen.length + d] = value)));
  return { ops, devices: chosen.map(({ device }) => device), stepOf, problem: { steps, ticks, slots: chosen.map(({ device }) => view.slots[device]!) } };
}

/** By operator: its step; one each, or steps of about equal work. */
function stepsOf(work: readonly number[]): Uint32Array {
  if (work.length <= mostSteps) return Uint32Array.from(work, (_, i) => i);
  const total = work.reduce((sum, ticks) => sum + ticks, 0) || 1;
  const steps = new Uint32Array(work.length);
  let done = 0;
  let last = -1;
  let at = -1;
  work.forEach((ticks, i) => {
    const step = Math.min(mostSteps - 1, Math.floor((done / total) * mostSteps));
    if (step > at) [at, last] = [step, last + 1];
    steps[i] = last;
    done += ticks;
  });
  return steps;
}

/** Where `op` is expected to take the least time; ties to the lower id. */
export function fastestDevice(view: PolicyView, op: number): number {
  let best = 0;
  for (let device = 1; device < view.deviceCount; device++) if (view.estimateTicks(op, device) < view.estimateTicks(op, best)) best = device;
  return best;
}

function leastTicks(view: PolicyView, op: number): number {
  return view.estimateTicks(op, fastestDevice(view, op));
}
