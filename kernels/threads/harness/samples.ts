import { nowNs } from "./clock.ts";

/** How long batches are not counted: the code is compiled meanwhile. */
const warmUpNs = 2e7;

/**
 * Nanoseconds per operation, by batch. `batch` does so many operations and returns a number that depends on them, so that
 * no compiler leaves them out.
 */
export function nsPerOperation(batches: number, operations: number, batch: (operations: number) => number): number[] {
  const samples: number[] = [];
  let kept = 0;
  const warm = nowNs() + warmUpNs;
  while (samples.length < batches) {
    const start = nowNs();
    kept ^= batch(operations);
    const end = nowNs();
    if (start > warm) samples.push((end - start) / operations);
  }
  if (kept === 0.5) throw new Error("cannot be: XOR gives whole numbers");
  return samples;
}
