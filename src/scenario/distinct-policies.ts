import { isDeepStrictEqual } from "node:util";
import type { Warning } from "../base/errors.ts";
import type { Named } from "../base/registry.ts";
import type { ChosenPolicy } from "./load-policy.ts";

/**
 * The policies of a list, each once, in the order given: the same one with the same options meets the same luck and does
 * the same again. A warning names those that were left out.
 * @param list what the list is called in the scenario
 */
export function distinctPolicies<D extends Named>(list: string, chosen: readonly ChosenPolicy<D>[]): { readonly distinct: readonly ChosenPolicy<D>[]; readonly warnings: readonly Warning[] } {
  const same = (a: ChosenPolicy<D>, b: ChosenPolicy<D>): boolean => a.definition === b.definition && isDeepStrictEqual(a.options, b.options);
  const distinct = chosen.filter((policy, i) => chosen.findIndex((other) => same(other, policy)) === i);
  const warnings = distinct.flatMap((policy): Warning[] => {
    const times = chosen.filter((other) => same(other, policy)).length;
    return times === 1 ? [] : [{ code: "listed-twice", message: `${policy.definition.name} stands ${times === 2 ? "twice" : `${times} times`} in ${list} with the same options, and is compared once` }];
  });
  return { distinct, warnings };
}
