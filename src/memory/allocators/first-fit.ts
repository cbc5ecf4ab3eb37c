import { z } from "zod";
import { defineAllocator } from "../../plugin.ts";
import { Arenas, commonOptions, powerOfTwo } from "../arenas.ts";
import { HeapArena } from "../heap-arena.ts";

const options = z.strictObject({
  alignment: powerOfTwo("64B", "Addresses are multiples of this, and sizes are rounded up to it"),
  minBlock: powerOfTwo("64B", "A block is cut where at least this much of it is left"),
  ...commonOptions("150ns", "1us"),
});
type Options = z.infer<typeof options>;

/**
 * The free block with the lowest address that is large enough is cut; a block that is freed merges with free neighbours.
 * The defaults of `fast` are half of what ptmalloc2 takes for a pair of calls.
 * @source D. E. Knuth, The Art of Computer Programming, volume 1, section 2.5; times: S. Ghemawat, P. Menage, "TCMalloc: Thread-Caching Malloc"
 */
export const firstFit = defineAllocator<z.input<typeof options>>({
  name: "first-fit",
  summary: "the lowest free block that is large enough, merged with its neighbours when freed",
  source: "D. E. Knuth, The Art of Computer Programming, volume 1, section 2.5",
  options,
  create: (chosen) => (capacityBytes) => {
    const { alignment, minBlock, ...common } = chosen as Options;
    return new Arenas(capacityBytes, common, (bytes) => new HeapArena(bytes, { order: "address", alignment, leastRest: Math.max(alignment, minBlock) }));
  },
});
