import fc from "fast-check";
import type { Trace } from "../../src/core/trace.ts";
import { makeInstance, makeRun, type Decision } from "./make-run.ts";

const delay = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(4));

/** Any valid run: random graph, places, delays of each kind. */
export const anyRun: fc.Arbitrary<Trace> = fc
  .record({ ops: fc.integer({ min: 1, max: 9 }), devices: fc.integer({ min: 1, max: 3 }) })
  .chain(({ ops, devices }) =>
    fc.record({
      costs: fc.array(fc.array(fc.nat(9), { minLength: devices, maxLength: devices }), { minLength: ops, maxLength: ops }),
      bytes: fc.array(fc.option(fc.nat(6), { nil: -1, freq: 2 }), { minLength: 36, maxLength: 36 }),
      shared: fc.boolean(),
      arrival: fc.nat(10),
      latency: fc.nat(3),
      delays: fc.array(fc.record({ device: fc.nat(devices - 1), slot: fc.nat(1), sync: delay, placing: delay, hold: delay, setup: delay, stretch: delay }), { minLength: ops, maxLength: ops }),
    }),
  )
  .map(({ costs, bytes, shared, arrival, latency, delays }) => {
    const edges: [number, number, number][] = [];
    for (let to = 1, i = 0; to < costs.length; to++) for (let from = 0; from < to; from++, i++) if (bytes[i]! >= 0) edges.push([from, to, bytes[i]!]);
    const D = costs[0]!.length;
    const instance = makeInstance({ costs, edges, latency, slots: costs[0]!.map(() => 2), arrivals: [arrival], memoryOf: costs[0]!.map((_, d) => (shared ? 0 : d)), tickNs: D === 2 ? 0.1 : 1 });
    return makeRun(instance, delays.map((decision, op): Decision => ({ op, ...decision })));
  });
