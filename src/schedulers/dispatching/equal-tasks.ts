import type { MetaTask } from "./meta-task.ts";

/**
 * The ops of a meta-task, gathered into groups of equal cost (and configuration) on every device. Operator graphs repeat few kinds of ops,
 * so heuristics that compare all ops with each other compare groups instead. Within a group the smallest id comes first.
 */
export class EqualTasks {
  /** First op of each group. */
  readonly firsts: readonly number[];
  readonly #next: Int32Array;

  constructor(tasks: MetaTask) {
    const { length, deviceCount, costs } = tasks;
    let size = 16;
    while (size < 2 * length) size *= 2;
    const table = new Int32Array(size).fill(-1);
    const tail: number[] = [];
    const head: number[] = [];
    this.#next = new Int32Array(length).fill(-1);
    next: for (let i = 0; i < length; i++) {
      let slot = hashRow(costs, i * deviceCount, deviceCount) & (size - 1);
      for (; table[slot]! >= 0; slot = (slot + 1) & (size - 1)) {
        const group = table[slot]!;
        if (!equalRows(costs, head[group]! * deviceCount, i * deviceCount, deviceCount) || !needSame(tasks, head[group]!, i)) continue;
        this.#next[tail[group]!] = i;
        tail[group] = i;
        continue next;
      }
      table[slot] = head.length;
      head.push(i);
      tail.push(i);
    }
    this.firsts = head;
  }

  /** The next op of the same group; -1 = `op` is the last. */
  after(op: number): number {
    return this.#next[op]!;
  }
}

function hashRow(values: Float64Array, start: number, length: number): number {
  let hash = 0;
  for (let i = start; i < start + length; i++) {
    hash = Math.imul(hash ^ (values[i]! % 4294967291), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function needSame(tasks: MetaTask, a: number, b: number): boolean {
  if (!tasks.hasReloads) return true;
  for (let d = 0; d < tasks.deviceCount; d++) if (tasks.configuration(a, d) !== tasks.configuration(b, d)) return false;
  return true;
}

function equalRows(values: Float64Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (values[a + i] !== values[b + i]) return false;
  return true;
}
