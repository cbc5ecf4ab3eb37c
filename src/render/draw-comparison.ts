import { select, type Selection } from "d3";
import type { ComparisonLayout, ComparisonRowMark } from "./comparison-marks.ts";
import { px } from "./paths.ts";
import { fontFamily, palettes, type Palette } from "./theme.ts";

type Parent = Selection<SVGGElement, unknown, null, undefined> | Selection<SVGSVGElement, unknown, null, undefined>;

/** Draws a layout into an empty `<svg>`. */
export function drawComparison(root: SVGSVGElement, layout: ComparisonLayout, scheme: "auto" | "light" | "dark"): void {
  const { width, height, title, subtitle, description, plot, axis, rows, bound, legend, footnotes, gutter } = layout;
  const svg = select(root)
    .attr("class", "heddle-comparison").attr("role", "img")
    .attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
  svg.append("title").text(title.text);
  svg.append("desc").text(description);
  svg.append("style").text(styleSheet(scheme));
  svg.append("rect").attr("class", "page").attr("width", width).attr("height", height);
  drawText(svg, title, "title");
  drawText(svg, subtitle, "muted");

  const key = svg.append("g").attr("class", "best");
  for (const { kind, x, y, label } of legend) {
    if (kind === "mean") drawMean(key, x + 10, y, [x, x + 20]);
    else if (kind === "range") drawRange(key, x, x + 20, y);
    else drawP90(key, x + 10, y);
    drawText(svg, { x: x + 28, y: y + 4, text: label }, "");
  }

  // Every other row is shaded, so that names and dots are read together.
  const bands = rows.filter((_, i) => i % 2 === 0).map(({ y }) => `M${gutter.name - 6} ${px(y - 12)}H${width - 10}v24H${gutter.name - 6}z`).join("");
  svg.append("path").attr("class", "lane").attr("d", bands);
  svg.append("path").attr("class", "grid").attr("d", axis.ticks.map(({ x }) => `M${px(x)} ${px(plot.y0)}V${px(plot.y1)}`).join(""));
  const ticks = svg.append("g").attr("class", "muted middle");
  for (const { x, text } of axis.ticks) drawText(ticks, { x, y: plot.y1 + 16, text }, "");
  drawText(ticks, { x: (plot.x0 + plot.x1) / 2, y: plot.y1 + 33, text: axis.label }, "");

  if (bound !== undefined) {
    const line = svg.append("g").attr("class", "bound");
    line.append("title").text(bound.tooltip);
    line.append("path").attr("d", `M${px(bound.x)} ${px(plot.y0 - 4)}V${px(plot.y1)}`);
    drawText(svg, bound.label, "");
  }
  const group = svg.append("g");
  for (const row of rows) drawRow(group, row, layout);
  for (const note of footnotes) drawText(svg, note, "muted");
}

function drawRow(parent: Parent, row: ComparisonRowMark, { gutter, width }: ComparisonLayout): void {
  const { y, name, rank, tooltip, value, mean, interval, range, p90 } = row;
  const group = parent.append("g").attr("class", row.best ? "best" : "other");
  group.append("title").text(tooltip);
  // The whole row shows the tooltip.
  group.append("rect").attr("class", "hit").attr("x", 0).attr("y", px(y - 12)).attr("width", width).attr("height", 24);
  drawText(group, { x: gutter.rank, y: y + 4, text: rank }, "muted end");
  drawText(group, { x: gutter.name, y: y + 4, text: name }, "name");
  drawText(group, { x: gutter.value, y: y + 4, text: value }, "muted end");
  if (mean === undefined) return;
  if (range !== undefined) drawRange(group, range[0], range[1], y);
  if (p90 !== undefined) drawP90(group, p90, y);
  drawMean(group, mean, y, interval);
}

function drawRange(parent: Parent, x0: number, x1: number, y: number): void {
  parent.append("path").attr("class", "range").attr("d", `M${px(x0)} ${px(y)}H${px(x1)}`);
}

function drawP90(parent: Parent, x: number, y: number): void {
  parent.append("path").attr("class", "range").attr("d", `M${px(x)} ${px(y - 4)}v8`);
}

function drawMean(parent: Parent, x: number, y: number, interval: readonly [number, number] | undefined): void {
  if (interval !== undefined) parent.append("path").attr("class", "interval").attr("d", `M${px(interval[0])} ${px(y)}H${px(interval[1])}M${px(interval[0])} ${px(y - 4)}v8M${px(interval[1])} ${px(y - 4)}v8`);
  parent.append("circle").attr("class", "dot").attr("cx", px(x)).attr("cy", px(y)).attr("r", 4);
}

function drawText(parent: Parent, { x, y, text }: { readonly x: number; readonly y: number; readonly text: string }, className: string): void {
  parent.append("text").attr("class", className || null).attr("x", px(x)).attr("y", px(y)).text(text);
}

const fixedRules = `
.heddle-comparison text { font-family: ${fontFamily}; font-size: 11px }
.heddle-comparison .title { font-size: 16px; font-weight: bold }
.heddle-comparison .name { font-size: 12px }
.heddle-comparison .end { text-anchor: end }
.heddle-comparison .middle text { text-anchor: middle }
.heddle-comparison .hit { fill: none; pointer-events: all }
.heddle-comparison .lane, .heddle-comparison .grid { shape-rendering: crispEdges }
.heddle-comparison .range { fill: none; stroke-width: 1; stroke-opacity: 0.75 }
.heddle-comparison .interval { fill: none; stroke-width: 2 }
.heddle-comparison .dot { stroke-width: 1 }
.heddle-comparison .bound path { fill: none; stroke-width: 1.2; stroke-dasharray: 5 3 }`;

/** Who is best has a colour, and the others grey: that is told apart by lightness too. */
function colorRules(palette: Palette): string {
  const best = palette.kinds[0]!;
  const other = palette.mutedText;
  return [
    ["text", `fill: ${palette.text}`], [".muted, .muted text", `fill: ${palette.mutedText}`], [".page", `fill: ${palette.background}`], [".lane", `fill: ${palette.lane}`],
    [".grid", `stroke: ${palette.grid}; fill: none`], [".bound path", `stroke: ${palette.text}`],
    [".best .range, .best .interval", `stroke: ${best}`], [".best .dot", `fill: ${best}; stroke: ${palette.background}`],
    [".other .range, .other .interval", `stroke: ${other}`], [".other .dot", `fill: ${other}; stroke: ${palette.background}`],
  ].map(([selectors, body]) => `${selectors!.split(", ").map((selector) => `.heddle-comparison ${selector}`).join(", ")} { ${body} }`).join("\n");
}

/** Colours written out, light first, for readers of SVG that know no media queries. */
function styleSheet(scheme: "auto" | "light" | "dark"): string {
  const base = `${fixedRules}\n${colorRules(palettes[scheme === "dark" ? "dark" : "light"])}\n`;
  return scheme === "auto" ? `${base}@media (prefers-color-scheme: dark) {\n${colorRules(palettes.dark)}\n}\n` : base;
}
