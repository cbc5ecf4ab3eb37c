import { F64Column, U32Column, U8Column } from "../base/columns.ts";
import { Style, styleCount, type DensityCells, type SpanMark } from "./marks.ts";

/** Width below which a span is not drawn by itself, in pixels; and the least width of one that is alone in its pixel. */
export const hairlinePx = 0.5;

/** Maps ticks to pixels: x0 at tick 0. */
export interface TimeScale {
  readonly x0: number;
  readonly x1: number;
  readonly pxPerTick: number;
}

/** The spans of one lane, in order of start; reused from lane to lane. */
export class LaneSpans {
  readonly start = new F64Column();
  readonly end = new F64Column();
  readonly style = new U8Column();
  readonly subject = new U32Column();

  push(start: number, end: number, style: number, subject: number): void {
    this.start.push(start);
    this.end.push(end);
    this.style.push(style);
    this.subject.push(subject);
  }
}

/**
 * Turns spans into marks: wide ones one by one, narrow ones into cells of one pixel's width that know what share of
 * them each style fills. A narrow span that is alone in its pixel is drawn half a pixel wide, without covering a
 * neighbour, so that a single short operator does not vanish.
 */
export class LaneInk {
  readonly spans: SpanMark[] = [];
  /** Spans that went into cells; waits are not counted. */
  merged = 0;
  readonly #scale: TimeScale;
  readonly #thresholdPx: number;
  readonly #columns: number;
  readonly #share: Float32Array;

  constructor(laneCount: number, scale: TimeScale, thresholdPx: number) {
    this.#scale = scale;
    this.#thresholdPx = thresholdPx;
    this.#columns = Math.ceil(scale.x1 - scale.x0);
    this.#share = new Float32Array(laneCount * this.#columns * styleCount);
  }

  /** Draws a lane of spans that do not overlap. */
  lane(lane: number, spans: LaneSpans): void {
    const { x0, x1, pxPerTick } = this.#scale;
    const start = spans.start.view();
    const end = spans.end.view();
    const style = spans.style.view();
    const column = (i: number): number => Math.min(this.#columns - 1, Math.floor(((start[i]! + end[i]!) / 2) * pxPerTick));
    const isNarrow = (i: number): boolean => (end[i]! - start[i]!) * pxPerTick < this.#thresholdPx;

    const narrow = new Uint32Array(this.#columns);
    for (let i = 0; i < start.length; i++) if (style[i] !== Style.wait && isNarrow(i)) narrow[column(i)]!++;
    // Many single narrow spans are a texture, not exceptions: they go into the cells too.
    const drawsLone = narrow.reduce((count, here) => count + (here === 1 ? 1 : 0), 0) <= this.#columns / 8;

    let drawnTo = x0;
    for (let i = 0; i < start.length; i++) {
      let left = x0 + start[i]! * pxPerTick;
      let right = x0 + end[i]! * pxPerTick;
      const here = narrow[column(i)]!;
      if (!isNarrow(i)) left = Math.max(left, drawnTo);
      else if (style[i] !== Style.wait && here === 1 && drawsLone) {
        const next = i + 1 < start.length ? x0 + start[i + 1]! * pxPerTick : x1;
        right = Math.max(right, Math.min(left + hairlinePx, next));
        left = Math.max(Math.min(left, right - hairlinePx), drawnTo);
      } else {
        if (style[i] !== Style.wait) this.merged++;
        else if (here === 0) continue;
        this.fill(lane, style[i]!, start[i]!, end[i]!, 1);
        drawnTo = Math.max(drawnTo, right);
        continue;
      }
      this.spans.push({ lane, style: style[i]!, x0: left, x1: right, subject: spans.subject.get(i), startTicks: start[i]!, endTicks: end[i]! });
      drawnTo = right;
    }
  }

  /** Adds `weight` of a style to the cells between two times. */
  fill(lane: number, style: number, startTicks: number, endTicks: number, weight: number): void {
    const from = startTicks * this.#scale.pxPerTick;
    const to = Math.min(endTicks * this.#scale.pxPerTick, this.#columns);
    const base = lane * this.#columns;
    for (let column = Math.floor(from); column < to; column++) {
      this.#share[(base + column) * styleCount + style]! += (Math.min(to, column + 1) - Math.max(from, column)) * weight;
    }
  }

  /** The cells, made twice as wide until no more than `limit` of their parts are in use. */
  cells(limit: number): DensityCells {
    let cells: DensityCells = { columns: this.#columns, cellWidth: 1, share: this.#share };
    while (cells.columns > 1 && cells.share.reduce((count, share) => count + (share > 0 ? 1 : 0), 0) > limit) cells = coarsen(cells);
    return cells;
  }
}

/** Joins cells in pairs; the last one of an odd row stands for itself and empty space. */
function coarsen({ columns, cellWidth, share }: DensityCells): DensityCells {
  const lanes = share.length / (columns * styleCount);
  const half = Math.ceil(columns / 2);
  const joined = new Float32Array(lanes * half * styleCount);
  for (let lane = 0; lane < lanes; lane++) {
    for (let column = 0; column < columns; column++) {
      const to = (lane * half + (column >> 1)) * styleCount;
      const from = (lane * columns + column) * styleCount;
      for (let style = 0; style < styleCount; style++) joined[to + style]! += share[from + style]! / 2;
    }
  }
  return { columns: half, cellWidth: cellWidth * 2, share: joined };
}

/**
 * The width from which spans are drawn one by one: half a pixel, doubled until no more than `limit` spans are.
 */
export function chooseThreshold(intervals: readonly { readonly start: ArrayLike<number>; readonly end: ArrayLike<number> }[], pxPerTick: number, limit: number): number {
  const counts = new Uint32Array(40);
  for (const { start, end } of intervals) {
    for (let i = 0; i < start.length; i++) {
      const width = (end[i]! - start[i]!) * pxPerTick;
      if (width >= hairlinePx) counts[Math.min(39, Math.floor(Math.log2(width / hairlinePx)))]!++;
    }
  }
  let wide = counts.reduce((sum, count) => sum + count, 0);
  let doublings = 0;
  while (wide > limit) wide -= counts[doublings++]!;
  return hairlinePx * 2 ** doublings;
}
