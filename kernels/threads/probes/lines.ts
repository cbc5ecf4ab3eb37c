import { nowNs } from "../harness/clock.ts";
import type { Program } from "../harness/program.ts";
import { lineWords, spinWhile } from "../primitives/words.ts";
import { WorkStealingDeque } from "../primitives/work-stealing-deque.ts";

/** Rounds of a batch: short enough that most meet no interruption. */
const batchRounds = 100;

/** Two threads pass one cache line to and fro. Thread 0 measures, by batch: `store` and `add`, ns one way by a store and by an atomic addition. */
export const lineProbe: Program<{ readonly batches: number }> = {
  name: "line-probe",
  words: () => 4 * lineWords,
  create({ params: { batches }, words, thread }) {
    const turns = 2 * batchRounds;
    const byStore = (from: number): void => {
      for (let turn = from + thread; turn < from + turns; turn += 2) {
        while (Atomics.load(words, 0) !== turn);
        words[0] = turn + 1;
      }
    };
    const byAdd = (from: number): void => {
      for (let turn = from + thread; turn < from + turns; turn += 2) {
        while (Atomics.load(words, lineWords) !== turn);
        Atomics.add(words, lineWords, 1);
      }
    };
    const timed = (pass: (from: number) => void): number[] => Array.from({ length: batches }, (_, batch) => {
      const start = nowNs();
      pass(batch * turns);
      return (nowNs() - start) / turns;
    });
    return { reset: () => words.fill(0), run: () => ({ store: timed(byStore), add: timed(byAdd) }) };
  },
};

/** All threads at once: `shared` additions to one word, or stores to words of their own in one line (`false`), or in lines of their own (`own`). */
export const sharedLineProbe: Program<{ readonly access: "shared" | "false" | "own"; readonly rounds: number }> = {
  name: "shared-line-probe",
  words: () => 8 * lineWords,
  warmUp: (params) => params,
  create({ params: { access, rounds }, words, thread }) {
    const at = access === "own" ? (1 + thread) * lineWords : access === "false" ? thread : 0;
    const add = (): void => {
      for (let i = 0; i < rounds; i++) Atomics.add(words, at, 1);
    };
    const store = (): void => {
      for (let i = 0; i < rounds; i++) words[at] = i;
    };
    return { run: access === "shared" ? add : store };
  },
};

/** Thread 0 writes so many KiB, thread 1 reads them, first (`refill`) and again (`again`): bytes a ns. */
export const refillProbe: Program<{ readonly kibibytes: number; readonly rounds: number }> = {
  name: "refill-probe",
  words: ({ kibibytes }) => lineWords + kibibytes * 256,
  create({ params: { kibibytes, rounds }, words, thread }) {
    const data = words.subarray(lineWords);
    const bytes = kibibytes * 1024;
    // A word of each line of 64 bytes; loads do not depend on each other.
    const read = (): number => {
      let sum = 0;
      for (let i = 0; i < data.length; i += 16) sum = (sum + data[i]!) | 0;
      return sum;
    };
    return {
      reset: () => void Atomics.store(words, 0, 0),
      run() {
        const refill: number[] = [];
        const again: number[] = [];
        let kept = 0;
        for (let round = 0; round < rounds; round++) {
          if (thread === 0) {
            data.fill(round);
            Atomics.store(words, 0, 2 * round + 1);
            spinWhile(words, 0, 2 * round + 1);
          } else {
            spinWhile(words, 0, 2 * round);
            const start = nowNs();
            kept += read();
            const middle = nowNs();
            kept += read();
            const end = nowNs();
            Atomics.store(words, 0, 2 * round + 2);
            if (round < rounds / 2) continue;
            refill.push(bytes / (middle - start));
            again.push(bytes / (end - middle));
          }
        }
        return { refill, again, kept };
      },
    };
  },
};

/** Thread 1 steals what thread 0 has pushed; ns a steal, by 1000. */
export const stealProbe: Program<{ readonly rounds: number }> = {
  name: "steal-probe",
  words: () => lineWords + WorkStealingDeque.words(1024),
  create({ params: { rounds }, words, thread }) {
    const items = 1000;
    const deque = new WorkStealingDeque(words, lineWords, 1024);
    return {
      reset: () => words.fill(0),
      run() {
        const steal: number[] = [];
        for (let round = 0; round < rounds; round++) {
          if (thread === 0) {
            for (let i = 0; i < items; i++) deque.push(i);
            Atomics.store(words, 0, 2 * round + 1);
            spinWhile(words, 0, 2 * round + 1);
          } else {
            spinWhile(words, 0, 2 * round);
            const start = nowNs();
            for (let i = 0; i < items; i++) deque.steal();
            if (round >= rounds / 5) steal.push((nowNs() - start) / items);
            Atomics.store(words, 0, 2 * round + 2);
          }
        }
        return { steal };
      },
    };
  },
};
