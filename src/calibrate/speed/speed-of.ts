import { evaluate } from "../../cost/profile/profile-model.ts";
import type { Profile } from "../../cost/profile/profile.ts";
import { quantile } from "../../stats/quantile.ts";
import { lowerMedian } from "../fit/robust.ts";
import { isHeldOut } from "../hold-out.ts";
import { opOfKernel } from "../op-of-kernel.ts";
import { kernelKey, type Sample } from "../sample.ts";
import { entryName, steadyEntries } from "./steady-entries.ts";

/** How long kernels of a profile take, against what it says of them. */
export interface KernelRatio {
  /** Median of measured ÷ predicted: 1.1 = they take a tenth longer. */
  readonly ratio: number;
  /** Kernels that it rests on; the same operator with another number of threads is another kernel. */
  readonly kernels: number;
}

/** The speed of a machine against that in its profile: of all kernels, and of some of them. */
export interface MachineSpeed extends KernelRatio {
  /** By number of threads, ascending: neighbours on the same cores often slow many threads more than one. */
  readonly threads: readonly (KernelRatio & { readonly threads: number })[];
  /** By kind, those with the most kernels first. */
  readonly kinds: readonly (KernelRatio & { readonly kind: string })[];
}

interface Ratio {
  readonly kind: string;
  readonly threads: number;
  readonly kernel: string;
  readonly ratio: number;
}

/**
 * Compares samples with what a profile says of their kernels. Of the machine at the time of the calibration the ratio is
 * 1: kernels that were held out, whose predictions are less sure, and kinds whose runs differ much do not count.
 * @returns undefined where the profile says nothing of any of them
 */
export function speedOf(samples: readonly Sample[], profile: Profile): MachineSpeed | undefined {
  const models = new Map([...steadyEntries(profile)].map(([name, { model }]) => [name, evaluate(model)]));
  const ratios = samples.flatMap((sample): Ratio[] => {
    const timeOf = models.get(entryName(sample));
    if (timeOf === undefined || isHeldOut(sample)) return [];
    const { kind, threads = 1 } = sample;
    const { ns } = timeOf({ op: opOfKernel(sample), threads, figures: profile.device.figures });
    return [{ kind, threads, kernel: kernelKey(sample), ratio: lowerMedian(sample.ns) / ns }];
  });
  if (ratios.length === 0) return undefined;
  const by = <Key>(keyOf: (ratio: Ratio) => Key): (readonly [Key, KernelRatio])[] => [...new Set(ratios.map(keyOf))].map((key) => [key, ratioOf(ratios.filter((ratio) => keyOf(ratio) === key))]);
  return {
    ...ratioOf(ratios),
    threads: by(({ threads }) => threads).map(([threads, ratio]) => ({ threads, ...ratio })).sort((a, b) => a.threads - b.threads),
    kinds: by(({ kind }) => kind).map(([kind, ratio]) => ({ kind, ...ratio })).sort((a, b) => b.kernels - a.kernels || (a.kind < b.kind ? -1 : 1)),
  };
}

function ratioOf(ratios: readonly Ratio[]): KernelRatio {
  return { ratio: quantile(Float64Array.from(ratios, ({ ratio }) => ratio).sort(), 0.5), kernels: new Set(ratios.map(({ kernel }) => kernel)).size };
}
