import { basename } from "node:path";
import type { Named } from "../base/registry.ts";
import type { ChosenPolicy, PolicyOrigin } from "./load-policy.ts";

/**
 * How each policy of a list is told from the others: by its name, and where another has the same name, by the file that
 * one comes from (or repeats, of `replay`) and the other does not, and the options in which the two differ.
 * @example
 * policyLabels([{ definition: dmda, options: { alpha: 1, beta: 1 } }, { definition: dmda, options: { alpha: 1, beta: 2 } }]);
 * // ["dmda beta=1", "dmda beta=2"]
 */
export function policyLabels(chosen: readonly ChosenPolicy<Named>[]): string[] {
  return chosen.map(({ definition, options, origin }) => {
    const own = asRecord(options);
    const alike = chosen.filter((other) => other.definition.name === definition.name);
    const file = fileOf(origin);
    const otherFiles = alike.flatMap((other) => fileOf(other.origin) ?? []).filter((other) => other !== file);
    const told = file === undefined || alike.every((other) => fileOf(other.origin) === file) ? [] : [`(${otherFiles.some((other) => basename(other) === basename(file)) ? file : basename(file)})`];
    const namesakes = alike.filter((other) => fileOf(other.origin) === file).map((other) => asRecord(other.options));
    const keys = [...new Set(namesakes.flatMap(Object.keys))].filter((key) => namesakes.some((other) => optionText(other[key]) !== optionText(own[key])));
    return [definition.name, ...told, ...keys.filter((key) => own[key] !== undefined).map((key) => `${key}=${optionText(own[key])}`)].join(" ");
  });
}

function fileOf(origin: PolicyOrigin | undefined): string | undefined {
  return origin?.module ?? origin?.trace;
}

function asRecord(options: unknown): Readonly<Record<string, unknown>> {
  return typeof options === "object" && options !== null ? (options as Record<string, unknown>) : {};
}

function optionText(value: unknown): string {
  return typeof value === "string" ? value : String(JSON.stringify(value));
}
