import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { budgetLanes } from "../../src/render/device-lanes.ts";
import { layoutTimeline } from "../../src/render/layout.ts";
import { linePieces, placeMarkers } from "../../src/render/markers.ts";
import { Style, styleCount, type CriticalSegment, type LaneMark, type Layout, type SpanMark } from "../../src/render/marks.ts";
import { textWidth } from "../../src/render/text.ts";
import { eightOps, eightOpsPath, makeTrace, manySpans, mixedDeviceKinds, mixedRun } from "./traces.ts";

/** Spans of each lane, from left to right. */
function byLane(layout: Layout): Layout["spans"][number][][] {
  const lanes: Layout["spans"][number][][] = layout.lanes.map(() => []);
  for (const span of layout.spans) lanes[span.lane]!.push(span);
  return lanes.map((spans) => spans.sort((a, b) => a.x0 - b.x0));
}

function expectTidy(layout: Layout): void {
  for (const spans of byLane(layout)) {
    for (let i = 1; i < spans.length; i++) expect(spans[i]!.x0).toBeGreaterThanOrEqual(spans[i - 1]!.x1 - 1e-6);
  }
  for (const { x0, x1, label } of layout.spans) {
    expect(x0).toBeGreaterThanOrEqual(layout.plot.x0 - 1e-6);
    expect(x1).toBeLessThanOrEqual(layout.plot.x1 + 1e-6);
    if (label !== undefined) expect(textWidth(label, 10)).toBeLessThanOrEqual(x1 - x0);
  }
  layout.lanes.forEach(({ y, height }, i) => {
    if (i > 0) expect(y).toBeGreaterThan(layout.lanes[i - 1]!.y + layout.lanes[i - 1]!.height);
    expect(y + height).toBeLessThanOrEqual(layout.plot.y1);
  });
  layout.groups.forEach(({ y, height, name, detail }, i) => {
    if (i > 0) expect(y).toBeGreaterThan(layout.groups[i - 1]!.y + layout.groups[i - 1]!.height);
    expect(height).toBeGreaterThanOrEqual(13);
    expect(textWidth(name, 11)).toBeLessThanOrEqual(layout.gutter.lane - layout.gutter.name);
    expect(textWidth(detail, 11)).toBeLessThanOrEqual(layout.gutter.lane - layout.gutter.name);
  });
  for (const share of layout.cells.share) if (!(share >= 0 && share <= 1 + 1e-3)) expect.fail(`a cell is filled to ${share}`);
  expectApart(layout.markers);
}

function expectApart(markers: Layout["markers"]): void {
  for (const a of markers) {
    for (const b of markers) {
      if (a !== b && a.row === b.row) expect(a.labelX1 <= b.labelX0 || b.labelX1 <= a.labelX0).toBe(true);
    }
  }
}

describe("eight operators", () => {
  const layout = layoutTimeline(eightOps(), { criticalPath: eightOpsPath, deviceKinds: ["cpu", "gpu", "fpga"], lowerBounds: [{ label: "critical path", ticks: 70 }, { label: "area", ticks: 40 }] });
  const at = (ticks: number): number => layout.plot.x0 + ((layout.plot.x1 - layout.plot.x0) * ticks) / 80;
  const inLane = (lane: number): unknown[] => byLane(layout)[lane]!.map(({ x0, x1, style, label }) => [x0.toFixed(3), x1.toFixed(3), style, label]);
  const span = (from: number, to: number, style: number, label?: string): unknown[] => [at(from).toFixed(3), at(to).toFixed(3), style, label];

  test("are where they ran, with waits, setup and transfers", () => {
    // By total time: matmul, conv, gather, relu, layer-norm and add (6 each, first named first).
    expect(inLane(0)).toEqual([span(0, 12, 2, "load"), span(64, 68, Style.wait), span(68, 74, 4, "norm"), span(74, 80, 5, "join")]);
    expect(inLane(1)).toEqual([span(0, 8, 2, "tokens"), span(12, 30, 3, "mask")]);
    expect(inLane(2)).toEqual([span(12, 16, Style.wait), span(16, 30, 0, "embed"), span(30, 36, Style.wait), span(36, 64, 0, "attention")]);
    expect(inLane(3)).toEqual([span(36, 44, Style.setup), span(44, 70, 1, "filter")]);
    expect(inLane(4)).toEqual([span(12, 16, Style.transfer, "load:out"), span(30, 36, Style.transfer, "mask:out")]);
    expect(inLane(5)).toEqual([span(64, 68, Style.transfer)]);
    expectTidy(layout);
  });

  test("name the devices, routes and their busy shares", () => {
    expect(layout.groups.map(({ name, detail }) => [name, detail])).toEqual([["cpu0", "cpu, 2 slots"], ["gpu0", "gpu"], ["fpga0", "fpga"], ["host → gpu0 memory", ""], ["gpu0 memory → host", ""]]);
    expect(layout.lanes.map(({ share }) => share)).toEqual([24 / 80, 26 / 80, 42 / 80, 26 / 80, 10 / 80, 4 / 80]);
    expect(layout.legend.map(({ label }) => label)).toEqual([
      "matmul 35.6 % of operator time", "conv 22.0 %", "gather 16.9 %", "relu 15.3 %", "layer-norm 5.1 %", "add 5.1 %", "critical path", "transfer", "waiting for data", "setup", "busy share of the time",
    ]);
  });

  test("mark the critical path, the makespan and the bounds", () => {
    expect(layout.critical.boxes.map(({ lane }) => lane)).toEqual([0, 1, 4, 2, 5, 0]);
    expect(layout.critical.lines).toHaveLength(3);
    expect(layout.markers.map(({ kind, x, label }) => [kind, x.toFixed(3), label])).toEqual([
      ["bound", at(40).toFixed(3), "area bound 40.0 µs"], ["bound", at(70).toFixed(3), "critical path bound 70.0 µs"], ["makespan", at(80).toFixed(3), "makespan 80.0 µs"],
    ]);
    expect(layout.axis.label).toBe("time in µs");
    expect(layout.axis.ticks.map(({ text }) => text)).toEqual(["0", "10", "20", "30", "40", "50", "60", "70", "80"]);
    expect(layout.axis.ticks.at(-1)!.x).toBeCloseTo(layout.plot.x1, 6);
    expect(layout.footnotes).toEqual([]);
  });

  test("tell in tooltips what they are and what they waited for", () => {
    expect(layout.spans.find(({ label }) => label === "attention")!.tooltip).toBe("attention (matmul)\ngpu0\n36 µs – 64 µs (28 µs)\nready 30 µs, started 6 µs later, of that 6 µs for data");
    expect(layout.spans.find(({ label }) => label === "mask:out")!.tooltip).toBe("mask:out, 1.50 MiB\nhost → gpu0 memory, for attention\n30 µs – 36 µs (6 µs)");
  });
});

describe("300 operators on a mixed machine", () => {
  const { trace, path } = mixedRun(300, 4);
  const layout = layoutTimeline(trace, { criticalPath: path, deviceKinds: mixedDeviceKinds });

  test("lie in lanes without overlap", () => expectTidy(layout));

  test("are all there, drawn or counted", () => {
    const drawn = layout.spans.filter(({ style }) => style !== Style.wait && style !== Style.job && style !== Style.transfer);
    const onSlots = trace.rows.kind.filter((kind) => kind !== 1).length;
    // All transfers of a route that is summarised are neither drawn nor merged.
    expect(drawn.length).toBeLessThanOrEqual(onSlots);
    const withoutFlows = layoutTimeline({ ...trace, transfers: { ...trace.transfers, length: 0 } });
    expect(withoutFlows.spans.filter(({ style }) => style !== Style.wait && style !== Style.job).length + withoutFlows.mergedSpans).toBe(onSlots);
  });

  test("keep their colours when the order of kinds is given", () => {
    const styleOf = (kindOrder: string[]): number => {
      const { spans } = layoutTimeline(trace, { kindOrder });
      return spans.find(({ subject, style }) => trace.instance.opNames.at(subject).includes("relu") && style < Style.setup)!.style;
    };
    expect(styleOf(["relu", "conv"])).toBe(0);
    expect(styleOf(["conv", "no-such-kind", "relu"])).toBe(2);
  });

  test("show their kinds where their names are too long", () => {
    const labels = layout.spans.filter(({ style, label }) => label !== undefined && style < Style.setup).map(({ label }) => label);
    expect(labels.length).toBeGreaterThan(5);
    expect(labels.every((label) => trace.instance.classKinds.includes(label!))).toBe(true);
  });

  test("join nine and more kinds", () => {
    expect(layout.legend.map(({ label }) => label)[8]).toMatch(/^3 other kinds \d/);
  });
});

describe("merging", () => {
  test("puts narrow neighbours into cells and says so", () => {
    const trace = makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops: [
      ...Array.from({ length: 2000 }, (_, i) => ({ name: `n${i}`, kind: i % 4 === 0 ? "a" : "b", device: 0, start: i, end: i + 1 })),
      { name: "wide", kind: "c", device: 0, start: 50_000, end: 100_000 },
    ] });
    const layout = layoutTimeline(trace);
    expect(layout.mergedSpans).toBe(2000);
    expect(layout.spans.map(({ label }) => label)).toEqual(["wide"]);
    expect(layout.footnotes.map(({ text }) => text)).toEqual(["2,000 spans narrower than half a pixel are merged: in each cell of one pixel the filled height is the share of time in use, stacked by kind."]);
    // Nothing is lost: the cells of a style together are as wide as its spans.
    const width = (style: number): number => layout.cells.share.reduce((sum, share, i) => sum + (i % styleCount === style ? share : 0), 0) * layout.cells.cellWidth;
    const pixelsPerTick = (layout.plot.x1 - layout.plot.x0) / 100_000;
    expect(width(1)).toBeCloseTo(1500 * pixelsPerTick, 3);
    expect(width(2)).toBeCloseTo(500 * pixelsPerTick, 3);
  });

  test("draws a narrow span that is alone half a pixel wide, between its neighbours", () => {
    const op = (name: string, start: number, end: number) => ({ name, kind: "k", device: 0, start, end });
    const layout = layoutTimeline(makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops: [op("before", 0, 40_000), op("alone", 50_000, 50_001), op("squeezed", 79_999, 80_000), op("after", 80_000, 100_000)] }));
    const [, alone, squeezed, after] = layout.spans;
    expect(layout.mergedSpans).toBe(0);
    expect(alone!.x1 - alone!.x0).toBeCloseTo(0.5, 6);
    expect(squeezed!.x1 - squeezed!.x0).toBeCloseTo(0.5, 6);
    expect(squeezed!.x1).toBe(after!.x0);
  });

  test("raises its threshold where too many spans are wide enough", () => {
    const ops = Array.from({ length: 40_000 }, (_, i) => ({ name: `${i}`, kind: "k", device: 0, slot: i % 40, start: 10 * Math.floor(i / 40), end: 10 * Math.floor(i / 40) + 9 }));
    const layout = layoutTimeline(makeTrace({ devices: [{ name: "cpu", slots: 40 }], ops }));
    expect(layout.thresholdPx).toBe(1);
    expect(layout.spans).toHaveLength(0);
    expect(layout.mergedSpans).toBe(40_000);
    expect(layout.footnotes[0]!.text).toContain("40,000 spans narrower than a pixel");
  });

  test("of a million spans keeps the wide ones apart", () => {
    const layout = layoutTimeline(manySpans(1_000_000));
    expect(layout.spans.length + layout.mergedSpans).toBe(1_000_000);
    expect(layout.spans.filter(({ label }) => label !== undefined)).toHaveLength(50);
    expectTidy(layout);
  });
});

describe("lanes", () => {
  test("are shared out evenly among devices that have too many slots", () => {
    expect(budgetLanes([8, 2, 1], 48)).toEqual([8, 2, 1]);
    expect(budgetLanes([64, 2, 1], 10)).toEqual([6, 2, 1]);
    expect(budgetLanes([64, 64], 10)).toEqual([4, 4]);
    expect(budgetLanes([64, 64, 64, 64], 4)).toEqual([0, 0, 0, 0]);
    expect(budgetLanes(new Array<number>(100).fill(2), 20)).toHaveLength(19);
  });

  test("never exceed their number", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 80 }), fc.integer({ min: 4, max: 60 }), (slots, maxLanes) => {
      const shown = budgetLanes(slots, maxLanes);
      const lanes = shown.reduce((sum, count, d) => sum + count + (count < slots[d]! ? 1 : 0), shown.length < slots.length ? 1 : 0);
      expect(lanes).toBeLessThanOrEqual(maxLanes);
      shown.forEach((count, d) => expect(count).toBeLessThanOrEqual(slots[d]!));
      if (slots.reduce((a, b) => a + b) <= maxLanes) expect(shown).toEqual(slots);
    }));
  });

  test("that are summarised show the mean of their slots", () => {
    const ops = Array.from({ length: 8 }, (_, slot) => ({ name: `op${slot}`, kind: "k", device: 0, slot, start: 0, end: slot === 7 ? 100 : 50 }));
    const layout = layoutTimeline(makeTrace({ devices: [{ name: "cpu", slots: 8 }], ops }), { maxLanes: 4 });
    expect(layout.lanes.map(({ kind, label }) => [kind, label])).toEqual([["slot", "0"], ["slot", "1"], ["slot", "2"], ["summary", "5 more"]]);
    expect(layout.lanes[3]!.share).toBeCloseTo((4 * 0.5 + 1) / 5, 12);
    const cell = (column: number): number => layout.cells.share[(3 * layout.cells.columns + column) * styleCount]!;
    expect(cell(0)).toBeCloseTo(1, 5);
    expect(cell(layout.cells.columns - 2)).toBeCloseTo(1 / 5, 5);
    expect(layout.mergedSpans).toBe(0);
    expect(layout.footnotes[0]!.text).toContain("5 slots have no lane of their own");
  });

  test("of slots that ran nothing are one thin lane", () => {
    const trace = makeTrace({ devices: [{ name: "cpu", slots: 16 }, { name: "gpu0", slots: 2 }], ops: [{ name: "a", kind: "k", device: 0, slot: 0, start: 0, end: 10 }, { name: "b", kind: "k", device: 0, slot: 1, start: 0, end: 10 }] });
    const layout = layoutTimeline(trace);
    expect(layout.lanes.map(({ kind, label, height }) => [kind, label, height])).toEqual([["slot", "0", 30], ["slot", "1", 30], ["summary", "14 idle", 14], ["summary", "", 14]]);
    expect(layout.footnotes).toEqual([]);
  });

  test("of a paused operator show its pieces, and no wait between them", () => {
    const trace = makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops: [{ name: "a", kind: "k", device: 0, start: 10, end: 20, ready: 0, data: 10 }] });
    const rows = { ...trace.rows, length: 2, track: Uint32Array.of(0, 0), subjectKind: new Uint8Array(2), subject: Uint32Array.of(0, 0), kind: new Uint8Array(2), start: Float64Array.of(10, 30), end: Float64Array.of(20, 40) };
    const layout = layoutTimeline({ ...trace, rows, makespanTicks: 40 });
    expect(layout.spans.map(({ style, startTicks, endTicks }) => [style, startTicks, endTicks])).toEqual([[Style.wait, 0, 10], [0, 10, 20], [0, 30, 40]]);
  });

  test("do without operators", () => {
    const layout = layoutTimeline(makeTrace({ devices: [{ name: "cpu", slots: 2 }], ops: [] }), { lowerBounds: [{ label: "area", ticks: 0 }] });
    expect(layout.spans).toEqual([]);
    expect(layout.markers.map(({ label }) => label)).toEqual(["makespan 0 ns"]);
    expectTidy(layout);
  });

  test("show operators that take no time", () => {
    const layout = layoutTimeline(makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops: [{ name: "a", kind: "k", device: 0, start: 0, end: 0 }, { name: "b", kind: "k", device: 0, start: 0, end: 100 }] }));
    expect(layout.spans).toHaveLength(2);
    expectTidy(layout);
  });
});

describe("markers", () => {
  test("never touch each other", () => {
    const init = fc.record({ kind: fc.constant("bound" as const), x: fc.double({ min: 200, max: 1180, noNaN: true }), label: fc.string({ minLength: 1, maxLength: 40 }) });
    fc.assert(fc.property(fc.array(init, { maxLength: 8 }), (inits) => {
      const markers = placeMarkers(inits, 16, 1180);
      expectApart(markers);
      for (const { labelX0, labelX1 } of markers) {
        expect(labelX0).toBeGreaterThanOrEqual(16);
        expect(labelX1).toBeLessThanOrEqual(Math.max(1180, 16 + textWidth("W".repeat(40), 11)));
      }
    }));
  });

  test("at one place share a label", () => {
    const markers = placeMarkers([{ kind: "bound", x: 500, label: "area 5 ms" }, { kind: "makespan", x: 500.2, label: "makespan 5 ms" }], 16, 1000);
    expect(markers.map(({ kind, label }) => [kind, label])).toEqual([["makespan", "area 5 ms = makespan 5 ms"]]);
  });
});

describe("the line of a marker", () => {
  const lanes = [{ y: 10, height: 20 }, { y: 32, height: 20 }, { y: 54, height: 20 }] as LaneMark[];
  const span = (lane: number, x0: number, x1: number, label?: string): SpanMark => ({ lane, style: 0, x0, x1, subject: 0, startTicks: 0, endTicks: 1, ...(label !== undefined && { label }) });

  test("makes way for the names that it would cross", () => {
    const spans = [span(0, 0, 100, "norm"), span(1, 0, 100), span(2, 45, 145, "norm")];
    expect(linePieces(50, 0, 80, spans, lanes)).toEqual([[0, 10], [30, 80]]);
    // Through a span, but beside its name.
    expect(linePieces(30, 0, 80, spans, lanes)).toEqual([[0, 80]]);
    expect(linePieces(95, 0, 74, spans, lanes)).toEqual([[0, 54]]);
  });
});

test("a critical path of very many steps leaves few points", () => {
  const trace = manySpans(100_000);
  const path: CriticalSegment[] = [];
  for (const op of trace.rows.subject.slice().sort((a, b) => trace.ops.startTicks[a]! - trace.ops.startTicks[b]!)) {
    const [startTicks, endTicks] = [trace.ops.startTicks[op]!, trace.ops.endTicks[op]!];
    if (endTicks - startTicks < 2000 && startTicks >= (path.at(-1)?.endTicks ?? 0)) path.push({ kind: "run", op, startTicks, endTicks });
  }
  expect(path.length).toBeGreaterThan(5000);
  const { boxes, lines } = layoutTimeline(trace, { criticalPath: path }).critical;
  expect(boxes).toHaveLength(0);
  expect(lines.reduce((sum, line) => sum + line.length, 0)).toBeLessThan(4100);
});

test("options out of range are refused, all at once", () => {
  try {
    layoutTimeline(eightOps(), { width: 100, maxLanes: Number.NaN });
    expect.fail("did not throw");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).issues.map(({ message }) => message)).toEqual(["a timeline's width is 100", "a timeline's maxLanes is NaN"]);
  }
});
