import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { layoutComparison } from "../../src/render/comparison-layout.ts";
import type { PlottedComparison, PlottedScheduler } from "../../src/render/comparison-marks.ts";
import { renderComparison } from "../../src/render/comparison-plot.ts";
import { textWidth } from "../../src/render/text.ts";
import { valueAxis } from "../../src/render/value-axis.ts";

const row = (name: string, rank: number, ms: number, spread = 0.1): PlottedScheduler => ({
  name, rank, min: (ms - spread) * 1e6, max: (ms + spread) * 1e6, p50: { value: ms * 1e6 }, p90: { value: (ms + spread / 2) * 1e6 }, p99: { value: (ms + spread * 0.9) * 1e6 },
  mean: spread === 0 ? { value: ms * 1e6 } : { value: ms * 1e6, interval: { low: (ms - spread / 5) * 1e6, high: (ms + spread / 5) * 1e6 } },
});
const plotted = (schedulers: readonly PlottedScheduler[], more: Partial<PlottedComparison> = {}): PlottedComparison => ({ name: "a < b & c", seedCount: 100, baseline: schedulers[0]!.name, schedulers, failures: [], lowerBoundNs: 1e6, ...more });
const three = plotted([row("heft", 1, 1.4), row("peft", 1, 1.42), row("fifo", 3, 2.5, 0.4)], { failures: [{ name: "mine", message: "out of ideas" }] });

describe("the plot of a comparison", () => {
  it("is as it was looked at", async () => {
    const file = new URL("golden/comparison.svg", import.meta.url);
    const svg = await renderComparison(three, { title: "three schedulers" });
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, svg);
    else if (!existsSync(file)) expect.fail("comparison.svg is missing: run with UPDATE_GOLDEN=1");
    expect(svg).toBe(readFileSync(file, "utf8"));
  });

  it("is well-formed, whatever the names, and says its numbers to those who do not see it", async () => {
    const svg = await renderComparison(plotted([row("<b>&\u0000\u202e", 1, 1), row("第二", 2, 2)]));
    const root = new JSDOM(svg, { contentType: "image/svg+xml" }).window.document.documentElement;
    expect(root.getAttribute("class")).toBe("heddle-comparison");
    expect(root.querySelector("desc")!.textContent).toContain("rank 1, mean 1.000 ms ± 2.0 % (95 % CI)");
    expect([...root.querySelectorAll("g > title")].some(({ textContent }) => textContent!.startsWith("第二, rank 2\n"))).toBe(true);
  });

  it("keeps everything inside, for 2 and for 60 rows, short and long names, close and far makespans", () => {
    const many = Array.from({ length: 60 }, (_, i) => row(`${"a-long-name-".repeat(i % 9)}${i}`, i + 1, 1.3 ** i, 0.05));
    for (const comparison of [three, plotted([row("a", 1, 1), row("b", 2, 1.0001, 0.00001)]), plotted(many), plotted([row("same", 1, 1, 0), row("again", 1, 1, 0)], { seedCount: 1 })]) {
      for (const width of [360, 800, 3000]) {
        const layout = layoutComparison(comparison, { width });
        const { x0, x1, y1 } = layout.plot;
        expect(x1).toBeGreaterThan(x0);
        for (const mark of layout.rows) {
          expect(mark.y).toBeLessThan(y1);
          expect(layout.gutter.name + textWidth(mark.name, 12)).toBeLessThanOrEqual(x0);
          for (const x of [mark.mean, ...(mark.range ?? []), ...(mark.interval ?? []), mark.p90]) if (x !== undefined) expect(x >= x0 - 0.5 && x <= x1 + 0.5).toBe(true);
        }
        expect(layout.axis.ticks.length).toBeGreaterThan(0);
        expect(layout.bound!.label.x).toBeGreaterThanOrEqual(0);
        expect(layout.height).toBeGreaterThan(y1);
      }
    }
  });

  it("ends an interval that reaches below 0 at the edge of the plot, and stays logarithmic where values ask for it", () => {
    const unsure = { ...row("unsure", 3, 40, 20), mean: { value: 40e6, interval: { low: -90e6, high: 170e6 } } };
    for (const [first, logarithmic] of [[1, true], [30, false]] as const) {
      const { rows, plot, axis } = layoutComparison(plotted([row("sure", 1, first), unsure], { lowerBoundNs: first * 1e6 }));
      expect(axis.logarithmic).toBe(logarithmic);
      expect(rows[1]!.interval![0]).toBe(plot.x0);
      expect(rows[1]!.interval![1]).toBeLessThan(plot.x1);
    }
  });

  it("marks shared ranks, the baseline and failures", () => {
    const { rows, footnotes } = layoutComparison(three);
    expect(rows.map(({ rank, name, value, best }) => [rank, name, value, best])).toEqual([
      ["=1", "heft (baseline)", "1.400 ms ± 1.4 %", true], ["=1", "peft", "1.420 ms ± 1.4 %", true], ["3", "fifo", "2.500 ms ± 3.2 %", false], ["–", "mine", "failed", false],
    ]);
    expect(footnotes.map(({ text }) => text)).toEqual(["= shares its rank: the difference from the first of that rank is not significant."]);
  });

  it("speaks of no seeds where there is no luck", () => {
    const { subtitle, legend, rows } = layoutComparison(plotted([row("heft", 1, 1.4, 0), row("fifo", 2, 2, 0)], { seedCount: 1 }));
    expect([subtitle.text, legend.length, rows[0]!.interval, rows[0]!.range]).toEqual(["makespan · best first", 0, undefined, undefined]);
  });

  it("says what it shows: latencies without the bound of makespans, energies in joules", () => {
    const latency = layoutComparison(plotted([row("a", 1, 1), row("b", 2, 2)], { by: "latency-p99" }));
    expect([latency.subtitle.text, latency.axis.label, latency.bound]).toEqual(["mean p99 latency over 100 seeds, the same for all schedulers · best first", "p99 latency in ms", undefined]);
    expect(layoutComparison(plotted([row("a", 1, 1), row("b", 2, 2)], { by: "latency-mean" })).subtitle.text).toMatch(/^mean latency over/);
    const energy = layoutComparison(plotted([row("a", 1, 0.0014), row("b", 2, 0.002)], { by: "energy" }));
    expect([energy.axis.label, energy.rows.map(({ value }) => value)[0]]).toEqual(["energy in kJ", "1.400 kJ ± 1429 %"]);
  });

  it("refuses a width that cannot hold it", () => {
    expect(() => layoutComparison(three, { width: 100 })).toThrow("out-of-range");
  });
});

describe("the axis of values", () => {
  it("has round values in the unit of the largest, need not begin at 0, and puts them where they belong", () => {
    const axis = valueAxis("ns", [1.2e6, 1.6e6], 100, 500, 5);
    expect([axis.unit, axis.ticks.map(({ text }) => text)]).toEqual(["ms", ["1.2", "1.3", "1.4", "1.5", "1.6"]]);
    for (const { x, text } of axis.ticks) expect(x).toBeCloseTo(axis.x(Number(text) * 1e6), 6);
    expect([axis.x(1.2e6), axis.x(1.6e6)]).toEqual([expect.closeTo(100 + 400 * (0.04 / 1.08), 9), expect.closeTo(500 - 400 * (0.04 / 1.08), 9)]);
  });

  it("is logarithmic over more than an order of magnitude, with a unit at each value", () => {
    const axis = valueAxis("ns", [1e6, 3e8], 0, 900, 12);
    expect([axis.logarithmic, axis.ticks.map(({ text }) => text)]).toEqual([true, ["1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms", "200 ms"]]);
    expect(axis.x(1e8) - axis.x(1e7)).toBeCloseTo(axis.x(1e7) - axis.x(1e6), 6);
    expect(valueAxis("ns", [1, 1e18], 0, 300, 4).ticks.length).toBeLessThanOrEqual(5);
  });

  it("has room for a single value, and for zero", () => {
    expect(valueAxis("ns", [5, 5], 0, 100, 3).x(5)).toBeCloseTo(50, 6);
    expect(valueAxis("ns", [0, 0], 0, 100, 3).x(0)).toBe(0);
  });
});
