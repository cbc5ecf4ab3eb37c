import { HeddleError } from "../../base/errors.ts";
import type { Instance } from "../../core/instance.ts";
import type { Trace } from "../../core/trace.ts";
import { nanoseconds } from "../nanoseconds.ts";
import { ratio } from "./ratio.ts";

/** What is changed, one thing at a time. */
export type WhatIfChange = "link" | "links" | "device" | "launch" | "slot" | "memory";

/** A machine that differs in one thing from the one that ran. */
export interface Variant {
  readonly change: WhatIfChange;
  /** What is changed: the name of a link, a device or a memory. */
  readonly subject: string;
  /** In words: "pcie0 with twice the bandwidth". */
  readonly label: string;
  /** Ticks of the critical path that the change may touch: what is tried first. */
  readonly pathTicks: number;
  /** Compiled when it is tried. */
  instance(): Instance;
}

/** How to repeat a run on another instance, with the same seed. */
export interface Repeats {
  /** The same policies, afresh: they see the change, and may decide otherwise. */
  again(instance: Instance): Trace;
  /** Every operator on the device where it was, in the order in which they began; `moved` on another device. */
  asPlaced(instance: Instance, moved?: { readonly op: number; readonly device: number }): Trace;
}

/** What one change does. */
export interface WhatIfResult {
  readonly change: WhatIfChange;
  readonly subject: string;
  readonly label: string;
  /** The measure with the same policies. Absent where the run failed. */
  readonly afterNs?: number;
  /** 1 − after / before; below 0 = it got slower: the policy decided otherwise, and not better. */
  readonly gain?: number;
  /** Why the run failed. */
  readonly failure?: string;
  /** With every operator where it was, in the same order; gained over the same on the machine as it is. */
  readonly asPlaced?: { readonly afterNs: number; readonly gain: number };
}

/** Leverage: what would be gained by changing the machine, one thing at a time, found by simulating each. */
export interface WhatIf {
  /** What is compared: the makespan, or the mean latency of the jobs where they arrive over time. */
  readonly measure: "makespan" | "mean-latency";
  readonly beforeNs: number;
  /** The measure of the run repeated with every operator where it was, in the same order. Not quite the same: what is known beforehand moves its data sooner. */
  readonly asPlacedNs?: number;
  /** How many changes were tried, and how many there are. */
  readonly tried: number;
  readonly candidates: number;
  /** How many simulations that took. */
  readonly simulations: number;
  /** Largest gain first. */
  readonly results: readonly WhatIfResult[];
}

/**
 * Simulates the run again on each variant, those that touch most of the critical path first.
 * @param most how many variants to simulate
 */
export function whatIf(trace: Trace, variants: readonly Variant[], most: number, repeats: Repeats, onStart?: (label: string, index: number, count: number) => void): WhatIf {
  const { measure, ticks } = measureOf(trace);
  const before = ticks(trace);
  const placed = most > 0 ? attempt(() => ticks(repeats.asPlaced(trace.instance))) : "";
  const outcome = (after: Trace, from: number): { readonly afterNs: number; readonly gain: number } => ({ afterNs: nanoseconds(ticks(after), trace.instance.tickNs), gain: ratio(from - ticks(after), from) });
  const chosen = [...variants].sort((a, b) => b.pathTicks - a.pathTicks).slice(0, most);
  const results = chosen.map((variant, i): WhatIfResult => {
    const { change, subject, label } = variant;
    onStart?.(label, i, chosen.length);
    const instance = variant.instance();
    const asPlaced = typeof placed === "string" ? "" : attempt(() => outcome(repeats.asPlaced(instance), placed));
    const again = attempt(() => outcome(repeats.again(instance), before));
    return { change, subject, label, ...(typeof again === "string" ? { failure: again } : again), ...(typeof asPlaced !== "string" && { asPlaced }) };
  });
  const gain = (result: WhatIfResult): number => result.gain ?? -Infinity;
  return {
    measure, beforeNs: nanoseconds(before, trace.instance.tickNs), ...(typeof placed === "number" && { asPlacedNs: nanoseconds(placed, trace.instance.tickNs) }), tried: chosen.length, candidates: variants.length, simulations: typeof placed === "number" ? 1 + 2 * chosen.length : chosen.length,
    results: results.sort((a, b) => (gain(a) === gain(b) ? 0 : gain(b) - gain(a))),
  };
}

/** A makespan that waits for the last arrival says little of the machine. */
function measureOf({ instance }: Trace): { readonly measure: WhatIf["measure"]; ticks(trace: Trace): number } {
  if (!instance.jobArrivalTicks.some((ticks) => ticks > 0 && ticks < Infinity)) return { measure: "makespan", ticks: ({ makespanTicks }) => makespanTicks };
  return { measure: "mean-latency", ticks: ({ jobs }) => jobs.endTicks.reduce((sum, end, job) => sum + end - jobs.arrivalTicks[job]!, 0) / jobs.endTicks.length };
}

/** The result, or why there is none. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return error.issues[0]!.message;
  }
}
