/**
 * Share of the repeated touches of a working set that find it in a place of a given capacity: lines in a cache, pages in
 * a TLB or in memory, whatever is kept by recency.
 *
 * - `stream`: a set that is swept from end to end, again and again, is found whole where it fits and not at all where it
 *   does not: least-recently-used gives up each piece just before it is needed again. Caches that keep part of it on
 *   purpose do better.
 * - `random`: the hottest capacity/set are held, which get (capacity/set)^(1 - skew) of the touches; with skew 0, as many
 *   as fit. Least-recently-used comes near it and not above.
 * @source A. J. Smith, Cache Memories, ACM Computing Surveys 14(3), 1982 (the cliff of cyclic sweeps); Hennessy & Patterson,
 *   Computer Architecture: A Quantitative Approach, 6th ed., appendix B (capacity misses); J. McCabe, On serial files with
 *   relocatable records, Operations Research 13(4), 1965 (independent references)
 * @example
 * hitFraction("random", 256, 1024); // 0.25
 * hitFraction("stream", 256, 1024); // 0
 */
export function hitFraction(pattern: "stream" | "random", capacity: number, workingSet: number, skew = 0): number {
  if (capacity >= workingSet) return 1;
  if (pattern === "stream" || capacity <= 0) return 0;
  return skew === 0 ? capacity / workingSet : (capacity / workingSet) ** (1 - skew);
}

/**
 * Touches, of `touches` in all, that a place of a given capacity does not serve: those of what was not there yet (`cold`,
 * at most the working set), and what {@link hitFraction} leaves of the others. All four in the same unit.
 * @example
 * missed("stream", 4096, 1024, 1024, 2048); // 1024: the first sweep of four
 */
export function missed(pattern: "stream" | "random", touches: number, workingSet: number, cold: number, capacity: number, skew = 0): number {
  const first = Math.min(touches, cold);
  return first + (touches - first) * (1 - hitFraction(pattern, capacity, workingSet, skew));
}

/**
 * What is left of a working set that was last in use before `insertedBytes` of others came into the cache: they take its
 * oldest lines. So a thread that returns to its core pays for what others ran there meanwhile, and one that comes to a
 * new core for all of it.
 * @source Thiebaut & Stone, Footprints in the Cache, ACM TOCS 5(4), 1987, with the footprints of others laid side by side
 * @example
 * survivingBytes(24, 16, 32); // 16
 */
export function survivingBytes(workingSet: number, insertedBytes: number, capacity: number): number {
  return Math.max(0, Math.min(workingSet, capacity - insertedBytes));
}
