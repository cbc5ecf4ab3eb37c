import { checkOptionsNow } from "../base/check-options.ts";
import { InputError } from "../base/errors.ts";
import type { PolicyDefinition } from "../plugin.ts";

/**
 * A fresh policy from its definition, with its options checked and their defaults filled in. `definition.create` alone
 * takes options as they are.
 * @throws {InputError} when the options do not fit, or can only be checked asynchronously.
 * @example
 * const scheduler = createPolicy(schedulers.get("dmda"), { beta: 2 });
 */
// Definitions with different options are made alike: `any` forgets which, as `unknown` could not.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function createPolicy<P>(definition: PolicyDefinition<P, any>, options: unknown = {}): P {
  const checked = checkOptionsNow(definition, options);
  if (checked.issues !== undefined) throw new InputError(checked.issues);
  return definition.create(checked.options);
}
