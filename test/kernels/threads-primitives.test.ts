import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Params } from "../../kernels/threads/harness/program.ts";
import { runTeam } from "../../kernels/threads/harness/team.ts";
import { BoundedQueue } from "../../kernels/threads/primitives/bounded-queue.ts";
import { barrierDesigns, designNamed, lockDesigns } from "../../kernels/threads/primitives/designs.ts";
import { treeBarrier } from "../../kernels/threads/primitives/tree-barrier.ts";
import { sharedWords } from "../../kernels/threads/primitives/words.ts";
import { empty, WorkStealingDeque } from "../../kernels/threads/primitives/work-stealing-deque.ts";
import { bundleThreads, type Bundle } from "./threads-bundle.ts";

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleThreads();
});
afterAll(() => bundle.remove());

/** Figures of one repetition, by thread. */
async function figures(program: string, params: Params, threads: number) {
  const result = await runTeam({ program, params, threads, repeats: 1, warmUps: 0 }, new URL("worker.mjs", bundle.code));
  return result.figures.map(([only]) => only!);
}

// Few rounds: where other programs keep the cores busy, a hand-off to a thread that is not running takes a time slice.
describe("locks of real threads", () => {
  const counts = [{ threads: 2, rounds: 600, bursts: 10 }, { threads: 4, rounds: 10, bursts: 3 }];
  it.each(lockDesigns.flatMap(({ name }) => counts.map((count) => ({ design: name, ...count }))))("$design keeps $threads threads apart", async ({ design, threads, rounds, bursts }) => {
    const all = await figures("lock-stress", { design, rounds, bursts }, threads);
    // The last to finish has seen every count.
    expect(Math.max(...all.map(({ count }) => count as number))).toBe(threads * rounds * bursts);
  });

  it.each(lockDesigns)("$name goes from one thread to the next where nobody waits", (design) => {
    const words = sharedWords(design.words(2));
    const [first, second] = [design.create(words, 0), design.create(words, 0)];
    for (let round = 0; round < 3; round++) {
      first.lock(0);
      first.unlock(0);
      second.lock(1);
      second.unlock(1);
    }
    expect(words.length).toBe(design.words(2));
  });

  it("an unknown design is a mistake", () => {
    expect(() => designNamed(lockDesigns, "none")).toThrow('there is no design "none"');
  });
});

describe("barriers of real threads", () => {
  it.each(barrierDesigns.flatMap(({ name }) => [1, 2, 3, 4].map((threads) => ({ design: name, threads }))))("$design lets none of $threads threads pass early", async ({ design, threads }) => {
    const all = await figures("barrier-loop", { design, work: 10, skew: 1, rounds: threads > 2 ? 20 : 500 }, threads);
    expect(all.map(({ behind }) => behind)).toEqual(all.map(() => 0));
  });

  it("a tree of fan-in 2 has a line for the generation and one a node", () => {
    expect([1, 2, 3, 4, 5, 8].map((threads) => treeBarrier.words(threads) / 32 - 1)).toEqual([0, 1, 2 + 1, 2 + 1, 3 + 2 + 1, 4 + 2 + 1]);
  });
});

describe("containers of real threads", () => {
  it.each([{ through: "work-stealing-deque", threads: 3 }, { through: "work-stealing-deque", threads: 2 }, { through: "bounded-queue", threads: 3 }, { through: "bounded-queue", threads: 2 }])("$through loses and doubles nothing among $threads threads", async ({ through, threads }) => {
    const items = 2000;
    const all = await figures("items-stress", { through, items, capacity: 16 }, threads);
    const got = all.map((one) => one["got"] as number[]);
    expect(got.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: items }, (_, i) => i));
    // What one consumer gets from a queue is in the order in which it was put in.
    if (through === "bounded-queue") for (const one of got) expect(one).toEqual([...one].sort((a, b) => a - b));
  });

  it("a semaphore of two units lets in two of four threads at most", async () => {
    const all = await figures("semaphore-stress", { units: 2, rounds: 500 }, 4);
    const most = Math.max(...all.map((one) => one["most"] as number));
    expect(most).toBeGreaterThanOrEqual(1);
    expect(most).toBeLessThanOrEqual(2);
  });

  it("tasks are all done, once each", async () => {
    for (const shape of ["list", "tree"]) {
      const all = await figures("steal-loop", { shape, tasks: 500, steps: 20, seed: 3 }, 2);
      expect(all.reduce((sum, { done }) => sum + (done as number), 0)).toBe(500);
    }
  });

  it("iterations are all done, once each", async () => {
    for (const schedule of ["static", "dynamic", "guided"]) {
      const all = await figures("parallel-for", { schedule, chunk: 3, iterations: 100, passes: 2, ramp: 1, serial: 1, loops: 5 }, 2);
      expect(all.reduce((sum, { done }) => sum + (done as number), 0)).toBe(500);
    }
  });

  it("streams compute what they should", async () => {
    for (const kernel of ["copy", "triad"]) for (const { checked } of await figures("stream-loop", { kernel, mebibytes: 1, passes: 2, work: 10 }, 2)) expect(checked).toBe(1);
  });
});

describe("containers of one thread", () => {
  it("the deque is last in first out for its owner, first in first out for thieves", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom("push", "pop", "steal"), { maxLength: 200 }), (actions) => {
      const capacity = 8;
      const deque = new WorkStealingDeque(sharedWords(WorkStealingDeque.words(capacity)), 0, capacity);
      const reference: number[] = [];
      actions.forEach((action, item) => {
        if (action === "push") {
          expect(deque.push(item)).toBe(reference.length < capacity);
          if (reference.length < capacity) reference.push(item);
        } else expect(action === "pop" ? deque.pop() : deque.steal()).toBe((action === "pop" ? reference.pop() : reference.shift()) ?? empty);
      });
    }));
  });

  it("the queue is first in first out, also around its end", () => {
    const queue = new BoundedQueue(sharedWords(BoundedQueue.words(3)), 0, 3);
    queue.reset();
    const got: number[] = [];
    queue.push(0);
    for (let item = 1; item < 10; item++) {
      queue.push(item);
      got.push(queue.pop());
    }
    expect([...got, queue.pop()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
