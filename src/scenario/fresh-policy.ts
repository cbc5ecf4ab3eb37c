import { HeddleError, SimulationError, thrownText } from "../base/errors.ts";
import { nearest } from "../base/registry.ts";
import type { LoopPolicy, LoopPolicyDefinition, Scheduler, SchedulerDefinition, SyncDefinition, SyncPolicy, ThreadPolicy, ThreadPolicyDefinition } from "../plugin.ts";
import type { ChosenPolicy } from "./load-policy.ts";

/**
 * Makes a fresh scheduler for one run.
 * @throws {SimulationError} that names it, when its `create` fails or returns something else than a scheduler.
 * @example
 * const scheduler = freshScheduler({ definition: schedulers.get("heft"), options: {} });
 */
export function freshScheduler({ definition, options }: ChosenPolicy<SchedulerDefinition>): Scheduler {
  return create(`scheduler "${definition.name}"`, () => definition.create(options), ["dispatch"], ["duplicates", "prepare", "ready", "completed", "report"]);
}

/** Whether a scheduler may run operators several times, so that bounds must hold for that. One that cannot be made will not: its run says why. */
export function mayDuplicate(chosen: ChosenPolicy<SchedulerDefinition>): boolean {
  try {
    return freshScheduler(chosen).duplicates !== undefined;
  } catch (error) {
    if (error instanceof HeddleError) return false;
    throw error;
  }
}

/** Makes a fresh synchronization policy for one run. @throws {SimulationError} see {@link freshScheduler}. */
export function freshSync({ definition, options }: ChosenPolicy<SyncDefinition>): SyncPolicy {
  const who = `sync policy "${definition.name}"`;
  const policy = create(who, () => definition.create(options), [], ["prepare", "phase", "started", "ended"]);
  const idle = policy.phase === undefined && policy.started === undefined && policy.ended === undefined;
  // Such as a scheduler: it would pass for dataflow.
  const others = functionsOf(policy).filter((name) => name !== "prepare");
  if (idle && others.length > 0) throw policyError(`${who}: what "create" returned has ${others.map((name) => `"${name}"`).join(", ")}, but none of "phase", "started" and "ended"`);
  return policy;
}

/** Makes a fresh thread policy for one run. @throws {SimulationError} see {@link freshScheduler}. */
export function freshThreadPolicy({ definition, options }: ChosenPolicy<ThreadPolicyDefinition>): ThreadPolicy {
  return create(`thread policy "${definition.name}"`, () => definition.create(options), ["runnable", "next"], ["prepare", "slice", "preempt", "stopped", "priorityChanged"]);
}

/** Makes a fresh loop policy for one loop of a run. @throws {SimulationError} see {@link freshScheduler}. */
export function freshLoopPolicy({ definition, options }: ChosenPolicy<LoopPolicyDefinition>): LoopPolicy {
  return create(`loop policy "${definition.name}"`, () => definition.create(options), ["start", "next"], []);
}

function create<P extends object>(who: string, make: () => P, required: readonly (keyof P & string)[], optional: readonly (keyof P & string)[]): P {
  let policy: P;
  try {
    policy = make();
  } catch (error) {
    throw new SimulationError({ code: "policy-error", message: `${who} failed in "create": ${thrownText(error)}` }, error);
  }
  if (typeof policy !== "object" || policy === null) throw policyError(`${who}: "create" returned ${policy === null ? "null" : typeof policy}, not a policy`);
  if (policy instanceof Promise) throw policyError(`${who}: "create" must be a plain function, not an async one`);
  const hooks = [...required, ...optional];
  for (const name of hooks) {
    const hook: unknown = policy[name];
    if (hook === undefined && optional.includes(name)) continue;
    if (typeof hook !== "function") throw policyError(`${who}: what "create" returned has ${hook === undefined ? `no "${name}"${slip(functionsOf(policy), name)}` : `"${name}", which is not a function`}`);
    // What such a function does after its first `await` or `yield` would happen outside the simulation, or never.
    const tag = Object.prototype.toString.call(hook);
    if (tag !== "[object Function]") throw policyError(`${who}: "${name}" must be a plain function, not an async one or a generator`);
  }
  const lacking = hooks.filter((name) => policy[name] === undefined);
  for (const name of functionsOf(policy)) {
    if ((hooks as readonly string[]).includes(name)) continue;
    // A hook is called by its name: one with a slip in it would never be. Helpers differ more.
    const meant = nearest(name, lacking).find((hook) => Math.abs(hook.length - name.length) <= 1);
    if (meant !== undefined) throw policyError(`${who}: what "create" returned has "${name}", which is no hook: did you mean "${meant}"?`);
  }
  return policy;
}

/** For a hook that is lacking: what may have been meant to be it. */
function slip(names: readonly string[], hook: string): string {
  const [found] = nearest(hook, names);
  return found === undefined ? "" : `, but "${found}"`;
}

/** Names of all functions of an object but the constructor, those of its classes included. */
function functionsOf(policy: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = policy; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) if (typeof value === "function" && name !== "constructor") names.add(name);
  }
  return [...names];
}

function policyError(message: string): SimulationError {
  return new SimulationError({ code: "policy-error", message, hint: /^(thread|loop)/.test(message) ? "see ThreadPolicy and LoopPolicy of heddle/plugin" : "see Scheduler and SyncPolicy of heddle/plugin" });
}
