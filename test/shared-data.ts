import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The path of a real input beside the repository, or undefined where it is not present. */
export function sharedData(path: string): string | undefined {
  const full = fileURLToPath(new URL(`../../shared/data/${path}`, import.meta.url));
  return existsSync(full) ? full : undefined;
}
