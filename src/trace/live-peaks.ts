import type { TensorBuffers } from "./tensor-buffers.ts";

/** By memory: most bytes at once. What begins takes the room of what ends at that instant, and what lives no time takes none. */
export function livePeaks({ memory, bytes, startTicks, endTicks }: TensorBuffers, memoryCount: number): Float64Array {
  const starts = Uint32Array.from(startTicks.keys()).filter((i) => startTicks[i]! < endTicks[i]!).sort((a, b) => startTicks[a]! - startTicks[b]!);
  const ends = starts.slice().sort((a, b) => endTicks[a]! - endTicks[b]!);
  const live = new Float64Array(memoryCount);
  const peak = new Float64Array(memoryCount);
  let e = 0;
  for (const next of starts) {
    for (; endTicks[ends[e]!]! <= startTicks[next]!; e++) live[memory[ends[e]!]!]! -= bytes[ends[e]!]!;
    const held = (live[memory[next]!]! += bytes[next]!);
    if (held > peak[memory[next]!]!) peak[memory[next]!] = held;
  }
  return peak;
}
