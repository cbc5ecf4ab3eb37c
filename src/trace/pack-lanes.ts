/**
 * Gives each interval a lane, from 0, so that intervals of one lane do not overlap; it uses about as many lanes as
 * intervals overlap at most. Time O(n log n).
 * @example
 * packLanes([0, 1, 5], [5, 2, 6]); // [0, 1, 0] or [0, 1, 1]
 */
export function packLanes(starts: readonly number[], ends: readonly number[]): Uint32Array {
  const ids = starts.map((_, id) => id);
  const byStart = [...ids].sort((a, b) => starts[a]! - starts[b]! || a - b);
  const byEnd = [...ids].sort((a, b) => ends[a]! - ends[b]! || a - b);
  const lanes = new Uint32Array(starts.length);
  const placed = new Uint8Array(starts.length);
  const free: number[] = [];
  let laneCount = 0;
  let over = 0;
  for (const id of byStart) {
    // One of no length may end before its turn to begin comes: its lane is not known yet.
    while (over < byEnd.length && ends[byEnd[over]!]! <= starts[id]! && placed[byEnd[over]!] === 1) free.push(lanes[byEnd[over++]!]!);
    lanes[id] = free.pop() ?? laneCount++;
    placed[id] = 1;
  }
  return lanes;
}
