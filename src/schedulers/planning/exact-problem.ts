import { groupBy } from "../../base/csr.ts";
import type { PolicyView } from "../../plugin.ts";
import type { ScheduleProblem } from "../../solver/schedule-problem.ts";

/** Whether the job arrives as another one ends. */
export function follows(view: PolicyView, job: number): boolean {
  return view.arrivalTicks(job) === Infinity;
}

/** Inputs that nobody makes, and that move to who reads them. Columns by op. */
export interface InputMoves {
  /** How many the op reads. */
  readonly count: Uint32Array;
  /** The arrival of the first job that reads one of them; 0 where that follows another. */
  readonly since: Float64Array;
  /** 1 = they move as the op's own job follows another. */
  readonly later: Uint8Array;
  /** Some op reads several, or one that another job reads, too: then there is more than one way to regard them. */
  readonly isOpen: boolean;
}

/** Finds them. */
export function inputMoves(view: PolicyView): InputMoves {
  const { opCount, tensors: { bytes, producer, home, inputs } } = view;
  const moving = Array.from({ length: opCount }, (_, op) => [...inputs.item.subarray(inputs.start[op], inputs.start[op + 1])].filter((tensor) => producer[tensor]! < 0 && home[tensor]! >= 0 && bytes[tensor]! > 0));
  /** By tensor: when it begins to move, and the jobs that read it. */
  const moves = new Float64Array(bytes.length).fill(Infinity);
  const readers = Array.from(bytes, () => new Set<number>());
  moving.forEach((own, op) => own.forEach((tensor) => {
    const job = view.jobOf(op);
    moves[tensor] = Math.min(moves[tensor]!, follows(view, job) ? 0 : view.arrivalTicks(job));
    readers[tensor]!.add(job);
  }));
  return {
    count: Uint32Array.from(moving, (own) => own.length),
    since: Float64Array.from(moving, (own) => own.reduce((soonest, tensor) => Math.min(soonest, moves[tensor]!), Infinity)),
    later: Uint8Array.from(moving, (own, op) => (own.length > 0 && follows(view, view.jobOf(op)) && own.every((tensor) => readers[tensor]!.size === 1) ? 1 : 0)),
    isOpen: moving.some((own) => own.length > 1 || own.some((tensor) => readers[tensor]!.size > 1)),
  };
}

/**
 * What the policy sees, as tables. It knows for how long all inputs of an op move one after the other, and not each alone.
 * @param sideBySide True: they take their mean time together, so nothing is sooner; false: one comes after the other, so nothing is later.
 */
export function problemOf(view: PolicyView, moves: InputMoves, sideBySide: boolean): ScheduleProblem {
  const { opCount, deviceCount: D, slots } = view;
  const cost = new Float64Array(opCount * D);
  const release = new Float64Array(opCount * D);
  const later = new Map<number, Float64Array>();
  for (let op = 0; op < opCount; op++) {
    const count = moves.count[op]!;
    const arrival = follows(view, view.jobOf(op)) ? 0 : view.arrivalTicks(view.jobOf(op));
    const ticks = Float64Array.from({ length: D }, (_, d) => (count > 0 ? Math.ceil(view.dataTicks(op, d) / (sideBySide ? count : 1)) : 0));
    // What others read, too, may be there before the job, or only as it arrives.
    const from = sideBySide ? Math.min(moves.since[op]!, arrival) : arrival;
    for (let d = 0; d < D; d++) {
      cost[op * D + d] = view.estimateTicks(op, d);
      release[op * D + d] = Math.max(arrival, from + ticks[d]!);
    }
    if (moves.later[op] === 1 || (!sideBySide && count > 0 && follows(view, view.jobOf(op)))) later.set(op, ticks);
  }
  return { opCount, deviceCount: D, slots, cost, release, ...dependencies(view, later) };
}

/** The edges with their transfer times; a job that follows another one depends on all of it. @param later By op, ticks by device from then until its inputs are there. */
function dependencies(view: PolicyView, later: ReadonlyMap<number, Float64Array>): Pick<ScheduleProblem, "topo" | "pred" | "succ" | "moves" | "moveOfEdge"> {
  const { opCount, deviceCount: D, jobCount, pred, succ } = view;
  const from: number[] = [];
  const to: number[] = [];
  const moveOfEdge: number[] = [];
  const moves = [new Float64Array(D * D)];
  const known = new Map([[0, 0]]);
  for (let op = 0; op < opCount; op++) {
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      const edge = pred.edge[k]!;
      const bytes = view.edgeBytes(edge);
      if (!known.has(bytes)) known.set(bytes, moves.push(Float64Array.from({ length: D * D }, (_, cell) => view.transferTicks(edge, Math.floor(cell / D), cell % D))) - 1);
      from.push(pred.node[k]!);
      to.push(op);
      moveOfEdge.push(known.get(bytes)!);
    }
  }
  const jobs = Array.from({ length: jobCount }, (_, job) => job).sort((a, b) => Number(follows(view, a)) - Number(follows(view, b)) || a - b);
  const place = new Uint32Array(jobCount);
  jobs.forEach((job, i) => (place[job] = i));
  const opsOf = (job: number): number[] => Array.from(view.topo).filter((op) => view.jobOf(op) === job).sort((a, b) => a - b);
  jobs.forEach((job, i) => {
    if (!follows(view, job) || i === 0) return;
    const lasts = opsOf(jobs[i - 1]!).filter((op) => succ.start[op] === succ.start[op + 1]);
    for (const op of opsOf(job)) {
      const ticks = later.get(op);
      if (ticks === undefined && pred.start[op] !== pred.start[op + 1]) continue;
      const move = ticks === undefined ? 0 : moves.push(Float64Array.from({ length: D * D }, (_, cell) => ticks[cell % D]!)) - 1;
      for (const last of lasts) {
        from.push(last);
        to.push(op);
        moveOfEdge.push(move);
      }
    }
  });
  // Sorting is stable: within a job the order stays.
  const topo = view.topo.slice();
  if (jobs.some((job) => follows(view, job))) topo.sort((a, b) => place[view.jobOf(a)]! - place[view.jobOf(b)]!);
  return { topo, pred: adjacency(opCount, to, from), succ: adjacency(opCount, from, to), moves, moveOfEdge: Uint32Array.from(moveOfEdge) };
}

/** The edges of each op by one of their ends. */
function adjacency(opCount: number, ends: readonly number[], others: readonly number[]): ScheduleProblem["pred"] {
  const { start, item } = groupBy(opCount, Uint32Array.from(ends));
  return { start, edge: item, node: item.map((edge) => others[edge]!) };
}
