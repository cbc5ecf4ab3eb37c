import type { OpClass } from "../../graph/graph.ts";
import type { DeviceFigures } from "../../cost/profile/profile.ts";
import type { TimedWork } from "../../cost/profile/work.ts";
import { fnv1a, isHeldOut, pointText } from "../hold-out.ts";
import { opOfKernel } from "../op-of-kernel.ts";
import { kernelKey, type Kernel, type Sample } from "../sample.ts";
import { driftOf } from "./drift.ts";
import { lowerMedian, robustSpread } from "./robust.ts";

/** A kernel with one time, made of all that was measured of it. */
export interface MeasuredPoint extends TimedWork {
  /** Kind, element type and extents as a text: points of one shape have the same, whatever their threads. */
  readonly shapeText: string;
  readonly heldOut: boolean;
  /** Relative spread of its times; absent where there are fewer than five. */
  readonly noise?: number;
  /** Kernels that the same process had measured before, where the samples say so. */
  readonly place?: number;
}

/** Points that one model is fitted to: of one kind, element type and variant. */
export interface PointGroup {
  readonly kind: string;
  readonly dtype: OpClass["dtype"];
  readonly variant?: string;
  /** Numbers of threads that were measured, ascending; absent where the samples name none. */
  readonly threads?: readonly number[];
  /** What each kernel that was measured before added to a time, ns; it is in `driftNs` of the points. Absent where nothing was seen of it. */
  readonly drift?: number;
  /** In an order that does not depend on that of the samples. */
  readonly points: readonly MeasuredPoint[];
}

/**
 * One time for each kernel: the lower median of its rounds, each of which counts with the lower median of its times. So
 * up to half of the times of a round, and up to half of the rounds but for one, may be absurd: one spike moves nothing.
 * @param opOf the operator of a kernel; default {@link opOfKernel}
 */
export function groupPoints(samples: readonly Sample[], figures: DeviceFigures, opOf: (kernel: Kernel) => OpClass = opOfKernel): readonly PointGroup[] {
  const byKernel = new Map<string, { readonly kernel: Kernel; readonly rounds: number[]; readonly times: number[]; readonly places: number[] }>();
  for (const sample of samples) {
    const key = kernelKey(sample);
    let kernel = byKernel.get(key);
    if (kernel === undefined) byKernel.set(key, (kernel = { kernel: sample, rounds: [], times: [], places: [] }));
    kernel.rounds.push(lowerMedian(sample.ns));
    for (const ns of sample.ns) kernel.times.push(ns);
    if (sample.place !== undefined) kernel.places.push(sample.place);
  }
  const groups = new Map<string, { kernel: Kernel; points: MeasuredPoint[] }>();
  for (const [, { kernel, rounds, times, places }] of [...byKernel].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { kind, dtype, variant, threads = 1 } = kernel;
    const key = `${kind}|${dtype}|${variant ?? ""}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { kernel, points: [] }));
    const ns = lowerMedian(rounds);
    group.points.push({
      op: opOf(kernel), threads, figures, ns, shapeText: pointText(kernel), heldOut: !isFigure(kind) && isHeldOut(kernel),
      ...(times.length >= 5 && { noise: robustSpread(times) / ns }),
      ...(places.length > 0 && { place: lowerMedian(places) }),
    });
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { kernel: { kind, dtype, variant, threads }, points }]) => ({
    kind, dtype, ...(variant !== undefined && { variant }), ...(threads !== undefined && { threads: [...new Set(points.map((point) => point.threads))].sort((a, b) => a - b) }), ...withDrift(points),
  }));
}

/** The drift is that of the points which are not held out; it is known of all of them. */
function withDrift(points: readonly MeasuredPoint[]): Pick<PointGroup, "drift" | "points"> {
  const drift = driftOf(points.filter(({ heldOut }) => !heldOut));
  return drift === 0 ? { points } : { drift, points: points.map((point) => (point.place === undefined ? point : { ...point, driftNs: drift * point.place })) };
}

/** True for figures that are no operator, such as what a whole run takes: few, and none is held out. */
export function isFigure(kind: string): boolean {
  return kind.includes(".");
}

/** Which of so many folds a point belongs to; all points of a shape belong to the same. */
export function foldOf({ shapeText }: MeasuredPoint, folds: number): number {
  return fnv1a(`fold|${shapeText}`) % folds;
}
