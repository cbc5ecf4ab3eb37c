import { readdirSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, type Issue } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { profileFormat, type Profile } from "../cost/profile/profile.ts";
import { readProfile } from "../cost/profile/read-profile.ts";
import type { CostSpec } from "../cost/schema.ts";
import { readOrdinaryFile, type ReadFile } from "./read-file.ts";
import type { Scenario } from "./scenario.ts";
import type { Path } from "./source-tree.ts";

/** Folder of the profiles that come with Heddle. */
const folder = fileURLToPath(new URL("../../calibration/profiles/", import.meta.url));

/** Names of the cost profiles that come with Heddle, sorted. */
export function shippedProfiles(): readonly string[] {
  return readdirSync(folder).filter((file) => file.endsWith(".json") && file !== "threads-default.json").map((file) => file.slice(0, -".json".length)).sort();
}

/** True where a profile is meant by its name, and not as a file. */
export function isProfileName(named: string): boolean {
  return !/[/\\]/.test(named) && extname(named) !== ".json";
}

/**
 * Reads a profile that comes with Heddle, or one in a file.
 * @param file of what is no name; default: as named
 * @throws {InputError} for an unknown name, a file that cannot be read, and as `readProfile`.
 * @example
 * const { device, entries } = await loadProfile(shippedProfiles()[0]);
 */
export async function loadProfile(named: string, file = named, readFile: ReadFile = readOrdinaryFile): Promise<Profile> {
  if (!isProfileName(named)) return readProfile(new TextDecoder().decode(await readFile(file)), file);
  const names = shippedProfiles();
  if (!names.includes(named)) throw new InputError({ code: "unknown-profile", message: `there is no profile "${named}"`, hint: `${suggestion(named, names)}${names.length > 0 ? "; a" : "A"} file is named with its ending: ${named}.json` });
  return readProfile(new TextDecoder().decode(await readOrdinaryFile(`${folder}${named}.json`)), `${named}.json`);
}

/**
 * The profiles that a `cost:` section names, by the name that it gives them.
 * @throws {InputError} with the problems of all of them, at the lines that name them.
 */
export async function loadProfiles(scenario: Scenario, spec: CostSpec | undefined, readFile?: ReadFile): Promise<ReadonlyMap<string, Profile>> {
  const profiles = new Map<string, Profile>();
  const issues: Issue[] = [];
  for (const [path, model] of Array.isArray(spec) ? spec.map((item, i): [Path, typeof item] => [["cost", i, "profile"], item]) : [[["cost", "profile"] as Path, spec] as const]) {
    if (typeof model !== "object" || !("profile" in model) || model.profile === undefined || profiles.has(model.profile)) continue;
    try {
      profiles.set(model.profile, await loadProfile(model.profile, scenario.path(model.profile, path), readFile));
    } catch (error) {
      const blamed = scenario.blame(error, path);
      if (!(blamed instanceof InputError)) throw blamed;
      issues.push(...blamed.issues);
    }
  }
  if (issues.length > 0) throw new InputError(issues);
  return profiles;
}

/** A shipped profile, as lists show it. */
export interface ListedProfile {
  readonly name: string;
  /** What was measured, and how well it is predicted. */
  readonly summary: string;
  readonly profile: Profile;
}

/** All profiles that come with Heddle. Files of another format are left out. */
export async function profileList(): Promise<readonly ListedProfile[]> {
  const listed: ListedProfile[] = [];
  for (const name of shippedProfiles()) {
    const text = new TextDecoder().decode(await readOrdinaryFile(`${folder}${name}.json`));
    if (!text.slice(0, 200).includes(profileFormat)) continue;
    const profile = readProfile(text, `${name}.json`);
    listed.push({ name, summary: `${profile.device.name}: ${kindsOf(profile)}`, profile });
  }
  return listed;
}

function kindsOf({ entries }: Profile): string {
  const kinds = [...new Set(entries.map(({ kind }) => kind))];
  return kinds.length <= 6 ? kinds.join(", ") : `${kinds.slice(0, 5).join(", ")} and ${kinds.length - 5} more kinds of operators`;
}
