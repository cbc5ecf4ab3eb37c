import type { Dispatch, Duplicate, PolicyView } from "../../plugin.ts";
import type { Plan } from "./plan.ts";
import { sortByKey } from "./sort-by-key.ts";

/** A static schedule in which ops may run several times: one entry an execution in each column, in the order planned, which respects every dependency. Times in ticks. */
export interface Executions {
  readonly op: readonly number[];
  readonly device: readonly number[];
  readonly startTicks: readonly number[];
  readonly endTicks: readonly number[];
  /** The executions whose outputs execution e reads are reads[readStart[e]] .. reads[readStart[e + 1] - 1]: one for each op that it reads. */
  readonly reads: readonly number[];
  readonly readStart: readonly number[];
}

/** A schedule that can be carried out with duplicates: see `Scheduler.duplicates`. */
export interface ExecutionPlan {
  readonly duplicates: readonly Duplicate[];
  /** Ops and duplicates, by their ids, in the order of planned starts; and the device of each, in that order. */
  readonly order: Uint32Array;
  readonly device: Uint32Array;
  /** In that order too. */
  readonly endTicks: Float64Array;
  readonly makespanTicks: number;
}

/** By execution: 1 = somebody reads it, or it is the only one left of its op. Those that nobody reads do not run, and what only they read neither. */
function neededExecutions({ opCount, topo }: PolicyView, { op, reads, readStart }: Executions): Uint8Array {
  const needed = new Uint8Array(op.length).fill(1);
  const readers = new Uint32Array(op.length);
  for (const read of reads) readers[read]!++;
  const left = new Uint32Array(opCount);
  // Chains of the executions of each op, last planned first.
  const last = new Int32Array(opCount).fill(-1);
  const before = new Int32Array(op.length);
  for (let e = 0; e < op.length; e++) {
    left[op[e]!]!++;
    before[e] = last[op[e]!]!;
    last[op[e]!] = e;
  }
  for (let i = opCount - 1; i >= 0; i--) {
    for (let e = last[topo[i]!]!; e >= 0; e = before[e]!) {
      if (readers[e]! > 0 || left[topo[i]!] === 1) continue;
      left[topo[i]!]!--;
      needed[e] = 0;
      for (let k = readStart[e]!; k < readStart[e + 1]!; k++) readers[reads[k]!]!--;
    }
  }
  return needed;
}

/** The needed executions as ops and duplicates: of those of one op the one planned first is the op's own. */
export function executionPlan(view: PolicyView, executions: Executions): ExecutionPlan {
  const { op, device, startTicks, endTicks, reads, readStart } = executions;
  const needed = neededExecutions(view, executions);
  const id = new Int32Array(op.length).fill(-1);
  const hasOwn = new Uint8Array(view.opCount);
  const duplicates: { op: number; readers: number[] }[] = [];
  let makespanTicks = 0;
  const kept: number[] = [];
  for (let e = 0; e < op.length; e++) {
    if (needed[e] === 0) continue;
    kept.push(e);
    makespanTicks = Math.max(makespanTicks, endTicks[e]!);
    if (hasOwn[op[e]!] === 0) id[e] = op[e]!;
    else id[e] = view.opCount + duplicates.push({ op: op[e]!, readers: [] }) - 1;
    hasOwn[op[e]!] = 1;
    for (let k = readStart[e]!; k < readStart[e + 1]!; k++) {
      const read = id[reads[k]!]!;
      if (read >= view.opCount) duplicates[read - view.opCount]!.readers.push(id[e]!);
    }
  }
  // Of executions with one start those of no length come first, then as planned.
  const isInstant = (e: number): boolean => startTicks[e] === endTicks[e];
  const byStart = sortByKey(Uint32Array.from([...kept.filter(isInstant), ...kept.filter((e) => !isInstant(e))]), Float64Array.from(startTicks));
  return {
    duplicates, makespanTicks, order: byStart.map((e) => id[e]!), device: byStart.map((e) => device[e]!), endTicks: Float64Array.from(byStart, (e) => endTicks[e]!),
  };
}

/** A plan without duplicates in the same form. */
export function singleExecutions({ order, device, endTicks, makespanTicks }: Plan): ExecutionPlan {
  return { duplicates: [], order, device: order.map((op) => device[op]!), endTicks: Float64Array.from(order, (op) => endTicks[op]!), makespanTicks };
}

/** Places everything, in the order of planned starts. */
export function placeExecutions({ order, device }: ExecutionPlan, out: Dispatch): void {
  for (let i = 0; i < order.length; i++) out.place(order[i]!, device[i]!);
}
