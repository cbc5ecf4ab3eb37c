import type { LaneMark, MarkerMark, SpanMark } from "./marks.ts";
import { labelSize } from "./span-text.ts";
import { textWidth } from "./text.ts";

const size = 11;
const gap = 6;
export const markerRowHeight = 15;

/** A vertical line that wants a label. */
export interface MarkerInit {
  readonly kind: MarkerMark["kind"];
  readonly x: number;
  readonly label: string;
}

/**
 * Places labels above the plot, each ending at its line, in as few rows as it takes that no label touches another one
 * or the line of another one; where that cannot be, as for a long label at the left edge, a line may pass a label. Markers at the same pixel share a label. `y` is the baseline, counted from the plot's
 * top, upwards negative.
 */
export function placeMarkers(inits: readonly MarkerInit[], minX: number, maxX: number): MarkerMark[] {
  const merged: MarkerInit[] = [];
  for (const init of [...inits].sort((a, b) => a.x - b.x)) {
    const last = merged.at(-1);
    if (last && init.x - last.x < 1) merged[merged.length - 1] = { kind: last.kind === "makespan" ? "makespan" : init.kind, x: init.kind === "makespan" ? init.x : last.x, label: `${last.label} = ${init.label}` };
    else merged.push(init);
  }
  const placed: MarkerMark[] = [];
  for (const init of merged) {
    const width = textWidth(init.label, size);
    const labelX0 = Math.max(minX, Math.min(init.x - gap / 2, maxX) - width);
    const labelX1 = labelX0 + width;
    const fits = (row: number): boolean => placed.every((other) => {
      const apart = row !== other.row || labelX0 >= other.labelX1 + gap || labelX1 <= other.labelX0 - gap;
      // A line passes through all rows below its label.
      const myLine = row < other.row || !within(init.x, other.labelX0, other.labelX1);
      const otherLine = row > other.row || !within(other.x, labelX0, labelX1);
      return apart && myLine && otherLine;
    });
    const top = placed.reduce((most, other) => Math.max(most, other.row + 1), 0);
    let row = 0;
    while (row < top && !fits(row)) row++;
    placed.push({ kind: init.kind, x: init.x, label: init.label, labelX0, labelX1, row, y: -4 - row * markerRowHeight });
  }
  return placed;
}

/** Space between a line and the text that it makes way for, in pixels. */
const clearance = 2;

/**
 * The pieces of a vertical line that do not pass through the names inside spans, from top to bottom: it is behind what it
 * marks, and a name with a line through it cannot be read.
 */
export function linePieces(x: number, y0: number, y1: number, spans: readonly SpanMark[], lanes: readonly LaneMark[]): [y0: number, y1: number][] {
  const crossed = spans.filter(({ label, x0, x1 }) => label !== undefined && Math.abs(x - (x0 + x1) / 2) < textWidth(label, labelSize) / 2 + clearance);
  const tops = [...new Set(crossed.map(({ lane }) => lane))].map((lane) => lanes[lane]!).sort((a, b) => a.y - b.y);
  const pieces: [number, number][] = [];
  let from = y0;
  for (const { y, height } of tops) {
    if (y > from) pieces.push([from, y]);
    from = Math.max(from, y + height);
  }
  if (y1 > from) pieces.push([from, y1]);
  return pieces;
}

function within(x: number, x0: number, x1: number): boolean {
  return x > x0 - gap / 2 && x < x1 + gap / 2;
}
