import type { Sample, SampleHeader } from "../calibrate/sample.ts";
import { speedAround } from "../calibrate/speed/speed-around.ts";
import { measureSpeed, prepareSpeedCheck, type SpeedCheck, type SpeedPort } from "../calibrate/speed/speed-check.ts";
import type { Profile } from "../cost/profile/profile.ts";
import type { ValidatedRun } from "../validate/judge.ts";
import { validatedSpeed, type ValidatedSpeed } from "../validate/validated-speed.ts";

/** How a {@link SpeedWatch} measures. */
export interface SpeedWatchOptions {
  /** A process of the backend that the profile was measured with. */
  readonly port: SpeedPort;
  /** How long kernels are measured each time. */
  readonly forMs: number;
  /** The one at hand. */
  readonly machine: SampleHeader["machine"];
  /** Milliseconds from anywhere. */
  now(): number;
}

/** Measures kernels of a profile before runs and after them, to tell a machine that is slower from a profile that is wrong. No time of it is ever fitted. */
export class SpeedWatch {
  readonly #profile: Profile;
  readonly #check: SpeedCheck | string;
  readonly #options: SpeedWatchOptions;
  #before: readonly Sample[] | undefined;
  #after: readonly Sample[] = [];

  private constructor(profile: Profile, check: SpeedCheck | string, options: SpeedWatchOptions) {
    [this.#profile, this.#check, this.#options] = [profile, check, options];
  }

  /** @param threads numbers of threads of the runs */
  static async open(profile: Profile, threads: readonly number[], options: SpeedWatchOptions): Promise<SpeedWatch> {
    const check = await prepareSpeedCheck(profile, threads, options.port, options.machine);
    options.port.end();
    return new SpeedWatch(profile, check, options);
  }

  /** Measures, when it is first called. */
  async before(): Promise<void> {
    this.#before ??= await this.#measure();
  }

  async after(): Promise<void> {
    this.#after = await this.#measure();
  }

  /** What it came to, or why there is nothing; at least one run. */
  result(runs: readonly ValidatedRun[]): ValidatedSpeed {
    if (typeof this.#check === "string") return { skipped: this.#check };
    const speed = speedAround(this.#before ?? [], this.#after, this.#profile);
    return speed === undefined ? { skipped: "none of the profile's kernels could be measured again" } : validatedSpeed(speed, runs);
  }

  /** Ends a measurement that is under way. */
  close(): void {
    this.#options.port.end();
  }

  async #measure(): Promise<readonly Sample[]> {
    if (typeof this.#check === "string") return [];
    const { port, forMs, now } = this.#options;
    const startMs = now();
    return measureSpeed(this.#check, port, () => (now() - startMs) / forMs);
  }
}
