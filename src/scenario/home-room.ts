import { formatBytes } from "../base/units.ts";
import type { Instance } from "../core/instance.ts";

/** A memory that cannot hold what lies in it as the first job arrives. */
export interface FullHome {
  readonly memory: number;
  /** What is wrong, in words. */
  readonly message: string;
}

/**
 * The first memory with less room than the inputs take that lie there from the start, and with them the weights where
 * they are the host's (`weights: host`): all that a job reads is at its home when the job arrives, until operators
 * that take time have read it, so no schedule can avoid it. Undefined where all memories have room.
 * @example
 * fullHome(instance)?.message; // 'the inputs and weights that lie in "cpu0.memory" from the start take 549 MiB, and it has 450 MiB'
 */
export function fullHome({ opCount, inputs, jobOf, jobArrivalTicks, tensorCount, tensorBytes, tensorProducer, tensorHome, memoryBytes, memoryNames, classCount, classOf, deviceCount, costTicks }: Instance): FullHome | undefined {
  const first = jobArrivalTicks.reduce((least, ticks) => Math.min(least, ticks), Infinity);
  const takesTime = Uint8Array.from({ length: classCount }, (_, c) => (costTicks.subarray(c * deviceCount, (c + 1) * deviceCount).every((ticks) => ticks > 0) ? 1 : 0));
  const isThere = new Uint8Array(tensorCount);
  for (let op = 0; op < opCount; op++) {
    if (jobArrivalTicks[jobOf[op]!]! > first || takesTime[classOf[op]!] === 0) continue;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (tensorProducer[inputs.item[i]!]! < 0) isThere[inputs.item[i]!] = 1;
  }
  const taken = new Float64Array(memoryBytes.length);
  for (let tensor = 0; tensor < tensorCount; tensor++) if (isThere[tensor] === 1 && tensorHome[tensor]! >= 0) taken[tensorHome[tensor]!]! += tensorBytes[tensor]!;
  const memory = taken.findIndex((bytes, at) => bytes > memoryBytes[at]!);
  return memory < 0 ? undefined : { memory, message: `the inputs and weights that lie in "${memoryNames[memory]}" from the start take ${formatBytes(taken[memory]!)}, and it has ${formatBytes(memoryBytes[memory]!)}` };
}
