import type { ProfileModel } from "../../cost/profile/profile.ts";
import { formulas } from "../../cost/profile/formulas.ts";
import { evaluate } from "../../cost/profile/profile-model.ts";
import type { Work } from "../../cost/profile/work.ts";
import { foldOf, type MeasuredPoint } from "./points.ts";
import { errorFigures, logRatios, lowerMedian, robustSpread } from "./robust.ts";
import { Fits, rung, type LearningOptions, type Rung } from "./rungs.ts";

/** Parts of the points in cross-validation: each is predicted by fits that saw the others only. */
const folds = 5;

/** What cross-validation says of a rung. */
export interface Validated {
  readonly rung: Rung;
  /** By point, from a fit that had not seen its shape, ns. */
  readonly predicted: Float64Array;
  /** Mean relative error. */
  readonly mean: number;
}

/**
 * Predicts every point by fits that have seen no point of its shape. Rungs that cannot be made of the points are left
 * out.
 * @param fitsByFold fits of an earlier call with the same points and options, and where those of this one go
 */
export async function crossValidate(rungs: readonly Rung[], points: readonly MeasuredPoint[], options: LearningOptions, fitsByFold = new Map<number, Fits>()): Promise<readonly Validated[]> {
  const predicted = rungs.map(() => new Float64Array(points.length).fill(NaN));
  for (let fold = 0; fold < folds; fold++) {
    const seen = points.filter((point) => foldOf(point, folds) !== fold);
    if (seen.length === points.length || seen.length === 0) continue;
    const fits = fitsByFold.get(fold) ?? new Fits(seen, options);
    fitsByFold.set(fold, fits);
    for (const [i, { make }] of rungs.entries()) {
      const model = await make(fits);
      if (model === undefined) continue;
      const timeOf = evaluate(model);
      for (const [p, point] of points.entries()) if (foldOf(point, folds) === fold) predicted[i]![p] = timeOf(point).ns;
    }
  }
  const measured = points.map(({ ns }) => ns);
  return rungs.map((rung, i) => ({ rung, predicted: predicted[i]!, mean: errorFigures(predicted[i]!, measured).mean })).filter(({ mean }) => Number.isFinite(mean));
}

/** By how much better a rung must be than those before it to be worth it: a fiftieth, and half a thousandth of the time … */
const worthIt = 0.98;
const leastGain = 0.0005;
/** … and a tenth where it leaves a formula that holds beyond the measured sizes for one that may not. */
const worthLeavingPhysics = 0.9;

/** Points that a residual needs: of fewer it would learn the noise. */
export const leastForResidual = 24;
/** Kernel regressions are for few points: of more, trees learn more in less time. */
export const mostForKernel = 2000;

/**
 * Tries the ladder on the points: each formula alone that there are enough points for; then what a formula leaves, as a
 * table, by kernel regression, by trees, and by both of these; over the best formula that stands on physics, and over an
 * empirical one where that is much better. A rung is taken when its error in cross-validation is a fiftieth below that of
 * every one before it, an empirical one when it is a tenth below.
 * @returns the chosen rung first, the others by error; empty where no formula says anything of the points
 */
export async function climb(points: readonly MeasuredPoint[], formulaNames: readonly string[], options: LearningOptions): Promise<readonly Validated[]> {
  const applicable = formulaNames.filter((name) => formulas.get(name).coefficients(points) !== undefined);
  const trusted = applicable.filter((name) => options.prior?.[name] !== undefined || hasEnough(name, points));
  const fitsByFold = new Map<number, Fits>();
  const plain = await crossValidate((trusted.length > 0 ? trusted : applicable.slice(0, 1)).map((name) => rung(name)), points, options, fitsByFold);
  const [physical, other] = [false, true].map((empirical) => leastOf(plain.filter(({ rung: { formula } }) => isEmpirical(formula) === empirical)));
  const bases = [physical, other !== undefined && (physical === undefined || other.mean < worthLeavingPhysics * physical.mean) ? other : undefined].filter((base) => base !== undefined);
  const types = points.length < leastForResidual ? [] : points.length > mostForKernel ? ([["table"], ["trees"]] as const) : ([["table"], ["kernel"], ["trees"], ["trees", "kernel"]] as const);
  const learned = await crossValidate(bases.flatMap((base) => types.map((list) => rung(base.rung.name, list))), points, options, fitsByFold);
  const ladder = [...plain, ...learned];
  const [solid, loose] = [false, true].map((empirical) => firstWorthIt(ladder.filter(({ rung: { formula } }) => isEmpirical(formula) === empirical)));
  const chosen = solid === undefined || (loose !== undefined && loose.mean < worthLeavingPhysics * solid.mean) ? loose : solid;
  return chosen === undefined ? [] : [chosen, ...ladder.filter((next) => next !== chosen).sort((a, b) => a.mean - b.mean)];
}

/** A formula needs three shapes for each of its coefficients, where nothing but the points says what they are. */
function hasEnough(formula: string, points: readonly MeasuredPoint[]): boolean {
  return new Set(points.map(({ shapeText }) => shapeText)).size >= 3 * (formulas.get(formula).coefficients(points)?.length ?? Infinity);
}

function isEmpirical(formula: string): boolean {
  return formulas.get(formula).empirical ?? false;
}

function firstWorthIt(list: readonly Validated[]): Validated | undefined {
  return list.reduce<Validated | undefined>((chosen, next) => (chosen === undefined || next.mean < worthIt * chosen.mean - leastGain ? next : chosen), undefined);
}

function leastOf(list: readonly Validated[]): Validated | undefined {
  return list.reduce<Validated | undefined>((least, next) => (least === undefined || next.mean < least.mean ? next : least), undefined);
}

/** A time is absurd when it is off by more than this factor … */
const absurdFactor = 0.9;
/** … and by more than so many robust standard deviations. */
const absurdDeviations = 7;

/**
 * Points that no fit of the others explains: off by more than e^0.9 = 2.5 times, and by more than seven robust standard
 * deviations, of what points of other shapes say. They are left out of the fit (never of the held-out points).
 */
export async function withoutAbsurd(points: readonly MeasuredPoint[], formula: string, options: LearningOptions): Promise<readonly MeasuredPoint[]> {
  const quick = points.length < leastForResidual ? rung(formula) : rung(formula, ["trees"]);
  const [validated] = await crossValidate([quick], points, { ...options, trees: { ...options.trees, trees: 80, rate: 0.15 } });
  if (validated === undefined) return points;
  const ratios = logRatios(points.map(({ ns }) => ns), validated.predicted);
  const middle = lowerMedian(ratios);
  const edge = Math.max(absurdFactor, absurdDeviations * robustSpread(ratios));
  return points.filter((_, i) => Math.abs(ratios[i]! - middle) <= edge);
}

/** Times of a model for some works, ns. */
export function predict(model: ProfileModel, works: readonly Work[]): Float64Array {
  const timeOf = evaluate(model);
  return Float64Array.from(works, (work) => timeOf(work).ns);
}
