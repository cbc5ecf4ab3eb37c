import type { Program } from "../harness/program.ts";
import { work } from "../harness/work.ts";
import { lineWords } from "../primitives/words.ts";
import { empty, WorkStealingDeque } from "../primitives/work-stealing-deque.ts";
import { taskTree, type TreeShape } from "./task-tree.ts";

/** The threads do a tree of tasks by work stealing; thread 0 starts with the root. */
export type StealLoop = {
  readonly shape: TreeShape;
  readonly tasks: number;
  /** Of the smallest task; see {@link taskTree}. */
  readonly steps: number;
  readonly seed: number;
};

/**
 * {@link StealLoop}: a thread takes what it pushed last; where it has nothing, it tries to steal from the others in turn,
 * beginning with the next, until all tasks are done. Figures: `done`, tasks of the thread; `steals`, those of others.
 */
export const stealLoop: Program<StealLoop> = {
  name: "steal-loop",
  words: ({ tasks }, threads) => lineWords + threads * dequeWords(tasks),
  warmUp: (params) => params,
  create({ params: { shape, tasks, steps, seed }, words, thread, threads }) {
    const tree = taskTree(shape, tasks, steps, seed);
    const left = 0;
    const deques = Array.from({ length: threads }, (_, owner) => new WorkStealingDeque(words, lineWords + owner * dequeWords(tasks), capacity(tasks)));
    const own = deques[thread]!;
    const steal = (): number => {
      for (let k = 1; k < threads; k++) {
        const task = deques[(thread + k) % threads]!.steal();
        if (task >= 0) return task;
      }
      return empty;
    };
    return {
      reset: () => void Atomics.store(words, left, tasks),
      run() {
        let value = thread;
        let done = 0;
        let steals = 0;
        for (let task = thread === 0 ? 0 : empty; Atomics.load(words, left) > 0; task = own.pop()) {
          if (task < 0) {
            task = steal();
            if (task < 0) continue;
            steals++;
          }
          const first = tree.first[task]!;
          for (let child = first; child < first + tree.children[task]!; child++) own.push(child);
          value = work(tree.steps[task]!, value);
          Atomics.sub(words, left, 1);
          done++;
        }
        return { done, steals, value };
      },
    };
  },
};

/** The power of two that holds all tasks. */
function capacity(tasks: number): number {
  return 2 ** Math.ceil(Math.log2(tasks));
}

/** Words of one deque, in whole lines. */
function dequeWords(tasks: number): number {
  return Math.ceil(WorkStealingDeque.words(capacity(tasks)) / lineWords) * lineWords;
}
