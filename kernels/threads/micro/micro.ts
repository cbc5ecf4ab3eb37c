import type { Figures, Params } from "../harness/program.ts";
import type { TeamResult } from "../harness/team.ts";

/** Unit of a cost: nanoseconds, or bytes per nanosecond (GB/s). */
export type CostUnit = "ns" | "B/ns";

/** What one cost means. */
export interface CostItem {
  readonly name: string;
  readonly unit: CostUnit;
  readonly what: string;
}

/** A measurement of one or several costs, apart from all cases. */
export interface Micro {
  readonly name: string;
  readonly items: readonly CostItem[];
  readonly program: string;
  readonly params: Params;
  readonly threads: number;
  readonly repeats: number;
  readonly warmUps: number;
  /** Run on one core alone. Default false. */
  readonly pinned?: boolean;
  /** Means something only where other programs leave the cores alone: parking, switching, and threads that must run at the same time. Default false. */
  readonly needsQuiet?: boolean;
  /** Samples of each item in one run, in the order of `items`. */
  samples(result: TeamResult): readonly (readonly number[])[];
}

/** A micro-benchmark of one thread, whose program measures by itself; each item with the figure that it is. */
export function soloMicro(name: string, program: string, params: Params, items: readonly (readonly [figure: string, name: string, what: string])[]): Micro {
  return {
    name, program, params, threads: 1, repeats: 1, warmUps: 0,
    items: items.map(([, item, what]) => ({ name: item, unit: "ns", what })),
    samples: (result) => items.map(([figure]) => figureOf(result, 0, figure)),
  };
}

/** All samples of a figure of one thread, over the repetitions. */
export function figureOf({ figures }: TeamResult, thread: number, figure: string): readonly number[] {
  return figures[thread]!.flatMap((repetition: Figures) => repetition[figure] ?? []);
}
