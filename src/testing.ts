/**
 * Conformance checks for schedulers, synchronization policies, thread policies and loop policies, for plug-in authors
 * and any test framework.
 * @example
 * import { test } from "vitest";
 * import { schedulerChecks } from "heddle/testing";
 * import { mine } from "./mine.ts";
 *
 * for (const check of schedulerChecks(mine)) test(check.name, check.run);
 * @module heddle/testing
 */
export { checkScheduler, checkSync, schedulerChecks, syncChecks, type ConformanceOptions } from "./testing/checks.ts";
export type { ConformanceCheck } from "./testing/kit.ts";
export { checkLoopPolicy, loopPolicyChecks, type LoopPolicyCheckOptions } from "./testing/loop-checks.ts";
export { checkThreadPolicy, threadPolicyChecks, type ThreadPolicyCheckOptions } from "./testing/thread-checks.ts";
