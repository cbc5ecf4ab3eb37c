import { exactLog } from "../../base/math.ts";
import { phasesNs } from "../../cost/profile/formula.ts";
import { formulas } from "../../cost/profile/formulas.ts";
import type { ProfileBase, ProfileModel, ProfileResidual, TableResidual } from "../../cost/profile/profile.ts";
import { featuresOf } from "../../cost/profile/residual.ts";
import { featureSets } from "../../cost/profile/features.ts";
import { varyingExtents } from "../../cost/profile/power-formula.ts";
import type { TimedWork } from "../../cost/profile/work.ts";
import { fnv1a, pointText } from "../hold-out.ts";
import { fitFormula } from "./fit-formula.ts";
import { fitKernel, type KernelOptions } from "./fit-kernel.ts";
import { fitTrees, type TreeOptions } from "./fit-trees.ts";
import { rounded } from "./robust.ts";

/** How the residuals of a formula are learned. */
export interface LearningOptions {
  /** Name of the feature set that trees ask about. */
  readonly features: string;
  /** Name of the feature set of kernel regressions. Default {@link kernelFeatures}. */
  readonly kernelFeatures?: string;
  readonly trees?: TreeOptions;
  /** By formula, coefficients of similar operators. */
  readonly prior?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly kernel?: KernelOptions;
}

/** Fits over some points, each made when it is first asked for: several rungs share a formula or a residual. */
export class Fits {
  readonly works: readonly TimedWork[];
  readonly #options: LearningOptions;
  readonly #bases = new Map<string, ProfileBase | undefined>();
  readonly #residuals = new Map<string, Promise<ProfileResidual | undefined>>();

  constructor(works: readonly TimedWork[], options: LearningOptions) {
    this.works = works;
    this.#options = options;
  }

  /** The formula alone; `undefined` when it says nothing of these works. */
  base(formula: string): ProfileBase | undefined {
    if (!this.#bases.has(formula)) this.#bases.set(formula, fitFormula(formulas.get(formula), this.works, this.#options.prior?.[formula]));
    return this.#bases.get(formula);
  }

  /** What the formula leaves, learned. */
  residual(formula: string, type: ProfileResidual["type"]): Promise<ProfileResidual | undefined> {
    const key = `${type} of ${formula}`;
    let fitted = this.#residuals.get(key);
    if (fitted === undefined) this.#residuals.set(key, (fitted = this.#fit(this.base(formula), type)));
    return fitted;
  }

  async #fit(base: ProfileBase | undefined, type: ProfileResidual["type"]): Promise<ProfileResidual | undefined> {
    if (base === undefined) return undefined;
    const phases = formulas.get(base.formula).phases(base.parameters);
    const target = Float64Array.from(this.works, (work) => exactLog(ownNs(work) / phasesNs(phases(work))));
    if (type === "table") return tableOf(this.works, target);
    const features = type === "kernel" ? (this.#options.kernelFeatures ?? kernelFeatures) : this.#options.features;
    const { names, columns } = inputsOf(this.works, features, type === "kernel" ? this.#options.kernel?.inputs : undefined);
    if (columns.length === 0) return undefined;
    const learned = type === "kernel" ? await fitKernel(columns, target, this.#options.kernel) : fitTrees(columns, target, this.works.map(keyOf), this.#options.trees);
    return { type, features, inputs: [...names], ...learned } as ProfileResidual;
  }
}

/** A rung of the ladder: one way to make a model. Those before it are simpler. */
export interface Rung {
  readonly name: string;
  readonly formula: string;
  /** `undefined` when the points do not allow it. */
  make(fits: Fits): Promise<ProfileModel | undefined>;
}

/** The formula and its residuals of the given types. */
export function rung(formula: string, types: readonly ProfileResidual["type"][] = []): Rung {
  return {
    name: types.length === 0 ? formula : `${formula} × ${types.join(" + ")}`,
    formula,
    async make(fits) {
      const base = fits.base(formula);
      if (base === undefined) return undefined;
      const residuals = await Promise.all(types.map((type) => fits.residual(formula, type)));
      if (residuals.some((residual) => residual === undefined)) return undefined;
      return types.length === 0 ? { base } : { base, residuals: residuals as ProfileResidual[] };
    },
  };
}

/** The feature set of kernel regressions, where no other is asked for: the logarithms of the extents. */
export const kernelFeatures = "extents";

/** The features of a set (or those that are named) that are not the same for all works, and not the same as one before them. */
export function inputsOf(works: readonly TimedWork[], setName: string, named?: readonly string[]): { readonly names: readonly string[]; readonly columns: readonly Float64Array[] } {
  const offered = named ?? featureSets.get(setName).names(works);
  const features = featuresOf(setName, offered);
  const kept: { name: string; column: Float64Array }[] = [];
  for (const [i, name] of offered.entries()) {
    const column = Float64Array.from(works, features[i]!);
    if (named === undefined && (column.every((value) => value === column[0]) || kept.some((other) => other.column.every((value, row) => value === column[row])))) continue;
    kept.push({ name, column });
  }
  return { names: kept.map(({ name }) => name), columns: kept.map(({ column }) => column) };
}

/** Least share of a time that is left when what drifted is taken off: of less, the noise would be all that there is. */
const leastOwn = 0.1;

/** Time of the operator itself, without what the process that measured it added. */
function ownNs({ ns, driftNs = 0 }: TimedWork): number {
  return Math.max(ns - driftNs, leastOwn * ns);
}

/** A number that depends on the shape alone. */
function keyOf({ op }: TimedWork): number {
  return fnv1a(pointText(op)) | 0;
}

/** Every point, with the extents that vary. */
function tableOf(works: readonly TimedWork[], target: Float64Array): TableResidual | undefined {
  const varying = varyingExtents(works);
  const extents = works.some(({ threads }) => threads !== works[0]!.threads) ? [...varying, "threads"] : [...varying];
  if (extents.length === 0) return undefined;
  return { type: "table", extents, points: works.map(({ op, threads }, i) => [...extents.map((name) => (name === "threads" ? threads : (op.shape[name] ?? 1))), rounded(target[i]!)]) };
}
