import { defineScheduler, type PolicyView } from "../plugin.ts";
import { criticalPaths } from "./planning/critical-path.ts";
import { planByFinish } from "./planning/earliest-finish.ts";
import { meansOf } from "./planning/means.ts";
import { staticScheduler, type Plan } from "./planning/plan.ts";
import { upwardRanks } from "./planning/ranks.ts";
import { RouteKinds } from "./planning/route-kinds.ts";
import { sortByKey } from "./planning/sort-by-key.ts";

/**
 * Heterogeneous critical parent trees: walks down the critical path, and lists each op of it right after all of its
 * ancestors that are not listed yet, those that must start earliest first. In that order each op is inserted where it
 * finishes earliest.
 *
 * Each job has one critical path of mean times and mean transfers, ties by id. Ops that are no ancestors of it follow,
 * the ends of the graph by latest start. O((V + E) · P + (V + E) · log V) but for the search in gaps.
 * @source T. Hagras, J. Janeček 2003, doi:10.1109/ISPDC.2003.1267650
 */
export const hcpt = defineScheduler({
  name: "hcpt",
  summary: "static plan: the critical path in order, each of its ops after its ancestors, where they finish earliest",
  source: "T. Hagras, J. Janeček, \"A simple scheduling heuristic for heterogeneous computing environments\", ISPDC 2003, doi:10.1109/ISPDC.2003.1267650",
  create: () => staticScheduler(planHcpt),
});

/** The plan that `hcpt` carries out. */
export function planHcpt(view: PolicyView): Plan {
  const routes = new RouteKinds(view);
  const means = meansOf(view, routes);
  const order = byParentTrees(view, upwardRanks(view, means), means.transfer);
  return planByFinish(view, routes, (eft) => {
    for (let i = 0; i < order.length; i++) eft.insert(order[i]!);
  });
}

/** Job after job. Of the parents of one op the one with the highest upward rank must start earliest. */
function byParentTrees(view: PolicyView, upward: Float64Array, transfer: Float64Array): Uint32Array {
  const { pred, succ, opCount } = view;
  const falling = upward.map((rank) => -rank);
  const order = new Uint32Array(opCount);
  const listed = new Uint8Array(opCount);
  let count = 0;
  const list = (root: number): void => {
    const stack = [root];
    while (stack.length > 0) {
      const op = stack.pop()!;
      if (listed[op] === 2) continue;
      if (listed[op] === 1 || pred.start[op] === pred.start[op + 1]) {
        listed[op] = 2;
        order[count++] = op;
        continue;
      }
      // Met for the first time: once more below its parents, the most urgent of which comes out first.
      listed[op] = 1;
      stack.push(op);
      const parents = pred.node.slice(pred.start[op]!, pred.start[op + 1]!).sort((a, b) => falling[a]! - falling[b]! || a - b);
      for (let i = parents.length - 1; i >= 0; i--) if (listed[parents[i]!] === 0) stack.push(parents[i]!);
    }
  };
  const ends: number[][] = Array.from({ length: view.jobCount }, () => []);
  for (let op = 0; op < opCount; op++) if (succ.start[op] === succ.start[op + 1]) ends[view.jobOf(op)]!.push(op);
  const paths: number[][] = Array.from({ length: view.jobCount }, () => []);
  for (const path of criticalPaths(view, upward, transfer)) paths[view.jobOf(path[0]!)] = path;
  for (let job = 0; job < view.jobCount; job++) {
    for (const op of paths[job]!) list(op);
    for (const op of sortByKey(Uint32Array.from(ends[job]!), falling)) list(op);
  }
  return order;
}
