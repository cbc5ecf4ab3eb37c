import type { TimeScale } from "./lane-ink.ts";
import type { CriticalSegment, LaneMark, Layout } from "./marks.ts";

/** Boxes narrower than this are only a part of the line; boxes in one lane with no more between them are joined. In pixels. */
const minBox = 1;
const joinGap = 0.75;

type Point = readonly [x: number, y: number];

/**
 * The critical path as boxes and the lines from operator to operator, which leave the insides of the boxes free; a
 * transfer between two operators has a box in its own lane, and the line passes it by, slanted. In a long run thousands
 * of steps share a pixel: a line then keeps, per pixel, where it enters, its highest and lowest points, and where it
 * leaves.
 * @param laneOf the lane of a step; -1 for waiting and for what is not drawn
 */
export function markCriticalPath(segments: readonly CriticalSegment[], lanes: readonly LaneMark[], scale: TimeScale, laneOf: (segment: CriticalSegment) => number): Layout["critical"] {
  const boxes: { lane: number; x0: number; x1: number }[] = [];
  const lastIn = new Map<number, number>();
  const addBox = (lane: number, x0: number, x1: number): void => {
    const last = lastIn.get(lane);
    if (last !== undefined && x0 - boxes[last]!.x1 <= joinGap) boxes[last]!.x1 = Math.max(boxes[last]!.x1, x1);
    else lastIn.set(lane, boxes.push({ lane, x0, x1 }) - 1);
  };
  const lines: Point[][] = [];
  let line: Point[] = [];
  for (const segment of segments) {
    const lane = laneOf(segment);
    if (lane < 0) continue;
    const x0 = scale.x0 + segment.startTicks * scale.pxPerTick;
    const x1 = scale.x0 + segment.endTicks * scale.pxPerTick;
    const { y, height, kind } = lanes[lane]!;
    const boxed = x1 - x0 >= minBox && kind !== "summary";
    if (boxed) addBox(lane, x0, x1);
    if (segment.kind === "transfer") continue;
    const middle = y + height / 2;
    const before = line.at(-1);
    if (!boxed && before && before[1] === middle && Math.floor(before[0]) === Math.floor(x1)) continue;
    line.push([x0, middle]);
    if (boxed) {
      lines.push(line);
      line = [];
    }
    line.push([x1, middle]);
  }
  lines.push(line);
  // From one box straight into the next in the same lane there is nothing to draw.
  return { boxes, lines: lines.filter((points) => points.some(([x, y]) => Math.abs(x - points[0]![0]) >= 0.5 || y !== points[0]![1])).map(thin) };
}

function thin(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (let i = 0; i < points.length; ) {
    const column = Math.floor(points[i]![0]);
    let to = i;
    while (to < points.length && Math.floor(points[to]![0]) === column) to++;
    if (to - i <= 4) kept.push(...points.slice(i, to));
    else {
      let low = i;
      let high = i;
      for (let j = i; j < to; j++) {
        if (points[j]![1] < points[low]![1]) low = j;
        if (points[j]![1] > points[high]![1]) high = j;
      }
      const order = [...new Set([i, Math.min(low, high), Math.max(low, high), to - 1])];
      kept.push(...order.map((j) => points[j]!));
    }
    i = to;
  }
  return kept;
}
