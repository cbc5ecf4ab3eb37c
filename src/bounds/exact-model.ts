import type { Instance } from "../core/instance.ts";

/** Largest problem that is prepared, by the memory it takes; far beyond what can be solved. */
export const mostOps = 500;
export const mostDevices = 32;

/** A dependency: what it leads to, and the matrix of its transfer times. */
interface Edge {
  readonly op: number;
  /** Ticks by `from * deviceCount + to`. */
  readonly move: Float64Array;
}

/**
 * What the exact solver needs to know of an instance, by op and device and not by class and memory: durations,
 * transfer times, tails, and which ops and devices are interchangeable.
 */
export class ExactModel {
  readonly opCount: number;
  readonly deviceCount: number;
  readonly topo: Uint32Array;
  /** Ticks by `op * deviceCount + device`; Infinity = cannot run there. */
  readonly cost: Float64Array;
  /** Earliest start by op and device that does not depend on any decision: the job's arrival and the way of inputs that exist before the run. */
  readonly release: Float64Array;
  /** Least ticks from the end of the op on the device to the end of the run, by op and device. */
  readonly tail: Float64Array;
  /** Smallest duration of each op. */
  readonly leastCost: Float64Array;
  readonly pred: readonly (readonly Edge[])[];
  readonly succ: readonly (readonly Edge[])[];
  /** Slots of device d: `slotStart[d]` … `slotStart[d + 1] - 1`. */
  readonly slotStart: Uint32Array;
  /** The nearest op of smaller id that is this op's equal in everything; -1 = none. One of two equals may start first. */
  readonly twin: Int32Array;
  /** The first device that can be exchanged with this one without changing anything; itself where there is none. */
  readonly group: Uint32Array;

  constructor(instance: Instance) {
    const { opCount: n, deviceCount: D, classOf, costTicks, slots } = instance;
    this.opCount = n;
    this.deviceCount = D;
    this.topo = instance.topo;
    this.cost = Float64Array.from({ length: n * D }, (_, cell) => costTicks[classOf[Math.floor(cell / D)]! * D + (cell % D)]!);
    this.leastCost = Float64Array.from({ length: n }, (_, op) => this.cost.subarray(op * D, (op + 1) * D).reduce((a, b) => Math.min(a, b), Infinity));
    this.release = releases(instance);
    const moves = new Moves(instance);
    const { pred, succ, edgeTensor } = instance;
    const edges = ({ start, node, edge }: Instance["pred"]): Edge[][] =>
      Array.from({ length: n }, (_, op) => Array.from(node.subarray(start[op], start[op + 1]), (other, i) => ({ op: other, move: moves.of(edgeTensor[edge[start[op]! + i]!]!) })));
    this.pred = edges(pred);
    this.succ = edges(succ);
    this.slotStart = new Uint32Array(D + 1);
    for (let d = 0; d < D; d++) this.slotStart[d + 1] = this.slotStart[d]! + slots[d]!;
    this.tail = this.#tails();
    this.twin = this.#twins(moves);
    this.group = this.#groups(moves);
  }

  #tails(): Float64Array {
    const { opCount: n, deviceCount: D, cost, topo, succ } = this;
    const tail = new Float64Array(n * D);
    for (let i = n - 1; i >= 0; i--) {
      const op = topo[i]!;
      for (const { op: next, move } of succ[op]!) {
        for (let d = 0; d < D; d++) {
          let least = Infinity;
          for (let e = 0; e < D; e++) least = Math.min(least, move[d * D + e]! + cost[next * D + e]! + tail[next * D + e]!);
          if (least > tail[op * D + d]!) tail[op * D + d] = least;
        }
      }
    }
    return tail;
  }

  #twins(moves: Moves): Int32Array {
    const { opCount: n, deviceCount: D, cost, release, pred, succ } = this;
    const latest = new Map<string, number>();
    const twin = new Int32Array(n);
    const sizeOf = new Map(moves.all.map((move, size) => [move, size]));
    const ends = (edges: readonly Edge[]): string => edges.map(({ op, move }) => `${op}/${sizeOf.get(move)}`).sort().join();
    for (let op = 0; op < n; op++) {
      const key = [cost.subarray(op * D, (op + 1) * D).join(), release.subarray(op * D, (op + 1) * D).join(), ends(pred[op]!), ends(succ[op]!)].join(";");
      twin[op] = latest.get(key) ?? -1;
      latest.set(key, op);
    }
    return twin;
  }

  #groups(moves: Moves): Uint32Array {
    const group = Uint32Array.from({ length: this.deviceCount }, (_, d) => d);
    for (let d = 0; d < group.length; d++) group[d] = group.subarray(0, d).find((other) => group[other] === other && this.#interchangeable(other, d, moves)) ?? d;
    return group;
  }

  /** True when exchanging the two devices maps the problem to itself. */
  #interchangeable(a: number, b: number, moves: Moves): boolean {
    const { opCount: n, deviceCount: D, cost, release, slotStart } = this;
    if (slotStart[a + 1]! - slotStart[a]! !== slotStart[b + 1]! - slotStart[b]!) return false;
    for (let row = 0; row < n * D; row += D) if (cost[row + a] !== cost[row + b] || release[row + a] !== release[row + b]) return false;
    return moves.all.every((move) => {
      if (move[a * D + b] !== move[b * D + a]) return false;
      for (let d = 0; d < D; d++) {
        if (d !== a && d !== b && (move[a * D + d] !== move[b * D + d] || move[d * D + a] !== move[d * D + b])) return false;
      }
      return true;
    });
  }
}

/** Transfer times of tensors between devices, one matrix for all tensors of one size. */
class Moves {
  readonly all: Float64Array[] = [];
  readonly #instance: Instance;
  readonly #bySize = new Map<number, Float64Array>();

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  of(tensor: number): Float64Array {
    const { deviceCount: D, deviceMemory, tensorBytes } = this.#instance;
    const bytes = tensorBytes[tensor]!;
    let move = this.#bySize.get(bytes);
    if (move === undefined) {
      move = Float64Array.from({ length: D * D }, (_, cell) => moveTicks(this.#instance, bytes, deviceMemory[Math.floor(cell / D)]!, deviceMemory[cell % D]!));
      this.#bySize.set(bytes, move);
      this.all.push(move);
    }
    return move;
  }
}

/** Whole ticks, as every end falls on one; what is hardly above a tick is rounding. Without bytes nothing moves. */
function moveTicks({ memoryCount: M, routeLatencyTicks, routeTicksPerByte }: Instance, bytes: number, from: number, to: number): number {
  if (from === to || bytes === 0) return 0;
  const ticks = routeLatencyTicks[from * M + to]! + bytes * routeTicksPerByte[from * M + to]!;
  return ticks < Infinity ? Math.max(0, Math.ceil(ticks - 1e-6)) : Infinity;
}

function releases(instance: Instance): Float64Array {
  const { opCount, deviceCount: D, deviceMemory, inputs, tensorBytes, tensorHome, tensorProducer, jobOf, jobArrivalTicks } = instance;
  const release = new Float64Array(opCount * D);
  for (let op = 0; op < opCount; op++) {
    release.fill(jobArrivalTicks[jobOf[op]!]!, op * D, (op + 1) * D);
    for (const tensor of inputs.item.subarray(inputs.start[op], inputs.start[op + 1])) {
      const home = tensorHome[tensor]!;
      if (tensorProducer[tensor]! >= 0 || home < 0) continue;
      for (let d = 0; d < D; d++) release[op * D + d] = Math.max(release[op * D + d]!, moveTicks(instance, tensorBytes[tensor]!, home, deviceMemory[d]!));
    }
  }
  return release;
}
