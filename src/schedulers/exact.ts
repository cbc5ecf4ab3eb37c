import { z } from "zod";
import { InputError } from "../base/errors.ts";
import { defineScheduler, type Dispatch, type PolicyReport, type PolicyView } from "../plugin.ts";
import { branchAndBound, type Placement } from "../solver/branch-and-bound.ts";
import { mostDevices, mostOps, type ScheduleProblem } from "../solver/schedule-problem.ts";
import { planHeft } from "./heft.ts";
import { follows, inputMoves, problemOf } from "./planning/exact-problem.ts";

const defaultNodes = 100_000;
const options = z.strictObject({
  nodes: z.int().min(1).default(defaultNodes).describe("Partial schedules that may be looked at. The answer depends on nothing else"),
});

/**
 * The shortest schedule there is, by branch and bound from HEFT's, and how far that is proved. What the search does not
 * regard is met in the run: contention for links, memory and compute units, setups, noise, synchronization, room in
 * memories. All of these only delay, so what no plan can beat no run can beat. Of inputs that nobody makes a policy is
 * told only how long all of an op move one after the other: the plan counts on that, the proof on less.
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
    let report: PolicyReport = {};
    return {
      queueOrder: "in-order",
      prepare(view: PolicyView, out: Dispatch): void {
        checkSize(view);
        const moves = inputMoves(view);
        const problem = problemOf(view, moves, false);
        const result = branchAndBound(problem, { maxNodes, incumbent: incumbentOf(view, problem) });
        if (result.makespanTicks === Infinity) throw new InputError({ code: "no-plan", message: `exact found no schedule within ${maxNodes} nodes`, hint: "raise nodes" });
        for (const { op, device } of result.placement) out.place(op, device);
        const proof = moves.isOpen ? branchAndBound(problemOf(view, moves, true), { maxNodes, incumbent: result.placement }) : result;
        report = reportOf(result.makespanTicks, proof.lowerBoundTicks, view.tickNs, moves.isOpen ? result.nodes + proof.nodes : result.nodes);
      },
      dispatch(): void {},
      report: () => report,
    };
  },
});

function reportOf(makespanTicks: number, provenTicks: number, tickNs: number, nodes: number): PolicyReport {
  const planProven = provenTicks >= makespanTicks;
  const planGap = planProven ? 0 : Math.round((makespanTicks / Math.max(1, provenTicks) - 1) * 1e9) / 1e9;
  return { planNs: makespanTicks * tickNs, provenNs: Math.min(provenTicks, makespanTicks) * tickNs, planProven, planGap, nodes };
}

function checkSize(view: PolicyView): void {
  const { opCount, deviceCount, jobCount } = view;
  if (opCount > mostOps || deviceCount > mostDevices) {
    throw new InputError({ code: "too-large", message: `${opCount} operators on ${deviceCount} devices: exact takes ${mostOps} and ${mostDevices} at most`, hint: "every run prints its gap to a lower bound, whatever its size" });
  }
  const following = Array.from({ length: jobCount }, (_, job) => job).filter((job) => follows(view, job)).length;
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
