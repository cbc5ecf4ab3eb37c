import type { SchedulerDefinition, SyncDefinition } from "../plugin.ts";
import { schedulers } from "../schedulers/index.ts";
import { syncPolicies } from "../sync/index.ts";

/** Of the policies of a run, those that are not built in, as messages name them: they may do what no policy should. */
export function foreignPolicies(scheduler: SchedulerDefinition, sync: SyncDefinition): string[] {
  return [
    ...(schedulers.tryGet(scheduler.name) === scheduler ? [] : [`scheduler "${scheduler.name}"`]),
    ...(syncPolicies.tryGet(sync.name) === sync ? [] : [`sync policy "${sync.name}"`]),
  ];
}
