/**
 * What a timeline is made of before anything is drawn: plain data in pixels, y downwards. {@link layoutTimeline} makes
 * it, `draw-timeline.ts` draws it, and tests measure it.
 */

/** How a mark is painted. 0 … 7 are the operator kinds with a colour of their own, by total time; then these. */
export const Style = { other: 8, setup: 9, wait: 10, transfer: 11, job: 12, aborted: 13, host: 14, sync: 15, spin: 16, switching: 17, waiting: 18, ready: 19 } as const;
/** How many operator kinds get a colour of their own. */
export const kindStyles = 8;
/** Number of styles: indices 0 … styleCount − 1. */
export const styleCount = 20;

/** One step of the critical path, in order of time. `kind` is "run", "transfer", or anything else for waiting. */
export interface CriticalSegment {
  readonly kind: string;
  readonly op?: number | undefined;
  readonly transfer?: number | undefined;
  readonly startTicks: number;
  readonly endTicks: number;
}

/** A proven lower bound on the makespan. */
export interface LowerBound {
  readonly label: string;
  readonly ticks: number;
}

/** What the caller adds to a trace. */
export interface TimelineOptions {
  /** Default: the instance's name. */
  readonly title?: string | undefined;
  readonly criticalPath?: readonly CriticalSegment[] | undefined;
  readonly lowerBounds?: readonly LowerBound[] | undefined;
  /** Kind of each device ("cpu", "gpu" …), by id; a trace does not know them. */
  readonly deviceKinds?: readonly string[] | undefined;
  /** Operator kinds in the order in which they take colours, so that two figures agree. Default: by total time. */
  readonly kindOrder?: readonly string[] | undefined;
  /** In pixels, 480 … 8000; default 1200. The height follows from the lanes. */
  readonly width?: number | undefined;
  /** Device lanes drawn at most, 4 … 400; default 48. What is over is summarised. */
  readonly maxLanes?: number | undefined;
  /** `auto` (default) follows the reader's setting; `light` and `dark` are fixed, for print. */
  readonly colorScheme?: "auto" | "light" | "dark" | undefined;
}

/** A horizontal strip in which time passes. */
export interface LaneMark {
  readonly y: number;
  readonly height: number;
  /** Slot number, route, or what is summarised. */
  readonly label: string;
  /** Share of the time in which it was in use, 0 … 1. */
  readonly share: number;
  /** Index in {@link Layout.groups}. */
  readonly group: number;
  /** `slot` and `flow` lanes hold spans that never overlap; `summary` lanes only cells: how many of several are in use; `area` lanes a quantity over time. */
  readonly kind: "slot" | "flow" | "summary" | "area";
  /** How many slots or simultaneous flows fill the height. */
  readonly capacity: number;
}

/** Lanes that belong together: a device, a route, the host thread that decides, the jobs; cores, threads, an object that threads wait for, a memory. */
export interface GroupMark {
  readonly kind: "device" | "route" | "host" | "jobs" | "cores" | "threads" | "object" | "memory";
  readonly name: string;
  /** Second line, or what follows the name: device kind and number of slots. */
  readonly detail: string;
  readonly tooltip: string;
  readonly y: number;
  readonly height: number;
  readonly share: number;
}

/** One stretch of time in one lane, at least half a pixel wide or alone in its pixel. */
export interface SpanMark {
  readonly lane: number;
  readonly style: number;
  readonly x0: number;
  readonly x1: number;
  /** What it is of: an op (also its setup, waiting and aborted runs), a transfer, a call of the scheduler or a job. */
  readonly subject: number;
  readonly startTicks: number;
  readonly endTicks: number;
  /** Inside the rectangle; only where it fits. */
  readonly label?: string;
  /** Only on the widest ones: they become elements of their own. */
  readonly tooltip?: string;
}

/**
 * What is too narrow to draw one by one: the share of each cell that each style fills.
 * `share[(lane * columns + column) * styleCount + style]`, 0 … 1; column c begins at plot.x0 + c · cellWidth.
 */
export interface DensityCells {
  readonly columns: number;
  readonly cellWidth: number;
  readonly share: Float32Array;
}

/** A time in which a device was not as usual: all its lanes where it was absent, else a strip above them. */
export interface BandMark {
  readonly kind: "absent" | "slowed" | "sped-up";
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly height: number;
  /** Inside; only where it fits. */
  readonly label?: string;
  readonly tooltip: string;
}

/** Deadlines that were missed, at the time they were set for: of one job or operator, or of several close together. */
export interface LateMark {
  readonly lane: number;
  /** The earliest and the latest of the deadlines. */
  readonly x0: number;
  readonly x1: number;
  readonly count: number;
  readonly tooltip: string;
}

/** A quantity over time, from the foot of its lane: of each pixel column from plot.x0 on the height, as a part of the lane's. */
export interface AreaMark {
  readonly lane: number;
  readonly kind: "waiters" | "reserved" | "live";
  readonly share: Float32Array;
  readonly tooltip: string;
}

/** A thread wakes another: from the middle of its lane at y0 to the edge of the other's at y1. */
export interface WakeMark {
  readonly x: number;
  readonly y0: number;
  readonly y1: number;
}

/** A vertical line with its label. The line runs from the label's row to the foot of the plot. */
export interface MarkerMark {
  readonly kind: "makespan" | "bound" | "deadline" | "finding";
  readonly x: number;
  readonly label: string;
  readonly labelX0: number;
  readonly labelX1: number;
  /** 0 = next to the plot, then upwards. */
  readonly row: number;
  readonly y: number;
}

export interface LegendEntry {
  /** A style, the critical path, a band, a missed deadline, a quantity over time, a wake-up, or the bars that show how busy a lane was. */
  readonly style: number | "critical" | BandMark["kind"] | "late" | AreaMark["kind"] | "wake" | "busy";
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly title: PlacedText;
  readonly subtitle: PlacedText;
  /** For readers who do not see the picture. */
  readonly description: string;
  readonly plot: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
  /** Where the gutter's columns are: names begin, lane labels end, bars begin and end, shares end. */
  readonly gutter: { readonly name: number; readonly lane: number; readonly bar0: number; readonly bar1: number; readonly share: number };
  readonly axis: { readonly label: string; readonly ticks: readonly { readonly x: number; readonly text: string }[] };
  readonly groups: readonly GroupMark[];
  readonly lanes: readonly LaneMark[];
  readonly headings: readonly PlacedText[];
  readonly spans: readonly SpanMark[];
  readonly cells: DensityCells;
  /** Boxes around the spans on the critical path, and the lines that link them, as points. */
  readonly critical: { readonly boxes: readonly { readonly lane: number; readonly x0: number; readonly x1: number }[]; readonly lines: readonly (readonly (readonly [x: number, y: number])[])[] };
  readonly bands: readonly BandMark[];
  readonly late: readonly LateMark[];
  readonly areas: readonly AreaMark[];
  readonly wakes: readonly WakeMark[];
  readonly markers: readonly MarkerMark[];
  readonly legend: readonly LegendEntry[];
  readonly footnotes: readonly PlacedText[];
  /** Spans that are in cells instead of being drawn one by one, and the width below which that happened. */
  readonly mergedSpans: number;
  readonly thresholdPx: number;
}
