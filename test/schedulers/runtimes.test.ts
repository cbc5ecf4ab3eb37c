import { describe, expect, it } from "vitest";
import type { SchedulerDefinition } from "../../src/plugin.ts";
import { createPolicy } from "../../src/scenario/create-policy.ts";
import { dask } from "../../src/schedulers/dask.ts";
import { ortParallel } from "../../src/schedulers/ort-parallel.ts";
import { ortSequential } from "../../src/schedulers/ort-sequential.ts";
import { sjf } from "../../src/schedulers/sjf.ts";
import { streamOrder } from "../../src/schedulers/stream-order.ts";
import { tfInterOp } from "../../src/schedulers/tf-inter-op.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

const never = Infinity;
const none = { providers: [] };
const devices = (graph: TaskGraph, definition: SchedulerDefinition, options: unknown = {}): number[] => [...runTasks(graph, definition.create(options)).ops.device];
const starts = (graph: TaskGraph, definition: SchedulerDefinition, options: unknown = {}): number[] => [...runTasks(graph, definition.create(options)).ops.startTicks];

describe("dask", () => {
  it("assigns an op to a device that holds an input, the one where it starts soonest", () => {
    // T3 needs 6 bytes from P1 and 2 from P2.
    const graph: TaskGraph = { costs: [[4, 4, 4], [4, 4, 4], [1, 1, 1]], edges: [[0, 2, 6], [1, 2, 2]] };
    expect(devices(graph, dask)).toEqual([0, 1, 0]);
    expect(starts(graph, dask)).toEqual([0, 0, 6]);
  });

  it("weighs work assigned against moves", () => {
    // At 4 T3 is assigned to P1, its only holder. T4 would start on P1 after T3 and 10 of moves (1014), on P2 after 150.
    const graph: TaskGraph = { costs: [[4, 4], [4, 4], [1000, 1000], [1, 1]], edges: [[0, 2, 50], [0, 3, 150], [1, 3, 10]] };
    expect(devices(graph, dask)).toEqual([0, 1, 0, 1]);
    expect(starts(graph, dask)).toEqual([0, 0, 4, 154]);
  });

  const fan = (bytes: number): TaskGraph => ({ costs: [[1, 1], ...Array.from({ length: 4 }, () => [4, 4])], edges: [1, 2, 3, 4].map((op) => [0, op, bytes]) });

  it("idle devices steal from the occupied", () => {
    expect(devices(fan(0), dask)).toEqual([0, 0, 1, 0, 1]);
    expect(starts(fan(0), dask)).toEqual([0, 1, 1, 5, 5]);
  });

  it("but not what takes longer to move than to wait for", () => {
    // 40 + 4 on P2 against 16 − 2 on P1; with 8 bytes 8 + 4 is at most 14, once.
    expect(devices(fan(40), dask)).toEqual([0, 0, 0, 0, 0]);
    expect(devices(fan(8), dask)).toEqual([0, 0, 1, 0, 0]);
    expect(devices(fan(11), dask)).toEqual([0, 0, 0, 0, 0]);
  });

  it("runs what became ready last first, and first ops when nothing else is left", () => {
    // At 2 T4, released by T1, comes before T2 and T3, which wait for room.
    expect(starts({ costs: [[2], [3], [3], [1]], edges: [[0, 3, 0]] }, dask)).toEqual([0, 3, 6, 2]);
  });
});

describe("ort-sequential", () => {
  it("runs one op at a time, wherever the next one is", () => {
    const graph: TaskGraph = { costs: [[2, 1], [never, 1], [2, 1]], edges: [] };
    expect(starts(graph, ortSequential, none)).toEqual([0, 1, 2]);
    expect(devices(graph, ortSequential, none)).toEqual([1, 1, 1]);
    expect(starts(graph, ortSequential, { providers: ["P1"] })).toEqual([0, 2, 3]);
    expect(devices(graph, ortSequential, { providers: ["P1"] })).toEqual([0, 1, 0]);
  });

  it("keeps the topological order, not the order of readiness", () => {
    // T2 becomes ready after T3 did.
    expect(starts({ costs: [[1], [1], [1]], edges: [[0, 1, 0]] }, ortSequential, none)).toEqual([0, 1, 2]);
  });

  it("runs jobs side by side", () => {
    expect(starts({ costs: [[2], [2]], edges: [], slots: [2], arrivals: [0, 0] }, ortSequential, none)).toEqual([0, 2, 0, 2]);
  });

  it("names providers that do not exist", () => {
    expect(() => starts({ costs: [[1]], edges: [] }, ortSequential, { providers: ["P7"] })).toThrow(/error\[unknown-device\]: there is no device "P7"/);
  });
});

describe("ort-parallel", () => {
  const graph: TaskGraph = { costs: [[1], [3], [9], [1], [1]], edges: [[0, 3, 0], [0, 4, 0]], slots: [2] };

  it("a thread goes on with the first op that it released; the others queue up", () => {
    // At 1 thread 1 goes on with T4, at 2 with T3 from the queue; T5 comes after, at 3 on thread 2.
    expect(starts(graph, ortParallel, { ...none, threads: 0 })).toEqual([0, 0, 2, 1, 3]);
  });

  it("runs no more ops at once than it has threads", () => {
    expect(starts(graph, ortParallel, { ...none, threads: 1 })).toEqual([0, 2, 5, 1, 14]);
    expect(starts({ costs: [[2, 9], [9, 2]], edges: [] }, ortParallel, { ...none, threads: 1 })).toEqual([0, 2]);
  });
});

describe("tf-inter-op", () => {
  const graph: TaskGraph = { costs: [[1], [2], [2], [9], [9]], edges: [[0, 1, 0], [0, 2, 0], [0, 3, 0], [0, 4, 0]], slots: [2] };

  it("runs cheap ops on the thread that released them, and sends the others to the pool", () => {
    expect(starts(graph, tfInterOp, { threads: 2, cheap: 3 })).toEqual([0, 1, 3, 1, 5]);
  });

  it("keeps the last op where none is cheap", () => {
    expect(starts(graph, tfInterOp, { threads: 2, cheap: 0 })).toEqual([0, 1, 3, 5, 1]);
  });
});

describe("pools of threads", () => {
  it.each([ortParallel, tfInterOp])("$name: have 10,000 threads at most", (definition) => {
    expect(() => createPolicy(definition, { threads: 10_000 })).not.toThrow();
    expect(() => createPolicy(definition, { threads: 1e12 })).toThrow(/bad-option/);
  });
});

describe("stream-order", () => {
  it("issues each op to the device of its critical input", () => {
    const graph: TaskGraph = { costs: [[2, 2], [5, 5], [1, 1]], edges: [[0, 2, 1], [1, 2, 1]] };
    expect(devices(graph, streamOrder)).toEqual([0, 1, 1]);
    expect(starts(graph, streamOrder)).toEqual([0, 0, 5]);
  });

  it("starts strictly in the order issued", () => {
    // T3 could start at 0, but T2 was issued before it and waits for T1 on P2.
    expect(starts({ costs: [[never, 10], [1, never], [1, never]], edges: [[0, 1, 0]] }, streamOrder)).toEqual([0, 10, 11]);
  });
});

describe("sjf", () => {
  it("serves the shortest first, by its fastest device", () => {
    expect(starts({ costs: [[5], [1], [3]], edges: [] }, sjf)).toEqual([4, 0, 1]);
    // T2 is long on P1 but the shortest on P2, where it ends soonest.
    expect(devices({ costs: [[4, 4], [9, 1]], edges: [] }, sjf)).toEqual([0, 1]);
  });
});
