import { describe, expect, it } from "vitest";
import { opOfKernel } from "../../../src/calibrate/op-of-kernel.ts";
import { cachedRooflineFormula } from "../../../src/cost/profile/cached-roofline-formula.ts";
import { phasesNs } from "../../../src/cost/profile/formula.ts";
import { rowsRooflineFormula } from "../../../src/cost/profile/rows-roofline-formula.ts";
import type { TimedWork } from "../../../src/cost/profile/work.ts";
import type { Shape } from "../../../src/graph/graph.ts";

const work = (kind: string, shape: Shape, threads = 1): TimedWork => ({ op: opOfKernel({ kind, shape, dtype: "f32" }), threads, figures: {}, ns: 1e5 });

describe("a roofline with a time for each row", () => {
  const parameters = { fixedNs: 500, flopsPerNs: 10, bytesPerNs: 20, cacheGain: 1, cacheBytes: 1e6, exposed: 0.3, contention: 0.5, serial: 0.2, perThreadNs: 0 };
  const more = (...at: Parameters<typeof work>): number => phasesNs(rowsRooflineFormula.phases({ ...parameters, rowNs: 10 })(work(...at))) - phasesNs(cachedRooflineFormula.phases(parameters)(work(...at)));

  it("adds it for each row that has a name, and each time that a row of weights begins anew", () => {
    expect(more("softmax", { rows: 300, columns: 40 })).toBeCloseTo(3000);
    expect(more("add", { elements: 6400, inputs: 1, columns: 64 })).toBeCloseTo(1000);
    expect(more("add", { elements: 6400, inputs: 1, columns: 640 })).toBeCloseTo(100);
    expect(more("add", { elements: 6400, inputs: 2 })).toBe(0);
    // Threads share the rows as they share the traffic.
    expect(more("softmax", { rows: 300, columns: 40 }, 2)).toBeCloseTo(3000 / (2 / 1.5));
  });

  it("has nothing to say where rows do not differ", () => {
    expect(rowsRooflineFormula.coefficients([work("relu", { elements: 10 }), work("relu", { elements: 1000 })])).toBeUndefined();
    expect(rowsRooflineFormula.coefficients([work("add", { elements: 640 }), work("add", { elements: 640, inputs: 1, columns: 64 })])!.map(({ name }) => name)).toContain("rowNs");
  });
});
