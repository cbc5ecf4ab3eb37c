import type { Profile } from "../../cost/profile/profile.ts";
import { isHeldOut } from "../hold-out.ts";
import type { Kernel } from "../sample.ts";
import { steadyEntries } from "./steady-entries.ts";

/** Kinds of operators that say how fast a machine is: those that a calibration measures at the most shapes, as networks spend their time on them. */
const mostKinds = 6;

/**
 * The kernels of a profile that tell how fast its machine is now: of the {@link steadyEntries | steady} kinds with the
 * most points, in proportion to these, the first ones that a backend measures, so that every calibration has them. Those
 * that were held out are left out: the profile knows the others better.
 * @param offered all that the backend can measure, in its order
 * @param threads numbers of threads that are of interest; those that the profile does not have are left out
 * @param most kernels, all in all
 * @source A. Sainte-Laguë, "La représentation proportionnelle et la méthode des moindres carrés", 1910: the next one goes
 * to the kind with the most points for 2 · (kernels so far) + 1, so that any beginning is in proportion
 */
export function speedKernels(offered: readonly Kernel[], profile: Profile, threads: readonly number[], most: number): readonly Kernel[] {
  const steady = [...steadyEntries(profile).values()];
  const kinds = [...new Set(steady.map(({ kind }) => kind))].map((kind) => {
    const entries = steady.filter((entry) => entry.kind === kind);
    const wanted = threads.filter((count) => entries.some((entry) => entry.threads?.includes(count)));
    return {
      kind, taken: 0, points: entries.reduce((sum, { points }) => sum + points, 0),
      kernels: offered.filter((kernel) => kernel.kind === kind && wanted.includes(kernel.threads ?? 1) && !isHeldOut(kernel)),
    };
  }).sort((a, b) => b.points - a.points || (a.kind < b.kind ? -1 : 1)).slice(0, mostKinds);
  const chosen: Kernel[] = [];
  while (chosen.length < most) {
    const open = kinds.filter(({ kernels, taken }) => taken < kernels.length);
    if (open.length === 0) break;
    const next = open.reduce((best, kind) => (kind.points / (2 * kind.taken + 1) > best.points / (2 * best.taken + 1) ? kind : best));
    chosen.push(next.kernels[next.taken++]!);
  }
  return chosen;
}
