import { busyNs, nowNs } from "../harness/clock.ts";
import type { Program } from "../harness/program.ts";
import { work } from "../harness/work.ts";
import { designNamed, lockDesigns } from "../primitives/designs.ts";
import { lineWords, spinWhile } from "../primitives/words.ts";

/** Rounds of a batch: short enough that most meet no interruption. */
const batchRounds = 100;

/**
 * Two threads that always contend: who comes back to the lock finds the other inside, and waits already when it is
 * released. Figures by batch: `critical`, ns of the critical section while both threads run; `cycle`, ns from one acquisition to the next, of either.
 */
export const cycleProbe: Program<{ readonly design: string; readonly local: number; readonly critical: number; readonly batches: number }> = {
  name: "cycle-probe",
  words: ({ design }, threads) => 2 * lineWords + designNamed(lockDesigns, design).words(threads),
  warmUp: (params) => params,
  create({ params: { design, local, critical, batches }, words, thread, threads }) {
    const lock = designNamed(lockDesigns, design).create(words, lineWords);
    let value = thread;
    const alone = (): void => {
      for (let i = 0; i < batchRounds; i++) value = work(critical, value);
    };
    const contended = (): void => {
      for (let i = 0; i < batchRounds; i++) {
        lock.lock(thread);
        value = work(critical, value);
        lock.unlock(thread);
        value = work(local, value);
      }
    };
    const timed = (pass: () => void): number[] => Array.from({ length: batches }, () => {
      const start = nowNs();
      pass();
      return (nowNs() - start) / batchRounds;
    });
    return {
      run() {
        const single = timed(alone);
        const cycle = timed(contended).map((ns) => ns / threads);
        return { critical: single, cycle, value };
      },
    };
  },
};

/**
 * Two threads in turn hold the lock while the other comes and waits, for `idleUs` at least. Figures of the one that
 * waited: `handOff`, ns from before the release to having the lock; of the one that held it: `unlock`, ns of the release.
 */
export const handOffProbe: Program<{ readonly design: string; readonly idleUs: number; readonly rounds: number }> = {
  name: "hand-off-probe",
  words: ({ design }, threads) => 4 * lineWords + designNamed(lockDesigns, design).words(threads),
  create({ params: { design, idleUs, rounds }, words, thread }) {
    const lock = designNamed(lockDesigns, design).create(words, 4 * lineWords);
    const [held, coming, taken] = [0, lineWords, 2 * lineWords];
    const released = new Float64Array(words.buffer, 3 * lineWords * Int32Array.BYTES_PER_ELEMENT, 1);
    const skipped = Math.ceil(rounds / 10);
    return {
      reset: () => words.fill(0, 0, 4 * lineWords),
      run() {
        const handOff: number[] = [];
        const unlock: number[] = [];
        for (let round = 0; round < rounds; round++) {
          if (round % 2 === thread) {
            lock.lock(thread);
            Atomics.store(words, held, round + 1);
            spinWhile(words, coming, round);
            busyNs(idleUs * 1000);
            released[0] = nowNs();
            lock.unlock(thread);
            if (round >= skipped) unlock.push(nowNs() - released[0]);
            spinWhile(words, taken, round);
          } else {
            spinWhile(words, held, round);
            Atomics.store(words, coming, round + 1);
            lock.lock(thread);
            if (round >= skipped) handOff.push(nowNs() - released[0]!);
            lock.unlock(thread);
            Atomics.store(words, taken, round + 1);
          }
        }
        return { handOff, unlock };
      },
    };
  },
};
