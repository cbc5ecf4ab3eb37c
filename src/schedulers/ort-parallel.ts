import { z } from "zod";
import { defineScheduler } from "../plugin.ts";
import { preferredDevices } from "./dispatching/preferred-device.ts";
import { hostSlots, threadPoolScheduler } from "./dispatching/thread-pool.ts";

const options = z.strictObject({
  providers: z.array(z.union([z.string(), z.int().min(0)])).default([]).describe("Devices by name or id, in the order in which execution providers are registered: each op on the first that can run it. Empty = the device with the shortest estimate"),
  threads: z.int().min(0).max(10_000).default(0).describe("Threads between operators (`inter_op_num_threads`); 0 = as many as the first device has slots"),
});

/**
 * ONNX Runtime's parallel executor: ready ops wait in one queue, and each thread of the pool between operators runs one
 * op at a time, start to end. Of the ops that its op made ready, a thread goes on with the first; the others join the queue.
 * Devices stand for execution providers, as in `ort-sequential`. A thread that runs an op on another
 * device than the host's waits for it. Ties by op id, then thread id.
 * @source ONNX Runtime documentation, "Thread management", https://onnxruntime.ai/docs/performance/tune-performance/threading.html; parallel_executor.cc, https://github.com/microsoft/onnxruntime
 */
export const ortParallel = defineScheduler<z.infer<typeof options>>({
  name: "ort-parallel",
  summary: "a queue of ready ops served by the host's threads, each op on its preferred device (ONNX Runtime's parallel mode)",
  source: "ONNX Runtime documentation, \"Thread management\", https://onnxruntime.ai/docs/performance/tune-performance/threading.html",
  options,
  create: ({ providers, threads }) => threadPoolScheduler({
    threads: (view) => threads || hostSlots(view),
    deviceOf: (view) => preferredDevices(view, providers),
    divide(_view, released, own, pool) {
      own.push(released[0]!);
      for (let i = 1; i < released.length; i++) pool.push(released[i]!);
    },
  }),
});
