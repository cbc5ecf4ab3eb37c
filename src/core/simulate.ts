import { Simulation } from "./simulation.ts";
import type { SimulationSpec } from "./simulation-spec.ts";
import type { Trace } from "./trace.ts";

export type { SimulationSpec } from "./simulation-spec.ts";

/**
 * Runs a simulation to its end.
 * @throws {SimulationError} on a deadlock, a livelock or a policy error.
 * @example
 * const trace = simulate({ instance, scheduler: createPolicy(schedulers.get("heft")), seed: 1 });
 * console.log(trace.makespanTicks);
 */
export function simulate(spec: SimulationSpec): Trace {
  return new Simulation(spec).run();
}
