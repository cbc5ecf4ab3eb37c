import { checkOptions } from "../base/check-options.ts";
import { InputError } from "../base/errors.ts";
import type { ThreadPolicyDefinition } from "../plugin.ts";
import { deadlineMonotonic } from "../threads/deadline-monotonic.ts";
import { edf } from "../threads/edf.ts";
import { threadPolicies } from "../threads/index.ts";
import { rateMonotonic } from "../threads/rate-monotonic.ts";
import type { ChosenPolicy } from "./load-policy.ts";
import type { ResolvedThreads } from "./resolve-threads.ts";
import type { Scenario } from "./scenario.ts";
import type { PolicyUse } from "./schema.ts";

/** These go by periods and deadlines, and are worth comparing only where there are some. */
const ofPeriods: readonly ThreadPolicyDefinition[] = [rateMonotonic, deadlineMonotonic, edf];

/**
 * The thread policies that `compareThreads` names; of all, those that need no options and have something to go by. The
 * scenario's own has its own options.
 * @param choose loads the one at this place of the list
 * @throws {InputError} where the scenario has no threads.
 */
export async function comparedThreadPolicies(scenario: Scenario, threads: ResolvedThreads | undefined, choose: (i: number, use: PolicyUse) => Promise<ChosenPolicy<ThreadPolicyDefinition> | undefined>): Promise<readonly ChosenPolicy<ThreadPolicyDefinition>[]> {
  const wanted = scenario.spec.compareThreads;
  if (wanted === undefined) return [];
  if (threads === undefined) throw new InputError({ code: "no-threads", message: "the scenario has no threads, whose policies could be compared", ...scenario.position(["compareThreads"], "key"), hint: "compare schedulers, or choose a runtime: runtime: pytorch" });
  if (wanted !== "all") return (await Promise.all(wanted.map((use, i) => choose(i, use)))).filter((chosen) => chosen !== undefined);
  const periodic = threads.spec.groups.some(({ periodTicks }) => periodTicks < Infinity);
  const chosen: ChosenPolicy<ThreadPolicyDefinition>[] = [];
  for (const definition of threadPolicies.all) {
    if (!periodic && ofPeriods.includes(definition)) continue;
    if (definition === threads.policy.definition) {
      chosen.push(threads.policy);
      continue;
    }
    const checked = await checkOptions(definition, {});
    if (checked.issues === undefined) chosen.push({ definition, options: checked.options });
  }
  return chosen;
}
