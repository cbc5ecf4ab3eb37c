import { z } from "zod";
import { InputError, type Issue } from "../base/errors.ts";
import { defineScheduler, type PolicyView } from "../plugin.ts";
import { listScheduler } from "./dispatching/list-scheduler.ts";
import { NameIndex } from "./dispatching/name-index.ts";

const options = z.strictObject({
  order: z.array(z.union([z.string(), z.int().min(0)])).describe("Operators by name or id, first choice first. Operators that are not listed follow, by id"),
});

/**
 * List scheduling with a list of your own: whenever a device has room, it takes the first ready op of the list that it
 * can run.
 * @source R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17(2), 1969, doi:10.1137/0117039
 * @example
 * schedulers.get("list").create({ order: ["T1", "T2", "T4", "T5", "T6", "T3", "T9", "T7", "T8"] });
 */
export const list = defineScheduler<z.infer<typeof options>>({
  name: "list",
  summary: "the first ready op of a list of your own to the first device with room",
  source: "R. L. Graham, \"Bounds on multiprocessing timing anomalies\", SIAM J. Appl. Math. 17(2), 1969, doi:10.1137/0117039",
  options,
  create: ({ order }) => listScheduler({ keys: (view) => positions(view, order) }),
});

/** By op: its position in the list. @throws {InputError} for operators that do not exist or are listed twice. */
function positions(view: PolicyView, order: readonly (string | number)[]): Float64Array {
  const issues: Issue[] = [];
  const ops = new NameIndex("operator", view.opCount, (op) => view.opName(op), issues);
  const position = new Float64Array(view.opCount).fill(order.length);
  order.forEach((name, i) => {
    const op = ops.find(name, ["order", i]);
    if (op < 0) return;
    if (position[op]! < order.length) issues.push({ code: "listed-twice", message: `operator "${view.opName(op)}" is listed twice`, path: ["order", i] });
    position[op] = i;
  });
  if (issues.length > 0) throw new InputError(issues);
  return position;
}
