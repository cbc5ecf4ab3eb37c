import { thrownText } from "../../base/errors.ts";

/** The first line of what was thrown: the rest is for those who debug a package. */
export function firstLine(thrown: unknown): string {
  return thrownText(thrown).split("\n")[0]!;
}
