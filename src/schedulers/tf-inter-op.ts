import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import { fastestDevice } from "./dispatching/preferred-device.ts";
import { hostSlots, threadPoolScheduler } from "./dispatching/thread-pool.ts";

const options = z.strictObject({
  threads: z.int().min(0).max(10_000).default(0).describe("Threads between operators (`inter_op_parallelism_threads`); 0 = as many as the first device has slots"),
  cheap: quantity("time").default(5000).describe('An op expected to take less than this on its device is cheap: "5us"'),
});

/**
 * TensorFlow's executor: of the ops that the end of its op made ready, a thread runs all cheap ones itself, one after
 * the other; the others go to the pool between operators, but for the last one if the thread would have nothing else to
 * run. The first ops go to the pool. Each op is on the device with the shortest estimate, as the placer prefers the
 * fastest kind. TensorFlow tells cheap from dear in processor cycles (8000 to begin with, then as measured).
 * Not modelled: kernels of a GPU are launched without waiting for their end; here the thread waits.
 * @source TensorFlow, executor.cc, https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/common_runtime/executor.cc; M. Abadi et al., "TensorFlow: a system for large-scale machine learning", OSDI 2016
 */
export const tfInterOp = defineScheduler<z.infer<typeof options>>({
  name: "tf-inter-op",
  summary: "cheap ops one after the other on the thread that released them, the others to a pool (TensorFlow's executor)",
  source: "M. Abadi et al., \"TensorFlow: a system for large-scale machine learning\", OSDI 2016; executor.cc, https://github.com/tensorflow/tensorflow",
  options,
  create: ({ threads, cheap }) => threadPoolScheduler({
    threads: (view) => threads || hostSlots(view),
    deviceOf: (view) => (op) => fastestDevice(view, op),
    divide(view, released, own, pool) {
      const dear = released.filter((op) => !isCheap(view, op, cheap));
      for (const op of released) if (isCheap(view, op, cheap)) own.push(op);
      const last = own.length === 0 ? dear.pop() : undefined;
      for (const op of dear) pool.push(op);
      if (last !== undefined) own.push(last);
    },
  }),
});

function isCheap(view: PolicyView, op: number, cheapNs: number): boolean {
  return view.estimateTicks(op, fastestDevice(view, op)) * view.tickNs < cheapNs;
}
