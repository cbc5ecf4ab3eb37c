import { HeddleError, thrownText } from "../base/errors.ts";
import { randomSource } from "../base/random.ts";
import type { Rehearsal, Scheduler } from "../plugin.ts";
import { duplicateOps, withoutDuplicates } from "./duplicate-ops.ts";
import { policyError } from "./failures.ts";
import type { Instance } from "./instance.ts";
import { LiveView } from "./policy-view.ts";
import { SimulationState } from "./state.ts";

/**
 * The instance that a run is of: with the duplicates that its scheduler asks for. Those of another run, which the
 * instance may have, are left out first. A scheduler without the hook runs the instance as it is.
 * @throws {SimulationError} when the hook fails, or asks for what cannot be.
 */
export function askDuplicates(instance: Instance, scheduler: Scheduler, schedulerName: string, seed: number, rehearse: (scheduler: Scheduler) => Rehearsal): Instance {
  if (scheduler.duplicates === undefined) return instance;
  const workload = withoutDuplicates(instance);
  const view = new LiveView(new SimulationState(workload, scheduler, {}), randomSource(seed, `scheduler/${schedulerName}`), rehearse);
  const failed = (what: string, cause: unknown): Error => policyError(`scheduler "${schedulerName}"`, what, 0, instance.tickNs, cause);
  let duplicates;
  try {
    duplicates = scheduler.duplicates(view);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    throw failed(`failed in "duplicates": ${thrownText(error)}`, error);
  }
  if (!Array.isArray(duplicates)) throw failed(`returned ${thrownText(duplicates)} from "duplicates", not a list`, undefined);
  try {
    return duplicateOps(workload, duplicates);
  } catch (error) {
    throw failed(thrownText(error), error);
  }
}
