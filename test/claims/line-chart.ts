import { fontFamily, palettes, type Palette } from "../../src/render/theme.ts";

/** One curve: points in the units of the axes, named at one of them. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Which point its name stands at, and where from there in pixels. */
  readonly label: { readonly at: number; readonly dx: number; readonly dy: number; readonly end?: boolean };
}

/** A chart of curves, with what was claimed shaded. */
export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  /** Equal ratios are equally far apart. */
  readonly xLogarithmic?: boolean;
  readonly claimed: { readonly x?: readonly [number, number]; readonly y?: readonly [number, number]; readonly text: string };
  readonly curves: readonly Curve[];
}

const size = { width: 330, height: 300, left: 44, right: 14, top: 40, bottom: 46 };
const fixed = (value: number): string => String(Math.round(value * 10) / 10);

/** Charts side by side, as an SVG that is read in light and dark. */
export function drawCharts(title: string, charts: readonly Chart[]): string {
  const width = size.width * charts.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="heddle-claims" role="img" width="${width}" height="${size.height}" viewBox="0 0 ${width} ${size.height}"><title>${title}</title>
<style>
.heddle-claims text { font-family: ${fontFamily}; font-size: 11px }
.heddle-claims .title { font-size: 12px; font-weight: bold }
.heddle-claims .end { text-anchor: end }
.heddle-claims .middle { text-anchor: middle }
.heddle-claims polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
${rules(palettes.light)}
@media (prefers-color-scheme: dark) {
${rules(palettes.dark)}
}
</style>
<rect class="background" width="${width}" height="${size.height}"/>
${charts.map((chart, i) => `<g transform="translate(${i * size.width} 0)">\n${drawChart(chart)}\n</g>`).join("\n")}
</svg>
`;
}

function drawChart({ title, xTitle, xTicks, yTicks, xText, yText, xLogarithmic = false, claimed, curves }: Chart): string {
  const bottom = size.height - size.bottom;
  const right = size.width - size.right;
  const scale = (ticks: readonly number[], from: number, to: number, map: (value: number) => number) => (value: number) =>
    from + ((map(value) - map(ticks[0]!)) / (map(ticks.at(-1)!) - map(ticks[0]!))) * (to - from);
  const x = scale(xTicks, size.left, right, xLogarithmic ? Math.log2 : (value) => value);
  const y = scale(yTicks, bottom, size.top, (value) => value);
  const [x0, x1] = (claimed.x ?? [xTicks[0]!, xTicks.at(-1)!]).map(x) as [number, number];
  const [y0, y1] = (claimed.y ?? [yTicks[0]!, yTicks.at(-1)!]).map(y) as [number, number];
  return [
    `<text class="title" x="${size.left}" y="20">${title}</text>`,
    `<rect class="claimed" x="${fixed(x0)}" y="${fixed(y1)}" width="${fixed(x1 - x0)}" height="${fixed(y0 - y1)}"/>`,
    `<text class="muted" x="${fixed(x0 + 5)}" y="${fixed(claimed.y ? y1 + 13 : y0 - 7)}">${claimed.text}</text>`,
    ...yTicks.map((value) => `<path class="grid" d="M${size.left} ${fixed(y(value))}H${right}"/><text class="end muted" x="${size.left - 6}" y="${fixed(y(value) + 4)}">${yText(value)}</text>`),
    ...xTicks.map((value) => `<text class="middle muted" x="${fixed(x(value))}" y="${bottom + 17}">${xText(value)}</text>`),
    `<text class="middle muted" x="${fixed((size.left + right) / 2)}" y="${bottom + 36}">${xTitle}</text>`,
    ...curves.map(({ points }, i) => `<polyline class="c${i}" points="${points.map(([px, py]) => `${fixed(x(px))},${fixed(y(py))}`).join(" ")}"/>`),
    ...curves.map(({ name, points, label: { at, dx, dy, end = false } }) => `<text${end ? ' class="end"' : ""} x="${fixed(x(points[at]![0]) + dx)}" y="${fixed(y(points[at]![1]) + dy)}">${name}</text>`),
  ].join("\n");
}

function rules({ background, grid, text, mutedText, kinds }: Palette): string {
  return [
    `.heddle-claims .background { fill: ${background} }`, `.heddle-claims text { fill: ${text} }`, `.heddle-claims .muted { fill: ${mutedText} }`,
    `.heddle-claims .grid { stroke: ${grid} }`, `.heddle-claims .claimed { fill: ${kinds[2]}; opacity: 0.18 }`,
    ...kinds.slice(0, 4).map((color, i) => `.heddle-claims .c${i} { stroke: ${kinds[[0, 1, 3, 6][i]!] ?? color} }`),
  ].join("\n");
}
