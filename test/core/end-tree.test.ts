import fc from "fast-check";
import { expect, it } from "vitest";
import { EndTree } from "../../src/core/end-tree.ts";

it("the first end of bundles is the smallest, of the lowest number, however ends move", () => {
  const moves = fc.array(fc.tuple(fc.nat({ max: 300 }), fc.oneof(fc.nat({ max: 50 }), fc.constant(Infinity))), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(moves, (moves) => {
      const tree = new EndTree();
      const ends: number[] = Array.from({ length: 301 }, () => Infinity);
      for (const [bundle, end] of moves) {
        tree.set(bundle, end);
        ends[bundle] = end;
        const first = Math.min(...ends);
        expect(tree.first).toBe(first);
        if (first < Infinity) expect(tree.firstBundle).toBe(ends.indexOf(first));
      }
    }),
    { seed: 3, numRuns: 100 },
  );
});
