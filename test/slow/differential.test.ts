import { expect, it } from "vitest";
import { disagreements } from "../reference/disagreements.ts";

// Run with: npx vitest run --config test/slow/vitest.config.ts
it.each([[6, 100_000], [15, 100_000], [40, 40_000], [120, 2_000]])("at most %i operators: %i more random cases", (maxOps, count) => {
  expect(disagreements(1_000_000, 1_000_000 + count, maxOps)).toEqual([]);
});
