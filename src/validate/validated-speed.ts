import type { Warning } from "../base/errors.ts";
import { counted, formatPercent } from "../base/units.ts";
import { busyWarning } from "../calibrate/measure/busy.ts";
import type { SpeedAround } from "../calibrate/speed/speed-around.ts";
import { medianErrorAt, type ValidatedRun } from "./judge.ts";

/** The machine's speed around validated runs, against that in the profile; or why it is not known, as a clause. */
export type ValidatedSpeed =
  | { readonly skipped: string }
  | (SpeedAround & {
      /** Median error of the runs if all predictions were `ratio` times as long: with the speed taken out. */
      readonly medianError: number;
    });

/** From this difference on, errors of a few per cent may be the machine's. */
const worthTelling = 0.05;
/** Of the kernels before and after: one ratio says little of what was between. */
const unsteady = 0.1;
/** Kinds with fewer of the kernels are not told. */
const leastShare = 0.1;

/** The speed, with what it does to the errors; at least one run. */
export function validatedSpeed(speed: SpeedAround, runs: readonly ValidatedRun[]): ValidatedSpeed {
  return { ...speed, medianError: medianErrorAt(speed.ratio, runs) };
}

/** The speed in two or three lines. */
export function speedLines(speed: ValidatedSpeed): readonly string[] {
  if ("skipped" in speed) return [`speed: not known, since ${speed.skipped}`];
  const { ratio, kernels, threads, kinds, before, after, medianError } = speed;
  const parts = [
    threads.map((part) => `${counted(part.threads, "thread")} ${times(part.ratio)}`),
    kinds.filter((kind) => kind.kernels >= leastShare * kernels).map((kind) => `${kind.kind} ${times(kind.ratio)}`),
  ];
  return [
    `speed: the machine takes ${times(ratio)} times as long as when it was calibrated (${counted(kernels, "kernel")}; before the runs ${times(before)}, after them ${times(after)})`,
    `  ${parts.map((part) => part.join(", ")).join("; ")}`,
    ...(times(ratio) === times(1) ? [] : [`error with that taken out (predictions × ${times(ratio)}): median ${formatPercent(medianError)}`]),
  ];
}

/** What to do where the speed is another one than when the profile was made, or says nothing; undefined where it is the same, or not known. */
export function speedWarning(speed: ValidatedSpeed): Warning | undefined {
  if ("skipped" in speed) return undefined;
  const { ratio, before, after, load } = speed;
  const busy = busyWarning("kernels of the profile", load, "validate again when it is quiet");
  if (busy !== undefined) return busy;
  if (apart(before, after) > unsteady) return { code: "unsteady-machine", message: `kernels of the profile took ${times(before)} times what it says before the runs, and ${times(after)} times after them: the machine changed its speed meanwhile, and errors of that size say nothing of the predictions; validate again` };
  if (apart(ratio, 1) <= worthTelling) return undefined;
  return { code: "other-speed", message: `the machine takes ${formatPercent(Math.abs(ratio - 1))} ${ratio > 1 ? "longer" : "less"} than when it was calibrated, and errors of that size say nothing of the predictions; if it stays so, calibrate anew, into another folder: heddle calibrate --out FOLDER` };
}

/** By how much the longer of two times is longer, relative. */
function apart(one: number, other: number): number {
  return Math.max(one / other, other / one) - 1;
}

function times(ratio: number): string {
  return ratio.toFixed(2);
}
