import { expect, it } from "vitest";
import { disagreements } from "../reference/disagreements.ts";

// Run with: npm run test:slow
it.each([[6, 60_000], [15, 60_000], [40, 20_000], [120, 2_000]])("at most %i operators: %i more random cases", (maxOps, count) => {
  expect(disagreements(1_000_000, 1_000_000 + count, maxOps)).toEqual([]);
});
