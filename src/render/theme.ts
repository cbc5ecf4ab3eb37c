import { kindStyles, Style } from "./marks.ts";

/** Colours of one scheme, as #rrggbb. */
export interface Palette {
  readonly background: string;
  /** Empty time in a lane. */
  readonly lane: string;
  readonly grid: string;
  readonly text: string;
  readonly mutedText: string;
  /** Colours of the operator kinds, most time first, and of all the rest. */
  readonly kinds: readonly string[];
  readonly other: string;
  readonly transfer: string;
  readonly job: string;
  /** Strokes of the hatching of waits and setups. */
  readonly hatch: string;
}

/**
 * The two palettes. Each kind keeps its hue in both. They were searched for under two conditions, which the tests
 * check: at least 3 : 1 against the lane (WCAG 2.1, non-text contrast), and as far apart as possible to normal sight
 * and to each of the three dichromacies.
 * @source simulation of dichromacy: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of
 * Color Vision Deficiency", IEEE TVCG 15(6), 2009
 */
export const palettes: { readonly light: Palette; readonly dark: Palette } = {
  light: {
    background: "#ffffff", lane: "#f4f5f7", grid: "#dfe2e7", text: "#16191d", mutedText: "#565d68",
    kinds: ["#6c86e8", "#d4761b", "#23a165", "#8c60a6", "#0a4e5c", "#754b03", "#7f2b2f", "#493494"],
    other: "#7b8290", transfer: "#4f5765", job: "#7b8290", hatch: "#6a717d",
  },
  dark: {
    background: "#14171c", lane: "#1f242b", grid: "#333a44", text: "#eceef1", mutedText: "#a6aebb",
    kinds: ["#809bf8", "#ff9d88", "#458329", "#8a64a6", "#aae5db", "#f7d661", "#ac5e61", "#cec5fc"],
    other: "#8b94a3", transfer: "#7d8794", job: "#8b94a3", hatch: "#98a1af",
  },
};

/** Relative luminance of an #rrggbb colour. @source WCAG 2.1 */
export function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Contrast ratio of two #rrggbb colours, 1 … 21. @source WCAG 2.1 */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** Black or white, whichever is read better on the colour: never below 4.5 : 1. */
export function textOn(color: string): "#000000" | "#ffffff" {
  return contrast(color, "#000000") >= contrast(color, "#ffffff") ? "#000000" : "#ffffff";
}

/** Class of everything painted in a style. */
export function styleClass(style: number): string {
  if (style < kindStyles) return `k${style}`;
  return Object.entries(Style).find(([, value]) => value === style)![0];
}

/** Fonts that are there on every system; all texts are measured for the widest. */
export const fontFamily = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

const fixedRules = `
.heddle-timeline text { font-family: ${fontFamily}; font-size: 11px }
.heddle-timeline .title { font-size: 16px; font-weight: bold }
.heddle-timeline .name { font-size: 12px; font-weight: bold }
.heddle-timeline .end { text-anchor: end }
.heddle-timeline .in { font-size: 10px; text-anchor: middle; pointer-events: none }
.heddle-timeline .cells, .heddle-timeline .lanes, .heddle-timeline .grid { shape-rendering: crispEdges }
.heddle-timeline .line { fill: none; stroke-linejoin: round }
.heddle-timeline .cells .hatch { stroke-width: 0 }
.heddle-timeline .bound { stroke-dasharray: 5 3 }`;

/** Classes of marks that most pictures do without; the style sheet has rules for those that are there. */
export type RareClass = "host" | "slowed" | "sped-up" | "late" | "sync" | "switching" | "waiting" | "ready" | "waiters" | "live" | "reserved" | "wake" | "finding";

function colorRules(palette: Palette, rare: ReadonlySet<RareClass>): string {
  const fills = [...palette.kinds.map((color, i) => [`k${i}`, color] as const), ["other", palette.other] as const, ["transfer", palette.transfer] as const, ["job", palette.job] as const];
  const rareRules: readonly (readonly [RareClass, selector: string, body: string])[] = [
    ["host", ".host", `fill: ${palette.transfer}`],
    ["slowed", ".slowed", `fill: ${palette.background}; stroke: ${palette.hatch}`],
    ["sped-up", ".sped-up", `fill: ${palette.hatch}`],
    ["sped-up", ".on-sped-up", `fill: ${textOn(palette.hatch)}`],
    ["sync", ".sync", `fill: ${palette.mutedText}`],
    ["switching", ".switching", `fill: ${palette.hatch}`],
    ["waiting", ".waiting", `fill: ${palette.mutedText}`],
    ["ready", ".ready", `fill: ${palette.background}; stroke: ${palette.hatch}; stroke-width: 0.8`],
    ["waiters", ".waiters", `fill: ${palette.grid}; stroke: ${palette.mutedText}; stroke-width: 0.8`],
    ["live", ".live", `fill: ${palette.hatch}`],
    ["reserved", ".reserved", `fill: ${palette.grid}; stroke: ${palette.hatch}; stroke-width: 0.8`],
    ["wake", ".wake", `stroke: ${palette.text}; fill: ${palette.text}; stroke-width: 0.8`],
    ["finding", ".finding", "stroke-width: 2"],
    ["late", ".late", `fill: ${palette.text}; stroke: ${palette.background}`],
  ];
  const rules = [
    ["text, .axis text", `fill: ${palette.text}`],
    [".muted, .axis text", `fill: ${palette.mutedText}`],
    [".page", `fill: ${palette.background}`],
    [".lane", `fill: ${palette.lane}`],
    [".grid, .axis path, .axis line", `stroke: ${palette.grid}; fill: none`],
    [".bar", `fill: ${palette.mutedText}`],
    [".hatch", `stroke: ${palette.hatch}; fill: none`],
    [".halo", `stroke: ${palette.background}`],
    [".mark", `stroke: ${palette.text}`],
    ...fills.map(([name, color]) => [`.${name}`, `fill: ${color}`]),
    ...fills.map(([name, color]) => [`.on-${name}`, `fill: ${textOn(color)}`]),
    ...rareRules.filter(([name]) => rare.has(name)).map(([, selector, body]) => [selector, body]),
  ];
  return rules.map(([selectors, body]) => `${selectors!.split(", ").map((selector) => `.heddle-timeline ${selector}`).join(", ")} { ${body} }`).join("\n");
}

/**
 * The style sheet inside the SVG. Colours are written out, light first, so that converters to PDF that know neither
 * variables nor media queries print the light scheme; browsers override it where the reader prefers dark.
 */
export function styleSheet(scheme: "auto" | "light" | "dark", rare: ReadonlySet<RareClass> = new Set()): string {
  const base = `${fixedRules}\n${colorRules(palettes[scheme === "dark" ? "dark" : "light"], rare)}\n`;
  return scheme === "auto" ? `${base}@media (prefers-color-scheme: dark) {\n${colorRules(palettes.dark, rare)}\n}\n` : base;
}
