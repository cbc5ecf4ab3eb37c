import { SimulationError, thrownText } from "../base/errors.ts";
import type { Rehearsal, Scheduler } from "../plugin.ts";
import { withoutSurprises } from "./device-changes.ts";
import { believedInstance } from "./information.ts";
import type { Instance } from "./instance.ts";
import type { SimulationSpec } from "./simulation-spec.ts";
import type { Trace } from "./trace.ts";

/** A rehearsal may be held in a rehearsal, and so on: this many, one in the other. */
const DEEPEST = 3;

/**
 * Runs `scheduler` on `instance` from its beginning, in a simulation of its own and without noise: as if every estimate
 * were right, with everything that happens between ops: shared links, setups, arrivals, and the synchronization policy
 * where `spec` says how to make another one.
 * @param instance with what the rehearsing scheduler was told
 * @param run Runs a simulation to its end.
 * @throws {SimulationError} when the run fails, or is the fourth one in another.
 */
export function rehearse(spec: SimulationSpec, instance: Instance, scheduler: Scheduler, run: (spec: SimulationSpec) => Trace): Rehearsal {
  const depth = (spec.rehearsalDepth ?? 0) + 1;
  if (depth > DEEPEST) throw new SimulationError({ code: "rehearsal-depth", message: `a rehearsal was asked for within ${DEEPEST} others, one in the other`, hint: "a scheduler that rehearses must not rehearse itself" });
  if (typeof scheduler?.dispatch !== "function") throw new SimulationError({ code: "policy-error", message: `rehearse was given ${thrownText(scheduler)}, which is not a scheduler`, hint: "rehearse(definition.create(options))" });
  const { schedulerName, seed, progress, freshSync, syncName, dispatch } = spec;
  const { makespanTicks, ops } = run({
    instance: withoutSurprises(believedInstance(instance)), scheduler, noise: false, rehearsalDepth: depth, ...(dispatch && { dispatch }),
    ...(schedulerName !== undefined && { schedulerName }), ...(seed !== undefined && { seed }), ...(progress && { progress }),
    ...(freshSync && { freshSync, sync: freshSync(), ...(syncName !== undefined && { syncName }) }),
  });
  // Duplicates, which only the other scheduler knows of, come last.
  const { opCount } = instance;
  return { makespanTicks, device: ops.device.subarray(0, opCount), startTicks: ops.startTicks.subarray(0, opCount), endTicks: ops.endTicks.subarray(0, opCount) };
}
