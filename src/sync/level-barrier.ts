import { defineSync, type Gate, type PolicyView, type SyncPolicy } from "../plugin.ts";

/**
 * A barrier after each level: the outputs of a level become visible when the last op of that level has ended. The level
 * of an op is the number of ops before it on the longest path to it. Each job has levels and barriers of its own.
 * @source L. G. Valiant, "A bridging model for parallel computation", CACM 33(8), 1990, doi:10.1145/79173.79181
 */
export const levelBarrier = defineSync({
  name: "level-barrier",
  summary: "a level's outputs are visible once the whole level has ended (bulk-synchronous)",
  source: "L. G. Valiant, \"A bridging model for parallel computation\", CACM 33(8), 1990, doi:10.1145/79173.79181",
  create: () => new LevelBarrier(),
});

/** Levels of all jobs in one numbering: those of a job come after those of the jobs before it. */
class LevelBarrier implements SyncPolicy {
  #level: Uint32Array = new Uint32Array(0);
  /** By level: ops that have not ended, and its last ended op, each linked to the one before (-1 = none). */
  #left = new Uint32Array(0);
  #ended = new Int32Array(0);
  #endedBefore = new Int32Array(0);

  prepare(view: PolicyView): void {
    this.#level = levelsOf(view);
    const count = this.#level.reduce((most, level) => Math.max(most, level + 1), 0);
    this.#left = new Uint32Array(count);
    for (const level of this.#level) this.#left[level]!++;
    this.#ended = new Int32Array(count).fill(-1);
    this.#endedBefore = new Int32Array(view.opCount);
  }

  phase(op: number): number {
    return this.#level[op]!;
  }

  ended(view: PolicyView, op: number, gate: Gate): void {
    const level = this.#level[op]!;
    this.#endedBefore[op] = this.#ended[level]!;
    this.#ended[level] = op;
    if (--this.#left[level]! > 0) return;
    const { start, edge } = view.succ;
    for (let done = this.#ended[level]!; done >= 0; done = this.#endedBefore[done]!) {
      for (let k = start[done]!; k < start[done + 1]!; k++) gate.signal(edge[k]!);
    }
  }
}

function levelsOf(view: PolicyView): Uint32Array {
  const { topo, pred, opCount, jobCount } = view;
  const level = new Uint32Array(opCount);
  const first = new Uint32Array(jobCount + 1);
  for (let i = 0; i < opCount; i++) {
    const op = topo[i]!;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) level[op] = Math.max(level[op]!, level[pred.node[k]!]! + 1);
    const after = view.jobOf(op) + 1;
    first[after] = Math.max(first[after]!, level[op]! + 1);
  }
  for (let job = 0; job < jobCount; job++) first[job + 1]! += first[job]!;
  for (let op = 0; op < opCount; op++) level[op]! += first[view.jobOf(op)]!;
  return level;
}
