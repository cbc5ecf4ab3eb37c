import type { PolicyView } from "../../plugin.ts";
import { JobReleases } from "./job-releases.ts";

/** When jobs start in a plan that is made op by op, those of a job before those of the next: at their arrivals, or as {@link JobReleases} has it. */
export class JobStarts {
  readonly #view: PolicyView;
  /** By job; -1 = not asked yet. */
  readonly #start: Float64Array;
  /** Undefined for a single job. */
  readonly #releases: JobReleases | undefined;

  constructor(view: PolicyView) {
    this.#view = view;
    this.#start = new Float64Array(view.jobCount).fill(-1);
    if (view.jobCount > 1) this.#releases = new JobReleases(view);
    this.#releases?.reset();
  }

  /** When the job of `op` starts. @param makespan Latest end so far: where it begins if it runs back to back and nothing tells after which. */
  of(op: number, makespan: number): number {
    const job = this.#view.jobOf(op);
    if (this.#start[job]! < 0) {
      const arrival = this.#view.arrivalTicks(job);
      const release = arrival < Infinity ? arrival : (this.#releases?.startOf(op) ?? Infinity);
      this.#start[job] = release < Infinity ? release : makespan;
    }
    return this.#start[job]!;
  }

  /** `op` is planned, to end at `ticks`; each op once. */
  ended(op: number, ticks: number): void {
    this.#releases?.ended(op, ticks);
  }

  /** `op` had ended before the plan begins. */
  gone(op: number): void {
    this.#releases?.gone(op);
  }
}
