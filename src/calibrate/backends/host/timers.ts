import type { MeasureOptions } from "../../backend.ts";
import type { Outcome } from "../../measure/messages.ts";
import type { Kernel } from "../../sample.ts";

/** How long a thread really sleeps that wants to sleep so long. */
export const timerKernels: readonly Kernel[] = [50_000, 200_000, 1_000_000, 4_000_000].map((ns): Kernel => ({ kind: "timer.sleep", shape: { ns }, dtype: "i64" }));

/** Measures {@link timerKernels}. */
export function* measureTimers(kernels: readonly Kernel[], { most }: MeasureOptions): Generator<Outcome> {
  const word = new Int32Array(new SharedArrayBuffer(4));
  for (const kernel of kernels) {
    const times = Array.from({ length: most }, () => {
      const start = process.hrtime.bigint();
      Atomics.wait(word, 0, 0, kernel.shape["ns"]! / 1e6);
      return Number(process.hrtime.bigint() - start);
    });
    yield { ...kernel, ns: times };
  }
}
