import type { Program } from "../harness/program.ts";
import { work } from "../harness/work.ts";
import { centralBlockBarrier } from "../primitives/central-barrier.ts";
import { lineWords } from "../primitives/words.ts";
import { instantiateKernels } from "../wasm/kernels.ts";

/** Passes over arrays that no cache holds; in each, every thread does some work, then streams its own part, then all meet. */
export type StreamLoop = {
  readonly kernel: "copy" | "triad";
  /** Of each array of all threads together. */
  readonly mebibytes: number;
  readonly passes: number;
  /** Steps before the stream of each pass. */
  readonly work: number;
};

/** Arrays that a kernel reads or writes; what it writes is also read first by most processors, but not counted. */
export function streamArrays(kernel: StreamLoop["kernel"]): number {
  return kernel === "triad" ? 3 : 2;
}

const pageBytes = 65_536;

/** {@link StreamLoop}. Figure `checked`: 1 where the last element of the thread has the value it should. */
export const streamLoop: Program<StreamLoop> = {
  name: "stream-loop",
  words: () => 2 * lineWords,
  pages: ({ kernel, mebibytes }) => (streamArrays(kernel) * mebibytes * 2 ** 20) / pageBytes,
  // Also touches the memory for the first time, and what the compiler of WebAssembly puts off happens here.
  warmUp: (params) => ({ ...params, mebibytes: Math.min(params.mebibytes, 8), passes: 10 }),
  create({ params: { kernel, mebibytes, passes, work: steps }, words, thread, threads, memory }) {
    const kernels = instantiateKernels(memory!);
    const barrier = centralBlockBarrier.create(words, 0, threads);
    const arrayBytes = mebibytes * 2 ** 20;
    // Whole cache lines; the last thread has what is left.
    const part = Math.floor(arrayBytes / threads / 64) * 64;
    const from = thread * part;
    const bytes = thread === threads - 1 ? arrayBytes - from : part;
    const [a, b, c] = [from, arrayBytes + from, 2 * arrayBytes + from];
    const source = new Float32Array(memory!.buffer, b, bytes / 4);
    const target = new Float32Array(memory!.buffer, a, bytes / 4);
    source.fill(thread + 1);
    if (kernel === "triad") new Float32Array(memory!.buffer, c, bytes / 4).fill(2);
    return {
      run() {
        let value = thread;
        for (let pass = 0; pass < passes; pass++) {
          value = work(steps, value);
          if (kernel === "triad") kernels.triad(a, b, c, bytes, 0.5);
          else kernels.copy(a, b, bytes);
          barrier.arrive(thread);
        }
        return { value, checked: target.at(-1) === thread + 1 + (kernel === "triad" ? 1 : 0) ? 1 : 0 };
      },
    };
  },
};
