import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { solveExactly, type ExactResult } from "../../src/bounds/exact.ts";
import { lowerBound } from "../../src/bounds/lower-bound.ts";
import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Workload } from "../../src/graph/workload.ts";
import { importDot } from "../../src/graph/import/dot.ts";
import { importStg } from "../../src/graph/import/stg.ts";
import { replay } from "../../src/schedulers/replay.ts";
import { arabnejad, topcuoglu } from "../schedulers/published-graphs.ts";
import { rand0000, rand0000Optima } from "../schedulers/rand0000.ts";
import { sharedData } from "../shared-data.ts";
import { makeInstance, type InstanceSpec } from "../trace/make-run.ts";

const inf = Infinity;

/** Links that nothing delays. */
const unshared = (spec: InstanceSpec): Instance => {
  const instance = makeInstance(spec);
  return { ...instance, resourceCapacity: instance.resourceCapacity.map((capacity, r) => (r === instance.resourceCount - 1 ? inf : capacity)) };
};
const compiled = ({ graph, machine, costs, tickNs }: Workload) => compile({ graph, machine: machine!, costs: costs!, tickNs: tickNs! });
const replayed = (instance: Instance, { placement }: ExactResult) =>
  simulate({ instance, scheduler: replay.create({ placement: placement.map(({ op, device }) => ({ op, device })) }), seed: 1 });

/** The best of all orders and placements, each operator at its earliest in that order. */
function bruteForce({ opCount, deviceCount: D, memoryCount: M, pred, costTicks, slots, deviceMemory, tensorBytes, routeLatencyTicks, routeTicksPerByte, jobOf, jobArrivalTicks }: Instance): number {
  let best = inf;
  const device = new Int32Array(opCount).fill(-1);
  const end = new Float64Array(opCount);
  const extend = (count: number, free: readonly (readonly number[])[], makespan: number): void => {
    if (count === opCount) best = Math.min(best, makespan);
    for (let op = 0; op < opCount; op++) {
      const producers = [...pred.node.subarray(pred.start[op], pred.start[op + 1])];
      if (device[op]! >= 0 || producers.some((before) => device[before]! < 0)) continue;
      for (let d = 0; d < D; d++) {
        const arrivals = producers.map((before, i) => {
          const route = deviceMemory[device[before]!]! * M + deviceMemory[d]!;
          const bytes = tensorBytes[pred.edge[pred.start[op]! + i]!]!;
          return end[before]! + (bytes > 0 ? routeLatencyTicks[route]! + bytes * routeTicksPerByte[route]! : 0);
        });
        const ends = [...free[d]!].sort((a, b) => a - b);
        end[op] = Math.max(ends[0]!, jobArrivalTicks[jobOf[op]!]!, ...arrivals) + costTicks[op * D + d]!;
        ends[0] = end[op]!;
        device[op] = d;
        extend(count + 1, free.with(d, ends), Math.max(makespan, end[op]!));
        device[op] = -1;
      }
    }
  };
  extend(0, Array.from(slots, (count) => Array.from({ length: count }, () => 0)), 0);
  return best;
}

/** Instances with many ties: small numbers, and often equal devices or equal operators. */
const tiny: fc.Arbitrary<InstanceSpec> = fc
  .record({ ops: fc.integer({ min: 1, max: 5 }), devices: fc.integer({ min: 1, max: 3 }), equalDevices: fc.boolean(), equalOps: fc.boolean(), largest: fc.constantFrom(2, 9) })
  .map((size) => (size.devices === 3 ? { ...size, ops: Math.min(size.ops, 4) } : size))
  .chain(({ ops, devices, equalDevices, equalOps, largest }) =>
    fc.record({
      cells: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(largest) }, fc.constant(inf)), { minLength: ops * devices, maxLength: ops * devices }),
      bytes: fc.array(fc.option(fc.nat(largest), { nil: -1, freq: 1 }), { minLength: 10, maxLength: 10 }),
      slots: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: devices, maxLength: devices }),
      together: fc.boolean(),
      latency: fc.nat(2),
      late: fc.nat(9),
    }).map(({ cells, bytes, slots, together, latency, late }) => {
      const all = Array.from({ length: ops }, (_, to) => Array.from({ length: to }, (_, from) => [from, to] as const)).flat();
      const edges = all.map(([from, to], i) => [from, to, bytes[i]!] as const).filter((edge) => edge[2] >= 0);
      // The last op is a job of its own where nothing leads to it.
      const alone = ops > 1 && edges.every((edge) => edge[1] !== ops - 1);
      return {
        costs: Array.from({ length: ops }, (_, op) => Array.from({ length: devices }, (_, d) => cells[(equalOps ? op % 2 : op) * devices + (equalDevices ? 0 : d)]!)),
        edges, latency, slots: equalDevices ? slots.map(() => slots[0]!) : slots,
        memoryOf: Array.from({ length: devices }, (_, d) => (together ? 0 : d)),
        jobOf: Array.from({ length: ops }, (_, op) => (alone && op === ops - 1 ? 1 : 0)),
        arrivals: alone ? [0, late] : [0],
      };
    }),
  );

describe("solveExactly", () => {
  it.for([["Topcuoglu, Hariri & Wu 2002", topcuoglu, 73], ["Arabnejad & Barbosa 2014", arabnejad, 113]] as const)("proves the optimum of %s", ([, graph, optimum]) => {
    const instance = unshared(graph);
    const result = solveExactly(instance, { maxNodes: 200_000 });
    expect(result).toMatchObject({ makespanTicks: optimum, lowerBoundTicks: optimum, proven: true, gap: 0, leftOut: [] });
    expect(replayed(instance, result).makespanTicks).toBe(optimum);
  });

  it.for([
    ["Nodes_7_OutTree", 2, 28], ["Nodes_7_OutTree", 4, 22], ["Nodes_10_Random", 2, 50], ["Nodes_10_Random", 4, 50], ["Nodes_11_OutTree", 2, 350], ["Nodes_11_OutTree", 4, 227],
  ] as const)("proves the optimum of %s on %d processors: %d", ([name, processors, optimum], { skip }) => {
    const path = sharedData(`taskgraphs/dot-optimal/${name}.dot`);
    if (!path) return skip("no shared data");
    const instance = compiled(importDot(readFileSync(path), { file: path, processors }));
    const result = solveExactly(instance);
    expect([result.makespanTicks, result.proven]).toEqual([optimum, true]);
    expect(replayed(instance, result).makespanTicks).toBe(optimum);
  });

  it.for(rand0000Optima)("proves the optimum of the 50 tasks of STG's rand0000 on %d processors: %d", ([processors, optimum]) => {
    const instance = compiled(importStg(rand0000(), { file: "rand0000.stg", processors }));
    const result = solveExactly(instance, { maxNodes: 50_000 });
    expect([result.makespanTicks, result.proven]).toEqual([optimum, true]);
  });

  it("finds what brute force finds, proves it, and the engine runs it as it says", () => {
    fc.assert(
      fc.property(tiny, (spec) => {
        const instance = unshared(spec);
        const optimum = bruteForce(instance);
        if (optimum === inf) {
          expect(() => solveExactly(instance)).toThrow(InputError);
          return;
        }
        const result = solveExactly(instance);
        expect([result.makespanTicks, result.lowerBoundTicks, result.proven]).toEqual([optimum, optimum, true]);
        const trace = replayed(instance, result);
        expect(trace.makespanTicks).toBe(optimum);
        for (const { op, startTicks } of result.placement) expect(trace.ops.startTicks[op]).toBe(startTicks);
        expect(lowerBound(instance).ticks).toBeLessThanOrEqual(optimum);
      }),
      { numRuns: 600, seed: 5 },
    );
  });

  it("says what gap remains when the budget ends, and closes it with more", () => {
    const instance = unshared(topcuoglu);
    let gap = inf;
    for (const maxNodes of [0, 1, 30, 300, 3000, 30_000]) {
      const result = solveExactly(instance, { maxNodes });
      expect(result.nodes).toBeLessThanOrEqual(maxNodes);
      expect(result.lowerBoundTicks).toBeLessThanOrEqual(73);
      expect(result.makespanTicks).toBeGreaterThanOrEqual(73);
      expect(result.proven).toBe(result.lowerBoundTicks === result.makespanTicks);
      expect(result.gap).toBeCloseTo(result.makespanTicks / result.lowerBoundTicks - 1, 12);
      expect(result.gap).toBeLessThanOrEqual(gap);
      expect(replayed(instance, result).makespanTicks).toBe(result.makespanTicks);
      gap = result.gap;
    }
    expect(gap).toBe(0);
  });

  it("starts from the incumbent that it is given", () => {
    const instance = unshared({ costs: [[4, 9], [4, 9]], edges: [[0, 1, 1]] });
    const incumbent = [{ op: 0, device: 1 }, { op: 1, device: 0 }];
    expect(solveExactly(instance, { maxNodes: 0, incumbent })).toMatchObject({ makespanTicks: 14, lowerBoundTicks: 8, gap: 0.75, placement: [{ op: 0, device: 1, startTicks: 0 }, { op: 1, device: 0, startTicks: 10 }] });
    expect(solveExactly(instance, { incumbent })).toMatchObject({ makespanTicks: 8, proven: true });
  });

  it.for([
    [[{ op: 0, device: 0 }], "places 1 of 2 operators"],
    [[{ op: 1, device: 0 }, { op: 0, device: 0 }], "cannot place operator 1 on device 0 as number 1"],
    [[{ op: 0, device: 0 }, { op: 0, device: 0 }], "cannot place operator 0 on device 0 as number 2"],
    [[{ op: 0, device: 2 }, { op: 1, device: 0 }], "cannot place operator 0 on device 2 as number 1"],
    [[{ op: 0, device: 1 }, { op: 1, device: 0 }], "runs an operator where it cannot run"],
  ] as const)("refuses the incumbent %j", ([incumbent, message]) => {
    const instance = unshared({ costs: [[4, inf], [4, 9]], edges: [[0, 1, 1]] });
    expect(() => solveExactly(instance, { incumbent })).toThrow(message);
  });

  it("starts jobs at their arrival and refuses those that follow back to back", () => {
    expect(solveExactly(unshared({ costs: [[5], [5]], jobOf: [0, 1], arrivals: [0, 100] })).makespanTicks).toBe(105);
    expect(() => solveExactly(unshared({ costs: [[5], [5]], jobOf: [0, 1], arrivals: [0, inf] }))).toThrow(/back to back/);
  });

  it("brings inputs that exist before the run from their home", () => {
    const base = unshared({ costs: [[5, 1], [3, 9]], edges: [[0, 1, 4]] });
    // Operator 0 also reads 7 bytes that lie in the first device's memory.
    const instance: Instance = {
      ...base, tensorCount: 2, inputs: { start: Uint32Array.of(0, 1, 2), item: Uint32Array.of(1, 0) }, tensorBytes: Float64Array.of(4, 7),
      tensorProducer: Int32Array.of(0, -1), tensorHome: Int32Array.of(-1, 0), tensorUses: Uint32Array.of(1, 1), tensorNames: { length: 2, at: String },
    };
    const result = solveExactly(instance);
    expect(result.makespanTicks).toBe(8);
    expect(replayed(instance, result).makespanTicks).toBe(8);
    // It cannot be sent ahead of its job: on the second device, 3 + 7 + 1 and back in 4 + 3; on the first, 3 + 5 + 3.
    const late = { ...instance, jobArrivalTicks: Float64Array.of(3) };
    const lateResult = solveExactly(late);
    expect([lateResult.makespanTicks, lowerBound(late).ticks, replayed(late, lateResult).makespanTicks]).toEqual([11, 11, 11]);
    const only = { ...late, costTicks: Float64Array.of(inf, 1, inf, 9) };
    expect([solveExactly(only).makespanTicks, lowerBound(only).criticalPathTicks, replayed(only, solveExactly(only)).makespanTicks]).toEqual([20, 20, 20]);
  });

  it("needs no more for times in seconds than for the same ones in nanoseconds", () => {
    // 10 operators of 1 to 4 on two devices: half of their sum, 12.
    const spec = (unit: number): InstanceSpec => ({ costs: Array.from({ length: 10 }, (_, op) => [(1 + (op % 4)) * unit, (1 + (op % 4)) * unit]), edges: [[0, 3, unit], [1, 4, 2 * unit]] });
    const small = solveExactly(unshared(spec(1)));
    const large = solveExactly(unshared(spec(1e9)));
    expect([small.makespanTicks, small.proven]).toEqual([12, true]);
    expect(large).toEqual({ ...small, makespanTicks: 12e9, lowerBoundTicks: 12e9, placement: small.placement.map((placed) => ({ ...placed, startTicks: placed.startTicks * 1e9 })) });
  });

  it("is not misled into trying every order of equal tasks on equal devices", () => {
    // 64 ticks on 3 devices: 22 at best.
    const costs = Array.from({ length: 16 }, (_, op) => Array.from({ length: 3 }, () => (op % 2 === 0 ? 3 : 5)));
    const result = solveExactly(unshared({ costs }), { maxNodes: 20_000 });
    expect(result).toMatchObject({ makespanTicks: 22, proven: true });
  });

  it("takes 500 operators, with a gap", () => {
    const costs = Array.from({ length: 500 }, (_, op) => [3 + (op % 7), 2 + (op % 5), 4 + (op % 3)]);
    const result = solveExactly(unshared({ costs, edges: costs.slice(8).map((_, op) => [op, op + 8, op % 6] as const) }), { maxNodes: 2000 });
    expect(result.placement).toHaveLength(500);
    expect(result.gap).toBeLessThan(1);
  });

  it("names what it leaves out", () => {
    const spec = { costs: [[5, 6]], edges: [] };
    expect(solveExactly(makeInstance({ costs: [[5, 6], [5, 6]], edges: [[0, 1, 3]] })).leftOut).toEqual(["shared-links"]);
    expect(solveExactly({ ...makeInstance(spec), width: Float64Array.of(2, 1) }).leftOut).toEqual(["shared-devices"]);
    expect(solveExactly({ ...makeInstance({ ...spec, setup: 3 }), configuration: Int32Array.of(0, -1) }).leftOut).toEqual(["setup"]);
    expect(solveExactly(makeInstance({ ...spec, memoryBytes: 9 })).leftOut).toEqual(["memory-capacity"]);
    expect(solveExactly({ ...makeInstance(spec), memoryDemand: Float64Array.of(1, 0), resourceCapacity: Float64Array.of(4, inf, 1, 1, 1) }).leftOut).toEqual(["shared-memories"]);
  });

  it("refuses what is too large, and what cannot be run", () => {
    expect(() => solveExactly(unshared({ costs: Array.from({ length: 501 }, () => [1]) }))).toThrow(/501 operators/);
    expect(() => solveExactly(unshared({ costs: [[inf]] }))).toThrow(/no choice of devices/);
    // Each op alone has a device, but there is no route between them.
    const apart = unshared({ costs: [[1, inf], [inf, 1]], edges: [[0, 1, 1]] });
    expect(() => solveExactly({ ...apart, routeLatencyTicks: apart.routeLatencyTicks.map((_, route) => (route === 0 || route === 3 ? 0 : inf)) })).toThrow(/no choice of devices/);
    expect(solveExactly(unshared({ costs: [] }))).toMatchObject({ makespanTicks: 0, proven: true, placement: [] });
  });
});
