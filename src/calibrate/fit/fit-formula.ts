import { exactExp, exactLog } from "../../base/math.ts";
import { phasesNs, type Coefficient, type Formula } from "../../cost/profile/formula.ts";
import type { ProfileBase } from "../../cost/profile/profile.ts";
import type { TimedWork } from "../../cost/profile/work.ts";
import { minimize } from "./minimize.ts";
import { rounded } from "./robust.ts";

/** Log ratios below this count by their square, larger ones by their size: a fit to the middle of the points, not to their mean. */
const bend = 0.05;

/** How much a coefficient that is a factor of e away from where it was expected adds to the sum of all points' losses … */
const pullOfStart = 0.005;
/** … and where similar operators say what to expect. Many points overrule both; few, or points that say nothing of it, do not. */
const pullOfPrior = 0.15;

/** More points than these add nothing to a handful of coefficients; of more, every so many-th is looked at. */
const mostPoints = 1500;

/**
 * Fits the coefficients of a formula to measured times, by the size of the log ratios: relative errors count, and a
 * hundredth of absurd times moves little. Coefficients that the points say little of stay near where they start.
 * `undefined` where the formula has nothing to say of the works.
 * @param prior - coefficients of similar operators, to start from and stay near
 * @param hold - how much being off the start by a factor of e adds to the mean loss of the points, beside that; default 0
 */
export function fitFormula(formula: Formula, works: readonly TimedWork[], prior: Readonly<Record<string, number>> = {}, hold = 0): ProfileBase | undefined {
  const list = formula.coefficients(works)?.map((coefficient) => ({ ...coefficient, start: prior[coefficient.name] ?? coefficient.start }));
  if (list === undefined) return undefined;
  const free = list.filter(({ domain, start }) => domain !== "positive" || start > 0);
  const stride = Math.ceil(works.length / mostPoints);
  const seen = works.filter((_, i) => i % stride === 0);
  const logs = seen.map(({ ns }) => exactLog(ns));
  const at = (point: readonly number[]): Record<string, number> => {
    const parameters: Record<string, number> = Object.fromEntries(list.map(({ name, start }) => [name, start]));
    for (const [i, { name, domain }] of free.entries()) parameters[name] = inward(point[i]!, domain);
    return parameters;
  };
  const starts = free.map(({ start, domain }) => outward(start, domain));
  const pulls = free.map(({ name, domain }) => (prior[name] !== undefined ? pullOfPrior : domain === "number" ? 0 : pullOfStart) + hold * seen.length);
  const loss = (point: readonly number[]): number => {
    const phases = formula.phases(at(point));
    let sum = 0;
    for (let i = 0; i < point.length; i++) sum += pulls[i]! * (point[i]! - starts[i]!) ** 2;
    for (let i = 0; i < seen.length; i++) {
      const ratio = logs[i]! - exactLog(phasesNs(phases(seen[i]!)) + (seen[i]!.driftNs ?? 0));
      sum += Math.sqrt(ratio * ratio + bend * bend) - bend;
    }
    return sum / seen.length;
  };
  const best = minimize(loss, starts);
  const parameters = at(best);
  return { formula: formula.name, parameters: Object.fromEntries(list.map(({ name }) => [name, rounded(parameters[name]!)])) };
}

/** From where any number may be searched to where the coefficient lies. */
function inward(value: number, domain: Coefficient["domain"]): number {
  if (domain === "number") return value;
  return domain === "positive" ? exactExp(Math.max(-60, Math.min(60, value))) : 1 / (1 + exactExp(-Math.max(-30, Math.min(30, value))));
}

function outward(start: number, domain: Coefficient["domain"]): number {
  if (domain === "number") return start;
  return domain === "positive" ? exactLog(start) : exactLog(Math.max(1e-6, start) / Math.max(1e-6, 1 - start));
}
