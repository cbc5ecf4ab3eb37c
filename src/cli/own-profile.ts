import { existsSync } from "node:fs";
import { InputError } from "../base/errors.ts";
import { cpuName } from "../calibrate/backends/cpu-name.ts";
import type { Values } from "./command.ts";
import { profilePlace } from "./profile-target.ts";

/**
 * `--profile`; default: the profile that `heddle calibrate` made of this machine's CPU, where it is in its usual place
 * under the working folder.
 * @throws {InputError} where there is neither.
 */
export function profileNamed(values: Values, command: string): string {
  const named = values["profile"] as string | undefined;
  if (named !== undefined) return named;
  const own = profilePlace(cpuName());
  if (existsSync(own)) return own;
  throw new InputError({ code: "missing-flag", message: `heddle ${command} needs --profile: there is no ${own} here`, hint: "heddle calibrate makes one of this machine; heddle list profiles names those that come along" });
}
