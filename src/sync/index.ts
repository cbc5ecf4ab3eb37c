import { Registry } from "../base/registry.ts";
import type { SyncDefinition } from "../plugin.ts";
import { dataflow } from "./dataflow.ts";
import { levelBarrier } from "./level-barrier.ts";
import { streamOrder } from "./stream-order.ts";

/** All built-in graph synchronization policies. */
export const syncPolicies = new Registry<SyncDefinition>("sync policy", [dataflow, levelBarrier, streamOrder]);
