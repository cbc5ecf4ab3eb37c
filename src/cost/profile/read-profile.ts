import { InputError, type Issue } from "../../base/errors.ts";
import { parseJson } from "../../base/parse-json.ts";
import { profileFormat, profileSchema, type Profile } from "./profile.ts";
import { evaluate } from "./profile-model.ts";

/**
 * Reads a cost profile (`heddle-profile/1`, JSON).
 * @param file name for the messages
 * @throws {InputError} for what is not JSON, for another format or version, for what does not fit the schema, and for
 * models that this version cannot evaluate.
 * @example
 * const { device, entries } = readProfile(text, "my-cpu.json");
 */
export function readProfile(text: string, file: string): Profile {
  const issue = (code: string, message: string, hint?: string): Issue => ({ code, message, file, ...(hint !== undefined && { hint }) });
  const value = parseJson(text, { what: "the profile", file });
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== profileFormat) {
    const version = typeof format === "string" && format.startsWith("heddle-profile/");
    throw new InputError(version
      ? issue("format-version", `the profile has the format ${format}, and this version of Heddle reads ${profileFormat}`, "fit it anew from its samples: heddle calibrate")
      : issue("bad-profile", `the file is no cost profile: its format is ${JSON.stringify(format) ?? "missing"}`, `a cost profile begins {"format": "${profileFormat}", …}; heddle calibrate makes one`));
  }
  const parsed = profileSchema.safeParse(value);
  if (!parsed.success) throw new InputError(parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ ...issue("bad-profile", `${path.join(".")}: ${message}`), path: path.filter((key) => typeof key !== "symbol") })));
  for (const { kind, dtype, model } of parsed.data.entries) {
    try {
      evaluate(model);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof InputError)) throw error;
      throw new InputError(issue("bad-profile", `the model of ${kind} in ${dtype} cannot be evaluated: ${error.message}`, "it may have been written by a newer version of Heddle"));
    }
  }
  return parsed.data;
}
