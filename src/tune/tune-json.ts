import { gainOf } from "./tune-text.ts";
import type { Tuned, TunedSetting } from "./tune-scenario.ts";

/** The result of tuning as plain data: settings in their order, those that failed without a time. */
export function tunedJson(tuned: Tuned): Readonly<Record<string, unknown>> {
  const { settings, whatIfs, ...rest } = tuned;
  const gain = gainOf(tuned);
  return { schemaVersion: 1, ...rest, ...(gain !== undefined && { gain }), settings: settings.map(plain), whatIfs: whatIfs.map(plain) };
}

function plain({ ns, failure, ...setting }: TunedSetting): Readonly<Record<string, unknown>> {
  return { ...setting, ...(ns < Infinity ? { ns } : { failure: failure ?? "failed" }) };
}
