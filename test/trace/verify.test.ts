import { describe, expect, it } from "vitest";
import { simulate } from "../../src/core/simulate.ts";
import { Simulation } from "../../src/core/simulation.ts";
import { RowKind, SubjectKind, type Trace } from "../../src/core/trace.ts";
import { verifyTrace, type VerifyCode, type VerifyOptions } from "../../src/trace/verify.ts";
import { makeInstance, type InstanceSpec } from "../reference/make-instance.ts";
import { randomCase } from "../reference/random-case.ts";
import { range } from "../reference/world.ts";

/**
 * Two jobs of three operators: 0 and 3 read a weight from memory 0 and feed 1 and 4 on device 0; 2 and 5 run on
 * device 1, behind a link of 2 bytes a tick, on what 1 and 4 made. Device 0 has two slots and must be set up.
 */
const spec: InstanceSpec = {
  ops: [
    { class: 0, inputs: [0] }, { class: 1, inputs: [1] }, { class: 2, inputs: [2] },
    { class: 0, inputs: [0], job: 1 }, { class: 1, inputs: [3], job: 1 }, { class: 2, inputs: [4], job: 1 },
  ],
  tensors: [{ bytes: 8, home: 0 }, { bytes: 0, producer: 0 }, { bytes: 40, producer: 1 }, { bytes: 0, producer: 3 }, { bytes: 40, producer: 4 }],
  jobs: [0, 3],
  memories: [10, Infinity],
  links: [2],
  devices: [{ slots: 2, memory: 0, setup: 5 }, { memory: 1 }],
  routes: [{ from: 0, to: 1, latency: 4, ticksPerByte: 0.5, resources: [{ link: 0 }] }, { from: 1, to: 0, latency: 4, ticksPerByte: 0.5 }],
  costs: [[{ ticks: 10, configuration: 0, memoryDemand: 8 }, Infinity], [{ ticks: 20, fixed: 2, memoryDemand: 8 }, 20], [Infinity, 7]],
};
const devices = [0, 0, 1, 0, 0, 1];

function run(): Trace {
  return simulate({ instance: makeInstance(spec), scheduler: { prepare: (_, out) => devices.forEach((device, op) => out.place(op, device)), dispatch() {} } });
}

/** Columns that a test may overwrite. */
type Editable = { -readonly [K in keyof Trace]: Trace[K] extends object ? { -readonly [C in keyof Trace[K]]: Trace[K][C] } : Trace[K] };

function corrupted(change: (trace: Editable) => void): Trace {
  const trace = { ...run() } as Editable;
  trace.jobs = { ...trace.jobs };
  change(trace);
  return trace as Trace;
}

function codes(trace: Trace, options?: VerifyOptions): VerifyCode[] {
  return [...new Set(verifyTrace(trace, options).map((problem) => problem.code))];
}

/** Adds the row that earlier versions wrote for each transfer. */
function addTransferRows(trace: Editable): void {
  const { rows, transfers } = trace;
  const grow = <C extends Uint8Array | Uint32Array | Float64Array>(column: C, value: (id: number) => number): C => {
    const grown = new (column.constructor as new (length: number) => C)(rows.length + transfers.length);
    grown.set(column);
    for (let id = 0; id < transfers.length; id++) grown[rows.length + id] = value(id);
    return grown;
  };
  trace.rows = {
    length: rows.length + transfers.length, track: grow(rows.track, () => 0), subjectKind: grow(rows.subjectKind, () => SubjectKind.transfer), subject: grow(rows.subject, (id) => id),
    kind: grow(rows.kind, () => RowKind.transfer), start: grow(rows.start, (id) => transfers.startTicks[id]!), end: grow(rows.end, (id) => transfers.endTicks[id]!),
  };
}

/** Row of the kind whose subject is this. */
function rowOf(trace: Trace, kind: RowKind, subject: number): number {
  const row = range(trace.rows.length).find((at) => trace.rows.kind[at] === kind && trace.rows.subject[at] === subject);
  if (row === undefined) throw new Error(`no row of kind ${kind} for ${subject}`);
  return row;
}

/** Moves an operator in time, with its columns and its row. */
function shift(trace: Editable, op: number, by: number): void {
  const row = rowOf(trace as Trace, RowKind.run, op);
  for (const column of [trace.ops.readyTicks, trace.ops.dataTicks, trace.ops.startTicks, trace.ops.endTicks]) column[op]! += by;
  trace.rows.start[row]! += by;
  trace.rows.end[row]! += by;
}

describe("verifyTrace", () => {
  it("finds nothing in what the engine made", () => {
    expect(verifyTrace(run())).toEqual([]);
  });

  it("finds nothing in the traces of random cases", () => {
    for (let seed = 0; seed < 400; seed++) {
      const { instance, scheduler, sync } = randomCase(seed);
      expect(verifyTrace(simulate({ instance, scheduler: scheduler.make(), sync: sync.make() })), `case ${seed}`).toEqual([]);
    }
  });

  const cases: [VerifyCode, string, (trace: Editable) => void][] = [
    ["columns", "a column is cut short", (t) => (t.ops.endTicks = t.ops.endTicks.slice(1))],
    ["columns", "a row of an operator that does not exist", (t) => (t.rows.subject[0] = 99)],
    ["columns", "a device that does not exist", (t) => (t.ops.device[0] = 2)],
    ["columns", "a transfer to a memory that does not exist", (t) => (t.transfers.to[0] = 9)],
    ["not-ended", "an operator without end in a run that is complete", (t) => (t.ops.endTicks[5] = NaN)],
    ["bad-device", "an operator on a device that cannot run it", (t) => (t.ops.device[5] = 0)],
    ["bad-device", "an operator that started nowhere", (t) => (t.ops.device[5] = -1)],
    ["bad-slot", "a slot that the device does not have", (t) => (t.ops.slot[5] = 1)],
    ["bad-times", "a start before the data was there", (t) => (t.ops.startTicks[2]! -= 1)],
    ["bad-times", "a start before it was placed", (t) => (t.ops.placedTicks[0] = 1)],
    ["bad-times", "a fraction of a tick", (t) => (t.ops.endTicks[5]! += 0.5)],
    ["bad-times", "an end without a start", (t) => (t.ops.startTicks[5] = NaN)],
    ["bad-times", "a row that ends before it starts", (t) => (t.rows.end[0] = t.rows.start[0]! - 1)],
    ["precedence", "an operator before its input was made", (t) => shift(t, 1, -3)],
    ["job-arrival", "an operator before its job arrived", (t) => (t.ops.readyTicks[3] = 2)],
    ["job-arrival", "a job that arrived late", (t) => (t.jobs.arrivalTicks = Float64Array.of(0, 2))],
    ["data-missing", "an input that arrived later", (t) => (t.transfers.endTicks[0]! += 1)],
    ["data-missing", "an input that nobody moved", (t) => (t.transfers.tensor[0] = 4)],
    ["row-mismatch", "a row with another end", (t) => (t.rows.end[rowOf(t as Trace, RowKind.run, 5)]! -= 1)],
    ["row-mismatch", "a row on another track", (t) => (t.rows.track[rowOf(t as Trace, RowKind.run, 5)] = 0)],
    ["row-mismatch", "an operator without a row", (t) => (t.rows.subject[rowOf(t as Trace, RowKind.run, 5)] = 2)],
    ["row-mismatch", "a transfer with two rows", (t) => (addTransferRows(t), (t.rows.subject[rowOf(t as Trace, RowKind.transfer, 1)] = 0))],
    ["row-mismatch", "a transfer row with another end", (t) => (addTransferRows(t), (t.rows.end[rowOf(t as Trace, RowKind.transfer, 1)]! += 1))],
    ["overlap", "two operators in one slot at once", (t) => {
      t.ops.slot[3] = t.ops.slot[0]!;
      for (const kind of [RowKind.setup, RowKind.run]) t.rows.track[rowOf(t as Trace, kind, 3)] = t.ops.slot[0]!;
    }],
    ["run-too-short", "an operator quicker than alone", (t) => {
      t.ops.startTicks[5]! += 1;
      t.rows.start[rowOf(t as Trace, RowKind.run, 5)]! += 1;
    }],
    ["setup-missing", "a setup that was too short", (t) => {
      const row = rowOf(t as Trace, RowKind.setup, 0);
      t.rows.end[row]! -= 1;
      t.rows.start[rowOf(t as Trace, RowKind.run, 0)]! -= 1;
    }],
    ["transfer-subject", "a transfer for an operator that does not read the tensor", (t) => (t.transfers.forOp[0] = 5)],
    ["transfer-subject", "a transfer to where nobody asked for it", (t) => (t.transfers.to[0] = 0)],
    ["transfer-source", "a transfer from where the tensor is not", (t) => (t.transfers.from[0] = 1)],
    ["transfer-source", "a transfer before the tensor was made", (t) => (t.transfers.startTicks[0]! -= 1)],
    ["transfer-repeated", "a second transfer of a tensor to a memory", (t) => (t.transfers.tensor[1] = t.transfers.tensor[0]!)],
    ["transfer-too-short", "a transfer quicker than its bytes alone", (t) => (t.transfers.startTicks[0] = t.transfers.endTicks[0]! - 20)],
    ["bytes-moved", "a link that carried less than its transfers", (t) => (t.resourceUse[4] = 40)],
    ["memory-peak", "a memory that held less than its tensors take", (t) => (t.peakBytes[0]! -= 1)],
    ["memory-peak", "a memory that held more than its tensors take", (t) => (t.peakBytes[1]! += 1)],
    ["totals", "another makespan", (t) => (t.makespanTicks += 1)],
    ["totals", "another end of a job", (t) => (t.jobs.endTicks[0]! += 1)],
  ];
  it.each(cases)("%s: %s", (code, _, change) => {
    expect(codes(corrupted(change))).toContain(code);
  });

  it("over-capacity: two transfers at once that would each be long enough alone", () => {
    // Both need 20 ticks of the link; both are said to end 24 ticks after the same start.
    const trace = corrupted((t) => {
      for (const transfer of [0, 1]) {
        t.transfers.startTicks[transfer] = 100;
        t.transfers.endTicks[transfer] = 124;
      }
    });
    expect(codes(trace)).toContain("over-capacity");
    expect(verifyTrace(trace).find((problem) => problem.code === "over-capacity")!.message).toContain("link0");
  });

  it("over-capacity: a busy interval inside a quiet one", () => {
    // 3 × 20 ticks of the link between 100 and 155, among transfers that have all the time in the world.
    const wide: InstanceSpec = {
      ...spec, jobs: [0],
      ops: range(5).map((id) => ({ class: 2, inputs: [id] })),
      tensors: range(5).map(() => ({ bytes: 40, home: 0 })),
    };
    const trace = simulate({ instance: makeInstance(wide), scheduler: { prepare: (_, out) => range(5).forEach((op) => out.place(op, 1)), dispatch() {} } });
    const windows = [[0, 1000], [100, 155], [90, 155], [100, 150], [0, 900]] as const;
    const claim = (end: number): Trace => ({
      ...trace,
      transfers: { ...trace.transfers, startTicks: Float64Array.from(windows, ([start]) => start - 4), endTicks: Float64Array.from(windows, (window, i) => (i < 4 && i > 0 ? end : window[1])) },
    });
    expect(codes(trace)).toEqual([]);
    expect(codes(claim(149))).toContain("over-capacity");
    expect(codes(claim(150))).not.toContain("over-capacity");
  });

  it("over-capacity: operators that draw more from memory than it has", () => {
    // Alone each takes its cost; side by side 16 bytes a tick go through a memory of 10.
    const side: InstanceSpec = { ops: [{ class: 0 }, { class: 0 }], memories: [10], devices: [{ slots: 2 }], costs: [[{ ticks: 10, memoryDemand: 8 }]] };
    const trace = simulate({ instance: makeInstance(side), scheduler: { prepare: (_, out) => [0, 1].forEach((op) => out.place(op, 0)), dispatch() {} } });
    expect(trace.makespanTicks).toBe(16);
    expect(codes(trace)).toEqual([]);
    trace.ops.endTicks.fill(10);
    trace.rows.end.fill(10);
    trace.jobs.endTicks.fill(10);
    expect(codes({ ...trace, makespanTicks: 10 })).toEqual(["over-capacity"]);
    expect(codes({ ...trace, makespanTicks: 10 }, { noise: true })).toEqual([]);
  });

  it("accepts a run that was stopped, and holds it to what it did", () => {
    const instance = makeInstance(spec);
    const stopped = simulate({ instance, untilTicks: 40, scheduler: { prepare: (_, out) => devices.forEach((device, op) => out.place(op, device)), dispatch() {} } });
    expect(stopped.complete).toBe(false);
    expect(stopped.ops.endTicks.some(Number.isNaN)).toBe(true);
    expect(verifyTrace(stopped)).toEqual([]);
    expect(codes({ ...stopped, complete: true })).toContain("not-ended");
  });

  it("holds no operator to its cost under noise", () => {
    const short = corrupted((t) => {
      t.ops.startTicks[5]! += 1;
      t.rows.start[rowOf(t as Trace, RowKind.run, 5)]! += 1;
    });
    expect(codes(short, { noise: true })).toEqual([]);
  });

  it("reports so many of each kind, and how many more", () => {
    const trace = corrupted((t) => t.ops.slot.fill(7));
    const slots = verifyTrace(trace, { limit: 2 }).filter((problem) => problem.code === "bad-slot");
    expect(slots.map((problem) => problem.message)).toEqual([
      "op0 ran in slot 7 of device0, which has 2",
      "op1 ran in slot 7 of device0, which has 2",
      "4 more like these",
    ]);
  });

  it("follows an operator that was paused and went on elsewhere", () => {
    const ticks: InstanceSpec = { ops: [{}], devices: [{}, {}], costs: [[100, 200]] };
    const simulation = new Simulation({
      instance: makeInstance(ticks),
      scheduler: {
        dispatch(view, out) {
          if (view.ready.has(0)) out.place(0, 0);
          if (view.nowTicks < 60) out.wakeAt(view.nowTicks + 10);
        },
      },
    });
    while (simulation.nowTicks < 30) simulation.step();
    simulation.pause(0);
    simulation.resume(0, 1);
    const trace = simulation.run();
    expect(trace.makespanTicks).toBe(30 + 140);
    expect(verifyTrace(trace)).toEqual([]);
    trace.rows.start[1]! += 1;
    expect(codes(trace)).toContain("run-too-short");
  });

  it("rows of a slot may come in any order", () => {
    const trace = corrupted(addTransferRows);
    const order = range(trace.rows.length).reverse();
    const rows = { ...trace.rows };
    for (const column of ["track", "subjectKind", "subject", "kind", "start", "end"] as const) (rows[column] as Float64Array) = trace.rows[column].slice().map((_, i) => trace.rows[column][order[i]!]!) as Float64Array;
    expect(rows.subjectKind.includes(SubjectKind.transfer)).toBe(true);
    expect(verifyTrace({ ...trace, rows })).toEqual([]);
  });
});
