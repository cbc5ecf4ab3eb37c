import { describe, expect, it } from "vitest";
import { axisSwap } from "../../src/graph/axis-swap.ts";

describe("axes that change places", () => {
  it.each([
    { what: "heads and positions of attention", dims: [1, 128, 12, 64], order: [0, 2, 1, 3], is: { rows: 128, columns: 12, run: 64 } },
    { what: "a matrix", dims: [5, 7], order: [1, 0], is: { rows: 5, columns: 7, run: 1 } },
    { what: "keys: neighbours that stay neighbours are one axis", dims: [1, 128, 12, 64], order: [0, 2, 3, 1], is: { rows: 128, columns: 768, run: 1 } },
    { what: "channels to the end", dims: [2, 64, 7, 9], order: [0, 2, 3, 1], is: { rows: 64, columns: 63, run: 1 } },
    { what: "channels back", dims: [2, 7, 9, 64], order: [0, 3, 1, 2], is: { rows: 63, columns: 64, run: 1 } },
    { what: "a shuffle of channels, whole images at a time", dims: [1, 4, 8, 6, 6], order: [0, 2, 1, 3, 4], is: { rows: 4, columns: 8, run: 36 } },
    { what: "axes of extent 1 between them", dims: [3, 1, 4, 1, 5], order: [2, 1, 0, 3, 4], is: { rows: 3, columns: 4, run: 5 } },
    { what: "three axes turned round: the middle one counts as further matrices", dims: [2, 3, 4], order: [2, 1, 0], is: { rows: 2, columns: 4, run: 1 } },
  ])("$what", ({ dims, order, is }) => expect(axisSwap(dims, order)).toEqual(is));

  it("are none where every element stays where it is", () => {
    expect(axisSwap([1, 3, 4], [1, 0, 2])).toBeUndefined();
    expect(axisSwap([3, 4], [0, 1])).toBeUndefined();
    expect(axisSwap([], [])).toBeUndefined();
  });
});
