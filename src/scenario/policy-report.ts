import { SimulationError, thrownText } from "../base/errors.ts";
import type { PolicyReport, Scheduler } from "../plugin.ts";

/**
 * What a scheduler reports of the run that it has just finished; undefined without the hook.
 * @throws {SimulationError} that names the scheduler, when the hook fails or answers with something that JSON cannot hold.
 * @example
 * const policy = { dispatch() {}, report: () => ({ chosen: "heft" }) };
 * policyReport("mine", policy); // { chosen: "heft" }
 */
export function policyReport(name: string, scheduler: Scheduler): PolicyReport | undefined {
  const wrong = (message: string, cause?: unknown): SimulationError => new SimulationError({ code: "policy-error", message: `scheduler "${name}": ${message}` }, cause);
  let report: unknown;
  try {
    report = scheduler.report?.();
  } catch (error) {
    throw wrong(`failed in "report": ${thrownText(error)}`, error);
  }
  if (report === undefined) return undefined;
  if (typeof report !== "object" || report === null || Array.isArray(report)) throw wrong(`"report" returned ${report === null ? "null" : Array.isArray(report) ? "an array" : typeof report}, not an object`);
  for (const [key, value] of Object.entries(report)) {
    const fits = typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
    if (!fits) throw wrong(`"${key}" of its report is ${typeof value === "number" ? value : typeof value}, not a finite number, a text, true or false`);
  }
  return { ...report } as PolicyReport;
}
