import type { Selection } from "d3";
import type { AreaMark, LaneMark, Layout, WakeMark } from "./marks.ts";
import { px } from "./paths.ts";

type Group = Selection<SVGGElement, unknown, null, undefined>;

/** Draws quantities over time, each from the foot of its lane. */
export function drawAreas(group: Group, { areas, lanes, plot }: Layout): void {
  for (const area of areas) {
    group.append("path").attr("class", area.kind).attr("d", areaPath(area, lanes[area.lane]!, plot)).append("title").text(area.tooltip);
  }
}

/** A step function as outlines that are closed at the foot of the lane, where it is 0 none. */
function areaPath({ share }: AreaMark, { y, height }: LaneMark, plot: { readonly x0: number; readonly x1: number }): string {
  let path = "";
  let level = 0;
  let x = 0;
  share.forEach((part, column) => {
    const next = part > 0 ? Math.max(1, Math.round(part * height)) : 0;
    if (next === level) return;
    path += level === 0 ? `M${px(plot.x0 + column)} ${px(y + height)}v${-next}` : `h${column - x}v${level - next}${next === 0 ? "z" : ""}`;
    level = next;
    x = column;
  });
  return level > 0 ? `${path}h${px(plot.x1 - plot.x0 - x)}v${level}z` : path;
}

/** Draws wake-ups as arrows. */
export function drawWakes(group: Group, { wakes }: Layout): void {
  group.append("path").attr("d", wakes.map(wakePath).join("")).append("title").text("wake-ups");
}

/** A line with a head at y1. */
export function wakePath({ x, y0, y1 }: WakeMark): string {
  const back = y1 > y0 ? -4 : 4;
  return `M${px(x)} ${px(y0)}V${px(y1 + back)}M${px(x)} ${px(y1)}l-2 ${back}h4z`;
}
