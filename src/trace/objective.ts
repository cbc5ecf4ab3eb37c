import { formatJoules, formatNs } from "../base/units.ts";

/** What schedulers can be ranked by; less is better. Latencies are those of a run's jobs. */
export const objectives = ["makespan", "latency-mean", "latency-p50", "latency-p99", "energy"] as const;
/** One of {@link objectives}. */
export type Objective = (typeof objectives)[number];

/** What an objective's values are in. */
export type ObjectiveUnit = "ns" | "J";

/** How an objective is called, and where it stands in plain data. */
export interface ObjectiveNames {
  readonly unit: ObjectiveUnit;
  /** In a sentence: "p99 latency". */
  readonly label: string;
  /** At the head of a column: "latency p99". */
  readonly header: string;
  /** Of its value in results, with the unit: "latencyP99Ns". */
  readonly key: "makespanNs" | "latencyMeanNs" | "latencyP50Ns" | "latencyP99Ns" | "energyJoules";
}

export const objectiveNames: Readonly<Record<Objective, ObjectiveNames>> = {
  "makespan": { unit: "ns", label: "makespan", header: "makespan", key: "makespanNs" },
  "latency-mean": { unit: "ns", label: "mean latency", header: "latency mean", key: "latencyMeanNs" },
  "latency-p50": { unit: "ns", label: "median latency", header: "latency p50", key: "latencyP50Ns" },
  "latency-p99": { unit: "ns", label: "p99 latency", header: "latency p99", key: "latencyP99Ns" },
  "energy": { unit: "J", label: "energy", header: "energy", key: "energyJoules" },
};

/** The names of a unit's multiples, large to small, with how many ns or J each is. */
export const unitSteps: Readonly<Record<ObjectiveUnit, readonly (readonly [name: string, size: number])[]>> = {
  ns: [["h", 3600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1], ["ps", 1e-3]],
  J: [["MJ", 1e6], ["kJ", 1e3], ["J", 1], ["mJ", 1e-3], ["µJ", 1e-6]],
};

/** A value with its unit, three or four digits: "1.41 ms", "12.3 J". */
export function formatIn(unit: ObjectiveUnit, value: number): string {
  return unit === "ns" ? formatNs(value) : formatJoules(value);
}

/** The objectives that are latencies. */
export const latencyObjectives = ["latency-mean", "latency-p50", "latency-p99"] as const satisfies readonly Objective[];

/**
 * What to rank by where nobody says: the makespan; but the mean latency where jobs arrive over time, since the last
 * arrival decides most of the makespan then. Of the latencies it is the mean since every job counts in it, so that it
 * needs the fewest jobs and seeds to tell schedulers apart.
 */
export function usualObjective(jobsArriveOverTime: boolean): Objective {
  return jobsArriveOverTime ? "latency-mean" : "makespan";
}
