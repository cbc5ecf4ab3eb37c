import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { allocatorSchema } from "../memory/allocator-schema.ts";

const capacity = quantity("bytes").refine((bytes) => bytes > 0, { message: "must be above 0" });

/** What a scenario gets that has a section `memory` without an allocator. */
export const defaultAllocator = "caching";

/** The section `memory`: how tensors take room. */
export const memorySchema = z.strictObject({
  allocator: allocatorSchema.optional().describe(`Who hands out the room in every memory: a name, or {use: …, its options}. Default ${defaultAllocator}`),
  memories: z.record(z.string().min(1), z.strictObject({
    allocator: allocatorSchema.optional().describe("Instead of the one for all"),
    capacity: capacity.optional().describe("Instead of the machine's: 8GiB"),
  })).optional().describe("What is different in single memories, by their name or that of a device that uses them"),
  inPlace: z.boolean().optional().describe("Element-wise operators write over an input that nobody reads afterwards, and views share the bytes of their input. Default true"),
  onFull: z.enum(["error", "spill", "recompute"]).optional().describe("When a tensor finds no room: error ends the run; spill moves tensors that are needed last to another memory, and back; recompute drops them and makes them again. Default error"),
  spillTo: z.string().min(1).optional().describe("Where spilled tensors go: a memory by its name, or that of a device that uses it. Default: the memory of the first CPU"),
});
export type MemorySpec = z.output<typeof memorySchema>;
