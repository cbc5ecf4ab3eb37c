import { written } from "../scenario/runtime-values.ts";
import type { RuntimeSetting } from "../scenario/with-runtime.ts";

/**
 * What to tell the real runtime, in its own words: environment variables as a shell sets them, lines of Python, arguments.
 * Knobs that stand for what one cannot set (the time of a step) are left out.
 * @param only these knobs
 * @example
 * settingLines(scenario.threads!.runtime!, ["OMP_NUM_THREADS"]); // ["export OMP_NUM_THREADS=4"]
 */
export function settingLines({ file, values }: RuntimeSetting, only: readonly string[]): string[] {
  return [...file.settings, ...only.flatMap((knob) => {
    const { environment, setting } = file.knobs[knob]!;
    const value = String(written(values.get(knob)!));
    const template = typeof setting === "string" ? setting : setting?.[value];
    if (template !== undefined) return filled(template, value, values).trim().split("\n");
    // Some values, such as "unset", are those of a variable that is not there.
    return environment === undefined || setting !== undefined || value === "unset" ? [] : [`export ${environment}=${environmentValue(value)}`];
  })];
}

/** True for a knob with a line of its own; others stand for what the real runtime is built like. */
export function hasWords({ file }: RuntimeSetting, knob: string): boolean {
  const { environment, setting } = file.knobs[knob]!;
  return environment !== undefined || setting !== undefined;
}

/** Environment variables say True and False as Python does. */
function environmentValue(value: string): string {
  return value === "true" ? "True" : value === "false" ? "False" : value;
}

/** `{}` is the value; `{affinities}` is one processor for each thread of the intra-op pool but the caller, from 1. */
function filled(template: string, value: string, values: RuntimeSetting["values"]): string {
  const helpers = Number(values.get("intra_threads")?.value ?? 1) - 1;
  return template.replaceAll("{}", value).replaceAll("{affinities}", Array.from({ length: helpers }, (_, i) => i + 1).join(";"));
}
