import type { Formula } from "../../cost/profile/formula.ts";
import { generationOf, type Generation } from "../../cost/profile/gpu-tiles.ts";
import type { ProfileBase } from "../../cost/profile/profile.ts";
import type { TimedWork } from "../../cost/profile/work.ts";
import { fitFormula } from "./fit-formula.ts";

/** Points that a common fit looks at of each device of the generation that it is for … */
const pointsOfKin = 400;
/** … and of each other device. */
const pointsOfOthers = 100;
/** How strongly coefficients are held where they start: a device that was never measured is served by physics, not by what happens to fit the others. */
const hold = 0.02;

/**
 * One set of coefficients for several devices; the formula must take what differs between them from their figures.
 * Devices of the generation that is asked for count four times as much as others. `undefined` where the formula has
 * nothing to say of the works.
 * @param byDevice works of each device, with its figures
 * @param generation of the devices that will be predicted; default: all devices count alike
 */
export function fitAcrossDevices(formula: Formula, byDevice: readonly (readonly TimedWork[])[], generation?: Generation): ProfileBase | undefined {
  const chosen = byDevice.flatMap((works) => everySoMany(works, generation === undefined || generationOf(works[0]?.figures.capability) === generation ? pointsOfKin : pointsOfOthers));
  return chosen.length === 0 ? undefined : fitFormula(formula, chosen, {}, hold);
}

function everySoMany(works: readonly TimedWork[], most: number): readonly TimedWork[] {
  const stride = Math.max(1, works.length / most);
  return Array.from({ length: Math.min(most, works.length) }, (_, i) => works[Math.floor(i * stride)]!);
}
