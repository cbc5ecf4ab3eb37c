import { fractionalBound, type FractionalProgram } from "./fractional-program.ts";
import type { ScheduleProblem } from "./schedule-problem.ts";

/** A valid set of weights of devices, and by op the least price of running it somewhere. */
export interface Prices {
  readonly weights: Float64Array;
  readonly least: Float64Array;
}

/** A dependency: what it leads to, and the matrix of its transfer times. */
interface Edge {
  readonly op: number;
  /** Ticks by `from * deviceCount + to`. */
  readonly move: Float64Array;
}

/**
 * A problem as the search wants it: dependencies with their transfer times at hand, tails, and which ops and devices are
 * interchangeable.
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

  /** What the fractional program proves of the whole, in whole ticks. */
  readonly rootBound: number;
  /** Weights of devices, each set with the sum 1, and by op what it costs at the least under each: see {@link PartialSchedule.bound}. */
  readonly prices: readonly Prices[];

  constructor(problem: ScheduleProblem) {
    const { opCount: n, deviceCount: D, slots, pred, succ, moves, moveOfEdge } = problem;
    this.opCount = n;
    this.deviceCount = D;
    this.topo = problem.topo;
    this.cost = problem.cost;
    this.leastCost = Float64Array.from({ length: n }, (_, op) => this.cost.subarray(op * D, (op + 1) * D).reduce((a, b) => Math.min(a, b), Infinity));
    this.release = problem.release;
    const edges = ({ start, node, edge }: ScheduleProblem["pred"]): Edge[][] =>
      Array.from({ length: n }, (_, op) => Array.from(node.subarray(start[op], start[op + 1]), (other, i) => ({ op: other, move: moves[moveOfEdge[edge[start[op]! + i]!]!]! })));
    this.pred = edges(pred);
    this.succ = edges(succ);
    this.slotStart = new Uint32Array(D + 1);
    for (let d = 0; d < D; d++) this.slotStart[d + 1] = this.slotStart[d]! + slots[d]!;
    this.tail = this.#tails();
    this.twin = this.#twins(moves);
    this.group = this.#groups(moves);
    const program = this.#program(problem);
    this.rootBound = wholeTicks(fractionalBound(program).ticks);
    this.prices = this.#prices(program);
  }

  #program(problem: ScheduleProblem): FractionalProgram {
    const { topo, pred, slots } = problem;
    const { opCount: n, deviceCount: D, cost, tail, release } = this;
    const end = new Float64Array(n * D);
    const head = new Float64Array(n);
    for (const op of topo) {
      let least = Infinity;
      for (let d = 0; d < D; d++) {
        let start = release[op * D + d]!;
        for (const { op: before, move } of this.pred[op]!) {
          let soonest = Infinity;
          for (let e = 0; e < D; e++) soonest = Math.min(soonest, end[before * D + e]! + move[e * D + d]!);
          start = Math.max(start, soonest);
        }
        end[op * D + d] = start + cost[op * D + d]!;
        if (cost[op * D + d]! < Infinity) least = Math.min(least, start);
      }
      head[op] = least;
    }
    const leastTail = Float64Array.from({ length: n }, (_, op) => {
      let least = Infinity;
      for (let d = 0; d < D; d++) if (cost[op * D + d]! < Infinity) least = Math.min(least, tail[op * D + d]!);
      return least;
    });
    const ticks = cost.map((cell, at) => cell / slots[at % D]!);
    return { opCount: n, deviceCount: D, topo, pred, cost, uses: [{ resourceOf: Uint32Array.from({ length: D }, (_, d) => d), ticks }], resourceCount: D, head, tail: leastTail, ...this.#ways(problem) };
  }

  /** Devices between which nothing takes time are one memory; the quickest way into each device's from any other. */
  #ways({ moves, moveOfEdge }: ScheduleProblem): Pick<FractionalProgram, "memoryOf" | "wayTicks"> {
    const D = this.deviceCount;
    const memoryOf = Uint32Array.from({ length: D }, (_, d) => d);
    for (let d = 0; d < D; d++) {
      const same = memoryOf.subarray(0, d).find((other) => moves.every((move) => move[other * D + d] === 0 && move[d * D + other] === 0));
      if (same !== undefined) memoryOf[d] = memoryOf[same]!;
    }
    const wayTicks = Float64Array.from({ length: moveOfEdge.length * D }, (_, at) => {
      const move = moves[moveOfEdge[Math.floor(at / D)]!]!;
      const to = at % D;
      let least = Infinity;
      for (let from = 0; from < D; from++) if (memoryOf[from] !== memoryOf[to]) least = Math.min(least, move[from * D + to]!);
      return least;
    });
    return { memoryOf, wayTicks };
  }

  /** From the work of all operators, and of those that come late. */
  #prices(program: FractionalProgram): Prices[] {
    const { opCount: n, deviceCount: D, slotStart, cost } = this;
    const zero = new Float64Array(n);
    const found = new Map<string, Prices>();
    for (const share of [0, 0.4, 0.7, 0.85]) {
      const early = new Uint8Array(n);
      for (const op of this.topo.subarray(0, Math.floor(share * n))) early[op] = 1;
      const ticks = program.uses[0]!.ticks.map((cell, at) => (early[Math.floor(at / D)] === 1 && cell < Infinity ? 0 : cell));
      const { resourceWeights: weights } = fractionalBound({ ...program, uses: [{ ...program.uses[0]!, ticks }], head: zero, tail: zero }, { refine: false });
      const least = Float64Array.from({ length: n }, (_, op) => {
        let price = Infinity;
        for (let d = 0; d < D; d++) if (cost[op * D + d]! < Infinity) price = Math.min(price, (weights[d]! * cost[op * D + d]!) / (slotStart[d + 1]! - slotStart[d]!));
        return price;
      });
      found.set(weights.join(), { weights, least });
    }
    return [...found.values()];
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

  #twins(moves: readonly Float64Array[]): Int32Array {
    const { opCount: n, deviceCount: D, cost, release, pred, succ } = this;
    const latest = new Map<string, number>();
    const twin = new Int32Array(n);
    const sizeOf = new Map(moves.map((move, size) => [move, size]));
    const ends = (edges: readonly Edge[]): string => edges.map(({ op, move }) => `${op}/${sizeOf.get(move)}`).sort().join();
    for (let op = 0; op < n; op++) {
      const key = [cost.subarray(op * D, (op + 1) * D).join(), release.subarray(op * D, (op + 1) * D).join(), ends(pred[op]!), ends(succ[op]!)].join(";");
      twin[op] = latest.get(key) ?? -1;
      latest.set(key, op);
    }
    return twin;
  }

  #groups(moves: readonly Float64Array[]): Uint32Array {
    const group = Uint32Array.from({ length: this.deviceCount }, (_, d) => d);
    for (let d = 0; d < group.length; d++) group[d] = group.subarray(0, d).find((other) => group[other] === other && this.#interchangeable(other, d, moves)) ?? d;
    return group;
  }

  /** True when exchanging the two devices maps the problem to itself. */
  #interchangeable(a: number, b: number, moves: readonly Float64Array[]): boolean {
    const { opCount: n, deviceCount: D, cost, release, slotStart } = this;
    if (slotStart[a + 1]! - slotStart[a]! !== slotStart[b + 1]! - slotStart[b]!) return false;
    for (let row = 0; row < n * D; row += D) if (cost[row + a] !== cost[row + b] || release[row + a] !== release[row + b]) return false;
    return moves.every((move) => {
      if (move[a * D + b] !== move[b * D + a]) return false;
      for (let d = 0; d < D; d++) {
        if (d !== a && d !== b && (move[a * D + d] !== move[b * D + d] || move[d * D + a] !== move[d * D + b])) return false;
      }
      return true;
    });
  }
}

/** Up to a whole tick, unless what is above one may be rounding of the sums. */
export function wholeTicks(ticks: number): number {
  return Math.max(0, Math.ceil(ticks * (1 - 1e-12) - 1e-9));
}
