import { layoutScatter, type ScatterPlot } from "./scatter-layout.ts";

export type { ScatterPlot, ScatterPoint } from "./scatter-layout.ts";

/**
 * Draws times over other times of the same things as an SVG file, on logarithmic axes of one scale: where both agree,
 * a point lies on the diagonal; the band around it is 10 % wide on either side. Below are the relative errors. Equal input gives equal bytes.
 * @example
 * const svg = await renderScatter({ title: "Models", x: "measured", y: "predicted", points: [{ group: "a", name: "a", x: 1e6, y: 1.1e6 }] });
 */
export async function renderScatter(plot: ScatterPlot): Promise<string> {
  const layout = layoutScatter(plot);
  const [{ drawScatter }, { openSvg }] = await Promise.all([import("./draw-scatter.ts"), import("./dom.ts")]);
  const document = openSvg();
  drawScatter(document.root, layout, plot.colorScheme ?? "auto");
  return document.serialize();
}
