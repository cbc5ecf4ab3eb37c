import { resized } from "../../base/columns.ts";
import type { ThreadView } from "../../plugin.ts";

/**
 * Threads by the cores that they may run on: those with the same cores are of one class. Programs have few such classes,
 * so a queue for each finds the first thread for a core without looking at those that may not run there. A thread's
 * cores are asked for once.
 */
export class Affinity {
  /** By class: its cores, by id. */
  readonly cores: Uint32Array[] = [];
  /** By core: the classes that may run there, by number. */
  readonly classes: number[][] = [];
  readonly #numbers = new Map<string, number>();
  /** Class of each thread, counted from 1; 0 = not asked yet. */
  #classOf = new Uint32Array(64);

  classOf(view: ThreadView, thread: number): number {
    if (thread >= this.#classOf.length) this.#classOf = resized(this.#classOf, Math.max(2 * this.#classOf.length, thread + 1));
    const known = this.#classOf[thread]!;
    return known > 0 ? known - 1 : this.#classify(view, thread);
  }

  #classify(view: ThreadView, thread: number): number {
    const mask = new Uint32Array(Math.ceil(view.coreCount / 32));
    for (let core = 0; core < view.coreCount; core++) if (view.mayRun(thread, core)) mask[core >> 5]! |= 1 << (core & 31);
    const name = mask.join();
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.cores.length;
      this.#numbers.set(name, number);
      const cores = Uint32Array.from({ length: view.coreCount }, (_, core) => core).filter((core) => (mask[core >> 5]! >>> (core & 31)) & 1);
      this.cores.push(cores);
      while (this.classes.length < view.coreCount) this.classes.push([]);
      for (const core of cores) this.classes[core]!.push(number);
    }
    this.#classOf[thread] = number + 1;
    return number;
  }
}
