/**
 * Values learned from samples, one a cell: an exponential average, `value += smoothing · (sample − value)`, of the median
 * of the last three samples, so that no single outlier is ever believed once three values are known.
 */
export class LearnedTimes {
  readonly #smoothing: number;
  readonly #value: Float64Array;
  readonly #last: Float64Array;
  readonly #secondLast: Float64Array;

  /** @param prior What every cell holds before its first sample, and then counts as two samples; NaN = nothing: the first sample is believed. */
  constructor(cells: number, smoothing: number, prior: number) {
    this.#smoothing = smoothing;
    this.#value = new Float64Array(cells).fill(prior);
    this.#last = new Float64Array(cells).fill(prior);
    this.#secondLast = new Float64Array(cells).fill(prior);
  }

  /** The value learned; the prior before the first sample. */
  get(cell: number): number {
    return this.#value[cell]!;
  }

  /** Takes in a finite sample. */
  learn(cell: number, sample: number): void {
    if (Number.isNaN(this.#value[cell]!)) this.#value[cell] = this.#last[cell] = this.#secondLast[cell] = sample;
    const middle = median(sample, this.#last[cell]!, this.#secondLast[cell]!);
    this.#value[cell]! += this.#smoothing * (middle - this.#value[cell]!);
    this.#secondLast[cell] = this.#last[cell]!;
    this.#last[cell] = sample;
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
