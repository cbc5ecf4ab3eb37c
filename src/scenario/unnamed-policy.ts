import { nearest, type Registry } from "../base/registry.ts";
import { schedulers } from "../schedulers/index.ts";
import { syncPolicies } from "../sync/index.ts";
import { threadPolicies } from "../threads/index.ts";
import type { AnyPolicyDefinition } from "./load-policy.ts";
import { formatPath, type Path, type SourceMap } from "./source-tree.ts";
import { zodOptions } from "./zod-options.ts";

/** Where policies are named, lists of them included. */
const registries: Readonly<Record<string, Registry<AnyPolicyDefinition>>> = { scheduler: schedulers, compare: schedulers, sync: syncPolicies, threadPolicy: threadPolicies, compareThreads: threadPolicies } as Readonly<Record<string, Registry<AnyPolicyDefinition>>>;

/** More names than these are not read. */
const mostNames = 6;

/**
 * What to write where a section has options, and does not say of which policy; undefined where it is no policy's section.
 * @param path of the section
 * @param fromFlag an option came from `--set`
 */
export function unnamedPolicyHint(section: SourceMap, path: Path, fromFlag: boolean): string | undefined {
  const registry = registries[String(path[0])];
  if (registry === undefined) return undefined;
  const given = [...section.entries.keys()];
  const misspelt = given.find((key) => nearest(key, ["use"]).length > 0);
  if (misspelt !== undefined) return `did you mean use instead of ${misspelt}?`;
  const having = registry.all.filter((definition) => given.every((key) => optionsOf(definition).includes(key))).map(({ name }) => name);
  const [first = registry.names[0]!] = having;
  const written = fromFlag ? `--set ${formatPath([...path, "use"])}=${first}` : `use: ${first}`;
  const options = having.length === 0 || given.length === 0 ? "" : `; ${given.join(" and ")} ${given.length === 1 ? "is an option" : "are options"} of ${having.slice(0, mostNames).join(", ")}${having.length > mostNames ? " …" : ""}`;
  return `name the policy as well, for example ${written}${options}`;
}

function optionsOf(definition: AnyPolicyDefinition): readonly string[] {
  const schema = zodOptions(definition) as { readonly shape?: object } | undefined;
  return Object.keys(schema?.shape ?? {});
}
