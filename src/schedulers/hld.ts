import { z } from "zod";
import { defineScheduler, type Dispatch, type Duplicate, type PolicyReport, type PolicyView, type Scheduler } from "../plugin.ts";
import { DuplicationPlanner } from "./planning/duplication-planner.ts";
import { executionPlan, placeExecutions, singleExecutions, type ExecutionPlan } from "./planning/execution-plan.ts";
import { planHeft } from "./heft.ts";
import { meansOf } from "./planning/means.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { byFallingPriority } from "./planning/visit-by-priority.ts";

const options = z.strictObject({
  depth: z.int().min(0).default(1).describe("Generations of predecessors that may be duplicated for one op; 1 = only those that it reads itself"),
  fallback: z.boolean().default(true).describe("True: where heft's plan is not longer, it is carried out, without duplicates"),
});
type Options = z.infer<typeof options>;

const paper = "S. Bansal, P. Kumar, K. Singh, \"Dealing with heterogeneity through limited duplication for scheduling precedence constrained task graphs\", Journal of Parallel and Distributed Computing 65(4), 2005, doi:10.1016/j.jpdc.2004.11.006";

/**
 * Heterogeneous limited duplication: as HEFT, but where an op would wait for data, the predecessor that makes them runs
 * once more in idle time of the op's own device, so that they need not be moved. Only critical predecessors, whose data
 * come last, and only where the op then ends earlier: see {@link DuplicationPlanner}.
 *
 * A variant of its own in the idea of the paper: ops come by falling upward rank, devices are compared by the earliest
 * finish with duplicates, `depth` may reach further back than the immediate predecessors, executions that nobody reads are left
 * out, and with `fallback` no plan is longer than HEFT's. O((V + E) · P · duplicates an op) but for the search in gaps.
 * @source Bansal, Kumar, Singh 2005, doi:10.1016/j.jpdc.2004.11.006
 */
export const hld = defineScheduler<z.input<typeof options>>({
  name: "hld",
  summary: "static plan: as heft, but ops run again on devices that would wait for their data",
  source: paper,
  options,
  create: (chosen) => new LimitedDuplication(chosen as Options),
});

/** The plan that `hld` carries out. */
export function planHld(view: PolicyView, { depth = 1, fallback = true }: Partial<Options> = {}): ExecutionPlan {
  const planner = new DuplicationPlanner(view, depth);
  const order = byFallingPriority(view, upwardRanks(view, meansOf(view)));
  for (let i = 0; i < order.length; i++) planner.insert(order[i]!);
  const plan = executionPlan(view, planner.executions);
  if (!fallback) return plan;
  const without = planHeft(view);
  return without.makespanTicks <= plan.makespanTicks ? singleExecutions(without) : plan;
}

class LimitedDuplication implements Scheduler {
  readonly queueOrder = "in-order";
  readonly #options: Options;
  #plan: ExecutionPlan | undefined;

  constructor(chosen: Options) {
    this.#options = chosen;
  }

  duplicates(view: PolicyView): readonly Duplicate[] {
    this.#plan = planHld(view, this.#options);
    return this.#plan.duplicates;
  }

  prepare(view: PolicyView, out: Dispatch): void {
    // Within another scheduler nobody asks for duplicates.
    this.#plan ??= singleExecutions(planHeft(view));
    placeExecutions(this.#plan, out);
  }

  dispatch(): void {}

  report(): PolicyReport {
    return { duplicates: this.#plan?.duplicates.length ?? 0 };
  }
}
