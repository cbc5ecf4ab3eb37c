import type { Program } from "../harness/program.ts";
import { centralBlockBarrier } from "../primitives/central-barrier.ts";
import { lineWords } from "../primitives/words.ts";
import { blockBytes, instantiateKernels } from "../wasm/kernels.ts";
import { guidedChunk, iterationPasses, staticStart, type Schedule } from "./loop-chunks.ts";

/** Loops one after the other, each with a serial part of thread 0, a barrier that parks, the iterations among all threads, and another one. */
export type ParallelFor = {
  readonly schedule: Schedule;
  /** Of `dynamic`, and the least of `guided`. */
  readonly chunk: number;
  readonly iterations: number;
  /** Of an iteration over its block, on average; see {@link iterationPasses}. */
  readonly passes: number;
  /** How much longer the last iteration is than the first one, as a share of that; 0 = all alike. */
  readonly ramp: number;
  /** Passes of thread 0 alone before each loop. */
  readonly serial: number;
  /** Loops. */
  readonly loops: number;
};

const pageBytes = 65_536;

/** {@link ParallelFor} over the SIMD kernel `block`, an iteration a call; every thread has a block of its own. Figure `done`: iterations of the thread. */
export const parallelFor: Program<ParallelFor> = {
  name: "parallel-for",
  words: () => 4 * lineWords,
  pages: (_, threads) => Math.ceil((threads * blockBytes * 2) / pageBytes),
  warmUp: (params) => ({ ...params, loops: Math.ceil(2e5 / (params.iterations * params.passes)) }),
  create({ params: { schedule, chunk, iterations, passes, ramp, serial, loops }, words, thread, threads, memory }) {
    const kernels = instantiateKernels(memory!);
    const barrier = centralBlockBarrier.create(words, 2 * lineWords, threads);
    const taken = 0;
    const at = thread * blockBytes * 2;
    const passesOf = Int32Array.from({ length: iterations }, (_, i) => iterationPasses(i, iterations, passes, ramp));
    const part = (from: number, to: number): number => {
      for (let i = from; i < to; i++) kernels.block(at, passesOf[i]!, 0.5);
      return to - from;
    };
    const dynamic = (): number => {
      let done = 0;
      for (let from; (from = Atomics.add(words, taken, chunk)) < iterations; ) done += part(from, Math.min(from + chunk, iterations));
      return done;
    };
    const guided = (): number => {
      let done = 0;
      for (let from; (from = Atomics.load(words, taken)) < iterations; ) {
        const size = guidedChunk(iterations - from, chunk, threads);
        if (Atomics.compareExchange(words, taken, from, from + size) === from) done += part(from, from + size);
      }
      return done;
    };
    const fixed = (): number => part(staticStart(iterations, thread, threads), staticStart(iterations, thread + 1, threads));
    const share = { static: fixed, dynamic, guided }[schedule];
    return {
      run() {
        let done = 0;
        for (let loop = 0; loop < loops; loop++) {
          if (thread === 0) {
            if (serial > 0) kernels.block(at, serial, 0.5);
            Atomics.store(words, taken, 0);
          }
          barrier.arrive(thread);
          done += share();
          barrier.arrive(thread);
        }
        return { done };
      },
    };
  },
};
