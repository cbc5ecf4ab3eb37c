import { checkOptions } from "../base/check-options.ts";
import type { Registry } from "../base/registry.ts";
import type { SchedulerDefinition, SyncDefinition } from "../plugin.ts";
import type { ChosenPolicy, PolicyOrigin } from "../scenario/load-policy.ts";
import { schedulers as schedulerRegistry } from "../schedulers/index.ts";
import { syncPolicies } from "../sync/index.ts";
import type { Information } from "../core/information.ts";
import type { DispatchCost } from "../core/scheduler-host.ts";
import type { MemoryPlan } from "../scenario/resolve-memory.ts";
import { reopenThreads, type ResolvedThreads } from "../scenario/resolve-threads.ts";
import { threadPolicies } from "../threads/index.ts";
import type { ThreadObjective } from "../trace/objective.ts";
import type { CellSetting, Compared } from "./cell-runner.ts";
import type { Variation } from "./instance-variation.ts";
import type { DevicePower } from "./measures.ts";
import { openInstance, shareInstance, type SharedInstance } from "./share-instance.ts";

/** A {@link CellSetting} as plain data, to be posted to workers. */
export interface WorkerSetting {
  readonly instance: SharedInstance;
  readonly variations: readonly (Variation | undefined)[];
  /** `undefined`: only the caller's thread has it. */
  readonly schedulers: readonly (PolicyOrigin | undefined)[];
  readonly scheduler?: PolicyOrigin;
  readonly threads?: Pick<ResolvedThreads, "origin" | "device" | "runtime">;
  readonly by?: ThreadObjective;
  readonly sync: PolicyOrigin;
  readonly firstSeed: number;
  readonly arrivalTicks?: Float64Array;
  readonly information?: Information;
  readonly dispatch?: DispatchCost;
  readonly memory?: MemoryPlan;
  readonly powers?: readonly DevicePower[];
}

/** Shares a setting, or says that something that all its runs need cannot leave this thread. */
export function shareSetting(setting: CellSetting): WorkerSetting | undefined {
  const sync = originOf(setting.sync, syncPolicies);
  const scheduler = setting.scheduler && originOf(setting.scheduler, schedulerRegistry);
  const threads = setting.threads && sharedThreads(setting.threads);
  if (sync === undefined || (setting.scheduler !== undefined && scheduler === undefined) || (setting.threads !== undefined && threads === undefined)) return undefined;
  const { variations, firstSeed, arrivalTicks, information, dispatch, memory, powers, by } = setting;
  return {
    ...(scheduler && { scheduler }), ...(threads && { threads }), ...(by && { by }),
    instance: shareInstance(setting.instance), variations, sync, firstSeed, ...(arrivalTicks && { arrivalTicks }), ...(information && { information }), ...(dispatch && { dispatch }), ...(memory && { memory }), ...(powers && { powers }),
    schedulers: setting.schedulers.map((chosen) => chosen && originOf(chosen, registryOf(setting))),
  };
}

/** What is compared is found there. */
export function registryOf({ scheduler }: { readonly scheduler?: unknown }): Registry<Compared> {
  return (scheduler === undefined ? schedulerRegistry : threadPolicies) as Registry<Compared>;
}

/** Threads are compiled again where they are needed, since makers of policies stay where they are. */
function sharedThreads({ origin, device, runtime }: ResolvedThreads): WorkerSetting["threads"] | undefined {
  try {
    return structuredClone({ origin, ...(device !== undefined && { device }), ...(runtime && { runtime }) });
  } catch {
    return undefined;
  }
}

/** The setting again, with policies loaded in this thread. */
export async function openSetting({ instance, schedulers, sync, scheduler, threads, ...plain }: WorkerSetting, progress: Int32Array): Promise<CellSetting> {
  const registry = registryOf({ scheduler });
  return {
    ...(scheduler && { scheduler: await loadOrigin<SchedulerDefinition>(scheduler, schedulerRegistry) }), ...(threads && { threads: await reopenThreads(threads) }),
    ...plain, instance: openInstance(instance), progress,
    sync: await loadOrigin(sync, syncPolicies),
    schedulers: await Promise.all(schedulers.map((origin) => origin && loadOrigin(origin, registry))),
  };
}

/** How another thread gets the policy; undefined for a definition made in the program, or options that cannot be copied. */
export function originOf<D extends Compared | SyncDefinition>({ definition, options, origin }: ChosenPolicy<D>, registry: Registry<D>): PolicyOrigin | undefined {
  const found = origin ?? (registry.tryGet(definition.name) === definition ? { name: definition.name, options: options as PolicyOrigin["options"] } : undefined);
  try {
    return structuredClone(found);
  } catch {
    return undefined;
  }
}

/** True for a policy that comes with Heddle. */
export function isBuiltIn<D extends Compared | SyncDefinition>({ definition }: ChosenPolicy<D>, registry: Registry<D>): boolean {
  return registry.tryGet(definition.name) === definition;
}

async function loadOrigin<D extends Compared | SyncDefinition>({ module, name, options }: PolicyOrigin, registry: Registry<D>): Promise<ChosenPolicy<D>> {
  const definition = module === undefined ? registry.get(name) : ((await import(module)) as Record<string, D>)[name]!;
  // They passed this check before; here it fills in the defaults.
  const checked = await checkOptions(definition, options);
  return { definition, options: checked.issues === undefined ? checked.options : options };
}
