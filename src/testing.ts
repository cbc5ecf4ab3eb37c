/**
 * Conformance checks for schedulers and synchronization policies, for plug-in authors and any test framework.
 * @example
 * import { test } from "vitest";
 * import { schedulerChecks } from "heddle/testing";
 * import { mine } from "./mine.ts";
 *
 * for (const check of schedulerChecks(mine)) test(check.name, check.run);
 * @module heddle/testing
 */
export { checkScheduler, checkSync, schedulerChecks, syncChecks, type ConformanceCheck, type ConformanceOptions } from "./testing/checks.ts";
