import { ProgramBuilder, type ThreadSpecInput } from "../../../src/programs/index.ts";
import type { StealLoop } from "../programs/steal-loop.ts";
import { taskTree } from "../programs/task-tree.ts";

/**
 * What the threads of `programs/steal-loop.ts` do, in the words of a scenario: the same tree, a deque each, and the same order
 * in which a thread looks for tasks. The tree is a table of the program text: a binary search by the number of the task leads
 * to its children and its steps. The tasks that are done are counted by a queue, and threads without a task steal until all are.
 * @param work time of so many steps
 */
export function stealInput({ shape, tasks, steps, seed }: StealLoop, threads: number, work: (steps: number) => string): ThreadSpecInput {
  const tree = taskTree(shape, tasks, steps, seed);
  const task = (program: ProgramBuilder, from: number, to: number): ProgramBuilder => {
    const middle = (from + to) >> 1;
    if (middle > from) return program.if(`$task < ${middle}`, (p) => task(p, from, middle), (p) => task(p, middle, to));
    const [first, children] = [tree.first[from]!, tree.children[from]!];
    if (children > 0) program.repeat(children, (p) => p.pushBottom("own[$i]", `${first} + $child`), "child");
    return program.compute(work(tree.steps[from]!));
  };
  const worker = new ProgramBuilder("worker").let({ task: "($i == 0) - 1", done: 0 }).while(`$done < ${tasks}`, (p) => p
    .repeat(threads - 1, (q) => q.if("$task < 0", (r) => r.steal("own[($i + $k + 1) % $count]", { into: "task", else: (s) => s.let({ task: -1 }) })), "k")
    .if("$task >= 0", (q) => task(q, 0, tasks).push("done"))
    .popBottom("own[$i]", { into: "task", else: (q) => q.let({ task: -1 }) })
    .add({ length: { of: "done", into: "done" } }));
  return {
    programs: [worker],
    threads: { worker: threads },
    deques: { own: { count: threads } },
    queues: { done: {} },
  };
}
