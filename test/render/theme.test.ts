import { describe, expect, test } from "vitest";
import { kindStyles, Style } from "../../src/render/marks.ts";
import { contrast, palettes, styleClass, styleSheet, textOn, type Palette } from "../../src/render/theme.ts";

const fills = (palette: Palette): string[] => [...palette.kinds, palette.other];

/** What the three dichromacies make of linear RGB (Machado et al. 2009, severity 1). */
const dichromacies = [
  [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
];

function linear(color: string): number[] {
  return [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
}

/** CIELAB, D65. */
function lab([r, g, b]: number[]): number[] {
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124564 * r! + 0.3575761 * g! + 0.1804375 * b!) / 0.95047);
  const y = f(0.2126729 * r! + 0.7151522 * g! + 0.072175 * b!);
  const z = f((0.0193339 * r! + 0.119192 * g! + 0.9503041 * b!) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(a: string, b: string, matrix?: number[][]): number {
  const see = (color: string): number[] => {
    const rgb = linear(color);
    return lab(matrix ? matrix.map((row) => Math.min(1, Math.max(0, row[0]! * rgb[0]! + row[1]! * rgb[1]! + row[2]! * rgb[2]!))) : rgb);
  };
  const [first, second] = [see(a), see(b)];
  return Math.hypot(...first.map((value, i) => value - second[i]!));
}

test("the contrast formula gives the published extremes", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

describe.each(Object.entries(palettes))("the %s palette", (_, palette) => {
  test("sets operators off from the lane and the page, 3 : 1", () => {
    expect(palette.kinds).toHaveLength(kindStyles);
    for (const color of [...fills(palette), palette.transfer, palette.job, palette.hatch]) {
      expect(contrast(color, palette.lane), color).toBeGreaterThanOrEqual(3);
      expect(contrast(color, palette.background), color).toBeGreaterThanOrEqual(3);
    }
  });

  test("has readable text everywhere, 4.5 : 1", () => {
    for (const text of [palette.text, palette.mutedText]) expect(contrast(text, palette.background)).toBeGreaterThanOrEqual(4.5);
    for (const color of [...fills(palette), palette.hatch]) expect(contrast(textOn(color), color), color).toBeGreaterThanOrEqual(4.5);
  });

  test("can be told apart with every kind of colour vision", () => {
    const colors = fills(palette);
    for (const matrix of [undefined, ...dichromacies]) {
      colors.forEach((a, i) => colors.slice(i + 1).forEach((b) => expect(distance(a, b, matrix), `${a} ${b}`).toBeGreaterThan(15)));
    }
  });
});

test("every style has a class of its own", () => {
  const styles = [...Array.from({ length: kindStyles }, (_, i) => i), ...Object.values(Style)];
  expect(new Set(styles.map(styleClass)).size).toBe(styles.length);
});

test("rules of rare marks are there only where they are asked for, in both schemes", () => {
  expect(styleSheet("auto")).not.toMatch(/slowed|late/);
  const asked = styleSheet("auto", new Set(["late"]));
  expect(asked.match(/\.late \{/g)).toHaveLength(2);
  expect(asked).not.toContain("slowed");
});

test("the style sheet follows the reader, or is fixed", () => {
  expect(styleSheet("auto")).toContain("prefers-color-scheme: dark");
  expect(styleSheet("light")).not.toContain(palettes.dark.kinds[0]);
  expect(styleSheet("dark")).not.toContain(palettes.light.kinds[0]);
  expect(styleSheet("dark")).toContain(palettes.dark.kinds[0]);
});
