/**
 * What a policy sees, and how it is defined. A policy of one's own imports this file (`heddle/plugin`) and nothing else;
 * the built-in ones do the same.
 *
 * Every time a policy meets is an integer number of ticks (1 ns unless the scenario says otherwise), so sums and
 * comparisons are exact. Ids are positions in the scenario; break ties by the smaller id.
 */

export * from "./plugin/policy-view.ts";
export * from "./plugin/scheduler.ts";
export * from "./plugin/sync-policy.ts";
export * from "./plugin/thread-policy.ts";
export * from "./plugin/loop-policy.ts";
export * from "./plugin/allocator.ts";
export * from "./plugin/definition.ts";
