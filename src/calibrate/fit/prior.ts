import { cachedRooflineFormula } from "../../cost/profile/cached-roofline-formula.ts";
import { pagedRooflineFormula } from "../../cost/profile/paged-roofline-formula.ts";
import { rooflineFormula } from "../../cost/profile/roofline-formula.ts";
import { rowsRooflineFormula } from "../../cost/profile/rows-roofline-formula.ts";
import { swapFormula } from "../../cost/profile/swap-formula.ts";
import { categoryOf } from "../../graph/op-kinds.ts";
import { fitFormula } from "./fit-formula.ts";
import type { MeasuredPoint, PointGroup } from "./points.ts";

/** What to expect of an operator before its own measurements have been looked at: by formula, coefficients. */
export type Prior = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Points of a category that say something of all its kinds. */
const leastPoints = 20;

/**
 * The rooflines of whole categories (arithmetic; memory), each over all kinds of an element type: the fit of a kind
 * with few points stays near them. A category with one kind alone tells that kind nothing that it does not know.
 */
export function categoryPriors(groups: readonly PointGroup[]): (group: PointGroup) => Prior {
  const pools = new Map<string, { readonly points: MeasuredPoint[]; kinds: number }>();
  for (const group of groups) {
    const key = categoryKey(group);
    let pool = pools.get(key);
    if (pool === undefined) pools.set(key, (pool = { points: [], kinds: 0 }));
    pool.kinds++;
    for (const point of group.points) if (!point.heldOut) pool.points.push(point);
  }
  const priors = new Map<string, Prior>();
  for (const [key, { points, kinds }] of pools) {
    if (kinds < 2 || points.length < leastPoints) continue;
    const bases = [rooflineFormula, cachedRooflineFormula, pagedRooflineFormula].flatMap((formula) => fitFormula(formula, points) ?? []);
    const prior: Record<string, Prior[string]> = Object.fromEntries(bases.map(({ formula, parameters }) => [formula, parameters]));
    // These add to it what is a kind's own.
    const cached = prior[cachedRooflineFormula.name];
    if (cached !== undefined) for (const { name } of [rowsRooflineFormula, swapFormula]) prior[name] = cached;
    priors.set(key, prior);
  }
  return (group) => priors.get(categoryKey(group)) ?? {};
}

function categoryKey({ kind, dtype }: PointGroup): string {
  return `${categoryOf(kind) ?? "other"}|${dtype}`;
}
