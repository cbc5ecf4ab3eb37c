import { defineScheduler, type Dispatch, type PolicyView, type SchedulerView } from "../plugin.ts";
import { anewOnChange, type QueueingScheduler } from "./dispatching/anew-on-change.ts";
import { Capabilities } from "./dispatching/capabilities.ts";
import { FreeDevices } from "./dispatching/free-devices.ts";
import { IdHeap } from "../base/id-heap.ts";
import { ownThenSteal } from "./dispatching/own-then-steal.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { releasedBy } from "./dispatching/released-by.ts";
import { starpuHandbook } from "./dispatching/starpu.ts";

/**
 * Locality work stealing: an op that becomes ready goes to the queue of the device whose op released it; the first ops
 * go to the devices in turn. A device with room takes the op of highest priority of its own queue; one whose queue is
 * empty steals the op of highest priority that it can run from the nearest neighbour that has one. Near is where the
 * largest tensor of the graph comes from soonest, ties in the order of ids from the thief on. StarPU leaves the
 * priorities to the application; here they are upward ranks, ties by op id.
 * @source StarPU handbook, scheduling policy "lws"
 */
export const lws = defineScheduler({
  name: "lws",
  summary: "a queue by priority for each device: its own first, else that of the nearest neighbour (StarPU's locality work stealing)",
  source: starpuHandbook("lws"),
  create: () => anewOnChange(() => new LocalityWorkStealing()),
});

/** A device's queue is one heap for each group of equally capable ops, so that thieves skip what they cannot run. */
class LocalityWorkStealing implements QueueingScheduler {
  readonly #capabilities = new Capabilities();
  /** `queues[device][group]` */
  #queues: IdHeap[][] = [];
  #keys!: Float64Array;
  #free!: FreeDevices;
  #neighbours: (readonly number[] | undefined)[] = [];
  #waiting = 0;
  #turn = 0;

  prepare(view: PolicyView): void {
    this.#keys = upwardRanks(view).map((rank) => -rank);
    this.#queues = Array.from({ length: view.deviceCount }, () => []);
    this.#free = new FreeDevices(view);
  }

  ready(view: PolicyView, op: number): void {
    const group = this.#capabilities.groupOf(view, op);
    let home = releasedBy(view, op);
    if (home < 0) home = this.#turn++ % view.deviceCount;
    for (let tried = 0; tried < view.deviceCount && !this.#capabilities.canRun(group, home); tried++) home = (home + 1) % view.deviceCount;
    const queues = this.#queues[home]!;
    while (queues.length <= group) queues.push(new IdHeap(this.#keys));
    queues[group]!.push(op);
    this.#waiting++;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    if (this.#waiting === 0) return;
    this.#free.refresh();
    ownThenSteal(this.#free, (device) => this.#takeFrom(device, device, out), (device) => this.#steal(view, device, out));
  }

  #steal(view: PolicyView, thief: number, out: Dispatch): boolean {
    if (this.#waiting === 0) return false;
    const neighbours = (this.#neighbours[thief] ??= nearestFirst(view, thief));
    return neighbours.some((victim) => this.#takeFrom(victim, thief, out));
  }

  #takeFrom(owner: number, device: number, out: Dispatch): boolean {
    let queue: IdHeap | undefined;
    let first = -1;
    this.#queues[owner]!.forEach((candidate, group) => {
      const op = candidate.peek();
      if (op < 0 || !this.#capabilities.canRun(group, device) || (first >= 0 && !this.#before(op, first))) return;
      [queue, first] = [candidate, op];
    });
    if (queue === undefined) return false;
    queue.pop();
    this.#waiting--;
    out.place(first, device);
    this.#free.use(device);
    return true;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#keys[a]! - this.#keys[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }
}

/** The other devices, by how long the largest tensor takes from there to `thief`. */
function nearestFirst(view: PolicyView, thief: number): number[] {
  let largest = view.edgeCount > 0 ? 0 : -1;
  for (let edge = 1; edge < view.edgeCount; edge++) if (view.edgeBytes(edge) > view.edgeBytes(largest)) largest = edge;
  const others = Array.from({ length: view.deviceCount - 1 }, (_, k) => (thief + k + 1) % view.deviceCount);
  if (largest < 0) return others;
  const ticks = Array.from({ length: view.deviceCount }, (_, d) => view.transferTicks(largest, d, thief));
  return others.sort((a, b) => (ticks[a] === ticks[b] ? 0 : ticks[a]! - ticks[b]!));
}
