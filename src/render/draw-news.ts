import type { Selection } from "d3";
import type { BandMark, LateMark, Layout } from "./marks.ts";
import { px } from "./paths.ts";

type Group = Selection<SVGGElement, unknown, null, undefined>;

/** Half the width and the height of the triangle at a missed deadline, in pixels. */
const halfWidth = 3.5;
const triangleHeight = 6;

/** Draws when devices were absent, behind everything; and when they were slowed or sped up, in the strips above them. */
export function drawBands(group: Group, { bands }: Layout): void {
  for (const { kind, x0, x1, y, height, tooltip, label } of bands) {
    bandGroup(group, kind).append("rect").attr("x", px(x0)).attr("y", px(y)).attr("width", px(x1 - x0)).attr("height", px(height))
      .append("title").text(tooltip);
    if (label !== undefined) {
      group.append("text").attr("class", `in on-${kind}`).attr("x", px((x0 + x1) / 2)).attr("y", px(y + height / 2 + 3.5)).text(label);
    }
  }
}

/** Opens a group painted as a band is. */
export function bandGroup(parent: Group, kind: BandMark["kind"]): Group {
  return kind === "absent" ? parent.append("g").attr("style", "fill: url(#heddle-absent)") : parent.append("g").attr("class", kind);
}

/** Draws the missed deadlines: a triangle that points at each, with a bar from the first to the last where several share it. */
export function drawLate(group: Group, { late, lanes }: Layout): void {
  for (const mark of late) {
    group.append("path").attr("d", latePath(mark, lanes[mark.lane]!.y)).append("title").text(mark.tooltip);
  }
}

/** The outline of one mark, down from the top of a lane. */
export function latePath({ x0, x1 }: Pick<LateMark, "x0" | "x1">, y: number): string {
  const middle = (x0 + x1) / 2;
  const bar = x1 - x0 > 2 * halfWidth ? `M${px(x0)} ${px(y)}H${px(x1)}v2H${px(x0)}z` : "";
  return `${bar}M${px(middle - halfWidth)} ${px(y)}h${2 * halfWidth}L${px(middle)} ${px(y + triangleHeight)}z`;
}
