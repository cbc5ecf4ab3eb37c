import { z } from "zod";
import { groupBy } from "../base/csr.ts";
import { InputError } from "../base/errors.ts";
import { defineScheduler, type Dispatch, type PolicyView } from "../plugin.ts";
import { branchAndBound, type Placement, type SearchResult } from "../solver/branch-and-bound.ts";
import { mostDevices, mostOps, type ScheduleProblem } from "../solver/schedule-problem.ts";
import { planHeft } from "./heft.ts";

const defaultNodes = 100_000;
const options = z.strictObject({
  nodes: z.int().min(1).default(defaultNodes).describe("Partial schedules that may be looked at. The answer depends on nothing else"),
});

/**
 * The shortest schedule there is, by branch and bound from HEFT's, and how far that is proved. What the search does not
 * regard is met in the run: contention for links, memory and compute units, setups, noise, synchronization, room in
 * memories. All of these only delay, so what no plan can beat no run can beat.
 *
 * Reports the plan's makespan and whether it is proven the shortest, its gap to what is proved where it is not, and the
 * partial schedules looked at.
 * @throws {InputError} for more than 500 operators or 32 devices, and for jobs that follow back to back with several at once.
 * @source see {@link branchAndBound}
 */
export const exact = defineScheduler<z.input<typeof options>>({
  name: "exact",
  summary: "the best plan there is, proven for small graphs and else with its gap, by branch and bound",
  source: 'B. Giffler, G. L. Thompson, "Algorithms for solving production-scheduling problems", Operations Research 8(4), 1960, doi:10.1287/opre.8.4.487',
  options,
  create: ({ nodes: maxNodes = defaultNodes }) => {
    let result: SearchResult | undefined;
    let tickNs = 1;
    return {
      queueOrder: "in-order",
      prepare(view: PolicyView, out: Dispatch): void {
        checkSize(view);
        tickNs = view.tickNs;
        const problem = problemOf(view);
        result = branchAndBound(problem, { maxNodes, incumbent: incumbentOf(view, problem) });
        if (result.makespanTicks === Infinity) throw new InputError({ code: "no-plan", message: `exact found no schedule within ${maxNodes} nodes`, hint: "raise nodes" });
        for (const { op, device } of result.placement) out.place(op, device);
      },
      dispatch(): void {},
      report: () => {
        const { makespanTicks, lowerBoundTicks, proven, gap, nodes } = result!;
        return { planNs: makespanTicks * tickNs, provenNs: lowerBoundTicks * tickNs, planProven: proven, planGap: Math.round(gap * 1e9) / 1e9, nodes };
      },
    };
  },
});

function checkSize(view: PolicyView): void {
  const { opCount, deviceCount, jobCount } = view;
  if (opCount > mostOps || deviceCount > mostDevices) {
    throw new InputError({ code: "too-large", message: `${opCount} operators on ${deviceCount} devices: exact takes ${mostOps} and ${mostDevices} at most`, hint: "every run prints its gap to a lower bound, whatever its size" });
  }
  const following = Array.from({ length: jobCount }, (_, job) => job).filter((job) => view.arrivalTicks(job) === Infinity).length;
  if (following > 0 && following < jobCount - 1) {
    throw new InputError({ code: "back-to-back-jobs", message: `exact cannot say which of ${jobCount - following} jobs ends first, and so when the next one follows`, hint: "one job at a time, or an arrival for each" });
  }
}

function incumbentOf(view: PolicyView, problem: ScheduleProblem): Placement[] | undefined {
  const { order, device } = planHeft(view);
  const jobs = Array.from(order, (op) => view.jobOf(op));
  // HEFT may plan a job into the one that it follows.
  const mixed = problem.pred.node.length > view.edgeCount && jobs.some((job, i) => i > 0 && job < jobs[i - 1]!);
  return mixed ? undefined : Array.from(order, (op) => ({ op, device: device[op]! }));
}

/** What the policy sees, as tables. */
function problemOf(view: PolicyView): ScheduleProblem {
  const { opCount, deviceCount: D } = view;
  const cost = new Float64Array(opCount * D);
  const release = new Float64Array(opCount * D);
  for (let op = 0; op < opCount; op++) {
    const arrival = view.arrivalTicks(view.jobOf(op));
    for (let d = 0; d < D; d++) {
      cost[op * D + d] = view.estimateTicks(op, d);
      release[op * D + d] = Math.max(arrival < Infinity ? arrival : 0, view.dataTicks(op, d));
    }
  }
  return { opCount, deviceCount: D, slots: view.slots, cost, release, ...dependencies(view) };
}

/** The edges with their transfer times; a job that follows another one depends on all of it. */
function dependencies(view: PolicyView): Pick<ScheduleProblem, "topo" | "pred" | "succ" | "moves" | "moveOfEdge"> {
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
  const follows = (job: number): boolean => view.arrivalTicks(job) === Infinity;
  const jobs = Array.from({ length: jobCount }, (_, job) => job).sort((a, b) => Number(follows(a)) - Number(follows(b)) || a - b);
  const place = new Uint32Array(jobCount);
  jobs.forEach((job, i) => (place[job] = i));
  jobs.forEach((job, i) => {
    if (!follows(job)) return;
    for (let last = 0; last < opCount; last++) {
      if (view.jobOf(last) !== jobs[i - 1] || succ.start[last] !== succ.start[last + 1]) continue;
      for (let first = 0; first < opCount; first++) {
        if (view.jobOf(first) !== job || pred.start[first] !== pred.start[first + 1]) continue;
        from.push(last);
        to.push(first);
        moveOfEdge.push(0);
      }
    }
  });
  // Sorting is stable: within a job the order stays.
  const topo = view.topo.slice();
  if (jobs.some(follows)) topo.sort((a, b) => place[view.jobOf(a)]! - place[view.jobOf(b)]!);
  return { topo, pred: adjacency(opCount, to, from), succ: adjacency(opCount, from, to), moves, moveOfEdge: Uint32Array.from(moveOfEdge) };
}

/** The edges of each op by one of their ends. */
function adjacency(opCount: number, ends: readonly number[], others: readonly number[]): ScheduleProblem["pred"] {
  const { start, item } = groupBy(opCount, Uint32Array.from(ends));
  return { start, edge: item, node: item.map((edge) => others[edge]!) };
}
