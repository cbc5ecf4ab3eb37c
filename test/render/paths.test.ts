import { expect, test } from "vitest";
import { styleCount, type LaneMark } from "../../src/render/marks.ts";
import { cellPaths, drawnWidth, px, spansPath } from "../../src/render/paths.ts";

const lane: LaneMark = { y: 100, height: 10, label: "", share: 0, group: 0, kind: "slot", capacity: 1 };

function cells(columns: number, cellWidth: number, shares: readonly (readonly [column: number, style: number, share: number])[]) {
  const share = new Float32Array(columns * styleCount);
  for (const [column, style, value] of shares) share[column * styleCount + style] = value;
  return { columns, cellWidth, share };
}

test("numbers are written one way", () => {
  expect([0, -0, 1 / 3, 12.005, 1e-7, -1e-9, 100].map(px)).toEqual(["0", "0", "0.33", "12.01", "0", "0", "100"]);
});

test("cells stack their styles from the foot of the lane", () => {
  const paths = cellPaths(cells(4, 1, [[0, 0, 0.5], [1, 0, 0.5], [1, 2, 0.3], [3, 2, 1]]), [lane], { x0: 20, x1: 24 });
  expect(paths[0]).toBe("M20 110v-5h2v5z");
  expect(paths[1]).toBe("");
  // In column 1 from 5 to 8, painted from the foot on and then covered by style 0; nothing in column 2.
  expect(paths[2]).toBe("M21 110v-8h1v8h1v-10h1v10z");
});

test("the last cell is cut at the plot's edge and keeps its area", () => {
  expect(cellPaths(cells(2, 4, [[1, 0, 0.25]]), [lane], { x0: 0, x1: 6 })[0]).toBe("M4 110v-5h2v5z");
});

test("what is there is shown, however little", () => {
  expect(cellPaths(cells(1, 1, [[0, 3, 0.001], [0, 5, 0.002]]), [lane], { x0: 0, x1: 1 }).filter(Boolean)).toEqual(["M0 110v-1h1v1z"]);
});

test("neighbours are drawn a little apart", () => {
  const span = (x0: number, x1: number) => ({ lane: 0, style: 0, x0, x1, subject: 0, startTicks: 0, endTicks: 1 });
  expect(drawnWidth(span(0, 100))).toBeCloseTo(99.4, 10);
  expect(drawnWidth(span(0, 1))).toBeCloseTo(0.85, 10);
  expect(spansPath([span(1, 11), span(11, 12)], [lane])).toBe("M1 100h9.4v10h-9.4zM11 100h0.85v10h-0.85z");
});
