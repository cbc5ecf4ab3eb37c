import { InputError } from "../../base/errors.ts";
import { gemmOf } from "../../cost/gemm.ts";
import { profileFormat, type Profile, type ProfileEntry } from "../../cost/profile/profile.ts";
import type { OpClass } from "../../graph/graph.ts";
import type { Kernel, Sample } from "../sample.ts";
import { fitEntry, leastShapes, shapesOf, type EntryOptions } from "./fit-entry.ts";
import { groupPoints, isFigure, type PointGroup } from "./points.ts";
import { categoryPriors } from "./prior.ts";

/** What is fitted, and how. */
export interface FitOptions {
  readonly device: Profile["device"];
  readonly provenance: Profile["provenance"];
  /** The operator of a kernel. Default: as the catalogue counts it. */
  readonly opOf?: (kernel: Kernel) => OpClass;
  /** What differs from the defaults for one kind of operator: formulas to try, features, trees. */
  readonly entry?: (group: PointGroup) => Partial<EntryOptions>;
  /** Told after each kind. */
  readonly onEntry?: (entry: ProfileEntry) => void;
  /** Told of each kind that has too few shapes for a model. */
  readonly onTooFew?: (left: LeftOut) => void;
}

/** A kind of operator, element type and variant of which too little was measured. */
export interface LeftOut {
  readonly kind: string;
  readonly dtype: string;
  readonly variant?: string;
  /** How many there are, without those that are held out. */
  readonly shapes: number;
  /** Fewest that a model can be fitted to. */
  readonly needed: number;
}

const operatorFormulas = ["roofline", "cached-roofline", "power", "linear"];
/** On processors; of some kinds is known how these compute them. */
const cpuOperatorFormulas = ["roofline", "cached-roofline", "rows-roofline", "power", "linear"];
const cpuFormulas: Readonly<Record<string, readonly string[]>> = {
  matmul: ["roofline", "paged-roofline", "power", "linear"],
  transpose: ["roofline", "cached-roofline", "swap", "power", "linear"],
};
const figureFormulas = ["linear", "power", "constant"];

/**
 * Fits a profile to samples: for each kind of operator, element type and variant the model that predicts unseen shapes
 * best. A fifth of the shapes ({@link isHeldOut}) is never fitted on, and says how large the error is. The same samples
 * in any order give the same profile, byte for byte.
 * @throws {InputError} when no kind has the {@link leastShapes} that a model needs.
 * @example
 * const samples = Array.from({ length: 40 }, (_, i) => ({ kind: "relu", shape: { elements: 1000 * (i + 1) }, dtype: "f32" as const, round: 0, ns: [5000 + 200 * (i + 1)] }));
 * const { entries } = await fitProfile(samples, { device: { name: "my CPU", kind: "cpu", figures: {} }, provenance: { date: "2026-01-31", source: "made up", samples: [] } });
 * Math.round(entries[0].model.base.parameters.fixedNs / 100); // 50
 */
export async function fitProfile(samples: readonly Sample[], options: FitOptions): Promise<Profile> {
  const entries: ProfileEntry[] = [];
  const groups = groupPoints(samples, options.device.figures, options.opOf);
  const priorOf = categoryPriors(groups);
  for (const group of groups) {
    const entry = await fitEntry(group, { formulas: formulasFor(group.kind, options.device.kind), prior: priorOf(group), features: gemmOf(group.points[0]!.op) ? "gemm" : "shape", ...options.entry?.(group) });
    if (entry === undefined) {
      const { kind, dtype, variant, points } = group;
      const shapes = shapesOf(points.filter(({ heldOut }) => !heldOut));
      options.onTooFew?.({ kind, dtype, ...(variant !== undefined && { variant }), shapes, needed: Math.max(leastShapes, shapes + 1) });
      continue;
    }
    entries.push(entry);
    options.onEntry?.(entry);
  }
  if (entries.length === 0) throw new InputError({ code: "too-few-points", message: tooFew(groups), hint: `a model needs ${leastShapes} shapes of one kind of operator beside the fifth that is held out` });
  return { format: profileFormat, device: options.device, provenance: options.provenance, entries };
}

/** Formulas to try for a kind of operator, where nothing else is asked for. */
function formulasFor(kind: string, device: Profile["device"]["kind"]): readonly string[] {
  if (isFigure(kind)) return figureFormulas;
  return device === "cpu" ? (cpuFormulas[kind] ?? cpuOperatorFormulas) : operatorFormulas;
}

function tooFew(groups: readonly PointGroup[]): string {
  if (groups.length === 0) return "there are no samples of operators";
  const counts = groups.slice(0, 5).map(({ kind, dtype, points }) => `${shapesOf(points)} of ${kind} in ${dtype}`);
  return `there are too few shapes to fit: ${counts.join(", ")}${groups.length > 5 ? " …" : ""}`;
}

/** The profile as a text: JSON, one entry a line where that helps a reader. */
export function profileText(profile: Profile): string {
  const { entries, ...head } = profile;
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "entries": [\n${entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n")}\n  ]\n}\n`;
}
