import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../base/errors.ts";
import { deviceFolder } from "./calibrate-measure.ts";

/** Whose profile it is: only one of the same origin is written over. */
export interface ProfileOrigin {
  readonly device: string;
  readonly source: string;
  /** Absent for a table of the user's own. */
  readonly backend?: string | undefined;
}

/**
 * Where a profile goes that was not told where: `calibration/profiles/<device>.json`, or with the backend behind the
 * device where that has the profile of another one. "AMD EPYC" and "NVIDIA A100" are names of many machines, and of
 * profiles that come with Heddle, so what is there is never replaced by what was measured elsewhere.
 * @param root folder that these are in; default: the working folder
 * @throws {InputError} where both places are taken.
 */
export function profileTarget({ device, source, backend }: ProfileOrigin, root = ""): string {
  const places = [profilePlace(device, root), ...(backend === undefined ? [] : [profilePlace(`${device} ${backend}`, root)])];
  const free = places.find((file) => mayReplace(file, (held) => isFields(held["provenance"]) && held["provenance"]["source"] === source && held["provenance"]["backend"] === backend));
  if (free === undefined) throw taken(places.at(-1)!);
  return free;
}

/**
 * The same for what threads cost: `calibration/profiles/<device>-threads.json`.
 * @throws {InputError} where that is taken.
 */
export function threadCostsTarget({ device, source }: ProfileOrigin, root = ""): string {
  const file = profilePlace(`${device} threads`, root);
  if (!mayReplace(file, (held) => held["source"] === source)) throw taken(file);
  return file;
}

/** The usual place of the profile of a device. */
export function profilePlace(device: string, root = ""): string {
  return join(root, "calibration", "profiles", `${deviceFolder(device)}.json`);
}

function taken(file: string): InputError {
  return new InputError({ code: "other-profile", message: `${file} is of another machine, or of other measurements`, hint: "name a place for yours: --profile FILE" });
}

/** True where there is no file, or one of which `isOwn` says that it may go. */
function mayReplace(file: string, isOwn: (held: Readonly<Record<string, unknown>>) => boolean): boolean {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  try {
    const held: unknown = JSON.parse(text);
    return isFields(held) && isOwn(held);
  } catch {
    return false;
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
