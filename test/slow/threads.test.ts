import { it } from "vitest";
import { assertSameEnds } from "../reference/thread-worlds.ts";

// Run with: npm run test:slow
it.each([1, 2, 3])("threads: 5,000 more random worlds end as the naive simulator says, seed %i", (seed) => assertSameEnds(5_000, seed), 300_000);
