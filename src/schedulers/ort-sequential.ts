import { z } from "zod";
import { defineScheduler, type Dispatch, type PolicyView, type Scheduler, type SchedulerView } from "../plugin.ts";
import { IdHeap } from "../base/id-heap.ts";
import { preferredDevices } from "./dispatching/preferred-device.ts";

const options = z.strictObject({
  providers: z.array(z.union([z.string(), z.int().min(0)])).default([]).describe("Devices by name or id, in the order in which execution providers are registered: each op on the first that can run it. Empty = the device with the shortest estimate"),
});
type Options = z.infer<typeof options>;

/**
 * ONNX Runtime's sequential executor: one op at a time, in topological order. Devices stand for execution providers:
 * each op runs on the first one listed that can run it, as the partitioning of a session does; without a list on the
 * device with the shortest estimate. A job stands for a call of Run: jobs go on side by side, each one op at a time.
 * Not modelled: a GPU's provider returns before its kernel has ended, so real runs overlap launches with kernels.
 * @source ONNX Runtime documentation, "Thread management" and "Execution Providers", https://onnxruntime.ai/docs/performance/tune-performance/threading.html
 */
export const ortSequential = defineScheduler<Options>({
  name: "ort-sequential",
  summary: "one op of a job at a time, in topological order, each on its preferred device (ONNX Runtime's default)",
  source: "ONNX Runtime documentation, \"Thread management\", https://onnxruntime.ai/docs/performance/tune-performance/threading.html",
  options,
  create: (chosen) => new SequentialExecutor(chosen),
});

class SequentialExecutor implements Scheduler {
  readonly #options: Options;
  #deviceOf!: (op: number) => number;
  /** By op: place in the topological order. */
  #order!: Float64Array;
  /** By job: its ready ops. */
  readonly #ready: IdHeap[] = [];
  /** By job: 1 = an op of it is placed and has not ended. */
  #running!: Uint8Array;
  /** Jobs that may be able to go on. */
  readonly #awake = new Set<number>();

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  prepare(view: PolicyView): void {
    this.#deviceOf = preferredDevices(view, this.#options.providers);
    this.#running = new Uint8Array(view.jobCount);
    this.#order = new Float64Array(view.opCount);
    view.topo.forEach((op, i) => (this.#order[op] = i));
  }

  ready(view: PolicyView, op: number): void {
    const job = view.jobOf(op);
    (this.#ready[job] ??= new IdHeap(this.#order)).push(op);
    this.#awake.add(job);
  }

  completed(view: PolicyView, op: number): void {
    const job = view.jobOf(op);
    this.#running[job] = 0;
    this.#awake.add(job);
  }

  lost(view: PolicyView, _device: number, ops: readonly number[]): void {
    for (const op of ops) this.completed(view, op);
  }

  dispatch(_view: SchedulerView, out: Dispatch): void {
    for (const job of this.#awake) {
      if (this.#running[job] === 1) continue;
      const op = this.#ready[job]?.pop() ?? -1;
      if (op < 0) continue;
      this.#running[job] = 1;
      out.place(op, this.#deviceOf(op));
    }
    this.#awake.clear();
  }
}
