/**
 * Reads the column `duplicateOf` of an instance: by op, the op of the workload that it runs once more, or -1 where it is
 * one itself. Those of the workload come first. Undefined where every op runs once.
 */
export type DuplicateColumn = Int32Array | undefined;

/** How many ops the workload has, duplicates left out. */
export function workloadOps({ opCount, duplicateOf }: { readonly opCount: number; readonly duplicateOf?: DuplicateColumn }): number {
  const first = duplicateOf?.findIndex((op) => op >= 0) ?? -1;
  return first < 0 ? opCount : first;
}

/** By op: 0 for those of the workload, 1 for the first duplicate of one, and so on. `original` has each op's own op of the workload. */
export function copyNumbers(original: Uint32Array, workload: number): Uint32Array {
  const copies = new Uint32Array(workload);
  return original.map((op, id) => (id < workload ? 0 : ++copies[op]!));
}

/**
 * By op, whose draw of noise it has, for `noiseFactor`: its own id, and for the n-th duplicate of an op of a workload of N
 * the id plus n · N. So an op keeps its luck whether there are duplicates or not, and the n-th has the same under every scheduler.
 * Undefined where every op has its own id.
 */
export function drawsOf({ opCount, duplicateOf }: { readonly opCount: number; readonly duplicateOf?: DuplicateColumn }): Uint32Array | undefined {
  if (duplicateOf === undefined) return undefined;
  const workload = workloadOps({ opCount, duplicateOf });
  const original = Uint32Array.from(duplicateOf, (of, op) => (of < 0 ? op : of));
  return copyNumbers(original, workload).map((n, op) => n * workload + original[op]!);
}
