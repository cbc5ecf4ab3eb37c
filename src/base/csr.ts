/** Lists of integers in compressed form: those of i are at item[start[i]] .. item[start[i + 1] - 1]. */
export interface Csr {
  readonly start: Uint32Array;
  readonly item: Uint32Array;
}

/**
 * Positions of `keys` grouped by their key, each group in order: a counting sort.
 * @param isIn leaves positions out; default: none
 * @example
 * groupBy(3, [2, 0, 2]).item; // Uint32Array.of(1, 0, 2)
 */
export function groupBy(keyCount: number, keys: ArrayLike<number>, isIn?: (position: number) => boolean): Csr {
  const start = new Uint32Array(keyCount + 1);
  for (let i = 0; i < keys.length; i++) if (isIn === undefined || isIn(i)) start[keys[i]! + 1]!++;
  for (let key = 0; key < keyCount; key++) start[key + 1]! += start[key]!;
  const fill = start.slice(0, keyCount);
  const item = new Uint32Array(start[keyCount]!);
  for (let i = 0; i < keys.length; i++) if (isIn === undefined || isIn(i)) item[fill[keys[i]!]!++] = i;
  return { start, item };
}
