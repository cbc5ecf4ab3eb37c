import type { MemorySystemSpec } from "../../../src/memory/system/index.ts";
import type { ThreadCosts } from "../micro/costs.ts";
import type { StreamLoop } from "../programs/stream-loop.ts";

/** The item that says how fast so many threads stream. */
const itemOf = (kernel: StreamLoop["kernel"], threads: number): string => `stream.${kernel}.n${threads}`;

/**
 * The memory that a stream sees, as its micro-benchmark found it: a core draws at most what one thread alone got, and the
 * memory gives all of them the most that any number of threads up to the number of cores got. Bytes are those that the
 * kernel loads and stores; what a store fetches first and other traffic beside them lowers these rates and is not counted
 * again. There are no caches: the arrays of the benchmark and of the cases fit into none.
 * @returns undefined where the profile does not say what one thread gets
 */
export function streamMemory(kernel: StreamLoop["kernel"], { costs, machine: { cores } }: ThreadCosts): MemorySystemSpec | undefined {
  const alone = costs[itemOf(kernel, 1)]?.value;
  if (alone === undefined) return undefined;
  const most = Math.max(...Array.from({ length: cores }, (_, i) => costs[itemOf(kernel, i + 1)]?.value ?? 0));
  return {
    cores: Array.from({ length: cores }, (_, physical) => ({ node: 0, physical, bytesPerNs: alone, outstanding: 1 })),
    caches: [],
    nodes: [{ name: "memory", capacityBytes: Infinity, bytesPerNs: most, latencyNs: 0 }],
  };
}
