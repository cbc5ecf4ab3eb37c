import { z } from "zod";
import { SimulationError } from "../base/errors.ts";
import { IdHeap } from "../base/id-heap.ts";
import { formatBytes } from "../base/units.ts";
import { defineScheduler, type Dispatch, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { firstToComplete } from "./dispatching/first-to-complete.ts";
import { MemoryLedger } from "./planning/memory-ledger.ts";
import { planMemory, type MemoryPlan, type Shortfall } from "./planning/memory-plan.ts";

const options = z.strictObject({
  whenFull: z.enum(["fail", "exceed"]).default("fail").describe("What happens when no order is found in which everything fits: `fail` ends the run and says which op lacks how much; `exceed` goes on, one op at a time where nothing fits, and the result warns"),
});

const paper = "E. Agullo, A. Buttari, A. Guermouche, F. Lopez, \"Implementing multifrontal sparse solvers for multicore architectures with sequential task flow runtime systems\", ACM TOMS 43(2), 2016, doi:10.1145/2898348";

/**
 * Never lets the bytes it has promised pass the capacity of a memory. Before the run it looks for an order in which the
 * ops fit one at a time ({@link planMemory}). In that order, and as far as they fit, ops are activated: the bytes of
 * their outputs and of the inputs to be fetched are booked. Activated ops run as soon as they are ready, in any order
 * and side by side, each where it is expected to complete first among the devices of its planned memory and those
 * of unlimited ones; of several that wait for a device the first of the order, which frees memory soonest. When the next
 * does not fit, it waits for completions. Once all that is activated has ended, the memories hold what they would after
 * running the order one at a time, and there the next fits: so nothing waits for ever.
 *
 * That holds under dataflow, where an op's dependencies alone hold it. What arrives with a job is not the policy's to
 * hold back: where jobs arrive while others run, their inputs may still fill a memory.
 * @source Agullo, Buttari, Guermouche, Lopez 2016, doi:10.1145/2898348; G. Aupy, C. Brasseur, L. Marchal, "Dynamic memory-aware task-tree scheduling", IPDPS 2017, doi:10.1109/IPDPS.2017.58; L. Marchal, B. Simon, F. Vivien, "Limiting the memory footprint when dynamically scheduling DAGs on shared-memory platforms", JPDC 128, 2019, pp. 30–42
 */
export const memoryAware = defineScheduler<z.infer<typeof options>>({
  name: "memory-aware",
  summary: "keeps what it promises within every memory's capacity: starts only what fits, first what frees memory",
  source: paper,
  options,
  create: ({ whenFull }) => new MemoryAware(whenFull === "fail"),
});

class MemoryAware implements Scheduler {
  readonly #fails: boolean;
  #plan!: MemoryPlan;
  #ledger!: MemoryLedger;
  /** Activated ops that are ready and wait for a device, by device; and ready ops that are not activated. First those first in the order. */
  #bound!: IdHeap[];
  #held!: IdHeap;
  /** By op: 1 = yes. */
  #activated!: Uint8Array;
  #isReady!: Uint8Array;
  /** Ops of the order before this are activated. */
  #next = 0;
  /** Ops that are activated and ready, and have not ended. */
  #underway = 0;
  /** By device: expected ticks of what is bound to it. */
  #boundTicks!: Float64Array;
  #wait!: Float64Array;

  constructor(fails: boolean) {
    this.#fails = fails;
  }

  prepare(view: PolicyView): void {
    const { opCount, deviceCount } = view;
    this.#plan = planMemory(view);
    if (this.#fails && this.#plan.shortfall !== undefined) throw doesNotFit(view, this.#plan.shortfall, this.#plan.overflowBytes);
    const place = new Float64Array(opCount);
    this.#plan.order.forEach((op, i) => (place[op] = i));
    this.#ledger = new MemoryLedger(view);
    this.#bound = Array.from({ length: deviceCount }, () => new IdHeap(place));
    this.#held = new IdHeap(place);
    this.#activated = new Uint8Array(opCount);
    this.#isReady = new Uint8Array(opCount);
    this.#boundTicks = new Float64Array(deviceCount);
    this.#wait = new Float64Array(deviceCount);
  }

  ready(view: PolicyView, op: number): void {
    this.#ledger.open(view.jobOf(op));
    this.#isReady[op] = 1;
    if (this.#activated[op] === 1) this.#bind(view, op);
    else this.#held.push(op);
  }

  completed(_view: PolicyView, op: number): void {
    this.#ledger.finish(op);
    this.#underway--;
  }

  /** What was under way there is offered again; what was bound to the device goes elsewhere. */
  lost(view: PolicyView, device: number, ops: readonly number[]): void {
    const bound = this.#bound[device]!;
    const left: number[] = [];
    while (bound.length > 0) left.push(bound.pop());
    this.#boundTicks[device] = 0;
    this.#underway -= ops.length + left.length;
    for (const op of left) this.#bind(view, op);
  }

  dispatch(view: SchedulerView, out: Dispatch): void {
    const { order } = this.#plan;
    while (this.#next < order.length && (this.#activated[order[this.#next]!] === 1 || this.#fits(view, order[this.#next]!))) this.#activate(view, order[this.#next++]!);
    if (this.#underway === 0) this.#unblock(view);
    for (let d = 0; d < this.#bound.length; d++) {
      const bound = this.#bound[d]!;
      while (bound.length > 0 && view.freeSlots(d) > view.queued(d)) {
        const op = bound.pop();
        this.#boundTicks[d]! -= view.estimateTicks(op, d);
        out.place(op, d);
      }
    }
  }

  /** The inputs of a job are not booked before it arrives, and so nothing of it is. */
  #fits(view: PolicyView, op: number): boolean {
    const memory = this.#plan.memory[op]!;
    return this.#ledger.isOpen(view.jobOf(op)) && this.#ledger.booked[memory]! + this.#ledger.added(op, memory) <= view.memoryBytes[memory]!;
  }

  #activate(view: PolicyView, op: number): void {
    if (this.#activated[op] === 1) return;
    this.#activated[op] = 1;
    this.#ledger.book(op, this.#plan.memory[op]!);
    if (this.#isReady[op] === 1) this.#bind(view, op);
  }

  /** Nothing is under way, and what is ready was not activated: the order is left, or a memory overflows. */
  #unblock(view: PolicyView): void {
    while (this.#held.length > 0 && this.#activated[this.#held.peek()] === 1) this.#held.pop();
    const op = this.#held.pop();
    if (op < 0) return;
    if (this.#fails && !this.#fits(view, op)) {
      const memory = this.#plan.memory[op]!;
      const addedBytes = this.#ledger.added(op, memory);
      const freeBytes = view.memoryBytes[memory]! - this.#ledger.booked[memory]!;
      throw doesNotFit(view, { op, device: view.deviceMemory.indexOf(memory), addedBytes, freeBytes }, addedBytes - freeBytes);
    }
    this.#activate(view, op);
  }

  /** The op will run on the device where it is expected to complete first, once that has room. */
  #bind(view: PolicyView, op: number): void {
    const { deviceMemory, memoryBytes } = view;
    const memory = this.#plan.memory[op]!;
    for (let d = 0; d < this.#wait.length; d++) this.#wait[d] = view.waitTicks(d) + this.#boundTicks[d]! / view.slots[d]!;
    const isAllowed = (d: number): boolean => deviceMemory[d] === memory || memoryBytes[deviceMemory[d]!] === Infinity;
    let device = firstToComplete(view, op, this.#wait, isAllowed);
    // Its inputs reach none of them: the engine says which.
    if (device < 0) device = deviceMemory.findIndex((_, d) => isAllowed(d) && view.estimateTicks(op, d) < Infinity);
    // No device of the memory is there: it runs where it can, and may overflow another.
    if (device < 0) device = deviceMemory.findIndex((_, d) => view.estimateTicks(op, d) < Infinity);
    this.#bound[device]!.push(op);
    this.#boundTicks[device]! += view.estimateTicks(op, device);
    this.#underway++;
  }
}

function doesNotFit(view: PolicyView, { op, device, addedBytes, freeBytes }: Shortfall, overflowBytes: number): SimulationError {
  const hint = "give the device more memory or the workload a smaller batch, or choose whenFull: exceed to see how much is lacking";
  const name = `operator "${view.opName(op)}"`;
  const capacity = view.memoryBytes[view.deviceMemory[device]!]!;
  const { inputs, bytes, producer } = view.tensors;
  let alone = 0;
  for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) alone += bytes[inputs.item[i]!]!;
  bytes.forEach((size, tensor) => (alone += producer[tensor] === op ? size : 0));
  const place = `the memory of "${view.deviceName(device)}"`;
  const left = formatBytes(Math.max(0, freeBytes));
  const message = addedBytes === 0
    ? `when ${name} is to run, the inputs that arrived and what is live take ${formatBytes(capacity - freeBytes)} in ${place}, which has ${formatBytes(capacity)}`
    : alone > capacity
      ? `${name} reads and makes ${formatBytes(alone)}, and ${place} has ${formatBytes(capacity)}`
      : `no order was found in which everything fits, and the closest lacks ${formatBytes(overflowBytes)}: ${name} adds ${formatBytes(addedBytes)} to ${place}, which has ${left} left of ${formatBytes(capacity)}`;
  return new SimulationError({ code: "out-of-memory", message: `scheduler "memory-aware": ${message}`, hint });
}
