import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { CostModel } from "../../src/cost/cost-model.ts";
import { fitInterference } from "../../src/calibrate/interference.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { unifiedMachine } from "../../src/pipeline/unified-machine.ts";
import { met } from "../../src/schedulers/met.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";

/** How long an item takes on each processor while all of them run the stage again and again. */
function loadedNs(alone: Record<string, number>, demand: Record<string, number>, bytesPerNs: number): Record<string, number> {
  const names = Object.keys(alone);
  const graph = new GraphBuilder("loaded");
  const longest = Math.max(...Object.values(alone)) * 20;
  const first: Record<string, number> = {};
  for (const name of names) {
    for (let i = 0; i * alone[name]! < longest; i++) {
      const op = graph.op({ kind: name });
      if (i === 0) first[name] = op;
      else graph.edge(op - 1, op);
    }
  }
  const costs: CostModel = { name: "stage", estimate: (op, device) => (op.kind === device.name ? { ns: alone[op.kind]!, fixedNs: 0, sigma: 0, memoryBytesPerNs: demand[op.kind] ?? 0, limit: "given", source: "test", extrapolated: false } : undefined) };
  const { ops } = simulate({ instance: compile({ graph: graph.build(), machine: unifiedMachine(names, bytesPerNs), costs }), scheduler: createPolicy(met) });
  return Object.fromEntries(names.map((name) => [name, ops.endTicks[first[name]!]!]));
}

const pair = (alone: Record<string, number>, loaded: Record<string, number>) => [{ name: "s", alone: map(alone), loaded: map(loaded) }];
const map = (values: Record<string, number>) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

describe("the fit of interference", () => {
  it("finds demands by hand", () => {
    // Both are held up: 20 of 40 each, at half and at two thirds of the speed.
    expect(fitInterference(pair({ cpu: 4e6, gpu: 2e6 }, { cpu: 8e6, gpu: 3e6 }), 40)[0]!.demand).toEqual({ cpu: 40, gpu: 30 });
    // y runs as alone, twice as long as x is held up: it moves the same bytes in twice the time, half of what x gets.
    const [stage] = fitInterference(pair({ x: 4e6, y: 1e7 }, { x: 5e6, y: 1e7 }), 30);
    expect(stage!.demand).toEqual({ x: 25, y: 10 });
    expect(stage!.slowdown).toEqual({ x: 1.25 });
    // Here that would be a quarter, and who slows another to a half takes half of the memory.
    expect(fitInterference(pair({ x: 1e6, y: 8e6 }, { x: 2e6, y: 8e6 }), 30)[0]!.demand).toEqual({ x: 30, y: 15 });
  });

  it("finds none where nobody is held up, and tells sleep from contention", () => {
    expect(fitInterference(pair({ x: 5, y: 9 }, { x: 5, y: 6 }))[0]).toEqual({ name: "s", aloneNs: { x: 5, y: 9 }, awakeNs: { y: 6 }, demand: {}, slowdown: {}, explained: {} });
  });

  it("is not moved by scatter or by an absurd time", () => {
    const alone = { x: [100, 102, 99, 101, 100, 98, 1e6], y: [50, 50, 51, 49, 50, 50, 50] };
    const loaded = { x: [101, 99, 100, 103, 100, 100, 100], y: [75, 74, 76, 75, 75, 75, 1e7] };
    const [stage] = fitInterference([{ name: "s", alone, loaded }]);
    expect(stage!.slowdown).toEqual({ y: 1.5 });
    expect(stage!.aloneNs).toEqual({ x: 100, y: 50 });
  });

  it("says what the memory cannot explain", () => {
    // With two processors nobody can get less than half of a memory that he can ask the whole of.
    expect(fitInterference(pair({ x: 10, y: 10 }, { x: 50, y: 15 }), 8)[0]).toMatchObject({ demand: { x: 8, y: 6 }, slowdown: { x: 5, y: 1.5 }, explained: { x: 2, y: 1.5 } });
  });

  it("gives the loaded times back in the engine, whatever they were", () => {
    const ratio = fc.integer({ min: 100, max: 195 });
    fc.assert(fc.property(fc.array(fc.record({ alone: fc.integer({ min: 5_000, max: 60_000 }), ratio }), { minLength: 2, maxLength: 4 }), (measured) => {
      const alone = Object.fromEntries(measured.map((one, i) => [`p${i}`, one.alone]));
      const loaded = Object.fromEntries(measured.map((one, i) => [`p${i}`, Math.round((one.alone * one.ratio) / 100)]));
      const [stage] = fitInterference(pair(alone, loaded), 51.2);
      const simulated = loadedNs(alone, stage!.demand!, 51.2);
      for (const name of Object.keys(alone)) expect(Math.abs(simulated[name]! - loaded[name]!) / loaded[name]!).toBeLessThan(1e-3);
    }), { numRuns: 60, seed: 1 });
  });

  it("does not depend on the unit of the capacity", () => {
    const measured = pair({ x: 4e6, y: 3e6 }, { x: 7e6, y: 5e6 });
    const [one] = fitInterference(measured);
    const [many] = fitInterference(measured, 64);
    expect(Object.values(many!.demand!).map((value) => value / 64)).toEqual(Object.values(one!.demand!).map((value) => expect.closeTo(value, 12)));
  });
});
