/** Buckets of one octave. */
const PARTS = 32;
const OCTAVES = 64;
/** Where each begins, and its reciprocal: multiplying by a power of two is exact, and faster than dividing. */
const EDGES = Float64Array.from({ length: OCTAVES }, (_, octave) => 2 ** octave);
const PER_EDGE = EDGES.map((edge) => 1 / edge);

/** Durations, counted in buckets that are 1/32 of an octave wide: count, sum and extremes are exact, quantiles within 3.2 %. */
export class DurationHistogram {
  /** By octave: there may be a million histograms of a few durations that are much alike. */
  readonly #octaves: (Uint32Array | undefined)[] = [];
  /** Durations below one tick. */
  #zeros = 0;
  count = 0;
  sum = 0;
  largest = 0;
  smallest = Infinity;

  add(ticks: number): void {
    this.count++;
    this.sum += ticks;
    if (ticks > this.largest) this.largest = ticks;
    if (ticks < this.smallest) this.smallest = ticks;
    if (ticks < 1) {
      this.#zeros++;
      return;
    }
    const octave = octaveOf(ticks);
    const part = Math.floor((ticks * PER_EDGE[octave]! - 1) * PARTS);
    (this.#octaves[octave] ??= new Uint32Array(PARTS))[part]!++;
  }

  get mean(): number {
    return this.count > 0 ? this.sum / this.count : 0;
  }

  /** The upper edge of the bucket that holds the quantile `q` in [0, 1], but no more than the largest; 0 without durations. */
  quantile(q: number): number {
    let left = Math.max(1, Math.ceil(q * this.count)) - this.#zeros;
    if (left <= 0) return 0;
    for (const [octave, counts] of this.#octaves.entries()) {
      if (counts === undefined) continue;
      for (let part = 0; part < PARTS; part++) {
        left -= counts[part]!;
        if (left <= 0) return Math.min(this.largest, EDGES[octave]! * (1 + (part + 1) / PARTS));
      }
    }
    return this.largest;
  }
}

/** ⌊log₂ ticks⌋ of a duration of at least one tick. */
function octaveOf(ticks: number): number {
  if (ticks < 2 ** 31) return 31 - Math.clz32(ticks);
  let octave = 31;
  while (octave < OCTAVES - 1 && ticks >= EDGES[octave + 1]!) octave++;
  return octave;
}
