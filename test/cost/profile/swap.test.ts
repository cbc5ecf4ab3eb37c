import { describe, expect, it } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { fitProfile } from "../../../src/calibrate/fit/fit-profile.ts";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import type { Sample } from "../../../src/calibrate/sample.ts";
import { cachedRooflineFormula } from "../../../src/cost/profile/cached-roofline-formula.ts";
import { phasesNs } from "../../../src/cost/profile/formula.ts";
import { evaluate } from "../../../src/cost/profile/profile-model.ts";
import { swapFormula } from "../../../src/cost/profile/swap-formula.ts";
import type { TimedWork } from "../../../src/cost/profile/work.ts";
import type { Shape } from "../../../src/graph/graph.ts";

const swap = (matrices: number, rows: number, columns: number, run: number): Shape => ({ elements: matrices * rows * columns * run, rows, columns, run });
const work = (shape: Shape, threads = 1): TimedWork => ({ op: opOfKernel({ kind: "transpose", shape, dtype: "f32" }), threads, figures: {}, ns: 1e6 });

describe("axes that change places", () => {
  const parameters = { fixedNs: 500, bytesPerNs: 20, perThreadNs: 0, contention: 0.5, cacheGain: 1, cacheBytes: 1e6 };
  const own = { matrixNs: 100, matrixThreadNs: 800, cellNs: 15, pagedNs: 0.5 };
  const ns = (shape: Shape, threads = 1, more: object = own): number => phasesNs(swapFormula.phases({ ...parameters, ...more })(work(shape, threads)));
  const trafficNs = (shape: Shape, threads = 1): number => phasesNs(cachedRooflineFormula.phases(parameters)(work(shape, threads)));

  it("take a time for each matrix and for each cell beside the traffic", () => {
    expect(ns(swap(4, 10, 6, 8)) - trafficNs(swap(4, 10, 6, 8))).toBeCloseTo(4 * 100 + 240 * 15);
    expect(ns(swap(1, 40, 6, 8)) - trafficNs(swap(1, 40, 6, 8))).toBeCloseTo(100 + 240 * 15);
    expect(ns(swap(1, 40, 6, 64)) - trafficNs(swap(1, 40, 6, 64))).toBeCloseTo(100 + 240 * 15);
    // Threads share the cells, and meet for each matrix.
    expect(ns(swap(4, 10, 6, 8), 2) - trafficNs(swap(4, 10, 6, 8), 2)).toBeCloseTo(4 * 900 + (240 * 15) / (2 / 1.5));
  });

  it("take longer where rows lie whole pages apart, and are more than a set of the cache keeps", () => {
    const slowerNs = (shape: Shape): number => ns(shape, 1, { pagedNs: 0.5 }) - ns(shape, 1, { pagedNs: 0 });
    for (const shape of [swap(1, 64, 1024, 1), swap(1, 64, 256, 4), swap(1, 9, 4096, 1)]) expect(slowerNs(shape)).toBeCloseTo((0.5 * shape["elements"]!) / shape["run"]!);
    for (const shape of [swap(1, 64, 1000, 1), swap(1, 64, 512, 1), swap(1, 8, 4096, 1)]) expect(slowerNs(shape)).toBe(0);
  });

  it("of which nobody says which they are, are known by their bytes", () => {
    expect(ns({ elements: 1e6 }) - trafficNs({ elements: 1e6 })).toBeCloseTo(100);
    expect(swapFormula.coefficients([work({ elements: 1e6 }), work(swap(1, 2, 3, 4))])).toBeUndefined();
  });

  it("are told apart by a fit on a CPU, where their elements alone tell nothing", async () => {
    const random = randomSource(1, "swaps");
    const between = (low: number, high: number): number => Math.round(low * (high / low) ** random());
    const truth = ({ elements, run }: Readonly<Record<string, number>>): number => 800 + (15 * elements!) / run! + 0.4 * elements!;
    const samples = Array.from({ length: 60 }, (): Sample => {
      const shape = swap(between(1, 8), between(2, 200), between(2, 200), between(4, 512));
      return { kind: "transpose", shape, dtype: "f32", round: 0, ns: [truth(shape) * (1 + 0.04 * (random() - 0.5))] };
    });
    const fitted = async (list: readonly Sample[]) => (await fitProfile(list, { device: { name: "made up", kind: "cpu", figures: {} }, provenance: { date: "2026-01-31", source: "made up", samples: [] }, entry: () => ({ judge: false, kernel: {} }) })).entries[0]!;
    const told = await fitted(samples);
    expect(told.model.base.formula).toBe("swap");
    expect(told.error!.median).toBeLessThan(0.05);
    expect(evaluate(told.model)(work(swap(1, 128, 12, 64))).ns / truth(swap(1, 128, 12, 64))).toBeCloseTo(1, 1);
    // As samples were that said nothing of the axes.
    const untold = await fitted(samples.map((sample) => ({ ...sample, shape: { elements: sample.shape["elements"]! } })));
    expect(untold.error!.median).toBeGreaterThan(0.15);
  }, 30_000);
});
