/** What takes options: a policy. Its schema is any that answers the Standard Schema interface. */
export interface TakesOptions<O> {
  readonly name: string;
  readonly options?: { readonly "~standard": { validate(value: unknown): Answer<O> | Promise<Answer<O>> } } | undefined;
}
type Answer<O> = { readonly value: O; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** One thing wrong with options. */
export interface OptionIssue {
  readonly code: "bad-option" | "unknown-key";
  readonly message: string;
  /** Keys and indices from the options down. */
  readonly path: readonly (string | number)[];
}

/** Options with their defaults filled in, or what is wrong with them. */
export type CheckedOptions<O> = { readonly options: O; readonly issues?: undefined } | { readonly issues: readonly OptionIssue[] };

/**
 * Checks options by the schema of what takes them; without a schema it takes none. A promise only where the schema
 * answers with one.
 * @example
 * await checkOptions(schedulers.get("dmda"), { beta: 2 }); // { options: { alpha: 1, beta: 2 } }
 */
export function checkOptions<O>(definition: TakesOptions<O>, given: unknown): CheckedOptions<O> | Promise<CheckedOptions<O>> {
  const { name, options } = definition;
  if (options === undefined) {
    const keys = Object.keys((given ?? {}) as object);
    return keys.length === 0 ? { options: {} as O } : { issues: keys.map((key) => ({ code: "unknown-key", message: `${name} takes no options, but "${key}" is given`, path: [key] })) };
  }
  const answer = options["~standard"].validate(given);
  return answer instanceof Promise ? answer.then((later) => read(name, later)) : read(name, answer);
}

/** The same at once: a schema that needs time is an issue. */
export function checkOptionsNow<O>(definition: TakesOptions<O>, given: unknown): CheckedOptions<O> {
  const checked = checkOptions(definition, given);
  if (!(checked instanceof Promise)) return checked;
  // Nobody waits for it: a failure must not end the program.
  checked.catch(() => undefined);
  return { issues: [{ code: "bad-option", message: `the options of ${definition.name} can only be checked asynchronously`, path: [] }] };
}

function read<O>(name: string, answer: Answer<O>): CheckedOptions<O> {
  if (answer.issues === undefined) return { options: answer.value };
  return { issues: answer.issues.map(({ message, path }) => ({ code: "bad-option", message: `${name}: ${message}`, path: (path ?? []).map(stepOf) })) };
}

/** A step of a path is a key, or an object that has one. */
function stepOf(step: unknown): string | number {
  const key = typeof step === "object" && step !== null && "key" in step ? step.key : step;
  return typeof key === "number" ? key : String(key);
}
