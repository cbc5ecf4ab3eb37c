import { expect, it } from "vitest";
import { assertNothingElseChanges } from "../reference/ahead-worlds.ts";
import { assertSameEnds } from "../reference/thread-worlds.ts";

// Run with: npm run test:slow
it.each([1, 2, 3])("threads: 5,000 more random worlds end as the naive simulator says, seed %i", (seed) => assertSameEnds(5_000, seed), 300_000);
it.each([1, 2, 3])("threads: 3,000 more random worlds do the same where nobody goes ahead, seed %i", (seed) => {
  assertNothingElseChanges(3_000, seed, (one, other) => expect(one).toEqual(other));
}, 600_000);
