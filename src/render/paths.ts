import { Style, styleCount, type DensityCells, type LaneMark, type SpanMark } from "./marks.ts";

/** A coordinate with two decimals at most, always written the same way. */
export function px(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** How wide a span is drawn: up to 0.6 px less than it is, so that neighbours of one colour can be told apart. */
export function drawnWidth(span: SpanMark): number {
  const width = span.x1 - span.x0;
  return width - Math.min(0.6, width * 0.15);
}

/** Where in a lane of that height a span of a style is drawn: whole, or thin where nothing is done. */
export function spanBox(style: number, height: number): { readonly top: number; readonly height: number } {
  const thin = style === Style.switching ? Math.round(height * 0.4) : style === Style.waiting ? Math.min(3, height) : style === Style.ready ? Math.min(6, height) : height;
  return { top: Math.floor((height - thin) / 2), height: thin };
}

/** Rectangles as one path. */
export function spansPath(spans: readonly SpanMark[], lanes: readonly LaneMark[]): string {
  return spans.map((span) => {
    const lane = lanes[span.lane]!;
    const { top, height } = spanBox(span.style, lane.height);
    const width = px(drawnWidth(span));
    return `M${px(span.x0)} ${px(lane.y + top)}h${width}v${px(height)}h-${width}z`;
  }).join("");
}

/**
 * The cells as one path a style, "" where it is unused. Styles are stacked: each path reaches from the foot of the
 * lane to the top of its own part, so paths must be painted from the last style to the first.
 */
export function cellPaths(cells: DensityCells, lanes: readonly LaneMark[], plot: { readonly x0: number; readonly x1: number }): string[] {
  const { columns } = cells;
  // The last cell may reach over the plot's edge: it is cut there.
  const edges = Array.from({ length: columns + 1 }, (_, column) => Math.min(plot.x1 - plot.x0, column * cells.cellWidth));
  const parts: string[][] = Array.from({ length: styleCount }, () => []);
  lanes.forEach(({ y, height }, lane) => {
    const tops = stackTops(cells, edges, lane, height);
    for (let style = 0; style < styleCount; style++) {
      let top = 0;
      let from = 0;
      let path = "";
      for (let column = 0; column < columns; column++) {
        const next = tops[column * styleCount + style]!;
        if (next === top) continue;
        path += path === "" ? `M${px(plot.x0 + edges[column]!)} ${px(y + height)}v${-next}` : `h${px(edges[column]! - from)}v${top - next}`;
        top = next;
        from = edges[column]!;
      }
      if (path !== "") parts[style]!.push(top > 0 ? `${path}h${px(edges[columns]! - from)}v${top}z` : `${path}z`);
    }
  });
  return parts.map((list) => list.join(""));
}

/** Height of the top of each style's part in each cell, in whole pixels; 0 where it has none. */
function stackTops({ columns, cellWidth, share }: DensityCells, edges: readonly number[], lane: number, height: number): Uint16Array {
  const tops = new Uint16Array(columns * styleCount);
  for (let column = 0; column < columns; column++) {
    const from = (lane * columns + column) * styleCount;
    const scale = (height * cellWidth) / (edges[column + 1]! - edges[column]!);
    let sum = 0;
    let reached = 0;
    let most = 0;
    for (let style = 0; style < styleCount; style++) {
      const here = share[from + style]!;
      if (here > share[from + most]!) most = style;
      sum += here;
      const top = Math.min(height, Math.round(sum * scale));
      if (top > reached) tops[column * styleCount + style] = top;
      reached = Math.max(reached, top);
    }
    // What is there is shown, however little.
    if (sum > 0 && reached === 0) tops[column * styleCount + most] = 1;
  }
  return tops;
}
