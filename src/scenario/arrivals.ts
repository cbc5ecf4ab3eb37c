import { InputError } from "../base/errors.ts";
import { exactLog } from "../base/math.ts";
import { randomSource } from "../base/random.ts";
import { formatNs } from "../base/units.ts";
import type { WorkloadSpec } from "./workload-schema.ts";

/**
 * When each instance of the workload arrives, in ns; Infinity = when an earlier one ends. A rate makes a Poisson
 * process from the random source "arrivals", its gaps rounded to whole ns; the first instance arrives at 0.
 * @throws {InputError} when `inFlight` is given with a timetable, or the last would arrive too late; the path is relative to the workload.
 * @example
 * arrivalTimes({ instances: 3, arrivals: { every: 10 } }, 0); // [0, 10, 20]
 * arrivalTimes({ instances: 3, inFlight: 2 }, 0);             // [0, 0, Infinity]
 */
export function arrivalTimes(spec: Pick<WorkloadSpec, "instances" | "arrivals" | "inFlight">, seed: number): number[] {
  const { instances = 1, arrivals = "back-to-back", inFlight } = spec;
  if (arrivals === "back-to-back") return Array.from({ length: instances }, (_, job) => (job < (inFlight ?? 1) ? 0 : Infinity));
  if (inFlight !== undefined) {
    throw new InputError({ code: "conflicting-keys", message: "inFlight is for back-to-back instances; these arrive by a timetable", path: ["inFlight"], hint: "remove inFlight or arrivals" });
  }
  const times = "every" in arrivals ? Array.from({ length: instances }, (_, job) => job * arrivals.every) : poissonTimes(instances, arrivals.rate, randomSource(seed, "arrivals"));
  if (times.at(-1)! > Number.MAX_SAFE_INTEGER) {
    throw new InputError({ code: "too-long", message: `the last instance would arrive after ${formatNs(times.at(-1)!)}; times are exact up to ${formatNs(Number.MAX_SAFE_INTEGER)}`, path: ["arrivals"], hint: "fewer instances, or a shorter time between them" });
  }
  return times;
}

function poissonTimes(instances: number, perNs: number, random: () => number): number[] {
  const times: number[] = [];
  for (let at = 0; times.length < instances; at += Math.round(-exactLog(1 - random()) / perNs)) times.push(at);
  return times;
}
