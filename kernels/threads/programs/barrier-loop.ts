import type { Program } from "../harness/program.ts";
import { work } from "../harness/work.ts";
import { barrierDesigns, designNamed } from "../primitives/designs.ts";
import { lineWords } from "../primitives/words.ts";

/** Every thread repeats: work, barrier. */
export type BarrierLoop = {
  /** Of the barrier. */
  readonly design: string;
  /** Steps of thread 0 in a round. */
  readonly work: number;
  /** Each further thread does this share of `work` more than the one before. */
  readonly skew: number;
  readonly rounds: number;
};

/** Steps that a thread does in a round of {@link BarrierLoop}. */
export function barrierWork({ work: steps, skew }: Pick<BarrierLoop, "work" | "skew">, thread: number): number {
  return Math.round(steps * (1 + skew * thread));
}

/** {@link BarrierLoop}. Figure `behind`: how often a thread found that another had not arrived in the round before. */
export const barrierLoop: Program<BarrierLoop> = {
  name: "barrier-loop",
  words: ({ design }, threads) => threads * lineWords + designNamed(barrierDesigns, design).words(threads),
  warmUp: (params) => ({ ...params, rounds: Math.ceil(2e6 / (params.work + 50)) }),
  create({ params: { design, rounds, ...loop }, words, thread, threads }) {
    const barrier = designNamed(barrierDesigns, design).create(words, threads * lineWords, threads);
    const steps = barrierWork(loop, thread);
    const mine = thread * lineWords;
    const neighbour = ((thread + 1) % threads) * lineWords;
    return {
      run() {
        let value = thread;
        let behind = 0;
        for (let i = 0; i < rounds; i++) {
          value = work(steps, value);
          words[mine]!++;
          barrier.arrive(thread);
          if (words[neighbour]! < words[mine]!) behind++;
        }
        return { behind, value };
      },
    };
  },
};
