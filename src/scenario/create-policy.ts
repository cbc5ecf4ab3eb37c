import { InputError } from "../base/errors.ts";
import type { PolicyDefinition } from "../plugin.ts";

/**
 * A fresh policy from its definition, with its options checked and their defaults filled in. `definition.create` alone
 * takes options as they are.
 * @throws {InputError} when the options do not fit, or can only be checked asynchronously.
 * @example
 * const scheduler = createPolicy(schedulers.get("dmda"), { beta: 2 });
 */
export function createPolicy<P, O>(definition: PolicyDefinition<P, O>, options: unknown = {}): P {
  if (definition.options === undefined) return definition.create({} as O);
  const result = definition.options["~standard"].validate(options);
  if (result instanceof Promise) throw new InputError({ code: "bad-option", message: `the options of ${definition.name} can only be checked asynchronously` });
  if (result.issues !== undefined) throw new InputError(result.issues.map((issue) => ({ code: "bad-option", message: `${definition.name}: ${issue.message}`, path: (issue.path ?? []).map(String) })));
  return definition.create(result.value);
}
