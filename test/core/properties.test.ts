import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atBestSpeeds } from "../../src/bounds/best-speeds.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import type { Instance } from "../../src/core/instance.ts";
import { makeInstance, type InstanceSpec } from "../reference/make-instance.ts";
import { maxMinRates, type Demand } from "../reference/max-min.ts";
import { randomCase } from "../reference/random-case.ts";
import { range } from "../reference/world.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 30 });
const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void, numRuns = 300): void => fc.assert(fc.property(arbitrary, (value) => void holds(value)), { seed: 7, numRuns });

function run(seed: number, maxOps = 25, untilTicks?: number): Trace {
  const { instance, scheduler, sync } = randomCase(seed, maxOps);
  return simulate({ instance, scheduler: scheduler.make(), sync: sync.make(), ...(untilTicks !== undefined && { untilTicks }) });
}

describe("every run", () => {
  it("gives the same digest when it is made again", () => {
    check(seeds, (seed) => expect(run(seed).digest).toBe(run(seed).digest), 100);
  });

  it("is no shorter than the longest chain of least costs, nor than the least work shared among all slots", () => {
    check(seeds, (seed) => {
      const trace = run(seed);
      // At the best speed that each device ever has.
      const instance = atBestSpeeds(trace.instance);
      const least = range(instance.opCount).map((op) => Math.min(...range(instance.deviceCount).map((device) => instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]!)));
      const chain = new Array<number>(instance.opCount).fill(0);
      for (const op of instance.topo) {
        const before = [...instance.pred.node.subarray(instance.pred.start[op], instance.pred.start[op + 1])].map((from) => chain[from]!);
        chain[op] = Math.max(0, ...before) + least[op]!;
      }
      const slots = instance.slots.reduce((sum, count) => sum + count, 0);
      expect(trace.makespanTicks).toBeGreaterThanOrEqual(Math.max(...chain) - 1e-3);
      expect(trace.makespanTicks).toBeGreaterThanOrEqual(least.reduce((sum, ticks) => sum + ticks, 0) / slots - 1e-3);
    });
  });

  it("that is stopped did what the whole run did until then", () => {
    check(fc.tuple(seeds, fc.double({ min: 0, max: 1, noNaN: true })), ([seed, fraction]) => {
      const whole = run(seed);
      const until = Math.floor(whole.makespanTicks * fraction);
      const part = run(seed, 25, until);
      // What is lost with a device later had started before.
      if (whole.instance.changeTicks === undefined) for (const column of ["startTicks", "endTicks", "readyTicks", "placedTicks"] as const) {
        expect([...part.ops[column]]).toEqual([...whole.ops[column]].map((ticks) => (ticks <= until ? ticks : NaN)));
      }
      expect(part.complete).toBe(until >= whole.makespanTicks);
    });
  });

  it("takes k times as long when all costs, latencies and setups do and nothing is shared", () => {
    const scaled = (instance: Instance, k: number): Instance => {
      const times = (ticks: Float64Array): Float64Array => ticks.map((value) => value * k);
      return {
        ...instance, costTicks: times(instance.costTicks), fixedTicks: times(instance.fixedTicks), setupTicks: times(instance.setupTicks),
        routeLatencyTicks: times(instance.routeLatencyTicks), routeTicksPerByte: times(instance.routeTicksPerByte), jobArrivalTicks: times(instance.jobArrivalTicks),
        resourceCapacity: instance.resourceCapacity.map(() => Infinity),
      };
    };
    check(fc.tuple(seeds, fc.integer({ min: 2, max: 1000 })), ([seed, k]) => {
      const { spec: { changes: _, ...spec } } = randomCase(seed);
      // Whole numbers, so that no time is rounded.
      const whole: InstanceSpec = {
        ...spec,
        costs: spec.costs.map((row) => row.map((cell) => (typeof cell === "number" ? cell : { ticks: Math.ceil(cell.ticks), configuration: cell.configuration ?? -1 }))),
        tensors: spec.tensors!.map((tensor) => ({ ...tensor, bytes: Math.ceil(tensor.bytes) })),
        routes: spec.routes!.map((route) => ({ ...route, latency: Math.ceil(route.latency ?? 0), ticksPerByte: Math.ceil(route.ticksPerByte) })),
      };
      const instance = makeInstance(whole);
      const spread = (): Parameters<typeof simulate>[0]["scheduler"] => ({
        dispatch(view, out) {
          for (let op = view.ready.first(), next; op >= 0; op = next) {
            next = view.ready.next(op);
            const able = range(view.deviceCount).filter((device) => view.estimateTicks(op, device) < Infinity);
            out.place(op, able[op % able.length]!, op % 3);
          }
        },
      });
      const once = simulate({ instance: scaled(instance, 1), scheduler: spread() });
      const longer = simulate({ instance: scaled(instance, k), scheduler: spread() });
      expect([...longer.ops.endTicks]).toEqual([...once.ops.endTicks].map((ticks) => ticks * k));
    });
  });
});

describe("max-min rates of the reference", () => {
  const activities = fc.integer({ min: 1, max: 5 }).chain((resources) =>
    fc.record({
      capacity: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: resources, maxLength: resources }),
      demands: fc.array(
        fc.uniqueArray(fc.record({ resource: fc.integer({ min: 0, max: resources - 1 }), amount: fc.integer({ min: 1, max: 30 }) }), { minLength: 1, selector: (demand) => demand.resource }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
  );

  it("fit, and give each activity full speed or a full resource on which no other has risen further", () => {
    check(activities, ({ capacity, demands }) => {
      const rates = maxMinRates(demands, capacity);
      const level = (i: number): number => rates[i]! * primaryAmount(demands[i]!, capacity);
      const used = capacity.map((_, resource) => demands.reduce((sum, own, i) => sum + rates[i]! * (own.find((demand) => demand.resource === resource)?.amount ?? 0), 0));
      for (const [resource, limit] of capacity.entries()) expect(used[resource]).toBeLessThanOrEqual(limit * (1 + 1e-9));
      for (const [i, own] of demands.entries()) {
        expect(rates[i]).toBeGreaterThan(0);
        expect(rates[i]).toBeLessThanOrEqual(1);
        const held = own.some(({ resource }) => used[resource]! >= capacity[resource]! * (1 - 1e-9) && demands.every((other, j) => !other.some((demand) => demand.resource === resource) || level(j) <= level(i) * (1 + 1e-9)));
        expect(rates[i] === 1 || held).toBe(true);
      }
    }, 2000);
  });

  it("are those of the engine", () => {
    // Operators that start together and draw on several memories' worth of resources: compare the first end.
    check(fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 8 }), (draws) => {
      const spec: InstanceSpec = {
        ops: draws.map(() => ({})),
        memories: [25],
        devices: draws.map(([, units]) => ({ units, width: 2 })),
        costs: draws.map(([memoryDemand], op) => draws.map((_, device) => (device === op ? { ticks: 1e6, memoryDemand } : Infinity))),
      };
      const trace = simulate({ instance: makeInstance(spec), scheduler: { prepare: (_, out) => draws.forEach((_, op) => out.place(op, op)), dispatch() {} } });
      const rates = maxMinRates(draws.map(([amount], op): Demand[] => [{ resource: 0, amount }, { resource: op + 1, amount: 2 }]), [25, ...draws.map(([, units]) => units)]);
      expect(Math.min(...trace.ops.endTicks)).toBe(Math.ceil(1e6 / Math.max(...rates) - 1e-6));
    });
  });
});

function primaryAmount(demands: readonly Demand[], capacity: readonly number[]): number {
  const sorted = [...demands].sort((a, b) => b.amount / capacity[b.resource]! - a.amount / capacity[a.resource]! || a.resource - b.resource);
  return sorted[0]!.amount;
}
