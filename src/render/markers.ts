import type { MarkerMark } from "./marks.ts";
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
 * or the line of another one. Markers at the same pixel share a label. `y` is the baseline, counted from the plot's
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
    const touches = (x0: number, x1: number, x: number): boolean => x > x0 - gap / 2 && x < x1 + gap / 2;
    let row = 0;
    for (let tried = false; !tried; ) {
      tried = true;
      for (const other of placed) {
        const overlap = row === other.row && labelX0 < other.labelX1 + gap && labelX1 > other.labelX0 - gap;
        const mineCrosses = row > other.row && touches(other.labelX0, other.labelX1, init.x);
        const othersCrosses = row < other.row && touches(labelX0, labelX1, other.x);
        // Its line passes at every row below it, so that only going above it helps.
        const sameRowLine = row === other.row && (touches(labelX0, labelX1, other.x) || touches(other.labelX0, other.labelX1, init.x));
        if (overlap || mineCrosses || othersCrosses || sameRowLine) {
          row++;
          tried = false;
          break;
        }
      }
      if (row > merged.length * 2) break;
    }
    placed.push({ kind: init.kind, x: init.x, label: init.label, labelX0, labelX1, row, y: -4 - row * markerRowHeight });
  }
  return placed;
}
