import { checkOptions } from "../base/check-options.ts";
import { InputError } from "../base/errors.ts";
import type { Registry } from "../base/registry.ts";
import type { Instance } from "../core/instance.ts";
import { simulate } from "../core/simulate.ts";
import type { ChosenPolicies, Trace } from "../core/trace.ts";
import type { SchedulerDefinition, SyncDefinition } from "../plugin.ts";
import { schedulers } from "../schedulers/index.ts";
import { replay } from "../schedulers/replay.ts";
import { syncPolicies } from "../sync/index.ts";
import type { Repeats } from "../trace/explain/what-if.ts";
import { freshScheduler, freshSync } from "./fresh-policy.ts";
import type { ChosenPolicy } from "./load-policy.ts";
import { recordedPlacement } from "./recorded-placement.ts";
import type { ResolvedScenario } from "./resolve-scenario.ts";
import { runScenario, type RunOptions } from "./run-scenario.ts";
import { defaultSync, schedulerOf, type ScenarioSpec } from "./schema.ts";

/** The policies of a scenario as its trace keeps them; a placement to replay is in the trace anyway. */
export function chosenPolicies(spec: ScenarioSpec): ChosenPolicies {
  const scheduler = schedulerOf(spec);
  const { sync = { use: defaultSync } } = spec;
  return { scheduler: scheduler.use === replay.name ? { use: scheduler.use } : scheduler, sync };
}

/** The schedule of a run as a scheduler: every operator on its device, one perhaps on another, in the order in which they began. */
function replayOf({ instance, ops }: Trace, moved?: { readonly op: number; readonly device: number }): ChosenPolicy<SchedulerDefinition> {
  const device = moved === undefined ? ops.device : ops.device.slice();
  if (moved !== undefined) device[moved.op] = moved.device;
  return { definition: replay, options: { placement: recordedPlacement({ instance, ops: { ...ops, device } }) } };
}

/** How to repeat a run of a scenario. */
export function repeatScenario(scenario: ResolvedScenario, trace: Trace, options: Pick<RunOptions, "progress"> = {}): Repeats {
  return {
    again: (instance) => runScenario(scenario, { ...options, instance }),
    asPlaced: (instance, moved) => runScenario(scenario, { ...options, instance, scheduler: replayOf(trace, moved) }),
  };
}

/**
 * How to repeat a run that was read from a trace file, on its own instance or on one that was changed. Policies are made
 * from what the file says of them, built-in ones only: a file must not be able to have code of its own run. It is
 * repeated once to see whether it gives the same schedule.
 * @throws {InputError} that says why, when it cannot be repeated.
 */
export async function repeatSaved(trace: Trace, options: Pick<RunOptions, "progress"> = {}): Promise<Repeats> {
  const { policies } = trace;
  if (!trace.complete) throw cannotRepeat("the saved run was stopped before its end");
  if (policies === undefined) throw cannotRepeat("the trace does not say which options its policies had");
  const scheduler = policies.scheduler.use === replay.name ? replayOf(trace) : await chooseAgain(policies.scheduler, schedulers);
  const sync = await chooseAgain(policies.sync, syncPolicies);
  const run = (instance: Instance, chosen: ChosenPolicy<SchedulerDefinition>): Trace => simulate({
    instance, scheduler: freshScheduler(chosen), schedulerName: chosen.definition.name, sync: freshSync(sync), syncName: trace.sync, freshSync: () => freshSync(sync), seed: trace.seed, ...(trace.host && { dispatch: trace.host.cost }), ...options,
  });
  if (run(trace.instance, scheduler).digest !== trace.digest) throw cannotRepeat("repeating the run gives another schedule than the saved one");
  return { again: (instance) => run(instance, scheduler), asPlaced: (instance, moved) => run(instance, replayOf(trace, moved)) };
}

async function chooseAgain<D extends SchedulerDefinition | SyncDefinition>({ use, ...options }: { readonly use: string }, registry: Registry<D>): Promise<ChosenPolicy<D>> {
  const definition = registry.tryGet(use);
  if (definition === undefined) throw cannotRepeat(`the ${registry.kind} "${use}" is not built in, and no trace can bring it`);
  const checked = await checkOptions(definition, options);
  if (checked.issues !== undefined) throw cannotRepeat(`the options that the trace gives for the ${registry.kind} "${use}" do not fit: ${checked.issues[0]!.message}`);
  return { definition, options: checked.options };
}

function cannotRepeat(message: string): InputError {
  return new InputError({ code: "cannot-repeat", message, hint: "give the scenario instead of the trace: it is run first, and then changed" });
}
