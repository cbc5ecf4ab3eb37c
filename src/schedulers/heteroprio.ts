import { defineScheduler, type Dispatch, type PolicyView, type SchedulerView } from "../plugin.ts";
import { anewOnChange, type QueueingScheduler } from "./dispatching/anew-on-change.ts";
import { Capabilities } from "./dispatching/capabilities.ts";
import { FreeDevices } from "./dispatching/free-devices.ts";
import { kindIds } from "./dispatching/kind-ids.ts";
import { OpQueue } from "./dispatching/op-queue.ts";
import { ownThenSteal } from "./dispatching/own-then-steal.ts";

const paper = "E. Agullo, B. Bramas, O. Coulaud, E. Darve, M. Messner, T. Takahashi, \"Task-based FMM for heterogeneous architectures\", CCPE 28(9), 2016, doi:10.1002/cpe.3723";

/**
 * Heteroprio: a queue (bucket) for each kind of op, and on each device an order of its own over the buckets, by falling
 * acceleration: how many times faster it is for the bucket, on average, than the other devices that can run it. A
 * device with room takes the oldest op of its first bucket that has one, those for which it is the fastest before any
 * others. From a bucket for which it is not the fastest, a device takes only while more ops wait, for each slot of the fastest devices, than the times by which it is slower
 * than they are: else they will have served them all before it could end one. Ties by bucket, in the order of the first
 * op of each. The papers set the orders by hand; here they follow from the estimates.
 * @source Agullo et al. 2016, doi:10.1002/cpe.3723; StarPU handbook, scheduling policy "heteroprio"
 */
export const heteroprio = defineScheduler({
  name: "heteroprio",
  summary: "a queue for each kind of op; each device first serves those for which it is fastest against the others",
  source: paper,
  create: () => anewOnChange(() => new Heteroprio()),
});

class Heteroprio implements QueueingScheduler {
  /** Ops of one kind that the same devices can run share a bucket. */
  #bucketOf!: Uint32Array;
  #buckets: OpQueue[] = [];
  /** By device: the buckets that it can serve, highest acceleration first. */
  #orders: (readonly number[])[] = [];
  /** By bucket and device: times slower than the fastest device, 1 on that one. */
  #slowness!: Float64Array;
  /** By bucket: slots of the devices that are fastest for it. */
  #fastSlots: readonly number[] = [];
  #free!: FreeDevices;
  #waiting = 0;

  prepare(view: PolicyView): void {
    const { deviceCount } = view;
    const sums = this.#assignBuckets(view);
    const buckets = this.#buckets.map((_, bucket) => bucket);
    this.#free = new FreeDevices(view);
    this.#slowness = sums.map((sum, i) => ratio(sum, fastestOf(sums, i - (i % deviceCount), deviceCount)));
    this.#fastSlots = buckets.map((bucket) => view.slots.reduce((slots, count, d) => slots + (this.#slowness[bucket * deviceCount + d] === 1 ? count : 0), 0));
    this.#orders = Array.from({ length: deviceCount }, (_, device) => {
      const acceleration = buckets.map((bucket) => accelerationOf(sums, bucket * deviceCount, device, deviceCount));
      const able = buckets.filter((bucket) => sums[bucket * deviceCount + device]! < Infinity);
      return able.sort((a, b) => (acceleration[a] === acceleration[b] ? a - b : acceleration[b]! - acceleration[a]!));
    });
  }

  ready(_view: PolicyView, op: number): void {
    this.#buckets[this.#bucketOf[op]!]!.push(op);
    this.#waiting++;
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    if (this.#waiting === 0) return;
    this.#free.refresh();
    ownThenSteal(
      this.#free,
      (device) => this.#take(device, out, (bucket) => this.#slowness[bucket * view.deviceCount + device] === 1),
      (device) => this.#take(device, out, (bucket) => this.#buckets[bucket]!.length / this.#fastSlots[bucket]! > this.#slowness[bucket * view.deviceCount + device]!),
    );
  }

  #take(device: number, out: Dispatch, mayServe: (bucket: number) => boolean): boolean {
    if (this.#waiting === 0) return false;
    const bucket = this.#orders[device]!.find((candidate) => this.#buckets[candidate]!.length > 0 && mayServe(candidate));
    if (bucket === undefined) return false;
    out.place(this.#buckets[bucket]!.pop(), device);
    this.#waiting--;
    this.#free.use(device);
    return true;
  }

  /** Sets the bucket of each op; returns the summed estimates by bucket and device. */
  #assignBuckets(view: PolicyView): Float64Array {
    const { opCount, deviceCount } = view;
    const capabilities = new Capabilities();
    const kinds = kindIds(view);
    const ids = new Map<number, number>();
    const sums: number[] = [];
    this.#bucketOf = new Uint32Array(opCount);
    for (let op = 0; op < opCount; op++) {
      const key = capabilities.groupOf(view, op) * kinds.count + kinds.of[op]!;
      let bucket = ids.get(key);
      if (bucket === undefined) {
        ids.set(key, (bucket = ids.size));
        for (let d = 0; d < deviceCount; d++) sums.push(0);
        this.#buckets.push(new OpQueue());
      }
      this.#bucketOf[op] = bucket;
      for (let d = 0; d < deviceCount; d++) sums[bucket * deviceCount + d]! += view.estimateTicks(op, d);
    }
    return Float64Array.from(sums);
  }
}

function fastestOf(sums: Float64Array, row: number, deviceCount: number): number {
  let fastest = Infinity;
  for (let d = 0; d < deviceCount; d++) fastest = Math.min(fastest, sums[row + d]!);
  return fastest;
}

/** Mean time on the other devices that can run the bucket, over the time on `device`; Infinity when no other can. */
function accelerationOf(sums: Float64Array, row: number, device: number, deviceCount: number): number {
  let others = 0;
  let sum = 0;
  for (let d = 0; d < deviceCount; d++) {
    if (d === device || sums[row + d] === Infinity) continue;
    others++;
    sum += sums[row + d]!;
  }
  return others === 0 ? Infinity : ratio(sum / others, sums[row + device]!);
}

/** a / b, where two equal values (0 and 0 too) are 1. */
function ratio(a: number, b: number): number {
  return a === b ? 1 : a / b;
}
