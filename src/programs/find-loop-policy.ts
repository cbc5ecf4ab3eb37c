import { checkOptionsNow } from "../base/check-options.ts";
import { loopPolicies } from "../loops/index.ts";
import type { FindLoopPolicy } from "./build-objects.ts";
import type { Issues } from "./place.ts";

/** Looks built-in loop policies up. */
export function findBuiltInLoopPolicy(issues: Issues): FindLoopPolicy {
  return ({ use, ...options }, path) => {
    const definition = loopPolicies.tryGet(use);
    if (definition === undefined) {
      issues.add("unknown-loop-policy", `there is no loop policy ${JSON.stringify(use)}`, { path: [...path, "use"] }, loopPolicies.hint(use));
      return undefined;
    }
    const checked = checkOptionsNow(definition, options);
    for (const { code, message, path: below } of checked.issues ?? []) issues.add(code, message, { path: [...path, ...below] });
    return checked.issues === undefined ? () => definition.create(checked.options) : undefined;
  };
}
