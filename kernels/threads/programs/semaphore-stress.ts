import type { Program } from "../harness/program.ts";
import { Semaphore } from "../primitives/semaphore.ts";
import { lineWords } from "../primitives/words.ts";

/** Every thread repeats: acquire, release. */
export type SemaphoreStress = {
  readonly units: number;
  readonly rounds: number;
};

/** {@link SemaphoreStress}. Figures: `most`, the most threads seen inside; `left`, how many are inside at the end. */
export const semaphoreStress: Program<SemaphoreStress> = {
  name: "semaphore-stress",
  words: () => lineWords + Semaphore.words,
  create({ params: { units, rounds }, words }) {
    const inside = 0;
    const semaphore = new Semaphore(words, lineWords);
    return {
      reset: () => semaphore.reset(units),
      run() {
        let most = 0;
        for (let i = 0; i < rounds; i++) {
          semaphore.acquire();
          most = Math.max(most, Atomics.add(words, inside, 1) + 1);
          Atomics.sub(words, inside, 1);
          semaphore.release();
        }
        return { most };
      },
    };
  },
};
