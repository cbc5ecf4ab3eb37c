import { expect, test } from "vitest";
import { layoutScatter, type ScatterPoint } from "../../src/render/scatter-layout.ts";
import { renderScatter } from "../../src/render/scatter-plot.ts";

const points: ScatterPoint[] = [
  { group: "a", name: "a, 1 thread", x: 1e6, y: 1e6 }, { group: "a", name: "a, 2 threads", x: 5e6, y: 5.5e6, low: 4e6, high: 7e6 }, { group: "b & co", name: "b", x: 50e6, y: 40e6 },
];
const plot = { title: "Times <all>", x: "measured", y: "predicted", points };

test("equal times lie on the diagonal, longer predictions above it", () => {
  const { points: placed, plot: { x0, y0, x1, y1 }, band } = layoutScatter(plot);
  const above = placed.map(({ x, y }) => y1 - y - (x - x0));
  expect(above[0]).toBeCloseTo(0, 6);
  // 10 % is where the band ends.
  expect(above[1]).toBeCloseTo(band.above, 6);
  expect(above[2]).toBeLessThan(-band.below);
  expect(x1 - x0).toBe(y1 - y0);
  const { errors } = layoutScatter(plot);
  expect(placed[0]!.error).toBeCloseTo(errors.ticks[1]!.y, 6);
  expect(placed[1]!.error).toBeCloseTo(errors.band[0], 6);
  expect(placed[2]!.error).toBeGreaterThan(errors.band[1]);
  for (const { x, y } of placed) expect(x > x0 && x < x1 && y > y0 && y < y1).toBe(true);
});

test("a group has a mark and a line in the legend", () => {
  const { points: placed, legend } = layoutScatter(plot);
  expect(placed.map(({ group }) => group)).toEqual([0, 0, 1]);
  expect(legend.map(({ text }) => text)).toEqual(["a", "b & co"]);
});

test("the file: well formed, the same for the same input, with a text for each point", async () => {
  const svg = await renderScatter(plot);
  expect(svg).toBe(await renderScatter(plot));
  expect(svg).toContain("Times &lt;all&gt;");
  expect(svg).toContain("predicted 5.50 ms (+10.0 %)");
  expect(svg.match(/class="dot/g)).toHaveLength(8);
});
