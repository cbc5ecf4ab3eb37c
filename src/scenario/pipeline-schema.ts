import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";

const byProcessor = (value: z.ZodType<number>) => z.record(z.string().min(1), value);
const time = quantity("time").refine((ns) => ns > 0, { message: "must be longer than 0" });

const stageSchema = z.strictObject({
  time: byProcessor(time).describe("Time of an item on each processor that can run the stage, all others at rest: {little: 9ms, big: 3ms}"),
  awake: byProcessor(time).optional().describe("The same while all other processors are awake, where that is shorter: clocks are up, and waiting threads do not sleep. With some of them awake it lies between"),
  demand: byProcessor(quantity("bandwidth")).optional().describe("What it draws of the shared memory when nothing holds it up: {little: 4GB/s}. Default 0"),
});

/** The source `pipeline` of a workload. */
export const pipelineSchema = z.strictObject({
  stages: z.record(z.string().min(1), stageSchema).describe("What every item goes through, in this order"),
  chunks: z.array(z.strictObject({
    on: z.string().min(1).describe("The processor"),
    stages: z.int().min(0).describe("How many stages; 0 = it takes part and passes items on"),
  })).min(1).optional().describe("Which processor runs which stages, from the first. Default: the scheduler decides, and all processors are awake"),
  bandwidth: quantity("bandwidth").refine((perNs) => perNs > 0, { message: "must be above 0" }).optional().describe("What the memory that all processors share gives to all together. Default: no limit; with `machine`, what that says"),
});
export type PipelineInput = z.output<typeof pipelineSchema>;

/**
 * The section as the engine's pipeline.
 * @param order names of the stages as they were written: an object has those that are whole numbers first
 */
export function pipelineOf({ stages, chunks, bandwidth }: PipelineInput, order: readonly string[]): Pipeline {
  return {
    stages: order.map((name) => {
      const { time: aloneNs, awake, demand } = stages[name]!;
      return { name, aloneNs, ...(awake && { awakeNs: awake }), ...(demand && { demand }) };
    }),
    ...(chunks && { chunks }), ...(bandwidth !== undefined && { bytesPerNs: bandwidth }),
  };
}
