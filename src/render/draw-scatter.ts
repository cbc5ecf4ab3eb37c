import { select } from "d3";
import { px } from "./paths.ts";
import type { ScatterLayout } from "./scatter-layout.ts";
import { fontFamily, palettes, type Palette } from "./theme.ts";

/** Marks of groups: each is a path around the origin. Colours repeat after eight groups, shapes change then. */
const shapes = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", "M-3.6 -3.6h7.2v7.2h-7.2z", "M0 -5L4.6 3.4H-4.6z", "M0 -5.2L5.2 0L0 5.2L-5.2 0z"];

/** Draws a layout into an empty `<svg>`. */
export function drawScatter(root: SVGSVGElement, layout: ScatterLayout, scheme: "auto" | "light" | "dark"): void {
  const { width, height, title, description, x, y, plot, ticks, band, errors, points, legend } = layout;
  const svg = select(root).attr("class", "heddle-scatter").attr("role", "img").attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
  svg.append("title").text(title);
  svg.append("desc").text(description);
  svg.append("style").text(styleSheet(scheme));
  svg.append("rect").attr("class", "page").attr("width", width).attr("height", height);
  svg.append("text").attr("class", "title").attr("x", 16).attr("y", 28).text(title);

  const clip = "M" + [[plot.x0, plot.y1], [plot.x0, plot.y1 - band.above], [plot.x1 - band.above, plot.y0], [plot.x1, plot.y0], [plot.x1, plot.y0 + band.below], [plot.x0 + band.below, plot.y1]].map(([a, b]) => `${px(a!)} ${px(b!)}`).join("L");
  svg.append("path").attr("class", "band").attr("d", `${clip}z`);
  svg.append("path").attr("class", "grid").attr("d", ticks.map((tick) => `M${px(tick.x)} ${plot.y0}V${plot.y1}M${plot.x0} ${px(tick.y)}H${plot.x1}`).join(""));
  svg.append("path").attr("class", "diagonal").attr("d", `M${plot.x0} ${plot.y1}L${plot.x1} ${plot.y0}`);
  svg.append("rect").attr("class", "band").attr("x", plot.x0).attr("y", px(errors.band[0])).attr("width", plot.x1 - plot.x0).attr("height", px(errors.band[1] - errors.band[0]));
  svg.append("path").attr("class", "grid").attr("d", ticks.map((tick) => `M${px(tick.x)} ${errors.y0}V${errors.y1}`).join(""));
  svg.append("path").attr("class", "diagonal").attr("d", `M${plot.x0} ${px(errors.ticks[1]!.y)}H${plot.x1}`);
  const axes = svg.append("g").attr("class", "muted");
  for (const tick of ticks) {
    axes.append("text").attr("class", "middle").attr("x", px(tick.x)).attr("y", errors.y1 + 16).text(tick.text);
    axes.append("text").attr("class", "end").attr("x", plot.x0 - 8).attr("y", px(tick.y + 4)).text(tick.text);
  }
  axes.append("text").attr("class", "middle").attr("x", (plot.x0 + plot.x1) / 2).attr("y", errors.y1 + 36).text(x);
  axes.append("text").attr("class", "middle").attr("transform", `translate(18 ${(plot.y0 + plot.y1) / 2}) rotate(-90)`).text(y);
  for (const tick of errors.ticks) axes.append("text").attr("class", "end").attr("x", plot.x0 - 8).attr("y", px(tick.y + 4)).text(tick.text);
  axes.append("text").attr("class", "middle").attr("transform", `translate(18 ${(errors.y0 + errors.y1) / 2}) rotate(-90)`).text("error");

  for (const point of points) {
    const group = svg.append("g").attr("class", colour(point.group));
    group.append("title").text(point.tooltip);
    if (point.interval) group.append("path").attr("class", "interval").attr("d", `M${px(point.x)} ${px(Math.min(plot.y1, point.interval[0]))}V${px(Math.max(plot.y0, point.interval[1]))}`);
    for (const at of [point.y, point.error]) group.append("path").attr("class", "dot").attr("transform", `translate(${px(point.x)} ${px(at)})`).attr("d", shape(point.group));
  }
  for (const entry of legend) {
    svg.append("path").attr("class", `dot ${colour(entry.group)}`).attr("transform", `translate(${entry.x} ${entry.y})`).attr("d", shape(entry.group));
    svg.append("text").attr("x", entry.x + 14).attr("y", entry.y + 4).text(entry.text);
  }
}

function colour(group: number): string {
  return `c${group % 8}`;
}

function shape(group: number): string {
  return shapes[Math.floor(group / 8 + group) % shapes.length]!;
}

const fixedRules = `
.heddle-scatter text { font-family: ${fontFamily}; font-size: 11px }
.heddle-scatter .title { font-size: 16px; font-weight: bold }
.heddle-scatter .end { text-anchor: end }
.heddle-scatter .middle { text-anchor: middle }
.heddle-scatter .grid { fill: none; shape-rendering: crispEdges }
.heddle-scatter .diagonal { fill: none; stroke-dasharray: 5 3 }
.heddle-scatter .interval { fill: none; stroke-width: 1; stroke-opacity: 0.75 }
.heddle-scatter .dot { stroke-width: 1 }`;

function colorRules(palette: Palette): string {
  return [
    ["text", `fill: ${palette.text}`], [".muted text", `fill: ${palette.mutedText}`], [".page", `fill: ${palette.background}`], [".band", `fill: ${palette.lane}`],
    [".grid", `stroke: ${palette.grid}`], [".diagonal", `stroke: ${palette.mutedText}`], [".dot", `stroke: ${palette.background}`],
    ...palette.kinds.flatMap((color, i) => [[`.c${i} .interval`, `stroke: ${color}`], [`.c${i} .dot`, `fill: ${color}`], [`.dot.c${i}`, `fill: ${color}`]]),
  ].map(([selector, body]) => `.heddle-scatter ${selector!} { ${body!} }`).join("\n");
}

/** Colours written out, light first, for readers of SVG that know no media queries. */
function styleSheet(scheme: "auto" | "light" | "dark"): string {
  const base = `${fixedRules}\n${colorRules(palettes[scheme === "dark" ? "dark" : "light"])}\n`;
  return scheme === "auto" ? `${base}@media (prefers-color-scheme: dark) {\n${colorRules(palettes.dark)}\n}\n` : base;
}
