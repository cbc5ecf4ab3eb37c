import { SimulationError, thrownText } from "../base/errors.ts";
import type { Rehearsal, Scheduler } from "../plugin.ts";
import type { SimulationSpec } from "./simulation.ts";
import type { Trace } from "./trace.ts";

/** A rehearsal may be held in a rehearsal, and so on: this many, one in the other. */
const DEEPEST = 3;

/**
 * Runs `scheduler` on the instance of `spec` from its beginning, in a simulation of its own and without noise: by the
 * estimates, with everything that happens between ops: shared links, setups, arrivals, and the synchronization policy
 * where `spec` says how to make another one.
 * @param run Runs a simulation to its end.
 * @throws {SimulationError} when the run fails, or is the fourth one in another.
 */
export function rehearse(spec: SimulationSpec, scheduler: Scheduler, run: (spec: SimulationSpec) => Trace): Rehearsal {
  const depth = (spec.rehearsalDepth ?? 0) + 1;
  if (depth > DEEPEST) throw new SimulationError({ code: "rehearsal-depth", message: `a rehearsal was asked for within ${DEEPEST} others, one in the other`, hint: "a scheduler that rehearses must not rehearse itself" });
  if (typeof scheduler?.dispatch !== "function") throw new SimulationError({ code: "policy-error", message: `rehearse was given ${thrownText(scheduler)}, which is not a scheduler`, hint: "rehearse(definition.create(options))" });
  const { instance, schedulerName, seed, progress, freshSync, syncName } = spec;
  const { makespanTicks, ops } = run({
    instance, scheduler, noise: false, rehearsalDepth: depth,
    ...(schedulerName !== undefined && { schedulerName }), ...(seed !== undefined && { seed }), ...(progress && { progress }),
    ...(freshSync && { freshSync, sync: freshSync(), ...(syncName !== undefined && { syncName }) }),
  });
  return { makespanTicks, device: ops.device, startTicks: ops.startTicks, endTicks: ops.endTicks };
}
