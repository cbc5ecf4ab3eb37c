import { z } from "zod";
import { quantity } from "../base/quantity.ts";
import { above0, bandwidth, count, size } from "./figure-schemas.ts";

const classes = z.array(count).min(1).max(64);

const cache = z.strictObject({
  capacity: size("capacity").optional().meta({ description: "Needed" }),
  cores: count.optional().meta({ description: "Cores that share one, at most all. Default 1" }),
  ways: count.optional().meta({ description: "Associativity; needed to divide it" }),
  latency: quantity("time").optional().meta({ description: "From a load to its use, when it hits. Default 0" }),
  bandwidth: bandwidth.optional().meta({ description: "What one core can draw. Default: never a limit" }),
  sharedBandwidth: bandwidth.optional().meta({ description: "What all its cores can draw together. Default: what each can" }),
  transfer: quantity("time").optional().meta({ description: "A line from one of its cores to another. Default: its latency, and that of the level before" }),
  victim: z.boolean().optional().meta({ description: "True where it holds what the inner caches gave up, not copies of what they have. Default false" }),
  divide: z.union([z.strictObject({ ways: classes }), z.strictObject({ colours: classes })]).optional().meta({ description: "Ways, or page colours, of each class of threads; a class fills no more of the cache. Default: all share it" }),
});

/** What a CPU is made of, as threads see it: optional keys of a device of kind cpu. */
export const cpuFields = {
  cores: z.array(z.strictObject({
    name: z.string().optional().meta({ description: "Of the type, where there are several: big, little. Default: core" }),
    count: count.optional().meta({ description: "Cores of this type. Default: the units that the other types leave" }),
    threads: count.max(8).optional().meta({ description: "Hardware threads of each. Default 1" }),
    clock: quantity("frequency").refine(...above0("clock")).optional(),
    speed: quantity("ratio").refine(...above0("speed")).optional().meta({ description: "Speed of one core, beside the first type. Default: as the clocks" }),
    outstanding: count.optional().meta({ description: "Cache misses that a core has in flight at most. Default 10" }),
  })).min(1).max(8).optional().meta({ description: "Types of cores; together they are the units" }),
  caches: z.strictObject({ l1: cache.optional(), l2: cache.optional(), l3: cache.optional(), l4: cache.optional() }).optional().meta({ description: "Data caches by level; a part that is given overrides that figure of the library" }),
  numa: z.strictObject({
    nodes: count.max(64).optional().meta({ description: "NUMA nodes of this CPU, each with its part of cores and memory. Default 1" }),
    distance: z.union([z.number().min(10, "10 is local, and others are as far or further"), z.array(z.array(z.number().min(10, "10 is local, and others are as far or further")))]).optional().meta({ description: "Distance between nodes of this CPU, as in an ACPI SLIT (10 = local): one number, or a table. Default 12" }),
    remote: z.number().min(10, "10 is local, and others are as far or further").optional().meta({ description: "Distance to memory of other CPUs. Default 21" }),
    bandwidth: bandwidth.optional().meta({ description: "Between two nodes of this CPU, each direction. Default: never a limit" }),
  }).optional(),
  tlb: z.strictObject({
    levels: z.array(z.strictObject({
      entries: count,
      hugeEntries: count.optional().meta({ description: "Entries that huge pages can use. Default: all" }),
      latency: quantity("time").optional().meta({ description: "To ask it, after the level before missed. Default 0" }),
    })).min(1).max(4).optional().meta({ description: "Needed: data TLBs, the first one first" }),
    walk: quantity("time").optional().meta({ description: "Of one walk of the page table. Default 0" }),
    walkers: count.optional().meta({ description: "Walks at once. Default 1" }),
  }).optional(),
  pages: z.strictObject({
    size: size("page size").optional().meta({ description: "Default 4KiB" }),
    huge: size("page size").optional().meta({ description: "Default 2MiB" }),
    fault: quantity("time").optional().meta({ description: "First touch of a page, without zeroing. Default 0" }),
    zero: bandwidth.optional().meta({ description: "At which new pages are zeroed. Default: at once" }),
  }).optional(),
};

/** What lies behind a memory: optional keys of a memory. */
export const memoryFields = {
  latency: quantity("time").optional().meta({ description: "Of a load by a core at this memory. Default 100ns" }),
  disk: z.strictObject({
    bandwidth: bandwidth.meta({ description: "Shared by all who read and write" }),
    latency: quantity("time").optional().meta({ description: "Of one request alone. Default 0" }),
    queue: count.optional().meta({ description: "Requests that it works on at once. Default 1" }),
    readAhead: size("read-ahead").optional().meta({ description: "Bytes of a request where a file is read on end. Default 128KiB" }),
  }).optional().meta({ description: "Where files and swapped pages are" }),
  swap: quantity("bytes").optional().meta({ description: "Bytes of the disk that pages can be swapped out to. Default 0" }),
};
