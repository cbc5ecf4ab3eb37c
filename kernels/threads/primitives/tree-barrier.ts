import type { Barrier, BarrierDesign } from "./barrier.ts";
import { lineWords, spinWhile, type Words } from "./words.ts";

/** Threads, or nodes, that meet in one node. */
export const treeFanIn = 2;

/** Who arrives last at a node climbs to the next level; who arrives last at the root starts the generation of all. */
class TreeBarrier implements Barrier {
  readonly #words: Words;
  readonly #at: number;
  readonly #threads: number;
  constructor(words: Words, at: number, threads: number) {
    this.#words = words;
    this.#at = at;
    this.#threads = threads;
  }

  arrive(thread: number): void {
    const words = this.#words;
    const generation = Atomics.load(words, this.#at);
    let node = this.#at + lineWords;
    for (let members = this.#threads, index = thread; members > 1; ) {
      const parent = Math.floor(index / treeFanIn);
      const expected = Math.min(treeFanIn, members - parent * treeFanIn);
      const counter = node + parent * lineWords;
      if (Atomics.add(words, counter, 1) < expected - 1) return spinWhile(words, this.#at, generation);
      Atomics.store(words, counter, 0);
      members = Math.ceil(members / treeFanIn);
      node += members * lineWords;
      index = parent;
    }
    Atomics.store(words, this.#at, (generation + 1) | 0);
  }
}

function nodes(threads: number): number {
  let count = 0;
  for (let members = threads; members > 1; count += members) members = Math.ceil(members / treeFanIn);
  return count;
}

/**
 * The combining tree barrier, which spins.
 * @source P.-C. Yew, N.-F. Tzeng, D. H. Lawrie, "Distributing hot-spot addressing in large-scale multiprocessors", IEEE Transactions on Computers C-36(4), 1987
 */
export const treeBarrier: BarrierDesign = {
  name: "tree",
  words: (threads) => (1 + nodes(threads)) * lineWords,
  create: (words, at, threads) => new TreeBarrier(words, at, threads),
};
