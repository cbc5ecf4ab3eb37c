import { describe, expect, it, test } from "vitest";
import { levels } from "../../src/graph/analysis.ts";
import { families } from "../../src/graph/generate/families.ts";
import { generateWorkload, type GenerateSpec } from "../../src/scenario/generate-workload.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const make = (spec: GenerateSpec, processors: number | undefined = 3, seed = 1) => generateWorkload(spec, { processors, seed });
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const resolve = async (text: string) => {
  const readFile = memoryFiles({ "a.yaml": text });
  return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
};

describe("published sizes", () => {
  test.each([
    [{ family: "gaussian-elimination", size: 10 }, (100 + 10 - 2) / 2], [{ family: "fft", points: 16 }, 2 * 16 - 1 + 16 * 4], [{ family: "cholesky", tiles: 6 }, (6 * 7 * 8) / 6],
    [{ family: "lu", tiles: 6 }, (6 * 7 * 13) / 6], [{ family: "qr", tiles: 6 }, (6 * 7 * 13) / 6], [{ family: "stencil", rows: 3, columns: 4, steps: 5 }, 60],
    [{ family: "montage", images: 11, overlaps: 49 }, 77], [{ family: "fork-join", stages: 2, branches: 5 }, 2 * 6 + 1], [{ family: "chain", ops: 7 }, 7],
    [{ family: "layered", ops: 90 }, 90], [{ family: "erdos-renyi", ops: 90, edgesPerOp: 2 }, 90], [{ family: "series-parallel", ops: 90 }, 90],
  ] as const)("%o has %d tasks", (spec, tasks) => expect(make(spec).graph.opCount).toBe(tasks));

  it("covers every family", () => expect(families).toHaveLength(12));
});

describe.each(families.map(({ name }) => name))("%s", (family) => {
  it("runs from a scenario that names nothing but it", async () => {
    const resolved = await resolve(`{workload: {generate: {family: ${family}}}, machine: {processors: 3}, seed: 4}`);
    expect(runScenario(resolved).makespanTicks).toBeGreaterThan(10_000);
    expect(resolved.costs).toEqual(make({ family }, 3, 4).costs);
  });

  it("has the ratio that is asked for, and the same durations whatever the ratio", () => {
    const [one, four] = [make({ family, ccr: 1, time: 5000, seed: 7 }), make({ family, ccr: 4, time: 5000, seed: 7 })];
    expect(one.costs).toEqual(four.costs);
    expect(mean(four.graph.tensorBytes) / mean(one.graph.tensorBytes)).toBeCloseTo(4, 2);
    expect(make({ family, ccr: 0 }).graph.tensorBytes.every((bytes) => bytes === 0)).toBe(true);
    // All edges are between tasks, and each has a tensor of its own.
    expect(one.graph.tensorProducer.every((producer) => producer >= 0)).toBe(true);
    expect([...one.graph.inputs.item].sort((a, b) => a - b)).toEqual(Array.from(one.graph.tensorBytes.keys()));
  });

  it("has processors as different as asked for", () => {
    const rows = (spec: object) => {
      const { ns } = make({ family, time: 1e6, ...spec }).costs!;
      return Array.from({ length: ns.length / 3 }, (_, op) => ns.subarray(3 * op, 3 * op + 3));
    };
    for (const row of rows({ heterogeneity: 0 })) expect(new Set(row).size).toBe(1);
    const within = (row: Float64Array, beta: number) => Math.max(...row) / Math.min(...row) <= ((1 + beta / 2) / (1 - beta / 2)) * 1.0001;
    for (const row of rows({ heterogeneity: 0.5 })) expect(within(row, 0.5)).toBe(true);
    const [first, ...others] = rows({ consistent: true });
    for (const row of others) [1, 2].forEach((device) => expect(row[device]! / row[0]!).toBeCloseTo(first![device]! / first![0]!, 1));
  });
});

describe("variation", () => {
  const times = (spec: GenerateSpec) => make({ heterogeneity: 0, time: 1e6, ...spec }, 1).costs!.ns;

  it("of levels: tasks of a level are equal, as in the published transform", () => {
    const { graph, costs } = make({ family: "fft", points: 8, heterogeneity: 0, time: 1e6 }, 1);
    const byLevel = new Map<number, Set<number>>();
    levels(graph).forEach((level, op) => byLevel.set(level, (byLevel.get(level) ?? new Set()).add(costs!.ns[op]!)));
    expect([...byLevel.values()].map((set) => set.size)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(new Set([...byLevel.values()].flatMap((set) => [...set])).size).toBe(7);
  });

  it("of kernels: in proportion to their work, with the mean that is asked for", () => {
    const { graph } = make({ family: "cholesky", tiles: 5 });
    const ns = times({ family: "cholesky", tiles: 5 });
    const of = (name: string) => ns[graph.op(name).id]!;
    // A sixth, half, half and all of tile³ multiply-accumulates.
    expect([of("trsm(1,0)") / of("potrf(0)"), of("syrk(1,0)") / of("trsm(1,0)"), of("gemm(2,1,0)") / of("syrk(1,0)")].map((ratio) => Math.round(ratio * 100) / 100)).toEqual([3, 1, 2]);
    expect(mean(ns)).toBeCloseTo(1e6, -1);
  });

  it("of none, and of tasks", () => {
    expect(new Set(times({ family: "layered", vary: "none" }))).toEqual(new Set([1e6]));
    expect(new Set(times({ family: "fft", vary: "task" })).size).toBeGreaterThan(90);
  });
});

it("takes kernels to a real machine by their flops and bytes", async () => {
  const resolved = await resolve("{workload: {generate: {family: qr, tiles: 4}}, machine: workstation}");
  expect(resolved.machine.name).toBe("workstation");
  expect(runScenario(resolved).makespanTicks).toBeGreaterThan(1e6);
});

it("changes with the seed of the scenario, unless it has its own", () => {
  const graph = (spec: object, seed: number) => {
    const { graph, costs } = make({ family: "layered", ...spec }, 2, seed);
    return { inputs: graph.inputs, producers: graph.tensorProducer, bytes: graph.tensorBytes, costs };
  };
  expect(graph({}, 1)).toEqual(graph({}, 1));
  expect(graph({}, 1).costs).not.toEqual(graph({}, 2).costs);
  expect(graph({ seed: 5 }, 1)).toEqual(graph({ seed: 5 }, 2));
});

test.each([
  ["{workload: {generate: {family: choleski}}}", 'a.yaml:1:32: error[bad-value]: workload.generate.family "choleski" is not known\n  hint: did you mean cholesky?'],
  ["{workload: {generate: {family: layered, opss: 3}}}", 'a.yaml:1:41: error[unknown-key]: unknown key "opss" in workload.generate\n  hint: did you mean ops?'],
  ["{workload: {generate: {family: fft, points: 12}}, machine: {processors: 2}}", "a.yaml:1:45: error[bad-value]: workload.generate.points: must be a power of two: 1, 2, 4, 8 …"],
  ["{workload: {generate: {family: fft}}}", "a.yaml:1:23: error[missing-processors]: the durations of fft are drawn for each processor, but it is not said how many there are\n  hint: write machine: {processors: 4}, or --processors 4"],
  ["{workload: {generate: {family: lu, ccr: 2}}, machine: mixed}", 'a.yaml:1:41: error[conflicting-keys]: on a machine the cost models say how long lu takes, so "ccr" has no meaning\n  hint: remove it, or write machine: {processors: 4}'],
  ["{workload: {generate: {family: lu}}, machine: {processors: 2}, cost: roofline}", "a.yaml:1:70: error[conflicting-keys]: a generated graph brings its own durations\n  hint: remove cost"],
  ["{workload: {generate: {family: chain, ops: 1000000}}, machine: {processors: 4000}}", "a.yaml:1:23: error[too-large]: 1,000,000 tasks on 4,000 processors are more than 268,435,456 durations\n  hint: use fewer processors"],
])("%s is told with its place", async (text, message) => expect(await messageOf(() => resolve(text))).toBe(message));
