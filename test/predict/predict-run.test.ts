import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { conv, elementwise, matmul, movement, rnn, softmax } from "../../src/graph/catalogue.ts";
import type { OperatorGraph } from "../../src/graph/graph.ts";
import { predictRun } from "../../src/predict/predict-run.ts";
import { formatPrediction } from "../../src/predict/prediction-text.ts";
import { settingsFor, settingText, type RuntimeSetting } from "../../src/predict/runtime-setting.ts";
import { entry, fakeProfile, roundProfile, runs } from "./fake-profile.ts";

const sequential = (intraThreads: number): RuntimeSetting => ({ executor: "sequential", intraThreads, interThreads: 1 });
const parallel = (interThreads: number, intraThreads: number): RuntimeSetting => ({ executor: "parallel", intraThreads, interThreads });

/** 2 · 100 · 100 · 500 = 10⁷ flops: 100 µs at the fake rate, and 1 µs. */
const product = matmul({ m: 100, n: 100, k: 500, weight: true });

/** Products in a row, or beside each other. */
function products(count: number, chained: boolean): OperatorGraph {
  const builder = new GraphBuilder("products");
  let last = builder.source("input", 4 * 100 * 500, "x");
  for (let i = 0; i < count; i++) {
    const op = builder.op(product, `p${i}`);
    builder.feed(last, op);
    const made = builder.output(op, 4 * 100 * 100);
    if (chained) last = made;
  }
  return builder.build();
}

describe("the time of a run", () => {
  const near = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-4);
  test("sequential: the sum of the operators, and what a run takes by itself", async () => {
    near((await predictRun({ graph: products(10, true), profile: roundProfile, setting: sequential(1) })).latencyNs, 10 * 101_000 + 10_000);
    near((await predictRun({ graph: products(10, false), profile: roundProfile, setting: sequential(1) })).latencyNs, 10 * 101_000 + 10_000);
  });
  test("threads share the work of an operator, not its fixed part", async () => {
    near((await predictRun({ graph: products(10, true), profile: roundProfile, setting: sequential(2) })).latencyNs, 10 * 51_000 + 10_000);
  });
  test("nodes that are only views take what an empty node takes", async () => {
    const { latencyNs, nodeCount, overheadNs } = await predictRun({ graph: products(1, true), nodeCount: 11, profile: roundProfile, setting: sequential(1) });
    near(latencyNs, 101_000 + 10_000 + 10 * 200);
    expect(nodeCount).toBe(11);
    near(overheadNs, 12_000);
  });
  test("parallel: independent operators side by side, dependent ones not", async () => {
    near((await predictRun({ graph: products(10, false), profile: roundProfile, setting: parallel(3, 1), cores: 4 })).latencyNs, 5 * 101_000 + 10_000);
    // The calling thread only waits.
    near((await predictRun({ graph: products(10, false), profile: roundProfile, setting: parallel(2, 1) })).latencyNs, 10 * 101_000 + 10_000);
    near((await predictRun({ graph: products(10, true), profile: roundProfile, setting: parallel(2, 1) })).latencyNs, 10 * 101_000 + 10_000);
  });
  test("parallel: an operator of two threads shares its cores with the caller that spins", async () => {
    const of = async (cores: number) => (await predictRun({ graph: products(10, false), profile: roundProfile, setting: parallel(2, 2), cores })).latencyNs;
    near(await of(3), 10 * 51_000 + 10_000);
    // Of three threads that are awake two run: both of the operator's in a third of the time; a helper without a core holds up the other.
    expect(await of(2)).toBeGreaterThan(1.5 * 10 * 51_000);
    expect(await of(2)).toBeLessThan(3.5 * 10 * 51_000);
  });
  test("more threads than cores take turns", async () => {
    const { latencyNs } = await predictRun({ graph: products(10, true), profile: roundProfile, setting: sequential(4) });
    expect(latencyNs).toBeGreaterThan(1.5 * 10 * 51_000);
    expect(latencyNs).toBeLessThan(4.5 * 10 * 51_000);
  });
  test("the parallel executor's own overhead, where it was measured", async () => {
    const profile = fakeProfile([...roundProfile.entries, runs(20_000, 5000, { variant: "parallel" })]);
    near((await predictRun({ graph: products(10, true), profile, setting: parallel(2, 1) })).latencyNs, 10 * (101_000 + 4800) + 20_000);
    near((await predictRun({ graph: products(10, true), profile, setting: sequential(1) })).latencyNs, 10 * 101_000 + 10_000);
  });
});

describe("what a prediction rests on", () => {
  const only = (init: Parameters<GraphBuilder["op"]>[0]): OperatorGraph => {
    const builder = new GraphBuilder("one");
    builder.feed(builder.source("input", 4), builder.op(init, "op"));
    return builder.build();
  };
  const gapOf = async (init: Parameters<GraphBuilder["op"]>[0]) => (await predictRun({ graph: only(init), profile: roundProfile, setting: sequential(1) })).gaps;
  test("measured: no gap", async () => expect(await gapOf(product)).toEqual([]));
  test("a fused operator that was measured plain is costed as the plain one", async () => {
    const size = { n: 1, cIn: 16, cOut: 16, h: 10, w: 10, hOut: 10, wOut: 10, kh: 3, kw: 3, bias: true };
    const plain = await predictRun({ graph: only({ ...conv(size), variant: "nchwc" }), profile: roundProfile, setting: sequential(1) });
    const fused = await predictRun({ graph: only({ ...conv(size), variant: "nchwc", fused: ["conv", "add", "relu"], flops: conv(size).flops! + 3200 }), profile: roundProfile, setting: sequential(1) });
    expect(fused.latencyNs).toBe(plain.latencyNs);
    expect(fused.gaps).toEqual([]);
  });
  test("an activation that a convolution's kernel does not compute is a pass over its outputs; ReLU is none", async () => {
    const size = { n: 1, cIn: 16, cOut: 16, h: 10, w: 10, hOut: 10, wOut: 10, kh: 3, kw: 3, bias: true };
    const profile = fakeProfile([...roundProfile.entries, entry("clip", { fixedNs: 500, bytesPerNs: 10 })]);
    const time = async (activation: string, threads: number): Promise<number> => (await predictRun({ graph: only({ ...conv(size), variant: "nchwc", fused: ["conv", activation] }), profile, setting: sequential(threads) })).latencyNs;
    // 1600 outputs, read and written: 8 bytes each.
    expect((await time("clip", 1)) - (await time("relu", 1))).toBeCloseTo(1280, -1);
    expect((await time("clip", 2)) - (await time("relu", 2))).toBeCloseTo(640, -1);
  });
  test("not measured: like another kind that moves as many bytes", async () => {
    expect(await gapOf(movement("concat", { read: 1000, write: 1000 }))).toEqual([{ kind: "concat", count: 1, ns: 500 + 800, basis: "similar", example: "op (elements 1000)" }]);
  });
  test("a fused attention: the sum of its parts", async () => {
    expect(await gapOf({ kind: "attention", shape: { batch: 1, heads: 2, queries: 8, keys: 8, headDim: 4 }, flops: 1e4, readBytes: 100, writeBytes: 100 })).toMatchObject([{ basis: "parts" }]);
  });
  test("beyond the measured sizes: extrapolated, with a wider interval", async () => {
    const narrow = fakeProfile([entry("matmul", { fixedNs: 1000, flopsPerNs: 100 }, { range: { extents: { k: [16, 256] }, flops: [0, 1e12], bytes: [0, 1e12] } })]);
    const run = { graph: products(1, true), setting: sequential(1) };
    const [inside, beyond] = [await predictRun({ ...run, profile: roundProfile }), await predictRun({ ...run, profile: narrow })];
    expect(beyond.gaps).toMatchObject([{ kind: "matmul", basis: "extrapolated", example: "p0 (batch 1, m 100, n 100, k 500)" }]);
    expect((beyond.highNs - beyond.lowNs) / beyond.latencyNs).toBeGreaterThan((inside.highNs - inside.lowNs) / inside.latencyNs);
  });
  test("another element type, where the device's peaks are not known: as many products, as many bytes", async () => {
    const doubled = (init: Parameters<typeof matmul>[0]) => [matmul(init), matmul({ ...init, dtype: "i8" })] as const;
    const [floats, integers] = doubled({ m: 100, n: 100, k: 500 });
    const time = async (init: Parameters<GraphBuilder["op"]>[0]): Promise<number> => (await predictRun({ graph: only(init), profile: roundProfile, setting: sequential(1) })).latencyNs;
    expect(await time(integers)).toBe(await time(floats));
    expect(await gapOf(integers)).toMatchObject([{ kind: "matmul", basis: "similar" }]);
    // 500 ns to start, and 4000 bytes at 5 bytes/ns for softmax in f32, half as many in f16.
    const softmaxOf = (dtype: "f32" | "f16") => softmax({ rows: 5, columns: 100, dtype });
    expect(await gapOf(softmaxOf("f16"))).toMatchObject([{ basis: "similar", ns: 500 + 2000 / 5 }]);
    expect(await gapOf(elementwise("equal", { elements: 1000, inputs: 2, dtype: "i64" }))).toMatchObject([{ kind: "equal", basis: "similar" }]);
  });
  test("from the data sheet: no sooner started than the least that was measured", async () => {
    const time = async (startNs: number): Promise<number> => {
      const profile = fakeProfile([entry("add", { fixedNs: startNs, bytesPerNs: 10 })], { kind: "gpu", figures: { peakFlopsPerNs: { f32: 1000 }, memoryBytesPerNs: 100, units: 10 } });
      const { gaps } = await predictRun({ graph: only(conv({ n: 1, cIn: 16, cOut: 16, h: 10, w: 10, hOut: 10, wOut: 10, kh: 3, kw: 3 })), profile, setting: sequential(1) });
      expect(gaps).toMatchObject([{ kind: "conv", basis: "data sheet" }]);
      return gaps[0]!.ns;
    };
    expect((await time(5000)) - (await time(0))).toBeCloseTo(5000, 6);
  });
  test("a recurrent layer like another one, by its work; what else computes like products of as much work", async () => {
    const profile = fakeProfile([...roundProfile.entries, entry("gru", { flopsPerNs: 10 })]);
    const layer = rnn({ seq: 10, batch: 1, input: 8, hidden: 16 });
    expect((await predictRun({ graph: only(layer), profile, setting: sequential(1) })).gaps).toMatchObject([{ kind: "rnn", basis: "similar", ns: layer.flops! / 10 }]);
    const [once] = await gapOf({ kind: "fft", flops: 2e6 });
    expect(once).toMatchObject({ kind: "fft", basis: "similar" });
    expect(once!.ns).toBeCloseTo(1000 + 2e6 / 100, 3);
    // A loop starts its operators anew in each iteration.
    const [loop] = await gapOf({ kind: "loop", shape: { times: 10, operators: 3 }, flops: 6e6 });
    expect(loop!.ns).toBeCloseTo(30 * 1000 + 6e6 / 100, 3);
  });
  test("nothing known at all", async () => {
    const profile = fakeProfile([entry("relu", { fixedNs: 500, bytesPerNs: 10 })]);
    await expect(predictRun({ graph: only({ kind: "lstm", flops: 1e6, readBytes: 10 }), profile, setting: sequential(1) })).rejects.toThrow(/says nothing of lstm in f32[^]*hint: calibrate longer/);
  });
  test("the interval is wider for less certain kinds", async () => {
    const { latencyNs, lowNs, highNs } = await predictRun({ graph: products(4, true), profile: roundProfile, setting: sequential(1) });
    // One class: its error of 10 % and the runs' own 2 % add up as squares.
    const factor = Math.exp(1.6449 * Math.hypot(0.1, 0.02));
    expect(highNs / latencyNs).toBeCloseTo(factor, 9);
    expect(latencyNs / lowNs).toBeCloseTo(factor, 9);
  });
  test("no error is so large that a run might take no time", async () => {
    const profile = fakeProfile(roundProfile.entries.map((each) => ({ ...each, sigma: 0.9 })));
    const { latencyNs, lowNs, highNs } = await predictRun({ graph: products(4, true), profile, setting: sequential(1) });
    expect(lowNs).toBeGreaterThan(0.2 * latencyNs);
    expect(highNs).toBeGreaterThan(4 * latencyNs);
  });
});

test("the parts and what of them overlaps, or waits, make the whole", async () => {
  const title = { model: "m", device: "d" };
  const beside = await predictRun({ graph: products(10, false), profile: roundProfile, setting: parallel(3, 1), cores: 4 });
  expect(beside.overlapNs).toBeCloseTo(-505_000, 0);
  expect(formatPrediction(title, beside)).toContain("\n  overlapped         −505 µs");
  expect((await predictRun({ graph: products(10, true), profile: roundProfile, setting: sequential(1) })).overlapNs).toBeCloseTo(0, 0);
  const crowded = await predictRun({ graph: products(10, false), profile: roundProfile, setting: parallel(2, 2) });
  expect(crowded.overlapNs).toBeGreaterThan(200_000);
  expect(formatPrediction(title, crowded)).toContain("\n  waiting for cores");
});

test("for people", async () => {
  const builder = new GraphBuilder("little");
  let last = builder.source("input", 4000);
  for (const [name, init] of [["p", product], ["r", elementwise("relu", { elements: 10_000 })], ["c", movement("concat", { read: 20_000, write: 20_000 })]] as const) {
    const op = builder.op(init, name);
    builder.feed(last, op);
    last = builder.output(op, 4000);
  }
  const prediction = await predictRun({ graph: builder.build(), nodeCount: 5, profile: roundProfile, setting: sequential(2) });
  expect(formatPrediction({ model: "little", device: "test CPU", setting: settingText(sequential(2)) }, prediction)).toMatchInlineSnapshot(`
    "little on test CPU, sequential, 2 threads
      74.4 µs  (62.5 µs to 88.6 µs in 90 of 100 cases)

      operators  count     time   share  limited by     error
      matmul         1  51.0 µs  68.5 %  compute     ± 10.0 %
      concat         1  8.50 µs  11.4 %  memory      ± 50.0 %
      relu           1  4.50 µs   6.0 %  memory      ± 10.0 %
      runtime        5  10.4 µs  14.0 %

    not covered by measurements:
      concat: 1 operator, 11.4 % of the time, not measured: taken like another kind or element type of as much work; most: c (elements 20000)
    "
  `);
});

test("settings worth trying", async () => {
  expect(settingsFor(1).map(settingText)).toEqual(["sequential, 1 thread"]);
  expect(settingsFor(2).map(settingText)).toEqual(["sequential, 1 thread", "sequential, 2 threads", "parallel, 2 × 1 threads", "parallel, 2 × 2 threads"]);
  expect(settingsFor(6).map(settingText)).toEqual(["sequential, 1 thread", "sequential, 2 threads", "sequential, 4 threads", "sequential, 6 threads", "parallel, 6 × 1 threads", "parallel, 6 × 6 threads"]);
});
