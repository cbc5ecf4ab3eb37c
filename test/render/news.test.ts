import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { RowKind, type Trace } from "../../src/core/trace.ts";
import type { Instance } from "../../src/core/instance.ts";
import { layoutTimeline } from "../../src/render/layout.ts";
import { Style, styleCount, type Layout } from "../../src/render/marks.ts";
import { renderTimeline } from "../../src/render/timeline.ts";
import { eightOps, makeTrace } from "./traces.ts";

/** A change of a device: when, which, how fast from then on. */
type Change = readonly [at: number, device: number, speed: number];

function withInstance(trace: Trace, columns: Partial<Instance>): Trace {
  return { ...trace, instance: { ...trace.instance, ...columns } };
}

function withChanges(trace: Trace, changes: readonly Change[]): Trace {
  return withInstance(trace, {
    changeTicks: Float64Array.from(changes, ([at]) => at), changeDevice: Uint32Array.from(changes, ([, device]) => device), changeSpeed: Float64Array.from(changes, ([, , speed]) => speed),
  });
}

/** `op` also ran from `start` to `end` on a track, in vain. */
function withAborted(trace: Trace, op: number, track: number, start: number, end: number): Trace {
  const { rows } = trace;
  return {
    ...trace, rows: {
      length: rows.length + 1, track: Uint32Array.of(...rows.track, track), subjectKind: Uint8Array.of(...rows.subjectKind, 0), subject: Uint32Array.of(...rows.subject, op),
      kind: Uint8Array.of(...rows.kind, RowKind.aborted), start: Float64Array.of(...rows.start, start), end: Float64Array.of(...rows.end, end),
    },
  };
}

function withHost(trace: Trace, busy: readonly (readonly [start: number, end: number, placed: number])[]): Trace {
  return {
    ...trace, host: {
      cost: { perOpTicks: 1 }, length: busy.length, startTicks: Float64Array.from(busy, ([start]) => start), endTicks: Float64Array.from(busy, ([, end]) => end), placed: Uint32Array.from(busy, ([, , placed]) => placed),
    },
  };
}

const labels = (layout: Layout): string[] => layout.legend.map(({ label }) => label);
const rareLabels = ["aborted", "device absent", "device slowed", "device sped up", "missed deadline", "deciding"];
const document = async (trace: Trace): Promise<Element> => new JSDOM(await renderTimeline(trace), { contentType: "image/svg+xml" }).window.document.documentElement;
/** x of a time in a layout of {@link eightOps}, which ends after 80 ticks. */
const at = ({ plot }: Layout, ticks: number): number => plot.x0 + ((plot.x1 - plot.x0) * ticks) / 80;

test("a run without news has none of the marks, nor their rules and patterns", async () => {
  const layout = layoutTimeline(eightOps());
  expect([layout.bands, layout.late]).toEqual([[], []]);
  for (const label of rareLabels) expect(labels(layout)).not.toContain(label);
  expect(await renderTimeline(eightOps())).not.toMatch(/heddle-(aborted|absent)|\.(slowed|sped-up|late|host)\b|class="late"|dasharray="1.5/);
});

describe("aborted runs", () => {
  // "attention", which ended on gpu0, was first tried on fpga0 (track 3).
  const trace = withAborted(eightOps(), 4, 3, 31, 35);

  test("have a style of their own, in the lane where they ran", () => {
    const layout = layoutTimeline(trace);
    const aborted = layout.spans.filter(({ style }) => style === Style.aborted);
    expect(aborted.map(({ lane, subject, startTicks, endTicks }) => [lane, subject, startTicks, endTicks])).toEqual([[3, 4, 31, 35]]);
    expect(aborted[0]!.tooltip).toBe("attention (matmul)\nfpga0\n31 µs – 35 µs (4 µs)\naborted: the device was lost");
    expect(labels(layout)).toContain("aborted");
    expect(layout.lanes[3]!.share).toBe(26 / 80);
  });

  test("are hatched", async () => {
    const svg = await document(trace);
    expect(svg.querySelector("#heddle-aborted")).not.toBeNull();
    expect(svg.querySelectorAll("[style*=heddle-aborted] rect")).toHaveLength(2);
  });

  test("that are narrow go into the cells", () => {
    const ops = [{ name: "late", kind: "k", device: 0, start: 900_000, end: 1_000_000 }];
    let many = makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops });
    for (let i = 0; i < 20; i++) many = withAborted(many, 0, 0, i * 20, i * 20 + 10);
    const layout = layoutTimeline(many);
    expect(layout.mergedSpans).toBe(20);
    expect(layout.cells.share[Style.aborted]).toBeCloseTo((200 * (layout.plot.x1 - layout.plot.x0)) / 1e6, 4);
    expect(layout.cells.share.filter((share, i) => share > 0 && i % styleCount === Style.aborted)).toHaveLength(1);
    expect(labels(layout)).toContain("aborted");
  });
});

describe("devices that change", () => {
  test("are absent over all their lanes", () => {
    const layout = layoutTimeline(withChanges(eightOps(), [[30, 0, 0], [50, 0, 1], [70, 2, 0]]));
    const [cpu, fpga] = layout.bands;
    expect(layout.bands).toHaveLength(2);
    expect(cpu).toMatchObject({ kind: "absent", label: "absent", tooltip: "cpu0 absent\n30 µs – 50 µs (20 µs)", y: layout.groups[0]!.y, height: layout.groups[0]!.height });
    expect([cpu!.x0, cpu!.x1]).toEqual([at(layout, 30), at(layout, 50)]);
    // To the end of the picture.
    expect([fpga!.x0, fpga!.x1]).toEqual([at(layout, 70), layout.plot.x1]);
    expect(layout.description).toContain("cpu0 absent, 30 µs – 50 µs (20 µs); fpga0 absent");
    expect(labels(layout)).toContain("device absent");
    expect(labels(layout)).not.toContain("device slowed");
  });

  test("have a strip above their lanes where they are slowed or sped up", () => {
    const layout = layoutTimeline(withChanges(eightOps(), [[20, 1, 0.5], [40, 1, 2], [60, 1, 1]]));
    expect(layout.bands.map(({ kind, label, tooltip }) => [kind, label, tooltip])).toEqual([
      ["slowed", "½×", "gpu0 at ½× its speed\n20 µs – 40 µs (20 µs)"], ["sped-up", "2×", "gpu0 at 2× its speed\n40 µs – 60 µs (20 µs)"],
    ]);
    for (const { y, height } of layout.bands) {
      expect(y).toBeGreaterThan(layout.groups[0]!.y + layout.groups[0]!.height);
      expect(y + height).toBeLessThan(layout.groups[1]!.y);
    }
  });

  test("show no change after the end, and no strip for it", () => {
    const plain = layoutTimeline(eightOps());
    const layout = layoutTimeline(withChanges(eightOps(), [[80, 1, 0.5], [90, 0, 0]]));
    expect(layout.bands).toEqual([]);
    expect(layout.height).toBe(plain.height);
  });

  test("share a band where changes are too close to tell apart, and never draw more than some hundred", () => {
    const trace = makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops: [{ name: "a", kind: "k", device: 0, start: 0, end: 1_000_000 }] });
    const flicker = (count: number, step: number): Change[] => Array.from({ length: count }, (_, i) => [i * step, 0, i % 2 === 0 ? (i % 4 === 0 ? 0.5 : 0.25) : 1]);
    const narrow = layoutTimeline(withChanges(trace, flicker(40, 100)));
    expect(narrow.bands.map(({ kind, label, tooltip }) => [kind, label, tooltip.split("\n")[0]])).toEqual([["slowed", undefined, "cpu at ¼× … ½× its speed, 20 times"]]);
    expect(layoutTimeline(withChanges(trace, flicker(10_000, 100))).bands).toHaveLength(1);
    const wide = layoutTimeline(withChanges(trace, flicker(800, 1250))).bands;
    expect(wide.length).toBeLessThanOrEqual(300);
  });

  test("keep a short loss visible", () => {
    const layout = layoutTimeline(withChanges(eightOps(), [[30, 0, 0], [30.001, 0, 1]]));
    expect(layout.bands).toHaveLength(1);
    expect(layout.bands[0]!.x1 - layout.bands[0]!.x0).toBeCloseTo(0.5, 6);
  });

  test("without lanes of their own are counted in a footnote", () => {
    const devices = Array.from({ length: 8 }, (_, d) => ({ name: `cpu${d}`, slots: 1 }));
    const ops = devices.map((_, device) => ({ name: `op${device}`, kind: "k", device, start: 0, end: 80 }));
    const layout = layoutTimeline(withChanges(makeTrace({ devices, ops }), [[10, 0, 0.5], [20, 7, 0.5]]), { maxLanes: 4 });
    expect(layout.bands).toHaveLength(1);
    expect(layout.footnotes.map(({ text }) => text)).toContain("1 device without lanes of its own changed, which is not shown.");
  });
});

describe("missed deadlines", () => {
  const opDeadlines = (deadlines: Record<number, number>): Trace => withInstance(eightOps(), { opDeadlineTicks: Float64Array.from({ length: 8 }, (_, op) => deadlines[op] ?? Infinity) });

  test("of operators are in the lanes of their slots, at the time of the deadline", () => {
    // "mask" (slot 1 of cpu0) ended at 30, "embed" (gpu0) in time at 30, "join" (slot 0 of cpu0) at 80.
    const layout = layoutTimeline(opDeadlines({ 2: 30, 3: 20, 7: 60 }));
    expect(layout.late.map(({ lane, x0, x1, count }) => [lane, x0, x1, count])).toEqual([[0, at(layout, 60), at(layout, 60), 1], [1, at(layout, 20), at(layout, 20), 1]]);
    expect(layout.late[1]!.tooltip).toBe("mask missed its deadline\ndeadline 20 µs, ended 10.0 µs later");
    expect(labels(layout)).toContain("missed deadline");
  });

  test("that were met leave no mark", () => {
    const layout = layoutTimeline(opDeadlines({ 2: 30, 7: 80 }));
    expect(layout.late).toEqual([]);
    expect(labels(layout)).not.toContain("missed deadline");
  });

  test("close together share a mark", () => {
    const layout = layoutTimeline(opDeadlines({ 6: 60, 7: 60.2 }));
    expect(layout.late.map(({ count }) => count)).toEqual([2]);
    expect(layout.late[0]!.tooltip).toBe("2 operators missed their deadlines\ndeadlines 60 µs – 60.2 µs, ended up to 19.8 µs later (join)");
    expect(layout.footnotes.map(({ text }) => text)).toContain("Missed deadlines that lie close together share a mark.");
  });

  test("of very many operators leave few marks, and none is lost", () => {
    const count = 100_000;
    const ops = Array.from({ length: count }, (_, i) => ({ name: `op${i}`, kind: "k", device: 0, slot: i % 4, start: 10 * i, end: 10 * i + 40 }));
    const trace = withInstance(makeTrace({ devices: [{ name: "cpu", slots: 4 }], ops }), { opDeadlineTicks: Float64Array.from(ops, ({ start }) => start + 1) });
    const { late, plot } = layoutTimeline(trace);
    expect(late.length).toBeLessThanOrEqual(300);
    expect(late.reduce((sum, each) => sum + each.count, 0)).toBe(count);
    for (const { x0, x1 } of late) expect(plot.x0 <= x0 && x0 <= x1 && x1 <= plot.x1).toBe(true);
  });

  test("of jobs are in the lanes of the jobs", () => {
    const ops = [0, 1, 2].map((job) => ({ name: `op${job}`, kind: "k", device: 0, start: 20 * job, end: 20 * job + 20, job }));
    const trace = makeTrace({ devices: [{ name: "cpu", slots: 1 }], ops, jobs: [0, 1, 2].map((job) => ({ arrival: 10 * job, end: 20 * job + 20 })) });
    const layout = layoutTimeline(withInstance(trace, { jobDeadlineTicks: Float64Array.of(25, 25, 25) }));
    // They ended 20, 30 and 40 after they arrived.
    const marks = [...layout.late].sort((a, b) => a.x0 - b.x0);
    expect(marks.map(({ tooltip }) => tooltip)).toEqual(["job 1 missed its deadline\ndeadline 35 ns, ended 5 ns later", "job 2 missed its deadline\ndeadline 45 ns, ended 15 ns later"]);
    marks.forEach(({ x0 }, i) => expect(x0).toBeCloseTo(layout.plot.x0 + ((layout.plot.x1 - layout.plot.x0) * [35, 45][i]!) / 60, 6));
    for (const { lane } of layout.late) expect(layout.groups[layout.lanes[lane]!.group]!.kind).toBe("jobs");
  });

  test("of a job alone is a line through the plot", async () => {
    const missed = layoutTimeline(withInstance(eightOps(), { jobDeadlineTicks: Float64Array.of(50) }));
    expect(missed.markers.map(({ kind, label }) => [kind, label])).toEqual([["deadline", "missed deadline 50.0 µs"], ["makespan", "makespan 80.0 µs"]]);
    expect(layoutTimeline(withInstance(eightOps(), { jobDeadlineTicks: Float64Array.of(80) })).markers).toHaveLength(1);
  });
});

describe("the host", () => {
  const trace = withHost(eightOps(), [[0, 2, 2], [12, 16, 1], [30, 32, 0]]);

  test("has a lane with what it decided", () => {
    const layout = layoutTimeline(trace);
    const lane = layout.lanes.findIndex(({ group }) => layout.groups[group]!.kind === "host");
    expect(layout.groups[layout.lanes[lane]!.group]!.name).toBe("host");
    expect(layout.lanes[lane]!.share).toBe(8 / 80);
    const spans = layout.spans.filter(({ style }) => style === Style.host);
    expect(spans.map(({ lane: of, startTicks, endTicks }) => [of, startTicks, endTicks])).toEqual([[lane, 0, 2], [lane, 12, 16], [lane, 30, 32]]);
    expect(spans.map(({ tooltip }) => tooltip!.split("\n")[0])).toEqual(["deciding, 2 operators placed", "deciding, 1 operator placed", "deciding, 0 operators placed"]);
    expect(labels(layout)).toContain("deciding");
  });

  test("may be busy when a stopped run has ended: the picture reaches so far", () => {
    const layout = layoutTimeline(withHost({ ...eightOps(), complete: false }, [[80, 100, 1]]));
    const [span] = layout.spans.filter(({ style }) => style === Style.host);
    expect(span!.x1).toBeCloseTo(layout.plot.x1, 6);
  });

  test("merges calls that are too short to draw", () => {
    const busy = Array.from({ length: 8000 }, (_, i) => [i / 100, i / 100 + 0.005, 1] as const);
    const layout = layoutTimeline(withHost(eightOps(), busy));
    expect(layout.mergedSpans).toBe(8000);
    const drawn = layout.cells.share.reduce((sum, share, i) => sum + (i % styleCount === Style.host ? share : 0), 0);
    expect(drawn * layout.cells.cellWidth).toBeCloseTo((layout.plot.x1 - layout.plot.x0) / 2, 0);
  });
});

test("a duplicate says of what in its tooltip, and is counted apart", () => {
  const trace = makeTrace({ devices: [{ name: "P1", slots: 1 }, { name: "P2", slots: 1 }], ops: [{ name: "T1", kind: "task", device: 0, start: 0, end: 40 }, { name: "T1*1", kind: "task", device: 1, start: 0, end: 40 }] });
  const layout = layoutTimeline(withInstance(trace, { duplicateOf: Int32Array.of(-1, 0) }));
  expect(layout.spans.map(({ tooltip }) => tooltip)).toEqual(["T1 (task)\nP1\n0 ns – 40 ns (40 ns)", "T1*1 (task)\nduplicate of T1\nP2\n0 ns – 40 ns (40 ns)"]);
  expect(layout.subtitle.text).toContain("1 operator, and 1 duplicate");
});

test("all of them are drawn, in both schemes, the same way each time", async () => {
  const trace = withInstance(withHost(withAborted(withChanges(eightOps(), [[20, 1, 0.5], [40, 1, 1.5], [50, 2, 0]]), 4, 3, 31, 35), [[0, 2, 2]]), { opDeadlineTicks: new Float64Array(8).fill(25) });
  const svg = await renderTimeline(trace);
  expect(await renderTimeline(trace)).toBe(svg);
  const root = await document(trace);
  const texts = [...root.querySelectorAll("text")].map(({ textContent }) => textContent);
  for (const label of [...rareLabels, "½×", "1.5×", "host"]) expect(texts).toContain(label);
  // A rule for light and one for dark.
  for (const name of ["host", "slowed", "sped-up", "late"]) expect(svg.split(`.heddle-timeline .${name} {`)).toHaveLength(3);
  // One in the legend, and the mark at 25 in the lanes of the late ones.
  expect(root.querySelectorAll(".late")).toHaveLength(2);
});
