import { basename } from "node:path";
import type { Named } from "../base/registry.ts";
import type { ChosenPolicy } from "./load-policy.ts";

/**
 * How each policy of a list is told from the others: by its name, and where another has the same name, by the options
 * in which the two differ, and the file that one comes from and the other does not.
 * @example
 * policyLabels([{ definition: dmda, options: { alpha: 1, beta: 1 } }, { definition: dmda, options: { alpha: 1, beta: 2 } }]);
 * // ["dmda beta=1", "dmda beta=2"]
 */
export function policyLabels(chosen: readonly ChosenPolicy<Named>[]): string[] {
  return chosen.map(({ definition, options, origin }) => {
    const own = asRecord(options);
    const alike = chosen.filter((other) => other.definition.name === definition.name);
    const file = origin?.module !== undefined && alike.some((other) => other.origin?.module !== origin.module) ? [`(${basename(origin.module)})`] : [];
    const namesakes = alike.filter((other) => other.origin?.module === origin?.module).map((other) => asRecord(other.options));
    const keys = [...new Set(namesakes.flatMap(Object.keys))].filter((key) => namesakes.some((other) => optionText(other[key]) !== optionText(own[key])));
    return [definition.name, ...file, ...keys.filter((key) => own[key] !== undefined).map((key) => `${key}=${optionText(own[key])}`)].join(" ");
  });
}

function asRecord(options: unknown): Readonly<Record<string, unknown>> {
  return typeof options === "object" && options !== null ? (options as Record<string, unknown>) : {};
}

function optionText(value: unknown): string {
  return typeof value === "string" ? value : String(JSON.stringify(value));
}
