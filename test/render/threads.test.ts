import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../src/core/trace.ts";
import { layoutTimeline } from "../../src/render/layout.ts";
import { Style, type Layout } from "../../src/render/marks.ts";
import { palettes, contrast } from "../../src/render/theme.ts";
import { renderTimeline } from "../../src/render/timeline.ts";
import { ProgramBuilder } from "../../src/programs/index.ts";
import { busyThreads, philosophers, tracedThreads, twoOnALock } from "../trace/threads/runs.ts";

/** `UPDATE_GOLDEN=1 npx vitest run test/render` writes the files anew; look at them before they are committed. */
function expectGolden(name: string, svg: string): void {
  const file = new URL(`golden/${name}.svg`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, svg);
  else if (!existsSync(file)) expect.fail(`${name}.svg is missing: run with UPDATE_GOLDEN=1`);
  expect(svg).toBe(readFileSync(file, "utf8"));
}

/** Rows without a run: `count` of them, each as long as the next, over `cores` cores. */
function manyRows(count: number, cores: number): Trace {
  const trace = busyThreads(2);
  const each = Math.floor(count / cores);
  const length = each * cores;
  const at = (i: number): number => Math.floor(i / cores);
  const rows = {
    length, dropped: 0, core: Uint32Array.from({ length }, (_, i) => i % cores), thread: Uint32Array.from({ length }, (_, i) => (i * 7 + at(i)) % trace.threads!.table.length),
    use: Uint8Array.from({ length }, (_, i) => (at(i) % 9 === 0 ? 2 : at(i) % 5 === 0 ? 3 : 0)), start: Float64Array.from({ length }, (_, i) => at(i) * 10), end: Float64Array.from({ length }, (_, i) => at(i) * 10 + (i % 3 === 0 ? 10 : 7)),
  };
  const none = { length: 0, dropped: 0, thread: new Uint32Array(0), object: new Uint32Array(0), start: new Float64Array(0), end: new Float64Array(0), kind: new Uint8Array(0) };
  const endTicks = each * 10;
  return { ...trace, makespanTicks: endTicks, threads: { ...trace.threads!, rows, waits: none, holds: none, ready: none, endTicks, cores: { names: Array.from({ length: cores }, (_, core) => `core${core}`), device: -1, speed: 1, useTicks: new Float64Array(cores * 4), stalledTicks: new Float64Array(cores) } } };
}

/** What a group shows, in order of time: [what, from, to]. */
function spansOf(layout: Layout, group: string, lane = 0): (readonly [number, number, number])[] {
  const g = layout.groups.findIndex(({ name }) => name === group);
  const own = layout.lanes.flatMap((each, i) => (each.group === g ? [i] : []));
  return layout.spans.filter((span) => span.lane === own[lane]).map(({ style, startTicks, endTicks }) => [style, startTicks, endTicks] as const);
}

describe("a timeline of threads", () => {
  it("shows cores with the threads on them, threads with what they waited for, locks with who held them", () => {
    const layout = layoutTimeline(twoOnALock("futex"));
    expect(layout.groups.map(({ kind, name }) => [kind, name])).toEqual([["cores", "cores"], ["threads", "worker"], ["object", "m"]]);
    expect(spansOf(layout, "cores", 1)).toEqual([[1, 0, 10_000], [1, 15_000, 20_000]]);
    expect(spansOf(layout, "worker", 1)).toEqual([[1, 0, 10_000], [Style.waiting, 10_000, 15_000], [1, 15_000, 20_000]]);
    expect(spansOf(layout, "m")).toEqual([[0, 10_000, 15_000], [1, 15_000, 20_000]]);
    expect(layout.wakes).toHaveLength(1);
    expect(layout.legend.map(({ label }) => label)).toEqual(["worker[0] 50.0 % of thread time", "worker[1] 50.0 %", "waiting, asleep", "wake-up", "threads that wait", "busy share of the time"]);
  });

  it("shows who spins, and how many wait", () => {
    const layout = layoutTimeline(twoOnALock());
    expect(spansOf(layout, "cores", 1)[1]).toEqual([Style.spin, 10_000, 15_000]);
    const [area] = layout.areas;
    const columns = area!.share.length;
    expect([area!.share[Math.floor(columns * 0.4)], area!.share[Math.floor(columns * 0.6)], area!.share[Math.floor(columns * 0.8)]]).toEqual([0, 1, 0]);
    expect(layout.wakes).toEqual([]);
  });

  it("shows when threads have no core", () => {
    const worker = new ProgramBuilder("worker").compute("10us");
    const layout = layoutTimeline(tracedThreads({ programs: [worker], threads: { worker: 2 }, cores: 1 }));
    expect(spansOf(layout, "worker", 1)).toEqual([[Style.ready, 0, 10_000], [1, 10_000, 20_000]]);
  });

  it("marks the instant of a deadlock, and goes on a little to show how threads are stuck", () => {
    const layout = layoutTimeline(philosophers());
    expect(layout.markers.map(({ kind, label }) => [kind, label])).toEqual([["finding", "deadlock 11.0 µs"]]);
    expect(layout.markers[0]!.x).toBeLessThan(layout.plot.x1 - 20);
    expect(spansOf(layout, "philosopher").at(-1)).toEqual([Style.waiting, 11_000, 11_880]);
    expect(spansOf(layout, "fork[0]")).toEqual([[0, 10_000, 11_880]]);
    expect(layout.subtitle.text).toBe("stopped by a deadlock at 11.0 µs · fifo threads · 5 threads on 5 cores");
  });

  it("gives groups their colours, and threads lanes together, where there are many", () => {
    const worker = new ProgramBuilder("worker").compute("10us").lock("m").compute("1us").unlock("m");
    const layout = layoutTimeline(tracedThreads({ programs: [worker], threads: { worker: 60 }, locks: ["m"], cores: 4 }));
    expect(layout.lanes.filter(({ group }) => layout.groups[group]!.kind === "threads").map(({ kind, capacity }) => [kind, capacity])).toEqual([["summary", 60]]);
    expect(layout.legend[0]!.label).toBe("worker 100.0 % of thread time");
    expect(layout.footnotes.map(({ text }) => text)).toContain("The filled height of a lane of many threads is the share of them that do so at the time.");
  });

  it("says what the trace did not keep", () => {
    const trace = busyThreads();
    const { rows, holds } = trace.threads!;
    const layout = layoutTimeline({ ...trace, threads: { ...trace.threads!, rows: { ...rows, dropped: 1234 }, holds: { ...holds, dropped: 1 } } });
    expect(layout.footnotes.map(({ text }) => text).filter((text) => text.startsWith("Of "))).toEqual([
      expect.stringMatching(/^Of what threads did the trace keeps those until [\d.]+ µs; 1\.23 k later ones are not shown\.$/), expect.stringMatching(/^Of critical sections .*; 1 later one are? not shown\.$/),
    ]);
    expect(layout.markers.some(({ label }) => label.includes("kept until"))).toBe(true);
  });

  it("spans of a lane do not overlap, nor do texts of the gutter", () => {
    const layout = layoutTimeline(busyThreads());
    const ends = new Map<number, number>();
    for (const { lane, x0, x1 } of [...layout.spans].sort((a, b) => a.x0 - b.x0)) {
      expect(x0).toBeGreaterThanOrEqual((ends.get(lane) ?? 0) - 1e-9);
      ends.set(lane, x1);
    }
    let foot = 0;
    for (const { y, height } of layout.lanes) {
      expect(y).toBeGreaterThanOrEqual(foot);
      foot = y + height;
    }
    expect(foot).toBeLessThanOrEqual(layout.plot.y1);
  });

  it("is well-formed, refers to nothing outside, and is the same each time, in both schemes", async () => {
    for (const colorScheme of ["auto", "light", "dark"] as const) {
      const svg = await renderTimeline(busyThreads(4), { colorScheme });
      expect(await renderTimeline(busyThreads(4), { colorScheme })).toBe(svg);
      expect(() => new JSDOM(svg, { contentType: "image/svg+xml" })).not.toThrow();
      expect(svg).not.toMatch(/href|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
    }
  });

  it("a million rows stay under one megabyte", async () => {
    for (const cores of [4, 48]) {
      const trace = manyRows(1_000_000, cores);
      const svg = await renderTimeline(trace);
      expect(Number(/([\d,]+) spans narrower than/.exec(svg)![1]!.replaceAll(",", ""))).toBeGreaterThan(900_000);
      expect(svg.length).toBeLessThan(1_000_000);
    }
  });

  it("can be told apart from its lane", () => {
    for (const { lane, mutedText, hatch } of [palettes.light, palettes.dark]) for (const color of [mutedText, hatch]) expect(contrast(color, lane)).toBeGreaterThanOrEqual(3);
  });

  it("is as it was looked at", async () => {
    expectGolden("threads", await renderTimeline(busyThreads(4), { width: 900 }));
    expectGolden("deadlock", await renderTimeline(philosophers(), { width: 900, colorScheme: "light" }));
  });
});
