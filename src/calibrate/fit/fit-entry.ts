import type { ErrorFigures, ProfileEntry } from "../../cost/profile/profile.ts";
import { bytesOf } from "../../cost/profile/work.ts";
import type { KernelOptions } from "./fit-kernel.ts";
import { climb, leastForResidual, mostForKernel, predict, withoutAbsurd } from "./ladder.ts";
import { learningCurve } from "./learning-curve.ts";
import type { MeasuredPoint, PointGroup } from "./points.ts";
import { errorFigures, logRatios, lowerMedian, rounded, winsorizedSpread } from "./robust.ts";
import { Fits, inputsOf, kernelFeatures, rung, type LearningOptions } from "./rungs.ts";
import { tuneKernel } from "./tune-kernel.ts";

/** How one kind of operator is fitted. */
export interface EntryOptions extends LearningOptions {
  /** Names of the formulas to try, simple ones first. */
  readonly formulas: readonly string[];
  /** Fit the learning curve and the plain models to compare with. Default true. */
  readonly judge?: boolean;
  /** Fewest shapes that it is fitted to. Default {@link leastShapes}. */
  readonly leastShapes?: number;
}

/** Fewest shapes that a model is fitted to, where nothing else is asked for: numbers of threads are no further ones. */
export const leastShapes = 5;

/**
 * Fits one kind of operator, in one element type: leaves out what is absurd, climbs the ladder, and tells the error on
 * the held-out points, which nothing of the fit has seen. `undefined` when there are fewer than {@link leastShapes}, and where no rung can be made of them.
 */
export async function fitEntry({ kind, dtype, variant, threads, drift, points: all }: PointGroup, options: EntryOptions): Promise<ProfileEntry | undefined> {
  const given = all.filter(({ heldOut }) => !heldOut);
  const heldOut = all.filter((point) => point.heldOut);
  if (shapesOf(given) < (options.leastShapes ?? leastShapes)) return undefined;
  const formula = options.formulas.find((name) => new Fits(given.slice(0, 50), options).base(name) !== undefined);
  if (formula === undefined) return undefined;
  const points = await withoutAbsurd(given, formula, options);
  const tuned = { ...options, kernel: options.kernel ?? (await kernelOptions(points, formula, options.kernelFeatures ?? kernelFeatures)) };
  const ladder = await climb(points, options.formulas, tuned);
  const chosen = ladder[0];
  const fits = new Fits(points, tuned);
  const model = await chosen?.rung.make(fits);
  if (chosen === undefined || model === undefined) return undefined;
  const judge = options.judge ?? true;
  const learning = judge ? await learningCurve(chosen.rung, points, tuned) : [];
  const noises = all.flatMap(({ noise }) => (noise === undefined ? [] : [noise]));
  return {
    kind, dtype, ...(variant !== undefined && { variant }), ...(threads && { threads: [...threads] }), model,
    ladder: ladder.map(({ rung: { name }, mean }) => ({ model: name, mean: rounded(mean) })),
    sigma: rounded(winsorizedSpread(logRatios(points.map(({ ns }) => ns), chosen.predicted))),
    ...(noises.length > 0 && { noise: rounded(lowerMedian(noises)) }),
    range: rangeOf(points), points: points.length, ...(points.length < given.length && { leftOut: given.length - points.length }), ...(drift !== undefined && { drift: rounded(drift) }),
    ...(heldOut.length > 0 && { error: {
      heldOut: heldOut.length, ...errorOf(predict(model, heldOut), heldOut),
      ...(judge && { baselines: await baselines(points, heldOut) }),
    } }),
    ...(learning.length > 0 && { learning: [...learning] }),
  };
}

/** How many shapes points are of. */
export function shapesOf(points: readonly MeasuredPoint[]): number {
  return new Set(points.map(({ shapeText }) => shapeText)).size;
}

/** Widths for kernel regressions on what the formula leaves; the defaults where there will be none. */
async function kernelOptions(points: readonly MeasuredPoint[], formula: string, features: string): Promise<KernelOptions> {
  const model = await rung(formula).make(new Fits(points, { features }));
  if (model === undefined || points.length < leastForResidual || points.length > mostForKernel) return {};
  const { names, columns } = inputsOf(points, features);
  const ratios = logRatios(points.map(({ ns }) => ns), predict(model, points));
  return columns.length === 0 ? {} : { inputs: names, ...(await tuneKernel(columns, ratios, points.map(({ shapeText, threads }) => `${shapeText}|${threads}`))) };
}

function errorOf(predicted: ArrayLike<number>, points: readonly MeasuredPoint[]): ErrorFigures {
  const { mean, median, p90 } = errorFigures(predicted, points.map(({ ns }) => ns));
  return { mean: rounded(mean), median: rounded(median), p90: rounded(p90) };
}

/** Two plain models on the same points: a roofline of three parameters, and trees on the logarithms of extents, without any formula. */
async function baselines(points: readonly MeasuredPoint[], heldOut: readonly MeasuredPoint[]): Promise<{ roofline?: ErrorFigures; trees?: ErrorFigures }> {
  const fits = new Fits(points, { features: "extents" });
  const [roofline, trees] = [await rung("roofline").make(fits), await rung("constant", ["trees"]).make(fits)];
  return { ...(roofline && { roofline: errorOf(predict(roofline, heldOut), heldOut) }), ...(trees && { trees: errorOf(predict(trees, heldOut), heldOut) }) };
}

function rangeOf(points: readonly MeasuredPoint[]): ProfileEntry["range"] {
  const span = (values: readonly number[]): [number, number] => [rounded(values.reduce((a, b) => Math.min(a, b))), rounded(values.reduce((a, b) => Math.max(a, b)))];
  const names = [...new Set(points.flatMap(({ op }) => Object.keys(op.shape)))].sort();
  return {
    extents: Object.fromEntries(names.map((name) => [name, span(points.map(({ op }) => op.shape[name] ?? 1))])),
    flops: span(points.map(({ op }) => op.flops)), bytes: span(points.map(({ op }) => bytesOf(op))),
  };
}
