import { livePeaks } from "./live-peaks.ts";
import { tensorBuffers } from "./tensor-buffers.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Every memory held at its peak what the tensors that the run shows there took together. */
export function verifyMemory({ trace, report }: VerifyContext): void {
  const { instance, peakBytes } = trace;
  const held = livePeaks(tensorBuffers(trace), instance.memoryCount);
  for (let memory = 0; memory < instance.memoryCount; memory++) {
    const peak = peakBytes[memory]!;
    if (Math.abs(peak - held[memory]!) > 1e-9 * (1 + peak)) report("memory-peak", () => `${instance.memoryNames[memory]} is said to have held ${peak} bytes at its peak, its tensors took ${held[memory]}`);
  }
}
