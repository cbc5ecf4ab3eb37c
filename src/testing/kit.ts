import { checkOptionsNow } from "../base/check-options.ts";
import type { PolicyDefinition } from "../plugin.ts";

/** One thing that a policy must do. `run` throws an Error that says what went wrong, and where. */
export interface ConformanceCheck {
  readonly name: string;
  readonly run: () => void;
}

/** Runs all checks of a policy. @throws {Error} that lists every check that failed. */
export function runAll(definition: PolicyDefinition<unknown>, all: readonly ConformanceCheck[]): void {
  const failures: string[] = [];
  for (const check of all) {
    try {
      check.run();
    } catch (error) {
      failures.push(`${check.name}: ${messageOf(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(`"${definition.name}" fails ${failures.length} of ${all.length} checks\n${failures.join("\n")}`);
}

/** A fresh policy with its options checked. @param hint what to write where options are needed */
export function createChecked<P>(definition: PolicyDefinition<P>, given: unknown, hint: string): P {
  const checked = checkOptionsNow(definition, given);
  if (checked.issues) throw new Error(`"${definition.name}" does not accept the options ${JSON.stringify(given)}: ${checked.issues.map(({ message }) => message).join("; ")}. Pass { options: ${hint} }`);
  return definition.create(checked.options as never);
}

/** Every policy has a name and a summary. */
export function wellFormed(kind: string, { name, summary }: PolicyDefinition<unknown>): ConformanceCheck {
  return {
    name: "has a name and a summary",
    run() {
      if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new Error(`a ${kind}'s name is lower-case words joined by hyphens, not "${name}"`);
      if (summary.trim() === "" || summary.includes("\n")) throw new Error(`the summary of "${name}" must be one line`);
    },
  };
}

/** Says where a check failed. */
export function located(place: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new Error(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
