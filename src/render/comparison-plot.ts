import { layoutComparison } from "./comparison-layout.ts";
import type { ComparisonPlotOptions, PlottedComparison } from "./comparison-marks.ts";

/**
 * Draws a comparison as an SVG file: a row a scheduler, best first, with a dot at the mean makespan, its confidence
 * interval, the range over all seeds, and the lower bound as a line. Equal comparisons give equal bytes.
 * @throws {InputError} when the width is out of range
 * @example
 * const svg = await renderComparison(await compareOverSeeds(scenario, { seeds: 100 }), { title: "ResNet-50 on a workstation" });
 */
export async function renderComparison(comparison: PlottedComparison, options: ComparisonPlotOptions = {}): Promise<string> {
  const layout = layoutComparison(comparison, options);
  const [{ drawComparison }, { openSvg }] = await Promise.all([import("./draw-comparison.ts"), import("./dom.ts")]);
  const document = openSvg();
  drawComparison(document.root, layout, options.colorScheme ?? "auto");
  return document.serialize();
}
