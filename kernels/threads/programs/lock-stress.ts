import type { Program } from "../harness/program.ts";
import { designNamed, lockDesigns } from "../primitives/designs.ts";
import { lineWords } from "../primitives/words.ts";

/** Every thread repeats: lock, count in plain words, unlock. */
export type LockStress = {
  /** Of the lock. */
  readonly design: string;
  readonly rounds: number;
};

/** {@link LockStress}. Figure `count`: what was counted, which is short where two threads were inside at once. */
export const lockStress: Program<LockStress> = {
  name: "lock-stress",
  words: ({ design }, threads) => lineWords + designNamed(lockDesigns, design).words(threads),
  create({ params: { design, rounds }, words, thread }) {
    const lock = designNamed(lockDesigns, design).create(words, lineWords);
    return {
      reset: () => words.fill(0, 0, 2),
      run() {
        for (let i = 0; i < rounds; i++) {
          lock.lock(thread);
          // Two halves of one number, so that an update in the middle of another is seen.
          const seen = words[0]!;
          words[1] = seen;
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
