import { exactExp, exactLog } from "../../base/math.ts";
import type { DeviceFigures } from "./profile.ts";

/** Share of its peak that the best kernel of a GPU reaches where power is no limit. */
const bestShare = 0.93;

/** How a board keeps to its power. */
export interface PowerLimit {
  /** Arithmetic that a watt sustains on processes of 12 and 16 nm, flops/ns. */
  readonly flopsPerNsWatt: number;
  /** Of the slowdown, as a power of it, what even the shortest kernels see: they run again and again, on a board that is warm. In [0, 1]. */
  readonly throttled: number;
  /** Length of a kernel that sees half of the rest, ns. */
  readonly throttleNs: number;
}

/**
 * By how much a kernel slows down that would take so long at the clock of the data sheet; 1 on boards whose power
 * sustains that clock, and on those whose power is not known. The longer a kernel takes, the closer it comes to the rate
 * that the power sustains.
 */
export function powerSlowdown({ flopsPerNsWatt, throttled, throttleNs }: PowerLimit, figures: DeviceFigures): (ns: number) => number {
  const { watts, peakFlopsPerNs } = figures;
  if (watts === undefined) return () => 1;
  const whole = ((peakFlopsPerNs?.f32 ?? 0) * bestShare) / (flopsPerNsWatt * processGain(figures) * watts);
  if (whole <= 1) return () => 1;
  const log = exactLog(whole);
  return (ns) => exactExp(log * (throttled + ((1 - throttled) * ns) / (ns + throttleNs)));
}

/**
 * Arithmetic that a watt sustains against the 12 and 16 nm processes of Pascal, Volta and Turing: 7 and 8 nm from Ampere
 * (8.0) on, 4 nm for Ada and Hopper (8.9 and above).
 */
export function processGain({ capability = 8 }: DeviceFigures): number {
  return capability < 8 ? 1 : capability < 8.9 ? 1.3 : 2.4;
}
