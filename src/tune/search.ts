/** One combination: an index into the values of each dimension; and what it gave. Lower is better; Infinity = it failed. */
export interface Trial {
  readonly point: readonly number[];
  readonly value: number;
}

/** How a space was searched. */
export type SearchKind = "exhaustive" | "coordinate descent";

/** What a search found. */
export interface SearchResult {
  readonly kind: SearchKind;
  /** In the order in which they were tried; each point once. */
  readonly trials: readonly Trial[];
  /** Points there are. */
  readonly size: number;
}

/**
 * Finds the point of least value. Where there are no more points than the budget has evaluations, all are tried, in
 * lexicographic order. Otherwise coordinate descent: from a start, one dimension after the other is set to its best value
 * with the others as they are, until a whole pass changes nothing; then again from the next start, as long as there is
 * budget: the middle, the lower and the upper end of all dimensions, and then points that are spread evenly over the space.
 * Ties go to the point tried first. It is the same each time.
 * @param sizes number of values of each dimension
 * @param start the first point of the descent
 * @param budget most evaluations; at least 1
 */
export async function search(sizes: readonly number[], start: readonly number[], budget: number, evaluate: (point: readonly number[]) => Promise<number>): Promise<SearchResult> {
  const size = sizes.reduce((product, count) => product * count, 1);
  const trials = new Map<string, Trial>();
  const spent = (): boolean => trials.size >= budget || trials.size >= size;
  const valueAt = async (point: readonly number[]): Promise<number> => {
    const key = point.join();
    const known = trials.get(key);
    if (known !== undefined) return known.value;
    if (spent()) return Infinity;
    const value = await evaluate(point);
    trials.set(key, { point: [...point], value });
    return value;
  };
  if (size <= budget) {
    for (let i = 0; i < size; i++) await valueAt(pointAt(i, sizes));
    return { kind: "exhaustive", trials: [...trials.values()], size };
  }
  for (const from of starts(sizes, start, budget)) {
    if (spent()) break;
    await descend(from, sizes, valueAt);
  }
  return { kind: "coordinate descent", trials: [...trials.values()], size };
}

async function descend(from: readonly number[], sizes: readonly number[], valueAt: (point: readonly number[]) => Promise<number>): Promise<void> {
  const point = [...from];
  let best = await valueAt(point);
  for (let changed = true; changed; ) {
    changed = false;
    for (let dimension = 0; dimension < sizes.length; dimension++) {
      for (let i = 0; i < sizes[dimension]!; i++) {
        const before = point[dimension]!;
        if (i === before) continue;
        point[dimension] = i;
        const value = await valueAt(point);
        if (value < best) {
          best = value;
          changed = true;
        } else point[dimension] = before;
      }
    }
  }
}

function* starts(sizes: readonly number[], first: readonly number[], budget: number): Generator<number[]> {
  yield [...first];
  yield sizes.map((count) => count >> 1);
  yield sizes.map(() => 0);
  yield sizes.map((count) => count - 1);
  // Halton points: each dimension in a base of its own.
  for (let n = 1; n <= budget; n++) yield sizes.map((count, d) => Math.floor(radicalInverse(n, primes[d % primes.length]!) * count));
}

const primes = [2, 3, 5, 7, 11, 13, 17, 19];

/** The digits of n in a base, mirrored at the point. @source J. H. Halton, Numerische Mathematik 2, 1960 */
function radicalInverse(n: number, base: number): number {
  let value = 0;
  for (let share = 1 / base; n > 0; share /= base) {
    value += (n % base) * share;
    n = Math.floor(n / base);
  }
  return value;
}

/** The point of this rank in lexicographic order. */
function pointAt(rank: number, sizes: readonly number[]): number[] {
  const point = sizes.map(() => 0);
  for (let d = sizes.length - 1; d >= 0; d--) {
    point[d] = rank % sizes[d]!;
    rank = Math.floor(rank / sizes[d]!);
  }
  return point;
}
