import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The version of an installed package; "unknown" where it does not say. */
export function packageVersion(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      // Not in this folder: Node looks in those above as well.
    }
  }
  return "unknown";
}
