import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyView, type SchedulerView } from "../plugin.ts";
import { anewOnChange, type QueueingScheduler } from "./dispatching/anew-on-change.ts";
import { FreeDevices } from "./dispatching/free-devices.ts";
import { OpDeques } from "./dispatching/op-deques.ts";
import { SetupCredit } from "./dispatching/setup-credit.ts";
import { dequeModelWeights, starpuHandbook } from "./dispatching/starpu.ts";

const options = z.strictObject({
  ...dequeModelWeights,
  window: z.int().min(1).default(64).describe("How many ops of its queue a device looks at, oldest first, when it has room"),
});
type Options = z.infer<typeof options>;

/**
 * Deque model, data aware, ready: maps ops to devices as `dmda` does, and a device with room takes from what is mapped
 * to it the op with the fewest bytes still to come, ties by the longest mapped. An op that was mapped waits with the
 * policy: its inputs move once its device takes it, so every choice meets the replicas of that moment. StarPU looks at
 * the whole queue; the window keeps the work for each op constant.
 * @source StarPU handbook, scheduling policy "dmdar"
 */
export const dmdar = defineScheduler<Options>({
  name: "dmdar",
  summary: "as dmda, with each device taking the op whose inputs lack the fewest bytes first (StarPU's ready)",
  source: starpuHandbook("dmdar"),
  options,
  create: (chosen) => anewOnChange(() => new DequeModelReady(chosen)),
});

class DequeModelReady implements QueueingScheduler {
  readonly #options: Options;
  #queues!: OpDeques;
  #free!: FreeDevices;
  #setups!: SetupCredit;
  /** By device: ticks until it can begin another op, as of the last one mapped. */
  #wait!: Float64Array;
  /** By device: expected work that is mapped to it and not placed. */
  #mappedTicks!: Float64Array;
  #mapped!: Int32Array;
  #waiting = 0;

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  prepare(view: PolicyView): void {
    this.#queues = new OpDeques(view.opCount);
    this.#free = new FreeDevices(view);
    this.#setups = new SetupCredit(view);
    this.#wait = new Float64Array(view.deviceCount);
    this.#mappedTicks = new Float64Array(view.deviceCount);
    this.#mapped = new Int32Array(view.deviceCount);
  }

  ready(view: PolicyView, op: number): void {
    const { alpha, beta } = this.#options;
    let best = -1;
    let lowest = Infinity;
    for (let d = 0; d < view.deviceCount; d++) {
      const execution = view.estimateTicks(op, d);
      this.#wait[d] = this.#waitTicks(view, d);
      if (execution === Infinity) continue;
      const end = alpha * (this.#wait[d]! + execution + (this.#setups.hasReloads ? this.#setups.charged(op, d) : 0));
      if (end >= lowest) continue;
      const score = end + beta * view.dataTicks(op, d);
      if (score < lowest) [best, lowest] = [d, score];
    }
    if (best < 0) return;
    if (this.#setups.hasReloads) this.#setups.settle(op, best, this.#wait)();
    this.#queues.push(best, op);
    this.#mappedTicks[best]! += view.estimateTicks(op, best);
    this.#mapped[best]!++;
    this.#waiting++;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    if (this.#waiting === 0) return;
    this.#free.refresh();
    for (let i = 0; i < this.#free.count; ) {
      const device = this.#free.ids[i]!;
      const op = this.#nearest(view, device);
      if (op < 0) {
        i++;
        continue;
      }
      this.#queues.remove(device, op);
      this.#mappedTicks[device]! -= view.estimateTicks(op, device);
      this.#mapped[device]!--;
      this.#waiting--;
      out.place(op, device);
      this.#free.use(device);
    }
  }

  #waitTicks(view: PolicyView, device: number): number {
    const room = view.freeSlots(device) - view.queued(device) - this.#mapped[device]!;
    return room > 0 ? 0 : (view.backlogTicks(device) + this.#mappedTicks[device]!) / view.slots[device]!;
  }

  /** Of the oldest ops mapped to `device`, the one that lacks the fewest bytes there; -1 when nothing is mapped to it. */
  #nearest(view: PolicyView, device: number): number {
    let nearest = this.#queues.oldest(device);
    if (nearest < 0) return -1;
    let fewest = view.dataBytes(nearest, device);
    let op = this.#queues.after(nearest);
    for (let looked = 1; op >= 0 && fewest > 0 && looked < this.#options.window; looked++) {
      const bytes = view.dataBytes(op, device);
      if (bytes < fewest) [nearest, fewest] = [op, bytes];
      op = this.#queues.after(op);
    }
    return nearest;
  }
}
