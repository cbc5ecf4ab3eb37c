import type { Instance } from "../../src/core/instance.ts";
import type { Demand } from "./max-min.ts";

/** Times are ticks; NaN = has not happened. */
export interface Op {
  readonly id: number;
  readonly class: number;
  readonly job: number;
  /** Tensor ids. */
  readonly inputs: readonly number[];
  device: number;
  /** Placed by a decision that the host has not worked off yet: for the scheduler alone. */
  held: boolean;
  slot: number;
  /** Earlier phases leave the queue first. */
  phase: number;
  priority: number;
  placedOrder: number;
  /** When it began to count on the device where it is placed: as it was placed, or sent there instead. */
  expectedOrder: number;
  /** Setup expected when it was placed. */
  expectedSetup: number;
  readyRound: number;
  ready: number;
  placed: number;
  data: number;
  start: number;
  /** After the setup. */
  runStart: number;
  /** It was placed before it was ready, at least once. */
  planned: boolean;
  /** The simulator placed it, ahead of all others, after it was lost. */
  ahead: boolean;
  /** While it runs and shares nothing: work left at `since` in ticks at normal speed, and the event that comes then. */
  own: { work: number; since: number; readonly kind: number; readonly then: () => void; event: unknown } | undefined;
  end: number;
}

export interface Tensor {
  readonly id: number;
  readonly bytes: number;
  readonly producer: number;
  /** Memory of a tensor without producer, from the first arrival of a job that reads it. */
  readonly home: number;
  readonly everywhere: boolean;
  /** Memories with a complete replica, and those with one or one on its way. */
  readonly complete: Set<number>;
  readonly requested: Set<number>;
  /** Ops that read it and have not ended. */
  readersLeft: number;
  /** It stays when these have ended. */
  readonly kept: boolean;
}

export interface Edge {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly tensor: number;
  /** The sync policy has said when; the consumer may see it. */
  signalled: boolean;
  visible: boolean;
}

export interface Device {
  readonly id: number;
  readonly memory: number;
  readonly slots: { op: number; configuration: number }[];
  /** 1 = normal, 0 = it is not there. */
  speed: number;
  /** How many placements there were when it was lost last. */
  lostAfter: number;
  /** Slot time of runs that were lost. */
  abortedTicks: number;
}

export interface Transfer {
  readonly id: number;
  readonly tensor: number;
  readonly from: number;
  readonly to: number;
  readonly forOp: number;
  readonly start: number;
  end: number;
}

export interface Job {
  readonly id: number;
  /** Arrival asked for; Infinity = after another job. */
  readonly due: number;
  letIn: boolean;
  opsLeft: number;
  arrival: number;
  end: number;
}

/** Something in its shared phase. */
export interface Activity {
  /** 0 = transfer, 1 = operator. */
  readonly order: 0 | 1;
  readonly id: number;
  readonly demands: readonly Demand[];
  readonly endKind: number;
  readonly finish: () => void;
  work: number;
  rate: number;
  since: number;
  ends?: unknown;
}

/** The whole state that a policy may see, and that events change. */
export interface World {
  now: number;
  readonly ops: Op[];
  readonly tensors: Tensor[];
  readonly edges: Edge[];
  readonly devices: Device[];
  readonly jobs: Job[];
  readonly transfers: Transfer[];
  readonly memories: { liveBytes: number; peakBytes: number }[];
}

export interface ReferenceResult {
  readonly ops: readonly Op[];
  readonly transfers: readonly Transfer[];
  readonly jobs: readonly Job[];
  readonly makespan: number;
  readonly peakBytes: readonly number[];
  readonly dispatchCount: number;
  readonly redirectedCount: number;
  readonly roundCount: number;
}

/** Everything as it is before the run. */
export function makeWorld(instance: Instance): World {
  const { inputs, pred } = instance;
  const ops = range(instance.opCount).map((id): Op => ({
    id, class: instance.classOf[id]!, job: instance.jobOf[id]!, inputs: [...inputs.item.slice(inputs.start[id], inputs.start[id + 1])],
    device: -1, held: false, slot: -1, phase: 0, priority: 0, placedOrder: NaN, expectedOrder: NaN, expectedSetup: NaN, readyRound: NaN, ready: NaN, placed: NaN, data: NaN, start: NaN, runStart: NaN, planned: false, ahead: false, own: undefined, end: NaN,
  }));
  const edges: Edge[] = [];
  for (const op of ops) {
    for (let i = pred.start[op.id]!; i < pred.start[op.id + 1]!; i++) {
      const id = pred.edge[i]!;
      edges[id] = { id, from: pred.node[i]!, to: op.id, tensor: instance.edgeTensor[id]!, signalled: false, visible: false };
    }
  }
  const memories = range(instance.memoryCount).map(() => ({ liveBytes: 0, peakBytes: 0 }));
  const tensors = range(instance.tensorCount).map((id): Tensor => {
    const producer = instance.tensorProducer[id]!;
    const home = instance.tensorHome[id]!;
    return { id, bytes: instance.tensorBytes[id]!, producer, home, everywhere: producer < 0 && home < 0, complete: new Set(), requested: new Set(), readersLeft: ops.filter(({ inputs }) => inputs.includes(id)).length, kept: instance.kept?.includes(id) ?? false };
  });
  const devices = range(instance.deviceCount).map((id): Device => ({
    id, memory: instance.deviceMemory[id]!, slots: range(instance.slots[id]!).map(() => ({ op: -1, configuration: -1 })), speed: 1, lostAfter: 0, abortedTicks: 0,
  }));
  const jobs = range(instance.jobCount).map((id): Job => ({
    id, due: instance.jobArrivalTicks[id]!, letIn: false, opsLeft: ops.filter((op) => op.job === id).length, arrival: NaN, end: NaN,
  }));
  return { now: 0, ops, tensors, edges, devices, jobs, transfers: [], memories };
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
