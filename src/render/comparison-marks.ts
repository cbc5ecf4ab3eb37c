/** What a comparison plot is made of before anything is drawn: plain data in pixels, y downwards. */
import type { RankedBy } from "../trace/objective.ts";

/** A figure with its interval, in ns or J; an absent end is open. */
export interface PlottedEstimate {
  readonly value: number;
  readonly interval?: { readonly low: number | undefined; readonly high: number | undefined };
}

/** One scheduler, as a comparison has it: statistics of what schedulers are ranked by, in ns or J. */
export interface PlottedScheduler {
  readonly name: string;
  readonly rank: number;
  readonly mean: PlottedEstimate;
  readonly p50: PlottedEstimate;
  readonly p90: PlottedEstimate;
  readonly p99: PlottedEstimate;
  readonly min: number;
  readonly max: number;
}

/** What is plotted: the result of `compareOverSeeds`, or what has its shape. */
export interface PlottedComparison {
  readonly name: string;
  readonly seedCount: number;
  /** What is compared; default schedulers. */
  readonly compares?: string;
  /** What the figures are; default the makespan. */
  readonly by?: RankedBy;
  readonly baseline: string;
  /** Best first. */
  readonly schedulers: readonly PlottedScheduler[];
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  /** Of the makespan; drawn where that is what is plotted. */
  readonly lowerBoundNs?: number;
}

/** What the caller chooses. */
export interface ComparisonPlotOptions {
  /** Default: the comparison's name. */
  readonly title?: string | undefined;
  /** In pixels, 360 … 8000; default 800. The height follows from the schedulers. */
  readonly width?: number | undefined;
  /** `auto` (default) follows the reader's setting; `light` and `dark` are fixed, for print. */
  readonly colorScheme?: "auto" | "light" | "dark" | undefined;
}

/** One scheduler's row. */
export interface ComparisonRowMark {
  readonly y: number;
  readonly name: string;
  /** "1", or "=2" where several share it; "–" for one that failed. */
  readonly rank: string;
  readonly tooltip: string;
  /** The mean as text, right of the plot. */
  readonly value: string;
  /** In the colour of the best. */
  readonly best: boolean;
  /** Absent for one that failed. */
  readonly mean?: number;
  /** Interval of the mean; absent where there is none. */
  readonly interval?: readonly [x0: number, x1: number];
  /** From the smallest to the largest, and to p90; absent where all are equal. */
  readonly range?: readonly [min: number, max: number];
  readonly p90?: number;
}

/** A text and where it begins, or ends. */
export interface ComparisonText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface ComparisonLayout {
  readonly width: number;
  readonly height: number;
  readonly title: ComparisonText;
  readonly subtitle: ComparisonText;
  /** For readers who do not see the picture. */
  readonly description: string;
  readonly plot: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
  /** Where names begin and ranks end. */
  readonly gutter: { readonly rank: number; readonly name: number; readonly value: number };
  readonly axis: { readonly label: string; readonly logarithmic: boolean; readonly ticks: readonly { readonly x: number; readonly text: string }[] };
  readonly rows: readonly ComparisonRowMark[];
  readonly bound?: { readonly x: number; readonly label: ComparisonText; readonly tooltip: string };
  readonly legend: readonly { readonly kind: "mean" | "range" | "p90"; readonly x: number; readonly y: number; readonly label: string }[];
  readonly footnotes: readonly ComparisonText[];
}
