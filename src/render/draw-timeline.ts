import { axisBottom, scaleLinear, select, type Selection } from "d3";
import { bandGroup, drawBands, drawLate, latePath } from "./draw-news.ts";
import { swatchWidth } from "./legend.ts";
import { linePieces } from "./markers.ts";
import { isBold } from "./lane-plan.ts";
import { Style, type GroupMark, type Layout, type LegendEntry, type PlacedText, type SpanMark } from "./marks.ts";
import { drawAreas, drawWakes, wakePath } from "./draw-threads.ts";
import { cellPaths, drawnWidth, px, spanBox, spansPath } from "./paths.ts";
import { textWidth } from "./text.ts";
import { styleClass, styleSheet, type RareClass } from "./theme.ts";

type Group = Selection<SVGGElement, unknown, null, undefined>;
type Parent = Group | Selection<SVGSVGElement, unknown, null, undefined>;

/** Least width of a box on the critical path that is closed at its sides, in pixels. */
const minSidedBox = 6;

/** Draws a layout into an empty `<svg>`. */
export function drawTimeline(root: SVGSVGElement, layout: Layout, scheme: "auto" | "light" | "dark"): void {
  const svg = select(root)
    .attr("class", "heddle-timeline").attr("role", "img")
    .attr("width", layout.width).attr("height", layout.height).attr("viewBox", `0 0 ${layout.width} ${layout.height}`);
  svg.append("title").text(layout.title.text);
  svg.append("desc").text(layout.description);
  svg.append("style").text(styleSheet(scheme, rareClasses(layout)));
  drawPatterns(svg, layout);
  svg.append("rect").attr("class", "page").attr("width", layout.width).attr("height", layout.height);

  drawText(svg, layout.title, "title");
  drawText(svg, layout.subtitle, "muted");
  drawLegend(svg, layout);
  drawBackground(svg, layout);
  if (layout.bands.length > 0) drawBands(svg.append("g"), layout);
  drawCells(svg, layout);
  drawSpans(svg, layout);
  if (layout.areas.length > 0) drawAreas(svg.append("g").attr("class", "cells"), layout);
  if (layout.wakes.length > 0) drawWakes(svg.append("g").attr("class", "wake").attr("stroke-opacity", 0.75).attr("fill-opacity", 0.75), layout);
  drawMarkers(svg, layout);
  drawCriticalPath(svg, layout);
  if (layout.late.length > 0) drawLate(svg.append("g").attr("class", "late").attr("stroke-width", 0.8), layout);
  drawLabels(svg, layout);
  drawGutter(svg, layout);
  drawAxis(svg, layout);
  for (const note of layout.footnotes) drawText(svg, note, "muted");
}

function drawText(parent: Parent, { x, y, text }: PlacedText, className: string): void {
  parent.append("text").attr("class", className || null).attr("x", px(x)).attr("y", px(y)).text(text);
}

/** The legend says what is drawn. */
function rareClasses({ legend, markers }: Layout): Set<RareClass> {
  const styles = new Set(legend.map(({ style }) => (typeof style === "number" ? styleClass(style) : style)));
  return new Set([...(["host", "slowed", "sped-up", "late", "sync", "switching", "waiting", "ready", "waiters", "live", "reserved", "wake"] as const).filter((name) => styles.has(name)), ...(markers.some(({ kind }) => kind === "finding") ? ["finding" as const] : [])]);
}

function drawPatterns(svg: Parent, { legend }: Layout): void {
  const defs = svg.append("defs");
  const pattern = (id: string, size: number, path: string, width: number): void => {
    defs.append("pattern").attr("id", id).attr("width", size).attr("height", size).attr("patternUnits", "userSpaceOnUse")
      .append("path").attr("class", "hatch").attr("d", path).attr("stroke-width", width);
  };
  pattern("heddle-wait", 6, "M-1 1l2 -2M0 6l6 -6M5 7l2 -2", 0.8);
  pattern("heddle-setup", 4, "M-1 -1l6 6M-1 3l2 2M3 -1l2 2M-1 1l2 -2M0 4l4 -4M3 5l2 -2", 0.9);
  if (legend.some(({ style }) => style === Style.aborted)) pattern("heddle-aborted", 4, "M-1 -1l6 6M-1 3l2 2M3 -1l2 2", 1.3);
  if (legend.some(({ style }) => style === Style.spin)) pattern("heddle-spin", 4, "M-1 1l2 -2M0 4l4 -4M3 5l2 -2", 1);
  if (legend.some(({ style }) => style === "absent")) pattern("heddle-absent", 8, "M-1 -1l10 10M-1 7l2 2M7 -1l2 2", 0.6);
}

/** Opens a group painted in a style: hatched ones from a pattern, the others by their class. */
function styleGroup(parent: Parent, style: number): Group {
  const group = parent.append("g");
  if (style === Style.wait || style === Style.setup || style === Style.aborted || style === Style.spin) {
    const [width, opacity] = style === Style.aborted ? [1.2, 1] : [0.5, 0.8];
    return group.attr("class", "hatch").attr("style", `fill: url(#heddle-${styleClass(style)})`).attr("stroke-width", width).attr("stroke-opacity", opacity);
  }
  return group.attr("class", styleClass(style));
}

function drawLegend(svg: Parent, { legend }: Layout): void {
  const group = svg.append("g");
  for (const { style, label, x, y } of legend) {
    if (style === "wake") {
      group.append("path").attr("class", "wake").attr("d", wakePath({ x: x + swatchWidth / 2, y0: y - 6, y1: y + 6 }));
    } else if (style === "late") {
      const middle = x + swatchWidth / 2;
      group.append("path").attr("class", "late").attr("d", latePath({ x0: middle, x1: middle }, y - 3));
    } else {
      const height = style === Style.transfer ? 6 : style === "busy" ? 5 : typeof style === "number" ? spanBox(style, 11).height : 11;
      swatchGroup(group, style).append("rect").attr("x", px(x)).attr("y", px(y - height / 2)).attr("width", swatchWidth).attr("height", height);
    }
    drawText(group, { x: x + swatchWidth + 6, y: y + 4, text: label }, "");
  }
}

function swatchGroup(parent: Group, style: Exclude<LegendEntry["style"], "late" | "wake">): Group {
  if (style === "critical") return parent.append("g").attr("class", "mark line").attr("stroke-width", 1.6);
  if (style === "busy") return parent.append("g").attr("class", "bar");
  if (style === "waiters" || style === "live" || style === "reserved") return parent.append("g").attr("class", style);
  return typeof style === "number" ? styleGroup(parent, style) : bandGroup(parent, style);
}

function drawBackground(svg: Parent, { lanes, plot, axis }: Layout): void {
  const path = lanes.map(({ y, height }) => `M${px(plot.x0)} ${px(y)}H${px(plot.x1)}v${height}H${px(plot.x0)}z`).join("");
  svg.append("g").attr("class", "lanes").append("path").attr("class", "lane").attr("d", path);
  svg.append("path").attr("class", "grid").attr("d", axis.ticks.map(({ x }) => `M${px(x)} ${px(plot.y0)}V${px(plot.y1)}`).join(""));
}

function drawCells(svg: Parent, { cells, lanes, plot }: Layout): void {
  const paths = cellPaths(cells, lanes, plot);
  if (paths.every((path) => path === "")) return;
  const group = svg.append("g").attr("class", "cells");
  for (let style = paths.length - 1; style >= 0; style--) {
    if (paths[style] !== "") styleGroup(group, style).append("path").attr("d", paths[style]!);
  }
}

/** Spans with a tooltip are elements, all others of a style one path. */
function drawSpans(svg: Parent, { spans, lanes }: Layout): void {
  const byStyle = new Map<number, SpanMark[]>();
  for (const span of spans) {
    const list = byStyle.get(span.style);
    if (list) list.push(span);
    else byStyle.set(span.style, [span]);
  }
  const group = svg.append("g");
  for (const [style, list] of [...byStyle].sort(([a], [b]) => a - b)) {
    const inStyle = styleGroup(group, style);
    const plain = list.filter(({ tooltip }) => tooltip === undefined);
    if (plain.length > 0) inStyle.append("path").attr("d", spansPath(plain, lanes));
    for (const span of list) {
      if (span.tooltip === undefined) continue;
      const lane = lanes[span.lane]!;
      const { top, height } = spanBox(span.style, lane.height);
      inStyle.append("rect").attr("x", px(span.x0)).attr("y", px(lane.y + top)).attr("width", px(drawnWidth(span))).attr("height", height)
        .append("title").text(span.tooltip);
    }
  }
}

/** Names inside spans; over all lines, so that they stay readable. */
function drawLabels(svg: Parent, { spans, lanes }: Layout): void {
  const group = svg.append("g");
  for (const span of spans) {
    if (span.label === undefined) continue;
    const { y, height } = lanes[span.lane]!;
    drawText(group, { x: (span.x0 + span.x1) / 2, y: y + height / 2 + 3.5, text: span.label }, `in on-${styleClass(span.style)}`);
  }
}

function drawCriticalPath(svg: Parent, { critical, lanes }: Layout): void {
  if (critical.boxes.length + critical.lines.length === 0) return;
  const lines = critical.lines.map((points) => points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("")).join("");
  // Narrow boxes are marked above and below only: sides would hide what is inside.
  const boxes = critical.boxes.map(({ lane, x0, x1 }) => {
    const { y, height } = lanes[lane]!;
    const [left, right, top, foot] = [px(x0 + 0.2), px(Math.max(x0 + 0.7, x1 - 0.8)), px(y), px(y + height)];
    return x1 - x0 < minSidedBox ? `M${left} ${top}H${right}M${left} ${foot}H${right}` : `M${left} ${top}H${right}V${foot}H${left}z`;
  }).join("");
  const group = svg.append("g").attr("class", "line");
  group.append("title").text("critical path");
  if (lines !== "") {
    group.append("path").attr("class", "halo").attr("stroke-width", 3).attr("stroke-opacity", 0.7).attr("d", lines);
    group.append("path").attr("class", "mark").attr("stroke-width", 1.2).attr("d", lines);
  }
  if (boxes !== "") group.append("path").attr("class", "mark").attr("stroke-width", 1.6).attr("d", boxes);
}

function drawMarkers(svg: Parent, { markers, plot, spans, lanes }: Layout): void {
  const group = svg.append("g");
  for (const { kind, x, y, label, labelX1 } of markers) {
    const line = linePieces(x, y - 10, plot.y1, spans, lanes).map(([y0, y1]) => `M${px(x)} ${px(y0)}V${px(y1)}`).join("");
    group.append("path").attr("class", `line mark ${kind}`).attr("stroke-width", kind === "makespan" ? 1.4 : 1).attr("stroke-dasharray", kind === "deadline" ? "1.5 2.5" : null).attr("d", line);
    drawText(group, { x: labelX1, y, text: label }, "end");
  }
}

function drawGutter(svg: Parent, layout: Layout): void {
  const { groups, lanes, headings, gutter } = layout;
  const group = svg.append("g");
  for (const heading of headings) drawText(group, heading, "muted");
  for (const mark of groups) drawGroupName(group, mark, gutter.lane - gutter.name);
  for (const lane of lanes) {
    const owner = groups[lane.group]!;
    if (!isBold(owner)) continue;
    const middle = lane.y + lane.height / 2;
    if (lane.label !== "") drawText(group, { x: gutter.lane, y: middle + 3.5, text: lane.label }, "muted end");
    if (lane.kind !== "area") drawShare(group, layout, lane.share, middle);
  }
  for (const mark of groups) if (mark.kind === "route" || mark.kind === "host") drawShare(group, layout, mark.share, mark.y + mark.height / 2);
}

function drawGroupName(parent: Parent, { kind, name, detail, tooltip, y, height }: GroupMark, room: number): void {
  const bold = isBold({ kind });
  const group = parent.append("g");
  group.append("title").text(tooltip);
  const twoLines = detail !== "" && height >= 28;
  const middle = height < 34 ? y + height / 2 : y + 15;
  const nameY = twoLines ? middle - 2.5 : middle + 4;
  const x = 16;
  drawText(group, { x, y: nameY, text: name }, bold ? "name" : "");
  if (twoLines) drawText(group, { x, y: nameY + 14, text: detail }, "muted");
  else {
    const after = textWidth(name, bold ? 12 : 11, bold) + 6;
    if (detail !== "" && after + textWidth(detail, 11) <= room) drawText(group, { x: x + after, y: nameY, text: detail }, "muted");
  }
}

function drawShare(parent: Parent, { gutter }: Layout, share: number, middle: number): void {
  const bar = (className: string, width: number): void => {
    parent.append("rect").attr("class", className).attr("x", gutter.bar0).attr("y", px(middle - 2.5)).attr("width", px(width)).attr("height", 5);
  };
  bar("lane", gutter.bar1 - gutter.bar0);
  if (share > 0) bar("bar", Math.max(0.5, share * (gutter.bar1 - gutter.bar0)));
  drawText(parent, { x: gutter.share, y: middle + 3.5, text: share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(100 * share)} %` }, "muted end");
}

function drawAxis(svg: Parent, { axis, plot, gutter }: Layout): void {
  const range = [plot.x0, plot.x1];
  const group = svg.append("g").attr("class", "axis").attr("transform", `translate(0,${px(plot.y1)})`);
  group.call(
    axisBottom(scaleLinear(range, range)).tickValues(axis.ticks.map(({ x }) => Number(px(x)))).tickFormat((_, i) => axis.ticks[i]!.text).tickSizeOuter(0).offset(0),
  );
  drawText(svg, { x: gutter.share - 8, y: plot.y1 + 17, text: axis.label }, "muted end");
}
