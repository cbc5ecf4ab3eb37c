import { fnv1a } from "../hold-out.ts";
import { foldOf, type MeasuredPoint } from "./points.ts";
import { predict } from "./ladder.ts";
import { errorFigures, rounded } from "./robust.ts";
import { Fits, type LearningOptions, type Rung } from "./rungs.ts";

/** Error of a fit on so many points. */
export interface LearningStep {
  readonly points: number;
  /** Mean relative error on points of other shapes. */
  readonly mean: number;
}

/** Shares of the points that are fitted on, beside all of them. */
const shares = [0.25, 0.5, 1];
/** One fold in so many is predicted. */
const folds = 4;

/**
 * The error of the same rung on fewer points: a quarter, half, and three quarters of all, each predicting the same fourth
 * quarter. Empty where there are too few points to take away from.
 */
export async function learningCurve({ make }: Rung, points: readonly MeasuredPoint[], options: LearningOptions): Promise<readonly LearningStep[]> {
  const unseen = points.filter((point) => foldOf(point, folds) === 0);
  const seen = points.filter((point) => foldOf(point, folds) !== 0).map((point) => ({ point, order: fnv1a(`learning|${point.shapeText}`) })).sort((a, b) => a.order - b.order).map(({ point }) => point);
  if (unseen.length < 5 || seen.length < 20) return [];
  const steps: LearningStep[] = [];
  for (const share of shares) {
    const some = seen.slice(0, Math.round(share * seen.length));
    const model = await make(new Fits(some, options));
    if (model !== undefined) steps.push({ points: some.length, mean: rounded(errorFigures(predict(model, unseen), unseen.map(({ ns }) => ns)).mean) });
  }
  return steps;
}
