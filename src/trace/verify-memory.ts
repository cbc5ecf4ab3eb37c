import { tensorBuffers, type TensorBuffers } from "./tensor-buffers.ts";
import type { VerifyContext } from "./verify-context.ts";

/**
 * No memory is said to have held less at its peak than the tensors that the run shows there at some instant, or more
 * than those and what ended at that very instant: in which order, only the run itself knew.
 */
export function verifyMemory({ trace, report }: VerifyContext): void {
  const { instance, peakBytes } = trace;
  const buffers = tensorBuffers(trace);
  const { startTicks, endTicks } = buffers;
  const starts = Uint32Array.from(startTicks.keys()).sort((a, b) => startTicks[a]! - startTicks[b]!);
  const ends = starts.slice().sort((a, b) => endTicks[a]! - endTicks[b]!);
  const lives = (i: number): boolean => startTicks[i]! < endTicks[i]!;
  const least = peaks(buffers, instance.memoryCount, starts.filter(lives), ends.filter(lives), (end, now) => end <= now);
  const most = peaks(buffers, instance.memoryCount, starts, ends, (end, now) => end < now);
  for (let memory = 0; memory < instance.memoryCount; memory++) {
    const peak = peakBytes[memory]!;
    const dust = 1e-9 * (1 + peak);
    if (peak >= least[memory]! - dust && peak <= most[memory]! + dust) continue;
    const held = least[memory] === most[memory] ? `${least[memory]}` : `from ${least[memory]} to ${most[memory]}`;
    report("memory-peak", () => `${instance.memoryNames[memory]} is said to have held ${peak} bytes at its peak, its tensors took ${held}`);
  }
}

/** By memory: most bytes at once, where a buffer is gone for what begins at `now` if `isOver`. */
function peaks({ memory, bytes, startTicks, endTicks }: TensorBuffers, memoryCount: number, starts: Uint32Array, ends: Uint32Array, isOver: (end: number, now: number) => boolean): Float64Array {
  const live = new Float64Array(memoryCount);
  const peak = new Float64Array(memoryCount);
  let e = 0;
  for (const next of starts) {
    for (; isOver(endTicks[ends[e]!]!, startTicks[next]!); e++) live[memory[ends[e]!]!]! -= bytes[ends[e]!]!;
    const held = (live[memory[next]!]! += bytes[next]!);
    if (held > peak[memory[next]!]!) peak[memory[next]!] = held;
  }
  return peak;
}
