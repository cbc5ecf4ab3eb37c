import type { DurationHistogram } from "./duration-histogram.ts";

/** Durations of several things (objects, spans, groups), one entry each; all 0 where there were none. In ticks. */
export interface DurationColumns {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly smallest: Float64Array;
  readonly largest: Float64Array;
  /** Quantiles, within 3.2 %. */
  readonly p50: Float64Array;
  readonly p90: Float64Array;
  readonly p99: Float64Array;
}

export function durationColumns(histograms: readonly (DurationHistogram | undefined)[]): DurationColumns {
  const column = (of: (histogram: DurationHistogram) => number): Float64Array => Float64Array.from(histograms, (histogram) => (histogram === undefined || histogram.count === 0 ? 0 : of(histogram)));
  return {
    count: column(({ count }) => count), sum: column(({ sum }) => sum), smallest: column(({ smallest }) => smallest), largest: column(({ largest }) => largest),
    p50: column((histogram) => histogram.quantile(0.5)), p90: column((histogram) => histogram.quantile(0.9)), p99: column((histogram) => histogram.quantile(0.99)),
  };
}
