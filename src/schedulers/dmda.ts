import { z } from "zod";
import { defineScheduler } from "../plugin.ts";
import { immediateScheduler } from "./dispatching/immediate.ts";
import { dequeModelWeights } from "./dispatching/starpu.ts";

const manual = "C. Augonnet, S. Thibault, R. Namyst, P.-A. Wacrenier, \"StarPU: a unified platform for task scheduling on heterogeneous multicore architectures\", CCPE 23(2), 2011, doi:10.1002/cpe.1631";

const options = z.strictObject(dequeModelWeights);

/**
 * Deque model, data aware: each op, as it becomes ready, to the device with the smallest
 * `alpha · (end of the device's queue + execution) + beta · transfer of the inputs`. Unlike `mct` it counts a transfer
 * in full even where the device would be busy meanwhile, as moving data is not free for others.
 * @source Augonnet et al. 2011, doi:10.1002/cpe.1631; StarPU handbook, scheduling policy "dmda"
 */
export const dmda = defineScheduler<z.infer<typeof options>>({
  name: "dmda",
  summary: "each ready op to the device with the earliest end plus transfer of its inputs (StarPU's data-aware)",
  source: manual,
  options,
  create: ({ alpha, beta }) => immediateScheduler({ end: alpha, data: beta }),
});
