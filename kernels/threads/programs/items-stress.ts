import type { Program } from "../harness/program.ts";
import { BoundedQueue } from "../primitives/bounded-queue.ts";
import { lineWords } from "../primitives/words.ts";
import { WorkStealingDeque } from "../primitives/work-stealing-deque.ts";

/** Items 0 … items − 1 go through one queue or deque; each thread notes what it got. */
export type ItemsStress = {
  readonly through: "bounded-queue" | "work-stealing-deque";
  readonly items: number;
  /** Of the queue or deque: small, so that it is often full. A power of two for the deque. */
  readonly capacity: number;
};

/** {@link ItemsStress}: thread 0 puts the items in (and takes some back from the deque), the others take. Figure `got`: the items of this thread, in order. */
export const itemsStress: Program<ItemsStress> = {
  name: "items-stress",
  words: ({ capacity }) => lineWords + Math.max(BoundedQueue.words(capacity), WorkStealingDeque.words(capacity)),
  create({ params: { through, items, capacity }, words, thread, threads }) {
    const taken = 0;
    const deque = new WorkStealingDeque(words, lineWords, capacity);
    const queue = new BoundedQueue(words, lineWords, capacity);
    const owner = (got: number[]): void => {
      for (let item = 0; item < items; item++) {
        while (!deque.push(item)) take(got, deque.pop());
        if (item % 3 === 0) take(got, deque.pop());
      }
      while (Atomics.load(words, taken) < items) take(got, deque.pop());
    };
    const take = (got: number[], item: number): void => {
      if (item < 0) return;
      got.push(item);
      Atomics.add(words, taken, 1);
    };
    // Every consumer takes its own share of the items, so that nobody waits for one that never comes.
    const share = (consumer: number): number => Math.floor((items + consumer) / (threads - 1));
    return {
      reset() {
        words.fill(0);
        if (through === "bounded-queue") queue.reset();
      },
      run() {
        const got: number[] = [];
        if (through === "work-stealing-deque") {
          if (thread === 0) owner(got);
          else while (Atomics.load(words, taken) < items) take(got, deque.steal());
        } else if (thread === 0) for (let item = 0; item < items; item++) queue.push(item);
        else for (let left = share(thread - 1); left > 0; left--) got.push(queue.pop());
        return { got };
      },
    };
  },
};
