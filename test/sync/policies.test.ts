import { describe, expect, it } from "vitest";
import { fifo } from "../../src/schedulers/fifo.ts";
import { heft } from "../../src/schedulers/heft.ts";
import { replay } from "../../src/schedulers/replay.ts";
import { dataflow } from "../../src/sync/dataflow.ts";
import { levelBarrier } from "../../src/sync/level-barrier.ts";
import { streamOrder } from "../../src/sync/stream-order.ts";
import { runTasks } from "../schedulers/run-task-graph.ts";
import type { TaskGraph } from "../schedulers/static-view.ts";

/** Two chains of two: T1 → T3 and T2 → T4; T1 is short, T2 long. */
const twoChains: TaskGraph = { costs: [[2], [9], [4], [4]], edges: [[0, 2, 0], [1, 3, 0]], slots: [2] };
const starts = (graph: TaskGraph, sync: { create(options: unknown): object }): number[] => [...runTasks(graph, fifo.create({}), sync.create({})).ops.startTicks];

describe("dataflow", () => {
  it("lets each consumer go when its own producer ends", () => expect(starts(twoChains, dataflow)).toEqual([0, 0, 2, 9]));
});

describe("level-barrier", () => {
  it("holds a level until the one before has ended", () => expect(starts(twoChains, levelBarrier)).toEqual([0, 0, 9, 9]));

  it("takes the longest path as the level", () => {
    // T4 follows T1 directly and T3 over T2: it is on level 2, and waits for the long T5 of level 1.
    const costs = [[1], [1], [1], [1], [20], [1]];
    expect(starts({ costs, edges: [[0, 1, 0], [1, 2, 0], [0, 2, 0], [0, 4, 0], [1, 3, 0], [0, 5, 0]], slots: [8] }, levelBarrier)).toEqual([0, 1, 21, 21, 1, 1]);
  });

  it("keeps the jobs apart", () => {
    const { jobs } = runTasks({ ...twoChains, arrivals: [0, 100, Infinity] }, fifo.create({}), levelBarrier.create({}));
    expect([...jobs.endTicks]).toEqual([13, 113, 26]);
  });

  it("does not let a plan made without levels wait for itself", () => {
    // HEFT puts the chain T1 T2 T3 before T4; under the barrier T4 belongs to the first level.
    const { ops } = runTasks({ costs: [[5], [5], [5], [1]], edges: [[0, 1, 0], [1, 2, 0]] }, heft.create({}), levelBarrier.create({}));
    expect([...ops.startTicks]).toEqual([0, 6, 11, 5]);
  });
});

describe("stream-order", () => {
  it("reports a device's ops in the order they started", () => {
    // T2 ends at 2, but T1 started before it on the same device and runs until 9.
    expect(starts({ costs: [[9], [2], [4], [4]], edges: [[0, 2, 0], [1, 3, 0]], slots: [3] }, streamOrder)).toEqual([0, 0, 9, 9]);
  });

  it("does not hold what started first", () => expect(starts(twoChains, streamOrder)).toEqual([0, 0, 2, 9]));

  it("does not make devices wait for each other", () => {
    const placement = [["T1", "P1"], ["T2", "P2"], ["T3", "P1"], ["T4", "P2"]].map(([op, device]) => ({ op: op!, device: device! }));
    const { ops } = runTasks({ costs: [[9, 9], [2, 2], [4, 4], [4, 4]], edges: [[0, 2, 0], [1, 3, 0]] }, replay.create({ placement }), streamOrder.create({}));
    expect([...ops.startTicks]).toEqual([0, 0, 9, 2]);
  });
});
