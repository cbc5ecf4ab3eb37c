import { busyNs, nowNs, threadTimesNs } from "../harness/clock.ts";
import type { Program } from "../harness/program.ts";
import { lineWords, spinWhile } from "../primitives/words.ts";

/**
 * Thread 1 parks, thread 0 wakes it after `idleUs`. Figures: `wake`, ns from before the notification to running again;
 * `notify`, ns of the notification; `cpu`, processor time of thread 1 for parking and being woken, where the system tells it.
 */
export const parkProbe: Program<{ readonly idleUs: number; readonly rounds: number }> = {
  name: "park-probe",
  words: () => 4 * lineWords,
  create({ params: { idleUs, rounds }, words, thread }) {
    const [go, ran] = [0, lineWords];
    const notified = new Float64Array(words.buffer, 2 * lineWords * Int32Array.BYTES_PER_ELEMENT, 1);
    const skipped = Math.ceil(rounds / 10);
    return {
      reset: () => words.fill(0, 0, 2 * lineWords),
      run() {
        const wake: number[] = [];
        const notify: number[] = [];
        // Once before it counts, since the first reading takes long.
        let before = threadTimesNs();
        for (let round = 0; round < rounds; round++) {
          if (round === skipped) before = threadTimesNs();
          if (thread === 0) {
            busyNs(idleUs * 1000);
            notified[0] = nowNs();
            Atomics.store(words, go, round + 1);
            Atomics.notify(words, go);
            if (round >= skipped) notify.push(nowNs() - notified[0]);
            spinWhile(words, ran, round);
          } else {
            Atomics.wait(words, go, round);
            if (round >= skipped) wake.push(nowNs() - notified[0]!);
            Atomics.store(words, ran, round + 1);
          }
        }
        const after = threadTimesNs();
        const cpu = before === undefined || after === undefined || thread === 0 ? [] : [(after.ran - before.ran) / (rounds - skipped)];
        return { wake, notify, cpu };
      },
    };
  },
};

/** Two threads park and wake each other in turn; `oneWay`: ns from one to the other, by 100. */
export const pingPongProbe: Program<{ readonly rounds: number }> = {
  name: "ping-pong-probe",
  words: () => lineWords,
  create({ params: { rounds }, words, thread }) {
    const batch = 100;
    return {
      reset: () => words.fill(0),
      run() {
        const oneWay: number[] = [];
        let start = nowNs();
        for (let turn = thread; turn < 2 * rounds; turn += 2) {
          while (Atomics.load(words, 0) !== turn) Atomics.wait(words, 0, turn - 1);
          Atomics.store(words, 0, turn + 1);
          Atomics.notify(words, 0, 1);
          if (turn % (2 * batch) !== 2 * batch - 2) continue;
          const end = nowNs();
          oneWay.push((end - start) / (2 * batch));
          start = end;
        }
        return { oneWay: oneWay.slice(1) };
      },
    };
  },
};
