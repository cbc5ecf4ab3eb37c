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
  const lines = only.flatMap((knob) => {
    const { environment, setting } = file.knobs[knob]!;
    const value = String(written(values.get(knob)!));
    const template = typeof setting === "string" ? setting : setting?.[value];
    if (template !== undefined) return filled(template, value, values).trim().split("\n");
    // Some values, such as "unset", are those of a variable that is not there.
    return environment === undefined || setting !== undefined || value === "unset" ? [] : [`export ${environment}=${environmentValue(value)}`];
  });
  // Knobs that are parts of one setting say the same line.
  return [...new Set([...file.settings, ...lines])];
}

/**
 * Those of the knobs for which the real runtime has no setting, since it is built that way. A runtime none of whose knobs
 * has words is not there yet: whoever writes it chooses all of them.
 */
export function whatIfKnobs({ file }: RuntimeSetting, knobs: readonly string[]): string[] {
  const hasWords = (knob: string): boolean => file.knobs[knob]!.environment !== undefined || file.knobs[knob]!.setting !== undefined;
  return Object.keys(file.knobs).some(hasWords) ? knobs.filter((knob) => !hasWords(knob)) : [];
}

/** Environment variables say True and False as Python does. */
function environmentValue(value: string): string {
  return value === "true" ? "True" : value === "false" ? "False" : value;
}

/**
 * `{}` is the value, `{knob}` that of another knob; `{,knob}` is it after a comma, and nothing where it is 0.
 * `{affinities}` is one processor for each thread of the intra-op pool but the caller, from 1.
 */
function filled(template: string, value: string, values: RuntimeSetting["values"]): string {
  const helpers = Number(values.get("intra_threads")?.value ?? 1) - 1;
  const affinities = Array.from({ length: helpers }, (_, i) => i + 1).join(";");
  return template.replaceAll(/\{(,?)(\w*)\}/g, (whole, comma: string, name: string) => {
    if (name === "") return value;
    if (name === "affinities") return affinities;
    const other = values.get(name);
    return other === undefined ? whole : comma !== "" && other.value === 0 ? "" : `${comma}${String(written(other))}`;
  });
}
