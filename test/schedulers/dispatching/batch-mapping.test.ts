import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dispatch, PlanningView, Scheduler, SchedulerView } from "../../../src/plugin.ts";
import { duplex } from "../../../src/schedulers/duplex.ts";
import { maxMin } from "../../../src/schedulers/max-min.ts";
import { minMin } from "../../../src/schedulers/min-min.ts";
import { sufferage } from "../../../src/schedulers/sufferage.ts";
import { staticView } from "../static-view.ts";

/** Ops that are ready at once, and devices in any state. */
interface Batch {
  readonly costs: readonly (readonly number[])[];
  readonly data: readonly (readonly number[])[];
  readonly slots: readonly number[];
  /** By device: ops that run, at most as many as slots, and the work left. */
  readonly running: readonly number[];
  readonly backlog: readonly number[];
  readonly reload: readonly number[];
  readonly kinds: readonly number[];
}
type Pair = readonly [op: number, device: number];

/** Devices as the heuristics see them: what is there when the batch comes, and what has been placed since. */
class Devices {
  readonly queued: number[];
  readonly backlog: number[];
  readonly loaded: number[];
  readonly #batch: Batch;

  constructor(batch: Batch) {
    this.#batch = batch;
    this.queued = batch.slots.map(() => 0);
    this.backlog = batch.slots.map((_, d) => (batch.running[d]! > 0 ? batch.backlog[d]! : 0));
    this.loaded = batch.slots.map(() => -1);
  }

  free(device: number): number {
    return this.#batch.slots[device]! - Math.min(this.#batch.slots[device]!, this.#batch.running[device]!);
  }

  setup(op: number, device: number): number {
    return this.loaded[device] === this.#batch.kinds[op] ? 0 : this.#batch.reload[device]!;
  }

  place(op: number, device: number): void {
    this.queued[device]!++;
    this.backlog[device]! += this.#batch.costs[op]![device]! + this.setup(op, device);
    this.loaded[device] = this.#batch.kinds[op]!;
  }

  completions(op: number): number[] {
    const { costs, data, slots, reload } = this.#batch;
    return slots.map((count, d) => {
      const wait = this.free(d) > this.queued[d]! ? 0 : this.backlog[d]! / count;
      const completion = wait + (costs[op]![d]! + data[op]![d]!);
      return reload[d] === 0 ? completion : completion + this.setup(op, d);
    });
  }
}

/** What a scheduler places in one dispatch, in order. */
function placed(batch: Batch, scheduler: Scheduler): Pair[] {
  const devices = new Devices(batch);
  const pairs: Pair[] = [];
  const last = batch.costs.length - 1;
  const wait = (d: number): number => (devices.free(d) > devices.queued[d]! ? 0 : devices.backlog[d]! / batch.slots[d]!);
  const view: SchedulerView = {
    ...staticView({ costs: batch.costs, edges: [], slots: batch.slots, reload: batch.reload, kinds: batch.kinds }),
    dataTicks: (op, d) => batch.data[op]![d]!,
    setupTicks: (op, d) => devices.setup(op, d),
    freeSlots: (d) => devices.free(d),
    queued: (d) => devices.queued[d]!,
    backlogTicks: (d) => devices.backlog[d]!,
    waitTicks: wait,
    waitsInto: (into) => into.forEach((_, d) => (into[d] = wait(d))),
    ready: { length: last + 1, first: () => 0, next: (op) => (op < last ? op + 1 : -1), has: () => true },
  };
  const out: Dispatch = {
    place(op, device) {
      devices.place(op, device);
      pairs.push([op, device]);
    },
    start: () => {}, wakeAt: () => {},
  };
  scheduler.prepare?.(view as unknown as PlanningView, out);
  scheduler.dispatch(view, out);
  return pairs;
}

const least = (row: readonly number[]): number => row.indexOf(Math.min(...row));
const first = (ops: readonly number[], merit: (op: number) => number): number => ops.reduce((a, b) => (merit(b) > merit(a) ? b : a));

/** One step of each heuristic by its definition: what is mapped by the completions as they stand. */
const steps: Record<string, (left: readonly number[], completions: (op: number) => number[]) => Pair[]> = {
  "min-min"(left, completions) {
    const op = first(left, (each) => -Math.min(...completions(each)));
    return [[op, least(completions(op))]];
  },
  "max-min"(left, completions) {
    const op = first(left, (each) => Math.min(...completions(each)));
    return [[op, least(completions(op))]];
  },
  sufferage(left, completions) {
    const loss = (op: number): number => {
      const row = completions(op);
      return Math.min(...row.filter((_, d) => d !== least(row))) - Math.min(...row);
    };
    return completions(left[0]!).flatMap((_, device) => {
      const ops = left.filter((op) => least(completions(op)) === device);
      return ops.length > 0 ? [[first(ops, loss), device] as const] : [];
    });
  },
};

function byDefinition(batch: Batch, name: string): { pairs: Pair[]; completion: number } {
  const devices = new Devices(batch);
  const pairs: Pair[] = [];
  let completion = 0;
  let left = batch.costs.flatMap((row, op) => (row.some(Number.isFinite) ? [op] : []));
  while (left.length > 0) {
    const rows = new Map(left.map((op) => [op, devices.completions(op)]));
    for (const [op, device] of steps[name]!(left, (each) => rows.get(each)!)) {
      completion = Math.max(completion, rows.get(op)![device]!);
      pairs.push([op, device]);
      devices.place(op, device);
    }
    const gone = new Set(pairs.map(([op]) => op));
    left = left.filter((op) => !gone.has(op));
  }
  return { pairs, completion };
}

/** Costs that are anything, or sizes times speeds and something on top; data to move, devices with slots, some of them busy. */
function batches(setups: fc.Arbitrary<number>): fc.Arbitrary<Batch> {
  const shape = fc.record({ devices: fc.integer({ min: 1, max: 5 }), ops: fc.integer({ min: 2, max: 70 }), range: fc.constantFrom(3, 40, 100_000), proportional: fc.boolean() });
  return shape.chain(({ devices, ops, range, proportional }) => {
    const perDevice = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: devices, maxLength: devices });
    const perOp = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: ops, maxLength: ops });
    const factor = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: proportional ? 4 : range }) }, { weight: 1, arbitrary: fc.constant(Infinity) });
    return fc.record({
      costs: fc.tuple(perOp(fc.integer({ min: 1, max: range })), perOp(perDevice(factor))).map(([sizes, rows]) => rows.map((row, op) => row.map((value) => (proportional ? value * sizes[op]! : value)))),
      data: perOp(perDevice(fc.constantFrom(0, 0, 1, 7))),
      slots: perDevice(fc.integer({ min: 1, max: 4 })), running: perDevice(fc.nat(4)), backlog: perDevice(fc.nat(range)),
      reload: perDevice(setups), kinds: perOp(fc.nat(2)),
    });
  });
}

describe.each([["without setups", batches(fc.constant(0))], ["with setups", batches(fc.constantFrom(0, 5, 1000))]])("batches map as the heuristics are defined, %s", (_, arbitrary) => {
  it.each([minMin, maxMin, sufferage])("$name", (definition) => {
    fc.assert(fc.property(arbitrary, (batch) => {
      expect(placed(batch, definition.create({}))).toEqual(byDefinition(batch, definition.name).pairs);
    }), { numRuns: 200, seed: 19 });
  });
});

it("duplex takes what would complete first of min-min's and max-min's", () => {
  fc.assert(fc.property(batches(fc.constant(0)), (batch) => {
    const [short, long] = [byDefinition(batch, "min-min"), byDefinition(batch, "max-min")];
    expect(placed(batch, duplex.create({}))).toEqual((short.completion <= long.completion ? short : long).pairs);
  }), { numRuns: 200, seed: 19 });
});
