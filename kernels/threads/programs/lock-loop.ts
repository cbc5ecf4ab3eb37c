import { nowNs } from "../harness/clock.ts";
import type { Program } from "../harness/program.ts";
import { work } from "../harness/work.ts";
import { designNamed, lockDesigns } from "../primitives/designs.ts";
import { lineWords } from "../primitives/words.ts";

/** Every thread repeats: `local` steps of work, lock, `critical` steps of work, unlock. */
export type LockLoop = {
  /** Of the lock. */
  readonly design: string;
  readonly local: number;
  readonly critical: number;
  /** Acquisitions of each thread, at most. */
  readonly rounds: number;
  /** Threads stop after so many milliseconds; 0 = never. Where a thread that is not running holds up all others, nobody knows how long a number of rounds takes. */
  readonly windowMs: number;
};

/** {@link LockLoop}; the critical section touches no shared data, so that the lock alone goes from core to core. Figure `done`: acquisitions of the thread. */
export const lockLoop: Program<LockLoop> = {
  name: "lock-loop",
  words: ({ design }, threads) => lineWords + designNamed(lockDesigns, design).words(threads),
  warmUp: (params) => ({ ...params, rounds: Math.ceil(2e6 / (params.local + params.critical + 50)), windowMs: 0 }),
  create({ params: { design, local, critical, rounds, windowMs }, words, thread }) {
    const lock = designNamed(lockDesigns, design).create(words, lineWords);
    return {
      run() {
        let value = thread;
        let done = 0;
        const end = windowMs > 0 ? nowNs() + windowMs * 1e6 : 0;
        for (; done < rounds && (end === 0 || nowNs() < end); done++) {
          value = work(local, value);
          lock.lock(thread);
          value = work(critical, value);
          lock.unlock(thread);
        }
        return { value, done };
      },
    };
  },
};
