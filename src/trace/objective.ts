import { formatJoules, formatNs } from "../base/units.ts";

/** What schedulers can be ranked by; less is better. Latencies are those of a run's jobs. */
export const objectives = ["makespan", "latency-mean", "latency-p50", "latency-p99", "energy"] as const;
/** One of {@link objectives}. */
export type Objective = (typeof objectives)[number];

/** What threads can be ranked by: what their programs measure and count of themselves. */
export type ThreadObjective = `${"span" | "counter" | "response"}:${string}`;
/** Anything to rank by. */
export type RankedBy = Objective | ThreadObjective;

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
  readonly key: "makespanNs" | "latencyMeanNs" | "latencyP50Ns" | "latencyP99Ns" | "energyJoules" | "measuredNs";
}

export const objectiveNames: Readonly<Record<Objective, ObjectiveNames>> = {
  "makespan": { unit: "ns", label: "makespan", header: "makespan", key: "makespanNs" },
  "latency-mean": { unit: "ns", label: "mean latency", header: "latency mean", key: "latencyMeanNs" },
  "latency-p50": { unit: "ns", label: "median latency", header: "latency p50", key: "latencyP50Ns" },
  "latency-p99": { unit: "ns", label: "p99 latency", header: "latency p99", key: "latencyP99Ns" },
  "energy": { unit: "J", label: "energy", header: "energy", key: "energyJoules" },
};

/** The names of anything to rank by. */
export function namesOf(by: RankedBy): ObjectiveNames {
  return isThreadObjective(by) ? threadObjectiveNames(by) : objectiveNames[by];
}

/** True for what programs measure of themselves. */
export function isThreadObjective(by: string): by is ThreadObjective {
  return /^(span|counter|response):./.test(by);
}

/** How durations are summed up, and the words for it. */
const statistics = { mean: "mean", p50: "median", p90: "p90", p99: "p99", max: "longest" } as const;
export type DurationStatistic = keyof typeof statistics;

/** A thread objective in parts. */
export interface ThreadObjectiveParts {
  readonly what: "span" | "counter" | "response";
  readonly name: string;
  /** Of spans and responses; mean where it is not said. */
  readonly statistic: DurationStatistic;
}

/** `span:rest:p99` in parts. Undefined where the last part is no statistic. */
export function threadObjectiveParts(by: ThreadObjective): ThreadObjectiveParts | undefined {
  const [what, name, statistic = "mean", ...more] = by.split(":") as [ThreadObjectiveParts["what"], string, string?, ...string[]];
  const known = Object.hasOwn(statistics, statistic) && more.length === 0 && (what !== "counter" || by.split(":").length === 2);
  return known ? { what, name, statistic: statistic as DurationStatistic } : undefined;
}

function threadObjectiveNames(by: ThreadObjective): ObjectiveNames {
  const { what, name, statistic } = threadObjectiveParts(by)!;
  const label = what === "counter" ? `time per ${name}` : `${statistics[statistic]} ${what === "span" ? name : `response of ${name}`}`;
  return { unit: "ns", label, header: what === "counter" ? label : `${name} ${statistic}`, key: "measuredNs" };
}

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
