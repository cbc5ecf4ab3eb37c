import type { Instance } from "../../src/core/instance.ts";
import type { Duplicate } from "../../src/plugin.ts";
import { makeRandom } from "../reference/random.ts";

/** Duplicates of about half of the ops that are read, each for some of those that read them, duplicates among these. */
export function randomDuplicates({ opCount, deviceCount, topo, succ }: Instance, seed: number): Duplicate[] {
  const random = makeRandom(seed);
  const found: { op: number; readers: number[] }[] = [];
  // From the end, so that duplicates of what reads an op are known.
  for (const op of [...topo].reverse()) {
    const consumers = new Set(succ.node.subarray(succ.start[op]!, succ.start[op + 1]!));
    const readers = [...consumers, ...found.flatMap((one, k) => (consumers.has(one.op) ? [opCount + k] : []))];
    const copies = random.chance(0.5) ? random.int(0, deviceCount - 1) : 0;
    const lists = Array.from({ length: copies }, (): number[] => []);
    for (const reader of readers) lists[random.int(-1, copies - 1)]?.push(reader);
    for (const list of lists) if (list.length > 0) found.push({ op, readers: list });
  }
  return found;
}
