import { describe, it } from "vitest";
import { syncPolicies } from "../../src/sync/index.ts";
import { syncChecks } from "../../src/testing.ts";

describe.each(syncPolicies.all.map((definition) => [definition.name, definition] as const))("%s", (_, definition) => {
  for (const check of syncChecks(definition)) it(check.name, check.run);
});
