import type { PolicyView } from "../../plugin.ts";
import type { Plan } from "./plan.ts";

/**
 * A plan, cut into a lane for each device, with how long each op can be left open: an op whose inputs must move is due
 * some time before its planned start, and so are those that it waits for: its predecessors, and the ones before it in
 * its lane. Ops that nothing must be moved for are never due.
 */
export class PlanLanes {
  /** By op, as planned. */
  readonly device: Int32Array;
  readonly endTicks: Float64Array;
  /** All ops of the plan, by planned start. */
  readonly order: Uint32Array;
  /** By op: the tick from which on it is due; Infinity = never. */
  readonly due: Float64Array;
  /** Ops of device d, in order: `#lane[#first[d] … #first[d + 1])`, of which the first are gone. */
  readonly #lane: Uint32Array;
  readonly #first: Uint32Array;
  readonly #next: Uint32Array;
  #left: number;

  /** @param prefetch How long before its start an op is due: this many times the longest of its transfers. */
  constructor(view: PolicyView, { order, device, startTicks, endTicks }: Plan, prefetch: number) {
    const { deviceCount, opCount } = view;
    this.device = device;
    this.endTicks = endTicks;
    this.order = order;
    this.#left = order.length;
    this.#first = new Uint32Array(deviceCount + 1);
    for (const op of order) this.#first[device[op]! + 1]!++;
    for (let d = 0; d < deviceCount; d++) this.#first[d + 1]! += this.#first[d]!;
    this.#next = this.#first.slice(0, deviceCount);
    this.#lane = new Uint32Array(order.length);
    const end = this.#next.slice();
    for (const op of order) this.#lane[end[device[op]!]!++] = op;
    this.due = new Float64Array(opCount).fill(Infinity);
    const dueOnDevice = new Float64Array(deviceCount).fill(Infinity);
    for (let i = order.length - 1; i >= 0; i--) {
      const op = order[i]!;
      const d = device[op]!;
      const move = longestMove(view, op, device);
      const own = move > 0 ? Math.floor(startTicks[op]! - prefetch * move) : Infinity;
      const due = Math.min(own, this.due[op]!, dueOnDevice[d]!);
      this.due[op] = dueOnDevice[d] = due;
      for (let k = view.pred.start[op]!; k < view.pred.start[op + 1]!; k++) {
        const before = view.pred.node[k]!;
        if (due < this.due[before]!) this.due[before] = due;
      }
    }
  }

  /** Ops that have not been taken. */
  get left(): number {
    return this.#left;
  }

  /** The next op of a device; -1 = none is left. */
  head(device: number): number {
    return this.#next[device]! < this.#first[device + 1]! ? this.#lane[this.#next[device]!]! : -1;
  }

  /** Takes the head. */
  take(device: number): void {
    this.#next[device]!++;
    this.#left--;
  }
}

/** Of the inputs of `op`: the longest time that one takes from where its producer is planned, or all that nobody makes. */
function longestMove(view: PolicyView, op: number, device: Int32Array): number {
  const { start, node, edge } = view.pred;
  let longest = view.dataTicks(op, device[op]!);
  for (let k = start[op]!; k < start[op + 1]!; k++) longest = Math.max(longest, view.transferTicks(edge[k]!, device[node[k]!]!, device[op]!));
  return longest;
}
