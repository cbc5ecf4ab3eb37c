/** Flows (things that may overlap in time: transfers, jobs) arranged in rows without overlap. */
export interface PackedFlows {
  /** Most flows at one time; a flow of no length counts at its start. */
  readonly peak: number;
  /** Ticks in which there was at least one. */
  readonly busyTicks: number;
  /** The given ids in order of (start, id), the row of each, from 0, and how many rows. Absent when `peak` exceeds the rows allowed. */
  readonly rows?: { readonly order: Uint32Array; readonly row: Uint8Array; readonly count: number };
}

/**
 * Packs intervals first-fit, by start: uses as few rows as there are flows at one time (a flow of no length may take
 * one more).
 * @param ids which entries of `start` and `end` take part, ascending
 * @param maxRows largest peak that is packed, at most 254
 */
export function packFlows(ids: Uint32Array, start: ArrayLike<number>, end: ArrayLike<number>, maxRows: number): PackedFlows {
  const starts = Float64Array.from(ids, (id) => start[id]!);
  const inOrder = isSorted(starts);
  if (!inOrder) starts.sort();
  const ends = Float64Array.from(ids, (id) => end[id]!).sort();

  let peak = 0;
  let ended = 0;
  let busyTicks = 0;
  for (let i = 0; i < starts.length; i++) {
    while (ended < i && ends[ended]! <= starts[i]!) ended++;
    peak = Math.max(peak, i + 1 - ended);
    // Exactly one in flight: a busy stretch begins. It ends at the last end before the next such start.
    if (ended === i) busyTicks += (i > 0 ? ends[i - 1]! : 0) - starts[i]!;
  }
  if (starts.length > 0) busyTicks += ends.at(-1)!;
  if (peak > maxRows) return { peak, busyTicks };

  const order = inOrder ? ids : ids.slice().sort((a, b) => start[a]! - start[b]! || a - b);
  const row = new Uint8Array(order.length);
  const freeAt: number[] = [];
  for (let i = 0; i < order.length; i++) {
    const from = start[order[i]!]!;
    let r = freeAt.findIndex((ticks) => ticks <= from);
    if (r < 0) r = freeAt.length;
    freeAt[r] = end[order[i]!]!;
    row[i] = r;
  }
  return { peak, busyTicks, rows: { order, row, count: freeAt.length } };
}

function isSorted(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i - 1]! > values[i]!) return false;
  return true;
}
