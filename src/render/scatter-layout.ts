import { formatNs } from "../base/units.ts";
import { cleanText, fitMiddle, fitText } from "./text.ts";

/** One thing: two times of it, in ns, and an interval of the second. */
export interface ScatterPoint {
  /** Points of a group share a mark, in the order in which groups first occur. */
  readonly group: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** What is plotted; all times are above 0, and there is at least one point. */
export interface ScatterPlot {
  readonly title: string;
  /** What the times along the axes are: "measured", "predicted". */
  readonly x: string;
  readonly y: string;
  readonly points: readonly ScatterPoint[];
  /** Default auto: as the reader's browser prefers. */
  readonly colorScheme?: "auto" | "light" | "dark";
}

/** A scatter plot in pixels, y downwards. */
export interface ScatterLayout {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly x: string;
  readonly y: string;
  /** Both axes have the same ends. */
  readonly plot: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
  readonly ticks: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  /** How far the band reaches above and below the diagonal. */
  readonly band: { readonly above: number; readonly below: number };
  /** Below, on the same axis: y ÷ x − 1. */
  readonly errors: { readonly y0: number; readonly y1: number; readonly band: readonly [number, number]; readonly ticks: readonly { readonly y: number; readonly text: string }[] };
  readonly points: readonly { readonly group: number; readonly x: number; readonly y: number; readonly error: number; readonly interval?: readonly [number, number]; readonly tooltip: string }[];
  readonly legend: readonly { readonly group: number; readonly x: number; readonly y: number; readonly text: string }[];
}

/** Of the band around the diagonal. */
const tolerance = 0.1;
const [side, left, top, right] = [420, 78, 52, 220];
/** Of the errors below: distance, and height. */
const [gap, strip] = [14, 110];

/** Places the points on logarithmic axes that have the same scale, and a legend at the right. */
export function layoutScatter({ title, x: xName, y: yName, points }: ScatterPlot): ScatterLayout {
  const shown = points.flatMap(({ x, y, low = y, high = y }) => [x, y, Math.max(low, y / 3), high]);
  const [least, most] = [Math.min(...shown) / 1.15, Math.max(...shown) * 1.15];
  const share = (value: number): number => (Math.log(Math.max(value, least)) - Math.log(least)) / (Math.log(most) - Math.log(least));
  const plot = { x0: left, y0: top, x1: left + side, y1: top + side };
  const px = (value: number): number => plot.x0 + share(value) * side;
  const py = (value: number): number => plot.y1 - share(value) * side;
  const widest = points.reduce((far, { x, y }) => Math.max(far, Math.abs(y / x - 1)), tolerance);
  const reach = [0.15, 0.3, 0.6, 1].find((limit) => widest <= limit) ?? 2;
  const [e0, e1] = [plot.y1 + gap, plot.y1 + gap + strip];
  const pe = (error: number): number => (e0 + e1) / 2 - (Math.max(-reach, Math.min(reach, error)) / reach) * (strip / 2 - 6);
  const groups = [...new Set(points.map(({ group }) => group))];
  const placed = points.map(({ group, name, x, y, low, high }) => ({
    group: groups.indexOf(group), x: px(x), y: py(y), error: pe(y / x - 1), ...(low !== undefined && high !== undefined && { interval: [py(low), py(high)] as const }),
    tooltip: `${cleanText(name)}\n${xName} ${formatNs(x)}\n${yName} ${formatNs(y)} (${y >= x ? "+" : "−"}${((100 * Math.abs(y - x)) / x).toFixed(1)} %)`,
  }));
  const step = (side / (Math.log(most) - Math.log(least)));
  return {
    width: left + side + right, height: Math.max(e1 + 48, top + 30 + 18 * groups.length), title: fitText(cleanText(title), 16, left + side + right - 32, true), x: xName, y: yName, plot,
    description: `${cleanText(title)}. ${placed.slice(0, 50).map(({ tooltip }) => tooltip.replaceAll("\n", ", ")).join("; ")}.`,
    ticks: tickValues(least, most).map((value) => ({ x: px(value), y: py(value), text: formatNs(value).replace(/\.0+(?= )/, "") })),
    band: { above: step * Math.log(1 + tolerance), below: -step * Math.log(1 - tolerance) },
    errors: { y0: e0, y1: e1, band: [pe(tolerance), pe(-tolerance)], ticks: [-reach, 0, reach].map((error) => ({ y: pe(error), text: error === 0 ? "0 %" : `${error > 0 ? "+" : "−"}${Math.round(100 * Math.abs(error))} %` })) }, points: placed,
    legend: groups.map((group, i) => ({ group: i, x: plot.x1 + 26, y: top + 10 + 18 * i, text: fitMiddle(cleanText(group), 11, right - 52) })),
  };
}

/** 1, 2 and 5 of each power of ten; only the powers where there are many. */
function tickValues(least: number, most: number): number[] {
  const factors = most / least > 300 ? [1] : [1, 2, 5];
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    for (const factor of factors) {
      const value = Number(`${factor}e${power}`);
      if (value >= least && value <= most) values.push(value);
    }
  }
  return values;
}
