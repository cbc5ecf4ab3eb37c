import { gainOf } from "./tune-text.ts";
import type { Tuned } from "./tune-scenario.ts";

/** The result of tuning as plain data: settings in their order, those that failed without a time. */
export function tunedJson(tuned: Tuned): Readonly<Record<string, unknown>> {
  const { settings, ...rest } = tuned;
  const gain = gainOf(tuned);
  return {
    schemaVersion: 1, ...rest, ...(gain !== undefined && { gain }),
    settings: settings.map(({ ns, failure, ...setting }) => ({ ...setting, ...(ns < Infinity ? { ns } : { failure: failure ?? "failed" }) })),
  };
}
