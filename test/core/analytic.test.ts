import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Scheduler, SyncPolicy } from "../../src/plugin.ts";
import { makeInstance, type InstanceSpec } from "../reference/make-instance.ts";
import { referenceSimulate } from "../reference/reference-simulator.ts";
import { range } from "../reference/world.ts";

/** What both simulators say, in one shape. */
interface Result {
  readonly start: number[];
  readonly end: number[];
  readonly transferEnd: number[];
  readonly makespan: number;
}

/** Places every operator before the run, in id order. */
function placed(devices: readonly number[]): () => Scheduler {
  return () => ({ prepare: (_, out) => devices.forEach((device, op) => out.place(op, device)), dispatch() {} });
}

const simulators: Record<string, (instance: Instance, scheduler: Scheduler, sync?: SyncPolicy) => Result> = {
  engine(instance, scheduler, sync) {
    const trace = simulate({ instance, scheduler, ...(sync && { sync }) });
    return { start: [...trace.ops.startTicks], end: [...trace.ops.endTicks], transferEnd: [...trace.transfers.endTicks], makespan: trace.makespanTicks };
  },
  reference(instance, scheduler, sync) {
    const { ops, transfers, makespan } = referenceSimulate(instance, scheduler, sync);
    return { start: ops.map((op) => op.start), end: ops.map((op) => op.end), transferEnd: transfers.map((transfer) => transfer.end), makespan };
  },
};

describe.each(Object.entries(simulators))("closed forms: %s", (_, run) => {
  it("a chain takes the sum of its operators", () => {
    const ticks = [7, 1, 12, 5];
    const spec: InstanceSpec = {
      ops: ticks.map((_, op) => ({ inputs: op > 0 ? [op - 1] : [] })),
      tensors: ticks.map((_, producer) => ({ bytes: 0, producer })),
      costs: ticks.map((cost) => [cost]),
      devices: [{ slots: 3 }],
    };
    expect(run(makeInstance(spec), placed([0, 0, 0, 0])())).toMatchObject({ start: [0, 7, 8, 20], end: [7, 8, 20, 25], makespan: 25 });
  });

  it.each([[1, 1], [4, 1], [4, 2], [7, 3], [9, 4]])("fork and join: %i equal branches on %i slots take ⌈n/p⌉ rounds", (branches, slots) => {
    const ids = range(branches);
    const spec: InstanceSpec = {
      ops: [{ class: 0 }, ...ids.map(() => ({ class: 1, inputs: [0] })), { class: 2, inputs: ids.map((i) => i + 1) }],
      tensors: [{ bytes: 0, producer: 0 }, ...ids.map((i) => ({ bytes: 0, producer: i + 1 }))],
      costs: [[3], [10], [2]],
      devices: [{ slots }],
    };
    expect(run(makeInstance(spec), placed([0, ...ids.map(() => 0), 0])()).makespan).toBe(3 + 10 * Math.ceil(branches / slots) + 2);
  });

  it.each([[1], [2], [5], [8]])("one link: %i equal flows share it, so all end when their bytes together have passed", (flows) => {
    // Latency 4, then 60 bytes each over 6 bytes a tick.
    const result = run(flowInstance(range(flows).map(() => ({ bytes: 60, links: [0] })), [6], 4), flowPlacing(flows)());
    expect(result.transferEnd).toEqual(range(flows).map(() => 4 + 10 * flows));
  });

  it("one link: flows of 10, 20 and 30 bytes end at 30, 50 and 60", () => {
    // A third each until 10 bytes are through at 30, then a half each: 10 more bytes by 50, then the last alone.
    const result = run(flowInstance([10, 20, 30].map((bytes) => ({ bytes, links: [0] })), [1]), flowPlacing(3)());
    expect(result.transferEnd).toEqual([30, 50, 60]);
  });

  it("two links: a long flow gets its half of the narrow one, and a flow on the wide one gets the rest", () => {
    // Links 2 and 8; long flow over both, one short flow on each, 40 bytes each. The long one runs at 1 byte a tick
    // like its neighbour on the narrow link; the other has 7, and is through after 6 ticks (40/7 rounded up).
    const result = run(flowInstance([{ bytes: 40, links: [0, 1] }, { bytes: 40, links: [0] }, { bytes: 40, links: [1] }], [2, 8]), flowPlacing(3)());
    expect(result.transferEnd).toEqual([40, 40, 6]);
  });

  it("the parking lot: a flow over n links beside one flow on each gets half of every link", () => {
    const links = [4, 4, 4];
    const flows = [{ bytes: 80, links: [0, 1, 2] }, ...links.map((_, link) => ({ bytes: 20, links: [link] }))];
    // All run at 2 bytes a tick; the short ones end at 10, and the long one goes on with 4: 20 bytes, then 60 more.
    expect(run(flowInstance(flows, links), flowPlacing(4)()).transferEnd).toEqual([25, 10, 10, 10]);
  });

  it("unequal demands: capacities 1 and 1.5, x draws 2 and 1, y draws 1: x runs at a half, y at full speed", () => {
    // x on a device of 1 unit and width 2, in a memory of 1.5 bytes a tick that y draws from, too.
    const spec: InstanceSpec = {
      ops: [{}, {}],
      memories: [1.5],
      devices: [{ units: 1, width: 2 }, {}],
      costs: [[{ ticks: 30, memoryDemand: 1 }, Infinity], [Infinity, { ticks: 70, memoryDemand: 1 }]],
    };
    expect(run(makeInstance(spec), placed([0, 1])())).toMatchObject({ end: [60, 70] });
  });

  it.each([[1, 100], [4, 100], [8, 180], [16, 340]])("Amdahl: %i operators, a fifth of each fixed, on units for four", (count, expected) => {
    // Fixed 20 ticks side by side, then 80 ticks of full width each, at min(1, 4 / count) of their speed.
    const spec: InstanceSpec = {
      ops: range(count).map(() => ({ class: 0 })),
      devices: [{ slots: 16, units: 8, width: 2 }],
      costs: [[{ ticks: 100, fixed: 20 }]],
    };
    expect(run(makeInstance(spec), placed(range(count).map(() => 0))()).makespan).toBe(expected);
  });

  it("memory bandwidth: what a light operator leaves goes to the heavy one", () => {
    // 10 bytes a tick; demands 2 and 16. Equal parts would be 5 each, the light one needs 2, so the heavy one has 8: half speed.
    const spec: InstanceSpec = {
      ops: [{}, {}],
      memories: [10],
      devices: [{ slots: 2 }],
      costs: [[{ ticks: 100, memoryDemand: 2 }], [{ ticks: 20, memoryDemand: 16 }]],
    };
    expect(run(makeInstance(spec), placed([0, 0])())).toMatchObject({ end: [100, 40] });
  });

  it("setup: only where the configuration of the slot changes", () => {
    const spec: InstanceSpec = {
      ops: [{ class: 0 }, { class: 0 }, { class: 1 }, { class: 2 }, { class: 1 }],
      devices: [{ setup: 50 }],
      costs: [[{ ticks: 10, configuration: 0 }], [{ ticks: 10, configuration: 1 }], [10]],
    };
    expect(run(makeInstance(spec), placed([0, 0, 0, 0, 0])())).toMatchObject({ start: [0, 60, 70, 130, 140], makespan: 150 });
  });

  it("a tensor moves once to each memory, from the nearest replica", () => {
    // Memories 0 → 1 quick, 0 → 2 slow, 1 → 2 quick. Once memory 1 has it, memory 2 takes it from there.
    const spec: InstanceSpec = {
      ops: [{}, { inputs: [0] }, { inputs: [0, 1] }, { inputs: [0] }],
      tensors: [{ bytes: 10, home: 0 }, { bytes: 0, producer: 1 }],
      memories: [Infinity, Infinity, Infinity],
      devices: [{ memory: 0 }, { memory: 1 }, { memory: 2 }],
      routes: [{ from: 0, to: 1, ticksPerByte: 1 }, { from: 0, to: 2, ticksPerByte: 9 }, { from: 1, to: 2, ticksPerByte: 2 }],
      costs: range(4).map(() => [5, 5, 5]),
    };
    const late = (): Scheduler => ({
      prepare: (_, out) => [0, 1].forEach((device, op) => out.place(op, device)),
      ready() {},
      dispatch(view, out) {
        if (view.ready.has(2)) out.place(2, 2);
        if (view.ready.has(3)) out.place(3, 1);
      },
    });
    // Operator 3 shares the transfer on its way to memory 1, and waits for the slot until 15.
    expect(run(makeInstance(spec), late())).toMatchObject({ transferEnd: [10, 35], start: [0, 10, 35, 15] });
  });

  it("in one round a delayed signal comes before the end of a transfer, and does not see its replica", () => {
    // Operator 0 ends at 5. Its output reaches memory 1 at 15, just when operator 2 in memory 2 may see it, too: it
    // takes the slow route from memory 0, since the replica nearby is a moment too late.
    const spec: InstanceSpec = {
      ops: [{}, { inputs: [0] }, { inputs: [0] }],
      tensors: [{ bytes: 10, producer: 0 }],
      memories: [Infinity, Infinity, Infinity],
      devices: [{ memory: 0 }, { memory: 1 }, { memory: 2 }],
      routes: [{ from: 0, to: 1, ticksPerByte: 1 }, { from: 0, to: 2, ticksPerByte: 9 }, { from: 1, to: 2, ticksPerByte: 2 }],
      costs: range(3).map(() => [5, 5, 5]),
    };
    const late = (atTicks: number): SyncPolicy => ({
      ended(_view, op, gate) {
        if (op !== 0) return;
        gate.signal(0);
        gate.signal(1, atTicks);
      },
    });
    expect(run(makeInstance(spec), placed([0, 1, 2])(), late(15)).transferEnd).toEqual([15, 15 + 90]);
    expect(run(makeInstance(spec), placed([0, 1, 2])(), late(16)).transferEnd).toEqual([15, 16 + 20]);
  });

  it("fails when nothing can happen any more", () => {
    const spec: InstanceSpec = { ops: [{}, { inputs: [0] }], tensors: [{ bytes: 0, producer: 0 }], devices: [{}], costs: [[5], [5]] };
    const backwards: Scheduler = { queueOrder: "in-order", prepare: (_, out) => [1, 0].forEach((op) => out.place(op, 0)), dispatch() {} };
    expect(() => run(makeInstance(spec), backwards)).toThrow(/did not end|never end/);
    expect(() => run(makeInstance(spec), { dispatch() {} })).toThrow(/did not end|never end/);
    expect(() => run(makeInstance(spec), placed([0, 0])(), { ended() {} })).toThrow(/did not end|never end/);
  });

  it("fails when a tensor has no way to where it is read", () => {
    const spec: InstanceSpec = { ops: [{ inputs: [0] }], tensors: [{ bytes: 1, home: 0 }], memories: [Infinity, Infinity], devices: [{ memory: 1 }], costs: [[5]] };
    expect(() => run(makeInstance(spec), placed([0])())).toThrow(/no route/);
  });

  it("jobs back to back: each begins when the one before has ended", () => {
    const spec: InstanceSpec = {
      ops: [{ job: 0 }, { job: 1 }, { job: 2 }],
      jobs: [0, Infinity, Infinity],
      devices: [{ slots: 3 }],
      costs: [[5], [7], [9]],
    };
    expect(run(makeInstance(spec), placed([0, 0, 0])())).toMatchObject({ start: [0, 5, 12], makespan: 21 });
  });

  it("holds the inputs of a job back until it arrives, though its operators were placed before", () => {
    const spec = { ...flowSpec([{ bytes: 60, links: [0] }], [6], 0), jobs: [25] };
    expect(run(makeInstance(spec), flowPlacing(1)())).toMatchObject({ transferEnd: [35], start: [35] });
  });

  it("a sync policy may be told of a start in the middle of a dispatch", () => {
    const spec: InstanceSpec = { ops: [{}, {}], devices: [{ slots: 2 }], costs: [[5], [6]] };
    const eager: Scheduler = {
      dispatch(view, out) {
        for (let op = view.ready.first(), next; op >= 0; op = next) {
          next = view.ready.next(op);
          out.place(op, 0);
          out.start(op);
        }
      },
    };
    expect(run(makeInstance(spec), eager, { started() {} })).toMatchObject({ start: [0, 0] });
  });
});

/** Flows from memory 0 to a memory of their own, all at once, each to an operator of one tick. */
function flowSpec(flows: readonly { readonly bytes: number; readonly links: readonly number[] }[], links: readonly number[], latency = 0): InstanceSpec {
  return {
    ops: flows.map((_, flow) => ({ inputs: [flow], class: 0 })),
    tensors: flows.map(({ bytes }) => ({ bytes, home: 0 })),
    memories: [Infinity, ...flows.map(() => Infinity)],
    devices: flows.map((_, flow) => ({ memory: flow + 1 })),
    links,
    routes: flows.map((flow, id) => ({ from: 0, to: id + 1, latency, ticksPerByte: 1 / Math.min(...flow.links.map((link) => links[link]!)), resources: flow.links.map((link) => ({ link })) })),
    costs: [flows.map(() => 1)],
  };
}

function flowInstance(...args: Parameters<typeof flowSpec>): Instance {
  return makeInstance(flowSpec(...args));
}

function flowPlacing(flows: number): () => Scheduler {
  return placed(range(flows));
}
