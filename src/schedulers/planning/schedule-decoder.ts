import type { PolicyView } from "../../plugin.ts";
import type { Plan } from "./plan.ts";
import { JobReleases } from "./job-releases.ts";
import { RouteKinds } from "./route-kinds.ts";
import { sortByKey } from "./sort-by-key.ts";

/** Transfer times beyond this number are asked for one by one, and not kept. */
const MOST_MOVES = 1 << 25;

/**
 * Works out, very often, the schedule of a sequence of all ops (each after its predecessors), with a device for each or
 * the one where it ends first: ops of a device start in the order of the sequence, each as soon as a slot is free and
 * its inputs can be there. That is how the engine carries it out `in-order`, as long as estimates hold and no transfer
 * waits for another. What it needs is copied into columns once, so that an evaluation makes no objects.
 */
export class ScheduleDecoder {
  readonly opCount: number;
  readonly deviceCount: number;
  /** The last schedule, by op. */
  readonly device: Int32Array;
  readonly startTicks: Float64Array;
  readonly endTicks: Float64Array;
  /** `cost[op * deviceCount + device]`, Infinity = cannot run there. */
  readonly cost: Float64Array;
  readonly #view: PolicyView;
  readonly #routes: RouteKinds;
  /** By kind of route, for each position in `pred`: ticks of that edge; empty where they are too many. */
  readonly #moves: Float64Array;
  /** By op and device: ticks to bring what the op reads and nobody makes, after its job has started; empty where there is no such thing. */
  readonly #initial: Float64Array;
  /** By op: what must follow its end at least, on the fastest devices and without transfers. */
  readonly #rest: Float64Array;
  readonly #firstSlot: Uint32Array;
  readonly #reloads: boolean;
  readonly #jobs: JobReleases;
  // By slot: when it is free, the last op on it (-1 = none), and what it has loaded (-1 = nothing).
  readonly #free: Float64Array;
  readonly #lastOp: Int32Array;
  readonly #loaded: Int32Array;
  readonly #slot: Int32Array;
  /** By op: the one before it in its slot; -1 = none. */
  readonly #before: Int32Array;
  /** By device: start of its last op. */
  readonly #lastStart: Float64Array;

  constructor(view: PolicyView) {
    const { opCount, deviceCount, slots, pred } = view;
    this.#view = view;
    this.opCount = opCount;
    this.deviceCount = deviceCount;
    this.device = new Int32Array(opCount);
    this.startTicks = new Float64Array(opCount);
    this.endTicks = new Float64Array(opCount);
    this.cost = new Float64Array(opCount * deviceCount);
    for (let op = 0, at = 0; op < opCount; op++) for (let d = 0; d < deviceCount; d++) this.cost[at++] = view.estimateTicks(op, d);
    this.#routes = new RouteKinds(view);
    const { from, to } = this.#routes;
    const edges = pred.edge.length;
    this.#moves = new Float64Array(from.length * edges <= MOST_MOVES ? from.length * edges : 0);
    if (this.#moves.length > 0) for (let kind = 1; kind < from.length; kind++) for (let k = 0; k < edges; k++) this.#moves[kind * edges + k] = view.transferTicks(pred.edge[k]!, from[kind]!, to[kind]!);
    this.#initial = initialTicks(view);
    this.#rest = shortestRests(view, this.cost);
    this.#firstSlot = new Uint32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.#firstSlot[d + 1] = this.#firstSlot[d]! + slots[d]!;
    const slotCount = this.#firstSlot[deviceCount]!;
    this.#reloads = slots.some((_, d) => view.reloadTicks(d) > 0);
    this.#jobs = new JobReleases(view);
    this.#free = new Float64Array(slotCount);
    this.#lastOp = new Int32Array(slotCount);
    this.#loaded = new Int32Array(slotCount);
    this.#slot = new Int32Array(opCount);
    this.#before = new Int32Array(opCount);
    this.#lastStart = new Float64Array(deviceCount);
  }

  /**
   * The makespan of `order` (every op, after its predecessors) where op i runs on `genes[i]`, or, where that is -1, on
   * the device where it then ends first, ties by id. Infinity where that cannot be carried out, or would be longer than
   * `limit`, which is often known early. The schedule is left in {@link device}, {@link startTicks} and {@link endTicks}.
   */
  decode(order: Uint32Array, genes: Int32Array, limit = Infinity): number {
    const { deviceCount, device, startTicks, endTicks, cost } = this;
    const [rest, firstSlot, free, lastOp, jobs] = [this.#rest, this.#firstSlot, this.#free, this.#lastOp, this.#jobs];
    free.fill(0);
    lastOp.fill(-1);
    this.#lastStart.fill(0);
    if (this.#reloads) this.#loaded.fill(-1);
    jobs.reset();
    let makespan = 0;
    for (let i = 0; i < order.length; i++) {
      const op = order[i]!;
      const from = jobs.simple ? 0 : jobs.startOf(op);
      const d = genes[op]! >= 0 ? genes[op]! : this.#soonest(op, from);
      device[op] = d;
      const at = this.#earliest(op, d, from);
      // In order of ids, as the engine does.
      let slot = firstSlot[d]!;
      while (free[slot]! > at) slot++;
      let end = at + cost[op * deviceCount + d]!;
      if (this.#reloads) {
        end += this.#setup(op, d, slot);
        const needed = this.#view.configuration(op, d);
        if (needed >= 0) this.#loaded[slot] = needed;
      }
      if (!(end + rest[op]! <= limit) || end === Infinity) return Infinity;
      startTicks[op] = at;
      endTicks[op] = end;
      this.#before[op] = lastOp[slot]!;
      lastOp[slot] = op;
      this.#slot[op] = slot;
      this.#lastStart[d] = at;
      free[slot] = end;
      if (end > makespan) makespan = end;
      if (!jobs.simple) jobs.ended(op, end);
    }
    return makespan;
  }

  /** When a slot of the device is free for the next one in order, which does not start before the one ahead of it. */
  #freeAt(d: number): number {
    const first = this.#firstSlot[d]!;
    const stop = this.#firstSlot[d + 1]!;
    if (stop - first === 1) return this.#free[first]!;
    let soonest = Infinity;
    for (let slot = first; slot < stop; slot++) if (this.#free[slot]! < soonest) soonest = this.#free[slot]!;
    return Math.max(soonest, this.#lastStart[d]!);
  }

  /** When `op`, whose job starts at `from`, can start on device `d`. */
  #earliest(op: number, d: number, from: number): number {
    const { start, node } = this.#view.pred;
    const { of: kindOf } = this.#routes;
    const { device, endTicks, deviceCount } = this;
    const moves = this.#moves;
    const ready = this.#initial.length > 0 ? from + this.#initial[op * deviceCount + d]! : from;
    const free = this.#freeAt(d);
    let at = free > ready ? free : ready;
    for (let k = start[op]!, stop = start[op + 1]!; k < stop; k++) {
      const kind = kindOf[device[node[k]!]! * deviceCount + d]!;
      let there = endTicks[node[k]!]!;
      if (kind > 0) there += moves.length > 0 ? moves[kind * node.length + k]! : this.#moveTicks(k, kind);
      if (there > at) at = there;
    }
    return at;
  }

  /** The device where `op` ends first, ties by id; 0 where it can run nowhere. */
  #soonest(op: number, from: number): number {
    const { deviceCount, cost } = this;
    let best = 0;
    let soonest = Infinity;
    for (let d = 0; d < deviceCount; d++) {
      const ticks = cost[op * deviceCount + d]!;
      // Nothing is asked of a device that would lose even without waiting for inputs.
      if (!(this.#freeAt(d) + ticks < soonest)) continue;
      const at = this.#earliest(op, d, from);
      let end = at + ticks;
      if (this.#reloads && end < soonest) {
        let slot = this.#firstSlot[d]!;
        while (this.#free[slot]! > at) slot++;
        end += this.#setup(op, d, slot);
      }
      if (end < soonest) [best, soonest] = [d, end];
    }
    return best;
  }

  /** Ticks to load what `op` needs into the slot. */
  #setup(op: number, d: number, slot: number): number {
    const needed = this.#view.configuration(op, d);
    return needed < 0 || this.#loaded[slot] === needed ? 0 : this.#view.reloadTicks(d);
  }

  #moveTicks(k: number, kind: number): number {
    return this.#view.transferTicks(this.#view.pred.edge[k]!, this.#routes.from[kind]!, this.#routes.to[kind]!);
  }

  /**
   * Fills `out` with a critical path of the last schedule, which must have been decoded to its end: from an op that ends
   * last, again and again to the one that its start had to wait for. Returns its length. The last op of the path is a
   * first one of the schedule.
   */
  criticalPath(makespan: number, out: Uint32Array): number {
    const { device } = this;
    const { start, node } = this.#view.pred;
    let op = this.endTicks.indexOf(makespan);
    let length = 0;
    while (op >= 0) {
      out[length++] = op;
      const at = this.startTicks[op]!;
      let next = -1;
      for (let k = start[op]!; k < start[op + 1]! && next < 0; k++) {
        const from = node[k]!;
        const kind = this.#routes.of[device[from]! * this.deviceCount + device[op]!]!;
        const there = this.endTicks[from]! + (kind === 0 ? 0 : this.#moveTicks(k, kind));
        if (there === at) next = from;
      }
      const ahead = this.#before[op]!;
      op = next < 0 && ahead >= 0 && this.endTicks[ahead] === at ? ahead : next;
    }
    return length;
  }

  /** The schedule of `order` and `genes` as a plan. */
  plan(order: Uint32Array, genes: Int32Array): Plan {
    const makespanTicks = this.decode(order, genes);
    const device = this.device.slice();
    const slot = this.#slot.map((at, op) => at - this.#firstSlot[device[op]!]!);
    // Of ops with one start the sequence has the right order.
    return { device, slot, startTicks: this.startTicks.slice(), endTicks: this.endTicks.slice(), order: sortByKey(order, this.startTicks), makespanTicks };
  }
}

function initialTicks(view: PolicyView): Float64Array {
  const { opCount, deviceCount } = view;
  let some = false;
  const ticks = new Float64Array(opCount * deviceCount);
  for (let op = 0, at = 0; op < opCount; op++) for (let d = 0; d < deviceCount; d++, at++) some = (ticks[at] = view.dataTicks(op, d)) > 0 || some;
  return some ? ticks : new Float64Array(0);
}

function shortestRests(view: PolicyView, cost: Float64Array): Float64Array {
  const { opCount, deviceCount, succ, topo } = view;
  const rest = new Float64Array(opCount);
  for (let i = opCount - 1; i >= 0; i--) {
    const op = topo[i]!;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const next = succ.node[k]!;
      let shortest = Infinity;
      for (let d = 0; d < deviceCount; d++) shortest = Math.min(shortest, cost[next * deviceCount + d]!);
      rest[op] = Math.max(rest[op]!, shortest + rest[next]!);
    }
  }
  return rest;
}
