import { InputError } from "../base/errors.ts";
import { randomSource } from "../base/random.ts";
import { formatNs } from "../base/units.ts";
import type { WorkloadSpec } from "./workload-schema.ts";

/** A stretch of time in which jobs arrive at one rate; other keys are options of the model. */
export interface PhaseSpec {
  readonly for: number;
  readonly rate?: number | undefined;
  readonly every?: number | undefined;
  readonly [option: string]: unknown;
}

/** The phase of each job, in the order of phases; how many jobs a phase has is no matter of luck. @throws {InputError} when the phases are too long, a phase has no jobs or says both rate and every, or the workload says otherwise when its instances arrive; paths are relative to the workload. */
export function phaseOfJobs(spec: Pick<WorkloadSpec, "phases" | "instances" | "arrivals" | "inFlight">): number[] {
  const phases = spec.phases!;
  for (const key of ["instances", "arrivals", "inFlight"] as const) {
    if (spec[key] !== undefined) throw new InputError({ code: "conflicting-keys", message: `phases say when instances arrive, and ${key} does too`, path: [key], hint: `remove ${key} or phases` });
  }
  const whole = phases.reduce((sum, phase) => sum + phase.for, 0);
  if (whole > Number.MAX_SAFE_INTEGER) {
    throw new InputError({ code: "too-long", message: `the phases take ${formatNs(whole)} together; times are exact up to ${formatNs(Number.MAX_SAFE_INTEGER)}`, path: ["phases"], hint: "fewer phases, or shorter ones" });
  }
  return phases.flatMap((phase, i) => {
    if ((phase.rate === undefined) === (phase.every === undefined)) {
      throw new InputError({ code: phase.rate === undefined ? "missing-key" : "conflicting-keys", message: "a phase needs either rate or every", path: ["phases", i], hint: "for example {for: 2s, rate: 100/s}" });
    }
    const count = phase.rate === undefined ? Math.ceil(phase.for / phase.every!) : Math.round(phase.for * phase.rate);
    if (count < 1) throw new InputError({ code: "empty-phase", message: "no instance arrives in this phase", path: ["phases", i], hint: "make it longer, or the rate higher" });
    if (count > 1_000_000) throw new InputError({ code: "too-many-instances", message: `${count} instances arrive in this phase, and 1000000 are possible`, path: ["phases", i], hint: "make it shorter, or the rate lower" });
    return new Array<number>(count).fill(i);
  });
}

/**
 * When each job of the phases arrives, in ns, in order. With `rate`, the jobs of a phase arrive at independent uniform
 * times within it: a Poisson process, given how many there are. With `every`, at fixed distances from the phase's begin.
 * @example
 * phaseArrivals([{ for: 20, every: 10 }, { for: 10, every: 5 }], [0, 0, 1, 1], 0); // [0, 10, 20, 25]
 */
export function phaseArrivals(phases: readonly PhaseSpec[], phaseOf: readonly number[], seed: number): number[] {
  const random = randomSource(seed, "arrivals");
  const begins = phaseBegins(phases);
  return phases.flatMap((phase, i) => {
    const count = phaseOf.filter((own) => own === i).length;
    const times = Array.from({ length: count }, (_, k) => begins[i]! + (phase.every !== undefined ? k * phase.every : Math.floor(random() * phase.for)));
    return times.sort((a, b) => a - b);
  });
}

/** When each phase begins, in ns. */
export function phaseBegins(phases: readonly PhaseSpec[]): number[] {
  let begin = 0;
  return phases.map((phase) => (begin += phase.for) - phase.for);
}

/** The options of the model in a phase: the workload's own, and over them the phase's. */
export function phaseWorkload(spec: WorkloadSpec, { for: _for, rate: _rate, every: _every, ...options }: PhaseSpec): WorkloadSpec {
  return { ...spec, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
}
