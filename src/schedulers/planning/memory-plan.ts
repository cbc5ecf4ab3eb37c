import type { PolicyView } from "../../plugin.ts";
import { EarliestFinish } from "./earliest-finish.ts";
import { greedyOrder } from "./greedy-memory-order.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { breadthFirstOrder, depthFirstOrder, givenOrder } from "./memory-orders.ts";
import { RouteKinds } from "./route-kinds.ts";

/** An order in which ops can run one at a time without any memory overflowing, and the memory of each. */
export interface MemoryPlan {
  readonly order: Uint32Array;
  /** By op. */
  readonly memory: Uint32Array;
  /** The first op that does not fit; undefined where all do. */
  readonly shortfall: Shortfall | undefined;
  /** Most bytes that any memory lacks. */
  readonly overflowBytes: number;
}

/** An op that does not fit: of the devices that can run it, the one that lacks least. Without added bytes: what lies there as it is about to run is too much, wherever it runs. */
export interface Shortfall {
  readonly op: number;
  readonly device: number;
  readonly addedBytes: number;
  readonly freeBytes: number;
}

/**
 * Looks for a {@link MemoryPlan}: of four orders (depth first, greedy, breadth first, as given) the one with the lowest peak first,
 * each op where it finishes earliest among the devices whose memory has room; where that runs into a dead end, where
 * most room is left. The first plan without overflow, else the one that lacks least. Not every plan that exists is
 * found: to know whether there is one is NP-hard.
 */
export function planMemory(view: PolicyView): MemoryPlan {
  const outputBytes = outputsOf(view);
  const orders = [depthFirstOrder(view, outputBytes), greedyOrder(view, outputBytes), breadthFirstOrder(view), givenOrder(view)]
    .map((order) => ({ order, peak: sequentialPeak(view, order, outputBytes) })).sort((a, b) => a.peak - b.peak);
  if (view.memoryBytes.every((bytes) => bytes === Infinity)) return { order: orders[0]!.order, memory: new Uint32Array(view.opCount), shortfall: undefined, overflowBytes: 0 };
  const routes = new RouteKinds(view);
  let best: MemoryPlan | undefined;
  for (const roomiest of [false, true]) {
    for (const { order } of orders) {
      const plan = walk(view, order, routes, roomiest);
      if (plan.shortfall === undefined) return plan;
      if (best === undefined || plan.overflowBytes < best.overflowBytes) best = plan;
    }
  }
  return best!;
}

/** By op: bytes of everything it makes. */
function outputsOf({ opCount, tensors: { bytes, producer } }: PolicyView): Float64Array {
  const sum = new Float64Array(opCount);
  for (let tensor = 0; tensor < bytes.length; tensor++) if (producer[tensor]! >= 0) sum[producer[tensor]!]! += bytes[tensor]!;
  return sum;
}

/** Most bytes that are live at once when the ops run one at a time in one memory, weights from their first use; inputs of the workload left out. */
function sequentialPeak({ tensors: { bytes, producer, home, uses, inputs } }: PolicyView, order: Uint32Array, outputBytes: Float64Array): number {
  const usesLeft = uses.slice();
  let live = 0;
  let peak = 0;
  for (const op of order) {
    live += outputBytes[op]!;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (producer[tensor]! < 0 && home[tensor]! < 0 && usesLeft[tensor] === uses[tensor]) live += bytes[tensor]!;
    }
    if (live > peak) peak = live;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (--usesLeft[tensor]! === 0 && producer[tensor]! >= 0) live -= bytes[tensor]!;
    }
  }
  return peak;
}

/** Plans the ops in this order, one at a time. */
function walk(view: PolicyView, order: Uint32Array, routes: RouteKinds, roomiest: boolean): MemoryPlan {
  const { deviceCount, deviceMemory, memoryBytes } = view;
  const ledger = new MemoryLedger(view);
  const finish = new EarliestFinish(view, routes);
  const jobs = new JobsInTurn(view, ledger);
  const memory = new Uint32Array(view.opCount);
  const added = new Float64Array(memoryBytes.length);
  const rest = new Float64Array(deviceCount);
  /** Share of the memory that would be taken with the op; of a memory without bytes, all. */
  const fill = (m: number): number => (memoryBytes[m] === 0 ? 1 : (ledger.booked[m]! + added[m]!) / memoryBytes[m]!);
  let shortfall: Shortfall | undefined;
  let overflowBytes = 0;
  let makespan = 0;
  for (const op of order) {
    jobs.enter(view.jobOf(op), makespan);
    const overfull = ledger.overfull();
    if (overfull >= 0) {
      const freeBytes = memoryBytes[overfull]! - ledger.booked[overfull]!;
      shortfall ??= { op, device: deviceMemory.indexOf(overfull), addedBytes: 0, freeBytes };
      overflowBytes = Math.max(overflowBytes, -freeBytes);
    }
    for (let m = 0; m < added.length; m++) added[m] = ledger.added(op, m);
    const arrival = finish.arrivals(op);
    let fullest = Infinity;
    let closest = -1;
    let lacking = Infinity;
    for (let d = 0; d < deviceCount; d++) {
      const m = deviceMemory[d]!;
      rest[d] = Infinity;
      if (arrival[d]! + view.estimateTicks(op, d) === Infinity) continue;
      const after = ledger.booked[m]! + added[m]!;
      if (after <= memoryBytes[m]!) {
        rest[d] = 0;
        fullest = Math.min(fullest, fill(m));
      } else if (after - memoryBytes[m]! < lacking) [closest, lacking] = [d, after - memoryBytes[m]!];
    }
    if (fullest < Infinity || closest < 0) {
      if (roomiest) for (let d = 0; d < deviceCount; d++) if (fill(deviceMemory[d]!) > fullest) rest[d] = Infinity;
      finish.insert(op, rest);
    } else {
      shortfall ??= { op, device: closest, addedBytes: added[deviceMemory[closest]!]!, freeBytes: memoryBytes[deviceMemory[closest]!]! - ledger.booked[deviceMemory[closest]!]! };
      overflowBytes = Math.max(overflowBytes, lacking);
      finish.insertOn(op, closest);
    }
    memory[op] = deviceMemory[finish.deviceOf(op)]!;
    makespan = Math.max(makespan, finish.endOf(op));
    ledger.book(op, memory[op]!);
    ledger.finish(op);
    jobs.ended(view.jobOf(op));
  }
  return { order, memory, shortfall, overflowBytes };
}

/** Lets jobs in as the engine does, so that their inputs are booked while the jobs before them are planned. */
class JobsInTurn {
  readonly #view: PolicyView;
  readonly #ledger: MemoryLedger;
  readonly #opsLeft: Uint32Array;
  /** Jobs that have been let in by a timetable, or back to back. */
  #timed = 0;
  #backToBack = 0;

  constructor(view: PolicyView, ledger: MemoryLedger) {
    this.#view = view;
    this.#ledger = ledger;
    this.#opsLeft = new Uint32Array(view.jobCount);
    for (let op = 0; op < view.opCount; op++) this.#opsLeft[view.jobOf(op)]!++;
  }

  /** An op of `job` is next; everything so far has ended at `now`. */
  enter(job: number, now: number): void {
    const { jobCount } = this.#view;
    this.#ledger.open(job);
    while (this.#timed < jobCount && this.#view.arrivalTicks(this.#timed) <= now) this.#ledger.open(this.#timed++);
  }

  /** One more op of `job` has ended; after the last one, the next that runs back to back arrives. */
  ended(job: number): void {
    if (--this.#opsLeft[job]! > 0) return;
    const { jobCount } = this.#view;
    while (this.#backToBack < jobCount && this.#view.arrivalTicks(this.#backToBack) < Infinity) this.#backToBack++;
    if (this.#backToBack < jobCount) this.#ledger.open(this.#backToBack++);
  }
}
