import type { ThreadTrace } from "../../core/threads/thread-trace.ts";

/** Names and kinds of the threads and objects of a run, as messages have them: `worker[3]`, `fork[2]`. */
export class ThreadNames {
  readonly #threads: ThreadTrace;
  /** First object of each group; one entry more than there are groups. */
  readonly #start: Uint32Array;

  constructor(threads: ThreadTrace) {
    this.#threads = threads;
    const { groups } = threads.objects;
    this.#start = new Uint32Array(groups.length + 1);
    groups.forEach(({ count }, g) => (this.#start[g + 1] = this.#start[g]! + count));
  }

  thread(thread: number): string {
    const { groups, table } = this.#threads;
    const group = groups[table.group[thread]!]!;
    return group.isNumbered || table.number[thread]! > 0 ? `${group.name}[${table.number[thread]}]` : group.name;
  }

  object(object: number): string {
    const group = this.objectGroup(object);
    const { name, count } = this.#threads.objects.groups[group]!;
    return count === 1 ? name : `${name}[${object - this.#start[group]!}]`;
  }

  objectGroup(object: number): number {
    let low = 0;
    let high = this.#start.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#start[middle]! <= object) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
