import type { TimedWork, Work } from "./work.ts";

/** What a formula says of some work, ns. The time is the fixed phase, and then the longer of the two others. */
export interface Phases {
  readonly fixedNs: number;
  readonly computeNs: number;
  readonly memoryNs: number;
}

/** How the search for a coefficient starts. */
export interface Coefficient {
  readonly name: string;
  readonly start: number;
  /**
   * Where it lies: `positive` is searched by factors, `share` lies in [0, 1], `number` is searched by differences.
   * A positive one that starts at 0 stays there.
   */
  readonly domain: "positive" | "share" | "number";
}

/** A formula for times, with coefficients that are fitted. */
export interface Formula {
  /** As profiles name it. */
  readonly name: string;
  readonly summary: string;
  /** True where a larger extent never takes less time. */
  readonly monotone: boolean;
  /** True where it only describes what was measured: beyond those sizes it may not hold. Default: it stands on the work and the bytes of operators. */
  readonly empirical?: boolean;
  /** The coefficients for these measurements; `undefined` when the formula says nothing of such work. At least one is given. */
  coefficients(works: readonly TimedWork[]): readonly Coefficient[] | undefined;
  /** Prepares the coefficients (by name) for many works. */
  phases(parameters: Readonly<Record<string, number>>): (work: Work) => Phases;
}

/** Time of the phases: the fixed one, and then the longer of arithmetic and memory traffic. */
export function phasesNs({ fixedNs, computeNs, memoryNs }: Phases): number {
  return fixedNs + (computeNs > memoryNs ? computeNs : memoryNs);
}
