import { exactExp } from "../../base/math.ts";
import type { OpClass } from "../../graph/graph.ts";
import type { Device } from "../../machine/machine.ts";
import type { CostLimit, CostModel, Estimate } from "../cost-model.ts";
import { freeEstimate, isFree } from "../roofline.ts";
import { phasesNs, type Phases } from "./formula.ts";
import { gpuFiguresOf } from "./gpu-data-sheets.ts";
import { formulas } from "./formulas.ts";
import { nearestMeasured } from "./nearest-measured.ts";
import type { DeviceFigures, Profile, ProfileEntry, ProfileModel } from "./profile.ts";
import { residualOf } from "./residual.ts";
import { bytesOf, type Work } from "./work.ts";

/** How a profile is asked. */
export interface ProfileOptions {
  /** Name, library model or kind of the devices that it speaks for. Default: those of its own library models; where it names none, those of its kind. */
  readonly device?: string;
  /** Repeated runs differ as the measured ones did. Default false: every run takes the same time. */
  readonly noise?: boolean;
}

/**
 * Answers from a fitted profile. Operators, element types and devices that it has nothing on are left to the next model
 * of a chain, and so are variants only where the plain operator is not there either. Outside the sizes and thread counts
 * that were fitted, the formula goes on and `extrapolated` is set; an empirical one goes on with the speed of the nearest
 * fitted size.
 *
 * The width of a device's operators is their number of threads, where samples name these.
 * @throws {InputError} when the profile names a formula that this version does not know.
 * @throws {RangeError} when its residuals are damaged, or name features that this version does not know.
 * @example
 * const model = chainModels([profileModel(readProfile(text, "v100.json")), defaultCostModel()]);
 */
export function profileModel(profile: Profile, options: ProfileOptions = {}): CostModel {
  const { entries } = profile;
  const answers = new Map<string, Answer>();
  for (const entry of entries) answers.set(keyOf(entry.kind, entry.dtype, entry.variant), answerOf(entry, profile, options.noise ?? false));
  return {
    name: "profile",
    estimate(op, device, width) {
      if (!speaksFor(profile, options.device, device)) return undefined;
      if (isFree(op)) return freeEstimate("profile");
      for (const variant of variantsOf(op)) {
        const answer = answers.get(keyOf(op.kind, op.dtype, variant));
        if (answer) return answer(op, width, device);
      }
      return undefined;
    },
  };
}

/** True where a profile is asked about a device: where it was measured on that model, or is told to answer for it. */
export function speaksFor({ device: measured }: Profile, told: string | undefined, { name, kind, model }: Device): boolean {
  if (told !== undefined) return told === name || told === model || told === kind;
  return measured.models === undefined ? measured.kind === kind : model !== undefined && measured.models.includes(model);
}

type Answer = (op: OpClass, width: number, device: Device) => Estimate;

/** What an entry for this operator may be called, the closest first: its kernel with what was merged into it, either of the two, the product with a weight, the plain operator. */
function variantsOf({ kind, variant, fused, parameterBytes }: OpClass): readonly (string | undefined)[] {
  const merged = fused && fused.length > 1 ? fused.slice(1).join("+") : undefined;
  const weighted = kind === "matmul" && parameterBytes > 0 ? ["weight"] : [];
  const both = variant !== undefined && merged !== undefined ? `${variant}+${merged}` : undefined;
  return [...[both, variant, merged].filter((name) => name !== undefined), ...weighted, undefined];
}

function keyOf(kind: string, dtype: string, variant: string | undefined): string {
  return `${kind}|${dtype}|${variant ?? ""}`;
}

function answerOf(entry: ProfileEntry, { device: { name, figures: measured, across } }: Profile, noise: boolean): Answer {
  const timeOf = evaluate(entry.model);
  const source = `profile ${name} (${modelName(entry.model)}, ${entry.points} points)`;
  const sigma = noise ? (entry.noise ?? 0) : 0;
  // Of one number of threads nothing is known of another: fewer take turns at the same work, and more gain nothing.
  const only = entry.threads?.length === 1 ? entry.threads[0] : undefined;
  const empirical = formulas.get(entry.model.base.formula).empirical ?? false;
  return (op, width, device) => {
    const figures = across ? gpuFiguresOf(device) : measured;
    const threads = entry.threads === undefined ? 1 : width;
    // What only describes the measured sizes says nothing of others: these are as fast as the nearest.
    const nearest = empirical ? nearestMeasured(op, entry.range) : undefined;
    const at = (which: OpClass): ReturnType<typeof timeOf> => timeOf({ op: which, threads: only ?? threads, figures });
    const { ns: knownNs, scale, phases } = at(nearest?.op ?? op);
    const fixedNs = phases.fixedNs * scale;
    const times = (nearest?.times ?? 1) * (only === undefined ? 1 : Math.max(1, only / threads));
    const likeNearestNs = times === 1 ? knownNs : fixedNs + times * (knownNs - fixedNs);
    // Extents of what only moves memory may follow from each other, as those of a pooling do: the nearest may be none that can be.
    const ns = nearest === undefined || nearest.computes ? likeNearestNs : Math.max(likeNearestNs, at(op).ns);
    const bytes = bytesOf(op);
    return {
      ns, fixedNs, sigma,
      memoryBytesPerNs: ns > fixedNs ? Math.min(bytes / (ns - fixedNs), figures.memoryBytesPerNs ?? Infinity) : 0,
      limit: limitOf(phases, entry.model), source,
      extrapolated: !inRange(entry, op, threads), error: entry.sigma,
    };
  };
}

/**
 * Prepares a fitted model. `scale` is by how much the residuals change the time of the formula.
 * @throws as {@link profileModel}.
 */
export function evaluate({ base, residuals = [] }: ProfileModel): (work: Work) => { readonly ns: number; readonly scale: number; readonly phases: Phases } {
  const phasesOf = formulas.get(base.formula).phases(base.parameters);
  const corrections = residuals.map(residualOf);
  return (work) => {
    const phases = phasesOf(work);
    let sum = 0;
    for (const correction of corrections) sum += correction(work);
    const scale = corrections.length === 0 ? 1 : exactExp(sum / corrections.length);
    return { ns: phasesNs(phases) * scale + (work.driftNs ?? 0), scale, phases };
  };
}

/** True where the model promises that a larger operator never takes less time: a monotone formula alone. */
export function isMonotone({ base, residuals = [] }: ProfileModel): boolean {
  return residuals.length === 0 && formulas.get(base.formula).monotone;
}

/** "roofline × trees + kernel". */
export function modelName({ base, residuals = [] }: ProfileModel): string {
  return residuals.length === 0 ? base.formula : `${base.formula} × ${residuals.map(({ type }) => type).join(" + ")}`;
}

function limitOf({ fixedNs, computeNs, memoryNs }: Phases, { base }: ProfileModel): CostLimit {
  if ((base.formula === "power" || base.formula === "constant")) return "measured";
  if (fixedNs > computeNs && fixedNs > memoryNs) return "launch";
  return computeNs >= memoryNs ? "compute" : "memory";
}

/** Sizes just beyond the edge count as measured: a hundredth. */
const slack = 1.01;

function inRange({ range, threads: measured }: ProfileEntry, op: OpClass, threads: number): boolean {
  const within = (value: number, [least, most]: readonly [number, number]): boolean => value * slack >= least && value <= most * slack;
  if (measured !== undefined && (threads < measured[0]! || threads > measured.at(-1)!)) return false;
  if (!within(op.flops, range.flops) || !within(bytesOf(op), range.bytes)) return false;
  for (const extent in range.extents) if (!within(op.shape[extent] ?? 1, range.extents[extent]!)) return false;
  return true;
}

/** The figures of a machine's device, as features and formulas take them. */
export function figuresOf(device: Device): DeviceFigures {
  const last = device.caches?.at(-1)?.capacityBytes;
  return { peakFlopsPerNs: device.peakFlopsPerNs, ...(device.memoryBytesPerNs !== undefined && { memoryBytesPerNs: device.memoryBytesPerNs }), units: device.units, ...(last !== undefined && { cacheBytes: last }) };
}
