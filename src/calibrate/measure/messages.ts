import type { Availability, KernelWish, MeasureOptions, Measurement } from "../backend.ts";
import type { Kernel } from "../sample.ts";

/** What the process that measures is asked. */
export type Request =
  | { readonly ask: "describe"; readonly backend: string; readonly wish: KernelWish }
  | { readonly ask: "measure"; readonly backend: string; readonly kernels: readonly Kernel[]; readonly options: MeasureOptions };

/** A backend, as the process that measures knows it. */
export interface BackendDescription {
  readonly summary: string;
  readonly available: Availability;
  readonly batch: number;
  /** None where it is not available. */
  readonly kernels: readonly Kernel[];
}

/** What came of one kernel. */
export type Outcome = Measurement | (Kernel & { readonly failure: string });

/** What it answers: that it begins, any number of outcomes, then the end of the request. */
export type Answer =
  | { readonly begun: true; /** Processor time of the process so far. */ readonly cpuNs: number }
  | { readonly outcome: Outcome; /** Processor time of the process so far. */ readonly cpuNs: number }
  | { readonly description: BackendDescription }
  | { readonly done: true; readonly cpuNs: number; /** Nanoseconds of a step of work afterwards: it follows the clock of the core. */ readonly stepNs: number }
  | { readonly failed: string };
