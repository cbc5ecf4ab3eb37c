import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, type Issue } from "../base/errors.ts";
import { nearest } from "../base/registry.ts";
import { devices } from "../machine/library/devices.ts";
import { namesMeant } from "../machine/library/names-meant.ts";
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
  return profilesIn(folder);
}

/** Names of the cost profiles in a folder, sorted. Files of other formats beside them, such as costs of threads, are left out. */
export function profilesIn(place: string): readonly string[] {
  return readdirSync(place).filter((file) => /^[^.].*\.json$/.test(file) && begins(join(place, file)).includes(`"${profileFormat}"`)).map((file) => file.slice(0, -".json".length)).sort();
}

/** The first bytes of a file: its format stands there, and profiles are large. */
function begins(file: string): string {
  const bytes = new Uint8Array(200);
  const descriptor = openSync(file, "r");
  try {
    return new TextDecoder().decode(bytes.subarray(0, readSync(descriptor, bytes)));
  } finally {
    closeSync(descriptor);
  }
}

/** True where a profile is meant by its name, and not as a file. */
export function isProfileName(named: string): boolean {
  return !/[/\\]/.test(named) && extname(named) !== ".json";
}

/**
 * Reads a profile that comes with Heddle ("A100" is enough for "nvidia-a100"), or one in a file.
 * @param file of what is no name; default: as named
 * @throws {InputError} for an unknown name, a file that cannot be read, and as `readProfile`.
 * @example
 * const { device, entries } = await loadProfile(shippedProfiles()[0]);
 */
export async function loadProfile(named: string, file = named, readFile: ReadFile = readOrdinaryFile): Promise<Profile> {
  if (!isProfileName(named)) return readProfile(new TextDecoder().decode(await readFile(file)), file);
  const names = shippedProfiles();
  const [name, ...others] = namesMeant(named, names);
  if (name === undefined) throw new InputError({ code: "unknown-profile", message: `there is no profile "${named}"`, hint: profileHint(named, names) });
  if (others.length > 0) throw new InputError({ code: "unknown-profile", message: `"${named}" may be the profile ${[name, ...others].join(" or ")}`, hint: "name one of them" });
  return readProfile(new TextDecoder().decode(await readOrdinaryFile(`${folder}${name}.json`)), `${name}.json`);
}

/** GPUs of the machine library. */
const gpus = devices.all.filter(({ device }) => device.kind === "gpu").map(({ name }) => name);

function profileHint(named: string, names: readonly string[]): string {
  if (extname(named) !== "") return "a profile's file ends in .json; heddle list profiles names those that come along";
  const [device] = namesMeant(named, gpus);
  const ofFamily = device === undefined ? [] : names.filter((name) => device.startsWith(`${name}-`));
  if (ofFamily.length > 0) return `did you mean ${ofFamily.join(" or ")}?`;
  if (device !== undefined) return `${device} was not measured; gpu-unseen goes by its data sheet: "profile: gpu-unseen" in a scenario, "--profile gpu-unseen --device ${device}" for heddle predict`;
  const near = nearest(named, names);
  return near.length > 0 ? `did you mean ${near.join(" or ")}?` : `heddle list profiles names all ${names.length}; a file is named with its ending: ${named}.json`;
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

/** All profiles that come with Heddle. */
export async function profileList(): Promise<readonly ListedProfile[]> {
  const listed: ListedProfile[] = [];
  for (const name of shippedProfiles()) {
    const profile = readProfile(new TextDecoder().decode(await readOrdinaryFile(`${folder}${name}.json`)), `${name}.json`);
    listed.push({ name, summary: `${profile.device.name}: ${kindsOf(profile)}`, profile });
  }
  return listed;
}

function kindsOf({ entries }: Profile): string {
  const kinds = [...new Set(entries.map(({ kind }) => kind))];
  return kinds.length <= 6 ? kinds.join(", ") : `${kinds.slice(0, 5).join(", ")} and ${kinds.length - 5} more kinds of operators`;
}
