import type { Formula } from "../../cost/profile/formula.ts";
import type { ProfileBase } from "../../cost/profile/profile.ts";
import type { TimedWork } from "../../cost/profile/work.ts";
import { fitFormula } from "./fit-formula.ts";
import { lowerMedian, rounded } from "./robust.ts";

/** Points that a common fit looks at of each device: all devices count alike. */
const pointsOfEach = 400;
/** How strongly coefficients are held where they start: a device that was never measured is served by physics, not by what happens to fit the others. */
const hold = 0.2;
/** Of a device's times, sorted, the one in this place is hardly more than that of starting a kernel: absurd ones below it do not count. */
const startPlace = 0.005;
/** The rest is the kernel's own work. */
const startShare = 0.95;

/** How a common fit is made. */
export interface AcrossOptions {
  /**
   * The least times are those of starting a kernel: the coefficient `fixedNs` is then what the device in the middle takes.
   * It is the host's time more than the device's, and so no data sheet tells it. Default false: it is fitted.
   */
  readonly startsShow?: boolean;
}

/**
 * One set of coefficients for several devices; the formula must take what differs between them from their figures.
 * `undefined` where the formula has nothing to say of the works.
 * @param byDevice works of each device, with its figures
 */
export function fitAcrossDevices(formula: Formula, byDevice: readonly (readonly TimedWork[])[], { startsShow = false }: AcrossOptions = {}): ProfileBase | undefined {
  const chosen = byDevice.flatMap((works) => everySoMany(works, pointsOfEach));
  if (chosen.length === 0) return undefined;
  if (!startsShow) return fitFormula(formula, chosen, {}, hold);
  const fixedNs = rounded(lowerMedian(byDevice.map(startNs)));
  const started: Formula = {
    ...formula,
    coefficients: (works) => formula.coefficients(works)?.filter(({ name }) => name !== "fixedNs"),
    phases: (parameters) => formula.phases({ ...parameters, fixedNs }),
  };
  const base = fitFormula(started, chosen, {}, hold);
  return base && { ...base, parameters: { fixedNs, ...base.parameters } };
}

function startNs(works: readonly TimedWork[]): number {
  const sorted = works.map(({ ns }) => ns).sort((a, b) => a - b);
  return startShare * (sorted[Math.floor(startPlace * sorted.length)] ?? NaN);
}

function everySoMany(works: readonly TimedWork[], most: number): readonly TimedWork[] {
  const stride = Math.max(1, works.length / most);
  return Array.from({ length: Math.min(most, works.length) }, (_, i) => works[Math.floor(i * stride)]!);
}
