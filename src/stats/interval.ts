/**
 * An interval that covers the true figure with a stated probability. `undefined` at an end: so few values say nothing
 * on that side.
 */
export interface Interval {
  readonly low: number | undefined;
  readonly high: number | undefined;
}
