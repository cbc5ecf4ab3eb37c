import type { Program } from "../harness/program.ts";
import { work } from "../harness/work.ts";
import { centralBlockBarrier } from "../primitives/central-barrier.ts";
import { designNamed, lockDesigns } from "../primitives/designs.ts";
import { lineWords } from "../primitives/words.ts";

/** Every thread repeats: lock, count in plain words, unlock; in bursts that all begin together. */
export type LockStress = {
  /** Of the lock. */
  readonly design: string;
  /** Of a burst. */
  readonly rounds: number;
  readonly bursts: number;
};

/** Steps between reading the count and writing it: long enough that another thread would come between. */
const stepsInside = 200;

/** {@link LockStress}. Figure `count`: what was counted, which is short where two threads were inside at once. */
export const lockStress: Program<LockStress> = {
  name: "lock-stress",
  words: ({ design }, threads) => 3 * lineWords + designNamed(lockDesigns, design).words(threads),
  create({ params: { design, rounds, bursts }, words, thread, threads }) {
    const lock = designNamed(lockDesigns, design).create(words, 3 * lineWords);
    const start = centralBlockBarrier.create(words, lineWords, threads);
    return {
      reset: () => words.fill(0, 0, 2),
      run() {
        for (let i = 0; i < rounds * bursts; i++) {
          if (i % rounds === 0) start.arrive(thread);
          lock.lock(thread);
          // Two halves of one number, so that an update in the middle of another is seen.
          const seen = words[0]!;
          words[1] = seen;
          if (work(stepsInside, seen) === 0.5) throw new Error("cannot be: work gives whole numbers");
          words[0] = seen + 1;
          if (words[1] !== seen) throw new Error(`${design}: two threads were inside at once`);
          lock.unlock(thread);
        }
        lock.lock(thread);
        const count = words[0]!;
        lock.unlock(thread);
        return { count };
      },
    };
  },
};
