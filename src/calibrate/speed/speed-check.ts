import type { Profile } from "../../cost/profile/profile.ts";
import type { KernelWish } from "../backend.ts";
import { measureAll, usualRepeat } from "../measure/measure-all.ts";
import type { MeasurePort } from "../measure/measure-process.ts";
import type { BackendDescription } from "../measure/messages.ts";
import { Plan } from "../measure/plan.ts";
import { versionDifferences } from "../measure/version-differences.ts";
import { machineText, measuredOn } from "../measured-on.ts";
import type { Kernel, Sample, SampleFailure, SampleHeader } from "../sample.ts";
import { speedKernels } from "./speed-kernels.ts";

/** A process that measures, and can be asked what. */
export interface SpeedPort extends MeasurePort {
  describe(wish: KernelWish): Promise<BackendDescription>;
}

/** What is measured to know the speed of a machine against that in its profile. */
export interface SpeedCheck {
  readonly kernels: readonly Kernel[];
  /** Most of them in one request. */
  readonly batch: number;
}

/** Kernels of a check: two requests of most backends, and with two numbers of threads some thirty operators. */
const mostKernels = 64;
/** A median of fewer kernels says little. */
const fewestKernels = 10;

/**
 * Prepares to measure kernels of a profile again, on its machine.
 * @param threads numbers of threads that are of interest
 * @param port a process of the backend that the profile was measured with
 * @param machine the one at hand
 * @returns what to measure, or why it cannot be, as a clause
 */
export async function prepareSpeedCheck(profile: Profile, threads: readonly number[], port: SpeedPort, machine: SampleHeader["machine"]): Promise<SpeedCheck | string> {
  const { source, versions = {} } = profile.provenance;
  if (source !== measuredOn({ machine })) return `the profile is not of this machine, ${machineText(machine)}: ${source}`;
  const { available, kernels: offered, batch } = await port.describe({ threads });
  if (!available.ok) return available.why;
  const other = versionDifferences(versions, available.versions)[0];
  if (other !== undefined) return `the profile is of ${other.name} ${other.was ?? "unknown"}, and ${other.is ?? "none"} is installed`;
  const kernels = speedKernels(offered, profile, threads, mostKernels);
  return kernels.length < fewestKernels ? "too few kinds of the profile were measured with these numbers of threads, or took the same in every run" : { kernels, batch };
}

/**
 * Measures the kernels of a check as a calibration does, one round after the other, each in a process of its own, until
 * the time is over.
 * @param elapsed share of the time that is over
 */
export async function measureSpeed({ kernels, batch }: SpeedCheck, port: MeasurePort, elapsed: () => number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const keep = (line: Sample | SampleFailure): void => {
    if ("ns" in line) samples.push(line);
  };
  // All of them first, and then all of them again: none is known well enough before the others.
  const plan = new Plan(kernels, { samples: [], failures: [] }, { tightness: 0, breadth: 1 });
  await measureAll({ plan, port, sink: { append: keep }, batch, repeat: usualRepeat, elapsed, stopped: () => false });
  return samples;
}
