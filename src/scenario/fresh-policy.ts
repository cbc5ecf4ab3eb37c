import { SimulationError, thrownText } from "../base/errors.ts";
import type { Scheduler, SchedulerDefinition, SyncDefinition, SyncPolicy } from "../plugin.ts";
import type { ChosenPolicy } from "./load-policy.ts";

/**
 * Makes a fresh scheduler for one run.
 * @throws {SimulationError} that names it, when its `create` fails or returns something else than a scheduler.
 * @example
 * const scheduler = freshScheduler({ definition: schedulers.get("heft"), options: {} });
 */
export function freshScheduler({ definition, options }: ChosenPolicy<SchedulerDefinition>): Scheduler {
  return create(`scheduler "${definition.name}"`, () => definition.create(options), ["dispatch"], ["prepare", "ready", "completed"]);
}

/** Makes a fresh synchronization policy for one run. @throws {SimulationError} see {@link freshScheduler}. */
export function freshSync({ definition, options }: ChosenPolicy<SyncDefinition>): SyncPolicy {
  return create(`sync policy "${definition.name}"`, () => definition.create(options), [], ["prepare", "phase", "started", "ended"]);
}

function create<P extends object>(who: string, make: () => P, required: readonly (keyof P & string)[], optional: readonly (keyof P & string)[]): P {
  let policy: P;
  try {
    policy = make();
  } catch (error) {
    throw new SimulationError({ code: "policy-error", message: `${who} failed in "create": ${thrownText(error)}` }, error);
  }
  if (typeof policy !== "object" || policy === null) throw policyError(`${who}: "create" returned ${policy === null ? "null" : typeof policy}, not a policy`);
  for (const name of [...required, ...optional]) {
    const hook: unknown = policy[name];
    if (hook === undefined && optional.includes(name)) continue;
    if (typeof hook !== "function") throw policyError(`${who}: what "create" returned has ${hook === undefined ? `no "${name}"` : `"${name}", which is not a function`}`);
    // What such a function does after its first `await` or `yield` would happen outside the simulation, or never.
    const tag = Object.prototype.toString.call(hook);
    if (tag !== "[object Function]") throw policyError(`${who}: "${name}" must be a plain function, not an async one or a generator`);
  }
  return policy;
}

function policyError(message: string): SimulationError {
  return new SimulationError({ code: "policy-error", message, hint: "see Scheduler and SyncPolicy of heddle/plugin" });
}
