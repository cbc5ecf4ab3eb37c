import { defineScheduler, type Dispatch, type PolicyView, type SchedulerView } from "../plugin.ts";
import { anewOnChange, type QueueingScheduler } from "./dispatching/anew-on-change.ts";
import { FreeDevices } from "./dispatching/free-devices.ts";
import { IdHeap } from "../base/id-heap.ts";
import { ownThenSteal } from "./dispatching/own-then-steal.ts";
import { StealableOps } from "./dispatching/stealable-ops.ts";
import { WaitingOps } from "./dispatching/waiting-ops.ts";

/**
 * The policy of Dask's distributed scheduler. An op with inputs is assigned, as it becomes ready, to one of the devices
 * that hold an input of it: the one where it is expected to start first, after the work assigned there (its occupancy,
 * by slot) and the moves of its inputs. A device runs what became ready last first, ties by id. Ops without
 * inputs wait in one queue, and go to the least occupied device whenever one has room and nothing assigned to it.
 * A device with room and nothing to run steals an assigned op, best ratio of computing to moving first, from
 * the most occupied device, where the op is expected to end sooner by more than half of its cost.
 *
 * Devices stand for workers, their slots for the threads. What Dask measures, times and bandwidth, are the estimates here. An assigned op
 * waits with the policy, so its inputs move once it is sent; Dask may move them earlier. Ties by device id.
 * @source Dask.distributed documentation, "Scheduling Policies" and "Work Stealing", https://distributed.dask.org
 */
export const dask = defineScheduler({
  name: "dask",
  summary: "each ready op to a device that holds an input, by work assigned and moves; idle devices steal (Dask's)",
  source: "Dask.distributed documentation, \"Scheduling Policies\" and \"Work Stealing\", https://distributed.dask.org/en/stable/scheduling-policies.html",
  create: () => anewOnChange(() => new Dask()),
});

class Dask implements QueueingScheduler {
  #roots!: WaitingOps;
  #free!: FreeDevices;
  /** By device: ops assigned, latest first; those that were stolen stay until they come up. */
  #assigned: IdHeap[] = [];
  #stealable!: StealableOps;
  /** By op: the device it is assigned to; -1 = none, or sent. */
  #home!: Int32Array;
  /** By op: minus the time it became ready. */
  #order!: Float64Array;
  /** Expected time of an op where it is assigned, moves included, by op; and their sum by device. */
  #cost!: Float64Array;
  #assignedTicks!: Float64Array;
  #waiting = 0;

  prepare(view: PolicyView): void {
    this.#roots = new WaitingOps(view.opCount);
    this.#free = new FreeDevices(view);
    this.#order = new Float64Array(view.opCount);
    this.#assigned = Array.from({ length: view.deviceCount }, () => new IdHeap(this.#order));
    this.#stealable = new StealableOps(view);
    this.#home = new Int32Array(view.opCount).fill(-1);
    this.#cost = new Float64Array(view.opCount);
    this.#assignedTicks = new Float64Array(view.deviceCount);
  }

  ready(view: PolicyView, op: number): void {
    const { start, node } = view.pred;
    if (start[op] === start[op + 1]) return this.#roots.push(op);
    let home = -1;
    let soonest = Infinity;
    const consider = (device: number): void => {
      if (view.estimateTicks(op, device) === Infinity) return;
      const begin = this.#occupancy(view, device) + view.dataTicks(op, device);
      if (home >= 0 && (begin > soonest || (begin === soonest && device >= home))) return;
      [home, soonest] = [device, begin];
    };
    for (let k = start[op]!; k < start[op + 1]!; k++) consider(view.placement(node[k]!));
    if (home < 0) for (let d = 0; d < view.deviceCount; d++) consider(d);
    if (home < 0) return;
    this.#home[op] = home;
    this.#order[op] = -view.nowTicks;
    this.#cost[op] = view.estimateTicks(op, home) + view.dataTicks(op, home);
    this.#assignedTicks[home]! += this.#cost[op]!;
    this.#assigned[home]!.push(op);
    this.#stealable.add(view, op, home);
    this.#waiting++;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    if (this.#waiting === 0 && this.#roots.length === 0) return;
    this.#free.refresh();
    ownThenSteal(this.#free, (device) => this.#takeOwn(device, out));
    while (this.#free.count > 0 && this.#roots.length > 0) {
      const op = this.#roots.take(view, this.#free);
      if (op < 0) break;
      const device = this.#leastOccupied(view, op);
      out.place(op, device);
      this.#free.use(device);
    }
    ownThenSteal(this.#free, (device) => this.#steal(view, device, out));
  }

  /** Expected time until a slot of `device` has done all that is placed there and assigned to it. */
  #occupancy(view: PolicyView, device: number): number {
    return (view.backlogTicks(device) + this.#assignedTicks[device]!) / view.slots[device]!;
  }

  #leastOccupied(view: PolicyView, op: number): number {
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < this.#free.count; i++) {
      const device = this.#free.ids[i]!;
      if (view.estimateTicks(op, device) === Infinity) continue;
      const occupancy = this.#occupancy(view, device);
      if (occupancy < least) [best, least] = [device, occupancy];
    }
    return best;
  }

  #takeOwn(device: number, out: Dispatch): boolean {
    const queue = this.#assigned[device]!;
    let op = queue.pop();
    while (op >= 0 && this.#home[op] !== device) op = queue.pop();
    return op >= 0 && this.#send(op, device, out);
  }

  #steal(view: PolicyView, thief: number, out: Dispatch): boolean {
    if (this.#waiting === 0) return false;
    const own = this.#occupancy(view, thief);
    const repays = (op: number, victim: number): boolean =>
      own + view.dataTicks(op, thief) + view.estimateTicks(op, thief) <= this.#occupancy(view, victim) - this.#cost[op]! / 2;
    const op = this.#stealable.best(thief, (device) => this.#occupancy(view, device), repays);
    return op >= 0 && this.#send(op, thief, out);
  }

  #send(op: number, device: number, out: Dispatch): true {
    this.#assignedTicks[this.#home[op]!]! -= this.#cost[op]!;
    this.#home[op] = -1;
    this.#waiting--;
    this.#stealable.remove(op);
    out.place(op, device);
    this.#free.use(device);
    return true;
  }
}
