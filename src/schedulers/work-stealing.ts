import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyView, type SchedulerView } from "../plugin.ts";
import { anewOnChange, type QueueingScheduler } from "./dispatching/anew-on-change.ts";
import { Capabilities } from "./dispatching/capabilities.ts";
import { FreeDevices } from "./dispatching/free-devices.ts";
import { OpDeques } from "./dispatching/op-deques.ts";
import { ownThenSteal } from "./dispatching/own-then-steal.ts";
import { releasedBy } from "./dispatching/released-by.ts";

const options = z.strictObject({
  victim: z.enum(["random", "most-loaded"]).default("random").describe("Whom an idle device robs: a device drawn at random (and the next ones if it has nothing), or the one with most ops"),
});
type Options = z.infer<typeof options>;

/**
 * Work stealing: each device has a deque of its own. An op that becomes ready goes to the device whose op released it
 * (the one that ended last), where its data is; the first ops go to the devices in turn. A device with room takes the
 * newest op of its own deque; one whose deque is empty steals the oldest op that it can run from another. It leaves an
 * op for which it would have to load a configuration for longer than the op is expected to wait where it is.
 * @source R. D. Blumofe, C. E. Leiserson, "Scheduling multithreaded computations by work stealing", JACM 46(5), 1999, doi:10.1145/324133.324234
 */
export const workStealing = defineScheduler<Options>({
  name: "work-stealing",
  summary: "a deque for each device: its own newest op first, else the oldest of another device",
  source: "R. D. Blumofe, C. E. Leiserson, \"Scheduling multithreaded computations by work stealing\", JACM 46(5), 1999, doi:10.1145/324133.324234",
  options,
  create: (chosen) => anewOnChange(() => new WorkStealing(chosen)),
});

/** A device's deque is one list for each group of equally capable ops, so that thieves skip what they cannot run. */
class WorkStealing implements QueueingScheduler {
  readonly #victim: Options["victim"];
  readonly #capabilities = new Capabilities();
  #deques!: OpDeques;
  #free!: FreeDevices;
  #loads!: Int32Array;
  /** By op: when it was pushed, as a count. */
  #pushed!: Float64Array;
  #pushes = 0;
  #waiting = 0;
  #turn = 0;

  constructor({ victim }: Options) {
    this.#victim = victim;
  }

  prepare(view: PolicyView): void {
    this.#deques = new OpDeques(view.opCount);
    this.#free = new FreeDevices(view);
    this.#loads = new Int32Array(view.deviceCount);
    this.#pushed = new Float64Array(view.opCount);
  }

  ready(view: PolicyView, op: number): void {
    const group = this.#capabilities.groupOf(view, op);
    let home = releasedBy(view, op);
    if (home < 0) home = this.#turn++ % view.deviceCount;
    for (let tried = 0; tried < view.deviceCount && !this.#capabilities.canRun(group, home); tried++) home = (home + 1) % view.deviceCount;
    this.#pushed[op] = this.#pushes++;
    this.#deques.push(group * view.deviceCount + home, op);
    this.#loads[home]!++;
    this.#waiting++;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    if (this.#waiting === 0) return;
    this.#free.refresh();
    ownThenSteal(this.#free, (device) => this.#takeOwn(view, device, out), (device) => this.#steal(view, device, out));
  }

  #takeOwn(view: PolicyView, device: number, out: Dispatch): boolean {
    let newest = -1;
    let from = -1;
    for (let group = 0; group < this.#capabilities.count; group++) {
      const deque = group * view.deviceCount + device;
      const op = this.#deques.newest(deque);
      if (op < 0 || (newest >= 0 && this.#pushed[op]! < this.#pushed[newest]!)) continue;
      newest = op;
      from = deque;
    }
    return newest >= 0 && this.#take(newest, from, device, device, out);
  }

  #steal(view: PolicyView, thief: number, out: Dispatch): boolean {
    if (this.#waiting === 0) return false;
    const { deviceCount } = view;
    const first = this.#victim === "random" ? Math.floor(view.random() * deviceCount) : this.#loads.indexOf(Math.max(...this.#loads));
    for (let k = 0; k < deviceCount; k++) {
      const victim = (first + k) % deviceCount;
      if (this.#loads[victim]! > 0 && this.#stealFrom(victim, view, thief, out)) return true;
    }
    return false;
  }

  #stealFrom(victim: number, view: PolicyView, thief: number, out: Dispatch): boolean {
    let oldest = -1;
    let from = -1;
    for (let group = 0; group < this.#capabilities.count; group++) {
      if (!this.#capabilities.canRun(group, thief)) continue;
      const deque = group * view.deviceCount + victim;
      const op = this.#deques.oldest(deque);
      if (op < 0 || (oldest >= 0 && this.#pushed[op]! > this.#pushed[oldest]!)) continue;
      oldest = op;
      from = deque;
    }
    return oldest >= 0 && this.#repaysSetup(oldest, victim, view, thief) && this.#take(oldest, from, victim, thief, out);
  }

  /** The victim's deque is taken to be full of ops like the one in question, which it would run last. */
  #repaysSetup(op: number, victim: number, view: PolicyView, thief: number): boolean {
    const setup = view.setupTicks(op, thief);
    if (setup === 0) return true;
    const wait = (view.backlogTicks(victim) + this.#loads[victim]! * view.estimateTicks(op, victim)) / view.slots[victim]!;
    return setup + view.estimateTicks(op, thief) < wait;
  }

  #take(op: number, deque: number, owner: number, device: number, out: Dispatch): true {
    this.#deques.remove(deque, op);
    this.#loads[owner]!--;
    this.#waiting--;
    out.place(op, device);
    this.#free.use(device);
    return true;
  }
}
