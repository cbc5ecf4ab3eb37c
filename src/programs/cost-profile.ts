import { InputError } from "../base/errors.ts";
import { parseJson } from "../base/parse-json.ts";
import type { CostFigures } from "./costs-schema.ts";

/** Which measured figure stands for which cost; of several, the first that was measured. */
const measuredAs: Readonly<Record<keyof CostFigures, readonly string[]>> = {
  atomic: ["atomic", "atomic.add"], line: ["line", "line.transfer"], park: ["park"], wake: ["wake", "lock.futex.unlockWake"], wakeLatency: ["wakeLatency", "park.oneWay"],
  switch: ["switch", "switch.context"], migrate: ["migrate"], refill: ["refill", "cache.refill"], spawn: ["spawn", "thread.start"], yield: ["yield"], queue: ["queue"], step: ["step"],
};

/**
 * Reads a profile of thread costs, in the format heddle-thread-costs/1. Costs that were not measured are left out.
 * @throws {InputError} for another format, and where a cost is no number.
 * @example
 * readCostProfile('{"format": "heddle-thread-costs/1", "costs": {"line.transfer": {"value": 55, "unit": "ns"}}}', "costs.json").line; // 55
 */
export function readCostProfile(text: string, file: string): CostFigures {
  const fail = (message: string): InputError => new InputError({ code: "bad-profile", message, file, hint: "a profile of thread costs is {format: heddle-thread-costs/1, costs: {…}}" });
  const { format, costs } = (parseJson(text, { what: "the profile", file }) ?? {}) as { readonly format?: unknown; readonly costs?: unknown };
  if (format !== "heddle-thread-costs/1" || typeof costs !== "object" || costs === null) throw fail("the file is no profile of thread costs");
  const figures: Partial<Record<keyof CostFigures, number>> = {};
  for (const [figure, names] of Object.entries(measuredAs) as [keyof CostFigures, readonly string[]][]) {
    const name = names.find((known) => Object.hasOwn(costs, known));
    if (name === undefined) continue;
    const value = (costs as Record<string, { readonly value?: unknown } | null>)[name]?.value;
    if (typeof value !== "number" || !(value >= 0)) throw fail(`${name} has no value`);
    figures[figure] = value;
  }
  return figures;
}
