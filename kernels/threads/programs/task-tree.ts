/** An unbalanced tree of tasks: task 0 is the root, and the children of a task are numbered one after the other. */
export interface TaskTree {
  /** Steps of each task. */
  readonly steps: Int32Array;
  /** First child of each task. */
  readonly first: Int32Array;
  /** Number of children of each task. */
  readonly children: Int32Array;
}

/** How the tasks hang together. `list`: all are children of the root, so that one thread has them all at the start. `tree`: random numbers of children. */
export type TreeShape = "list" | "tree";

/** Most children of one task of a `tree`. */
const widest = 6;

/**
 * The tree of `tasks` tasks; the same arguments, the same tree. Steps of a task lie between `steps` and 8 · `steps`.
 * @param seed a whole number
 */
export function taskTree(shape: TreeShape, tasks: number, steps: number, seed: number): TaskTree {
  const tree = { steps: new Int32Array(tasks), first: new Int32Array(tasks), children: new Int32Array(tasks) };
  for (let task = 0, next = 1; task < tasks; task++) {
    const wanted = shape === "list" ? (task === 0 ? tasks : 0) : 1 + (hash(seed, 2 * task) % widest);
    // A tree does not die out before all tasks are born.
    tree.children[task] = Math.min(tasks - next, shape === "tree" && next > task + 1 && hash(seed, ~task) % 2 === 0 ? 0 : wanted);
    tree.first[task] = next;
    next += tree.children[task]!;
    tree.steps[task] = steps * (1 + (hash(seed, 2 * task + 1) % 8));
  }
  return tree;
}

/** 32 well-mixed bits of two numbers. */
function hash(seed: number, index: number): number {
  let bits = Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
