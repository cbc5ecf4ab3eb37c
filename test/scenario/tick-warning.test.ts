import { describe, expect, it } from "vitest";
import type { CostModel } from "../../src/cost/cost-model.ts";
import { chain } from "../../src/graph/generate.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { tickWarnings } from "../../src/scenario/tick-warning.ts";

const graph = chain({ ops: 3 });
const machine = processorMachine(["a", "b"]);
const warned = (ns: readonly number[], tickNs: number) => tickWarnings(graph, machine, { deviceCount: 2, ns: Float64Array.from(ns) }, tickNs);

describe("tickWarnings", () => {
  it("says by how much a coarse tick changes the times, each operator on its fastest device", () => {
    expect(warned([8, 99, 99, 9, 13, 26], 10)).toEqual([{ code: "coarse-tick", message: "rounding to ticks of 10 ns changes the time of the operators by 33.3 %: choose a finer tick" }]);
    expect(warned([3, 3, 4, 4, 5, 5], 86400e9)[0]!.message).toMatch(/ticks of 1\.00 d changes the time of the operators by 100\.0 %/);
    expect(warned([1e-30, 1, 1e-30, 1, 1e-30, 1], 1e-15)[0]!.message).toMatch(/^rounding to ticks of 1e-15 ns changes/);
  });

  it("is silent where a long tick is exact, or hardly matters", () => {
    expect(warned([20, 30, 10, 10, 40, 40], 10)).toEqual([]);
    expect(warned([1000.5, 2000, 3000, 3000, 0, 0], 1)).toEqual([]);
    expect(warned([Infinity, Infinity, 10, 10, 10, 10], 10)).toEqual([]);
  });

  it("asks a cost model too", () => {
    const model: CostModel = { name: "half", estimate: () => ({ ns: 0.5, fixedNs: 0, sigma: 0, memoryBytesPerNs: 0, limit: "given", source: "test", extrapolated: false }) };
    expect(tickWarnings(graph, machine, model, 1).map(({ code }) => code)).toEqual(["coarse-tick"]);
    expect(tickWarnings(graph, machine, model, 0.5)).toEqual([]);
  });
});
