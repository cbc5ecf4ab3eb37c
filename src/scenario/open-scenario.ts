import { InputError, type Issue } from "../base/errors.ts";
import type { Registry } from "../base/registry.ts";
import { explainedBy } from "./explained-by.ts";
import { isForeignPolicy, type AnyPolicyDefinition } from "./load-policy.ts";
import type { ReadFile } from "./read-file.ts";
import { Scenario } from "./scenario.ts";
import type { PolicyUse } from "./schema.ts";
import { replaceAt, soundParts, stubAt, type SoundParts } from "./sound-parts.ts";
import type { Path, SourceMap } from "./source-tree.ts";

/**
 * Checks the form of a scenario. Where it is wrong, the parts that are right are looked up all the same, so that one
 * error tells of both: a missing unit here does not hide an unknown device there.
 * @throws {InputError} with everything that does not fit, and the names in the rest that mean nothing, sorted by position.
 */
export async function openScenario(source: SourceMap, file: string, readFile?: ReadFile): Promise<Scenario> {
  try {
    return new Scenario(source, file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError([...error.issues, ...(await unknownNames(source, file, error.issues, readFile))]);
  }
}

/** What is wrong with the names in the parts of the scenario that have no `issues`, and is no consequence of these. */
async function unknownNames(source: SourceMap, file: string, issues: readonly Issue[], readFile: ReadFile | undefined): Promise<readonly Issue[]> {
  const sound = soundParts(source, file, issues);
  if (sound === undefined) return [];
  const [{ resolveScenario }, { schedulers }, { syncPolicies }, { threadPolicies }, { loopPolicies }] = await Promise.all([
    import("./resolve-scenario.ts"), import("../schedulers/index.ts"), import("../sync/index.ts"), import("../threads/index.ts"), import("../loops/index.ts"),
  ]);
  const scenario = withoutForeign(sound, file, { schedulers, syncPolicies, threadPolicies, loopPolicies });
  try {
    await resolveScenario(scenario, { ...(readFile && { readFile }) });
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.filter((issue) => !explainedBy(issue, sound, source));
  }
}

/** To look up a policy that is not built in would run its code, for a scenario that will not be run. */
function withoutForeign({ scenario, source }: SoundParts, file: string, { schedulers, syncPolicies, threadPolicies, loopPolicies }: Readonly<Record<"schedulers" | "syncPolicies" | "threadPolicies" | "loopPolicies", Registry<AnyPolicyDefinition>>>): Scenario {
  const { scheduler, sync, compare, compareThreads, threadPolicy, loops = {} } = scenario.spec;
  const inList = (key: string, uses: unknown, registry: Registry<AnyPolicyDefinition>): [Path, PolicyUse, Registry<AnyPolicyDefinition>][] => (Array.isArray(uses) ? (uses as PolicyUse[]).map((use, i) => [[key, i], use, registry]) : []);
  const chosen: [Path, PolicyUse | undefined, Registry<AnyPolicyDefinition>][] = [
    [["scheduler"], scheduler, schedulers], [["sync"], sync, syncPolicies], [["threadPolicy"], threadPolicy, threadPolicies],
    ...Object.entries(loops).map(([name, { policy }]): [Path, PolicyUse | undefined, Registry<AnyPolicyDefinition>] => [["loops", name, "policy"], policy, loopPolicies]),
    ...inList("compare", compare, schedulers), ...inList("compareThreads", compareThreads, threadPolicies),
  ];
  const foreign = chosen.filter(([path, use, registry]) => use !== undefined && isForeignPolicy(scenario, path, use, registry));
  if (foreign.length === 0) return scenario;
  return new Scenario(foreign.reduce((rest, [path]) => replaceAt(rest, path, stubAt(path)) as SourceMap, source), file);
}
