import { styleCount, type DensityCells, type LaneMark, type SpanMark } from "./marks.ts";

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

/** Rectangles as one path. */
export function spansPath(spans: readonly SpanMark[], lanes: readonly LaneMark[]): string {
  return spans.map((span) => {
    const { y, height } = lanes[span.lane]!;
    const width = px(drawnWidth(span));
    return `M${px(span.x0)} ${px(y)}h${width}v${px(height)}h-${width}z`;
  }).join("");
}

/**
 * The cells as one path a style, "" where it is unused. Styles are stacked: each path reaches from the foot of the
 * lane to the top of its own part, so paths must be painted from the last style to the first.
 */
export function cellPaths(cells: DensityCells, lanes: readonly LaneMark[], x0: number): string[] {
  const { columns, cellWidth } = cells;
  const parts: string[][] = Array.from({ length: styleCount }, () => []);
  lanes.forEach(({ y, height }, lane) => {
    const tops = stackTops(cells, lane, height);
    for (let style = 0; style < styleCount; style++) {
      let top = 0;
      let run = 0;
      let path = "";
      for (let column = 0; column < columns; column++) {
        const next = tops[column * styleCount + style]!;
        if (next !== top) {
          path += path === "" ? `M${px(x0 + run * cellWidth)} ${px(y + height)}v${-next}` : `h${run * cellWidth}v${top - next}`;
          top = next;
          run = 0;
        }
        run++;
      }
      if (path !== "") parts[style]!.push(top > 0 ? `${path}h${run * cellWidth}v${top}z` : `${path}z`);
    }
  });
  return parts.map((list) => list.join(""));
}

/** Height of the top of each style's part in each cell, in whole pixels; 0 where it has none. */
function stackTops({ columns, share }: DensityCells, lane: number, height: number): Uint16Array {
  const tops = new Uint16Array(columns * styleCount);
  for (let column = 0; column < columns; column++) {
    const from = (lane * columns + column) * styleCount;
    let sum = 0;
    let reached = 0;
    let most = 0;
    for (let style = 0; style < styleCount; style++) {
      const here = share[from + style]!;
      if (here > share[from + most]!) most = style;
      sum += here;
      const top = Math.min(height, Math.round(sum * height));
      if (top > reached) tops[column * styleCount + style] = top;
      reached = Math.max(reached, top);
    }
    // What is there is shown, however little.
    if (sum > 0 && reached === 0) tops[column * styleCount + most] = 1;
  }
  return tops;
}
