import { describe, expect, it } from "vitest";
import { SimulationError } from "../../src/base/errors.ts";
import type { SchedulerDefinition } from "../../src/plugin.ts";
import { balance } from "../../src/schedulers/balance.ts";
import { bLevel } from "../../src/schedulers/b-level.ts";
import { dmda } from "../../src/schedulers/dmda.ts";
import { eager } from "../../src/schedulers/eager.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { list } from "../../src/schedulers/list.ts";
import { random } from "../../src/schedulers/random.ts";
import { replay } from "../../src/schedulers/replay.ts";
import { roundRobin } from "../../src/schedulers/round-robin.ts";
import { workStealing } from "../../src/schedulers/work-stealing.ts";
import { ws } from "../../src/schedulers/ws.ts";
import { randomTasks } from "./random-tasks.ts";
import { runTasks } from "./run-task-graph.ts";
import type { TaskGraph } from "./static-view.ts";

const never = Infinity;
const devices = (graph: TaskGraph, definition: SchedulerDefinition, options: unknown = {}, seed = 0): number[] => [...runTasks(graph, definition.create(options), {}, seed).ops.device];
const starts = (graph: TaskGraph, definition: SchedulerDefinition, options: unknown = {}): number[] => [...runTasks(graph, definition.create(options)).ops.startTicks];

describe("fifo", () => {
  it("serves the op that waits longest, on the free device with the smallest id", () => {
    expect(devices({ costs: [[4, 4], [1, 1], [1, 1], [1, 1]], edges: [] }, fifo)).toEqual([0, 1, 1, 1]);
  });

  it("passes over ops that no free device can run, and serves them in turn later", () => {
    // T1 to T3 need P1; T4 does not wait behind them.
    expect(starts({ costs: [[5, never], [5, never], [5, never], [9, 2]], edges: [] }, fifo)).toEqual([0, 5, 10, 0]);
  });

  it("keeps the order between ops set aside and ops that are not", () => {
    // When P1 is free at 5, T2 (set aside at 0) has waited longer than T4 (never looked at).
    expect(starts({ costs: [[5, never], [5, never], [9, 9], [1, 1]], edges: [] }, fifo)).toEqual([0, 5, 0, 9]);
  });
});

describe("b-level", () => {
  it("starts the longest way to the end first", () => {
    expect(starts({ costs: [[3], [3], [3], [1]], edges: [[1, 3, 0]] }, bLevel)).toEqual([3, 0, 6, 9]);
  });

  it("takes the free device where the op ends soonest, its data included", () => {
    // T2 runs faster on P2, but its input lies on P1.
    expect(devices({ costs: [[1, 9], [5, 3]], edges: [[0, 1, 4]] }, bLevel)).toEqual([0, 0]);
  });
});

describe("dmda", () => {
  const graph: TaskGraph = { costs: [[1, 9], [6, 3]], edges: [[0, 1, 4]] };

  it("weighs the transfer against the execution", () => {
    expect(devices(graph, dmda, { alpha: 1, beta: 1 })).toEqual([0, 0]);
    expect(devices(graph, dmda, { alpha: 1, beta: 0.5 })).toEqual([0, 1]);
  });

  it("counts what is queued", () => {
    expect(devices({ costs: Array.from({ length: 4 }, () => [2, 5]), edges: [] }, dmda, { alpha: 1, beta: 1 })).toEqual([0, 0, 1, 0]);
  });

  it("has alpha and beta of 1 by default", () => {
    expect(dmda.options!["~standard"].validate({})).toMatchObject({ value: { alpha: 1, beta: 1 } });
    expect(dmda.options!["~standard"].validate({ gamma: 1 })).toHaveProperty("issues");
  });
});

describe("round-robin and random", () => {
  it("round-robin takes turns among the devices that can", () => {
    expect(devices({ costs: [[1, 1, 1], [1, never, 1], [1, 1, 1], [1, 1, 1]], edges: [] }, roundRobin)).toEqual([0, 2, 0, 1]);
  });

  it("random uses all devices evenly, and another seed differs", () => {
    const graph: TaskGraph = { costs: Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? [1, 1, 1] : [1, never, 1])), edges: [] };
    const placed = devices(graph, random, {}, 1);
    const counts = [0, 1, 2].map((device) => placed.filter((d) => d === device).length);
    // 150 ops among three, 150 among two: 125, 50, 125 expected.
    expect(counts[1]).toBeGreaterThan(35);
    expect(counts[1]).toBeLessThan(65);
    expect(Math.abs(counts[0]! - counts[2]!)).toBeLessThan(50);
    expect(devices(graph, random, {}, 2)).not.toEqual(placed);
  });
});

describe("work-stealing", () => {
  it("keeps released ops where they were released, newest first", () => {
    // T1 on P1 releases T3, T4, T5; P2 is busy until 50 with T2.
    const graph: TaskGraph = { costs: [[1, 1], [50, 50], [2, 2], [3, 3], [4, 4]], edges: [[0, 2, 0], [0, 3, 0], [0, 4, 0]] };
    expect(starts(graph, workStealing, { victim: "random" })).toEqual([0, 0, 8, 5, 1]);
    expect(devices(graph, workStealing, { victim: "random" })).toEqual([0, 1, 0, 0, 0]);
  });

  it.each(["random", "most-loaded"])("an idle device steals the oldest op (victim: %s)", (victim) => {
    const graph: TaskGraph = { costs: [[1, 1], [3, 3], [9, 9], [9, 9], [9, 9]], edges: [[0, 2, 0], [0, 3, 0], [0, 4, 0]] };
    // At 1, P1 takes T5 (newest); at 3, P2 steals T3 (oldest).
    expect(starts(graph, workStealing, { victim })).toEqual([0, 0, 3, 10, 1]);
    expect(devices(graph, workStealing, { victim })).toEqual([0, 1, 1, 0, 0]);
  });

  it("does not steal what it cannot run", () => {
    const graph: TaskGraph = { costs: [[1, never], [8, never], [8, never], [8, 8]], edges: [[0, 1, 0], [0, 2, 0], [0, 3, 0]] };
    expect(devices(graph, workStealing, { victim: "random" })).toEqual([0, 0, 0, 0]);
    expect(starts({ ...graph, costs: [[1, never], [8, 8], [8, never], [8, never]] }, workStealing, { victim: "random" })).toEqual([0, 1, 9, 1]);
  });
});

describe("StarPU's eager and ws", () => {
  it.each([1, 2, 3])("decide as fifo and as work-stealing with the most loaded victim (graph %i)", (seed) => {
    const graph = randomTasks(seed, 60, 4, [1, 2, 1, 1]);
    expect(runTasks(graph, eager.create({})).ops).toEqual(runTasks(graph, fifo.create({})).ops);
    expect(runTasks(graph, ws.create({})).ops).toEqual(runTasks(graph, workStealing.create({ victim: "most-loaded" })).ops);
  });

  it("ws robs the device with most ops, not the next one", () => {
    // T1 releases two ops on P1, T2 four on P2; P3 is done first and steals T6, the oldest of P2.
    const graph: TaskGraph = { costs: [[1, 1, 1], [1, 1, 1], [2, 2, 2], ...Array.from({ length: 6 }, () => [5, 5, 5])], edges: [[0, 3, 0], [0, 4, 0], [1, 5, 0], [1, 6, 0], [1, 7, 0], [1, 8, 0]] };
    const trace = runTasks(graph, ws.create({}));
    expect([trace.ops.device[5], trace.ops.startTicks[5]]).toEqual([2, 2]);
  });
});

describe("balance", () => {
  it("prefers the device that has been busy least", () => {
    // After T1 and T2, P2 has worked 1 and P1 4: T4, ready with both free, goes to P2.
    const graph: TaskGraph = { costs: [[4, 4], [1, 1], [2, 2]], edges: [[0, 2, 0], [1, 2, 0]] };
    expect(devices(graph, balance, { window: 0 })).toEqual([0, 1, 1]);
  });

  it("counts utilisation by slot", () => {
    // P1 has two slots: 4 ticks in one of them are 2 a slot, less than the 3 of P2.
    const graph: TaskGraph = { costs: [[4, 4], [never, 3], [2, 2]], edges: [[0, 2, 0], [1, 2, 0]], slots: [2, 1] };
    expect(devices(graph, balance, { window: 0 })).toEqual([0, 1, 0]);
  });

  it("forgets what lies more than a window back", () => {
    // P1 worked long ago, P2 in the last windows.
    const graph: TaskGraph = { costs: [[30, never], [never, 20], [1, 1]], edges: [[0, 1, 0], [1, 2, 0]] };
    expect(devices(graph, balance, { window: 0 })).toEqual([0, 1, 1]);
    expect(devices(graph, balance, { window: 5 })).toEqual([0, 1, 0]);
  });
});

describe("list and replay", () => {
  const graph: TaskGraph = { costs: [[2, 2], [2, 2], [2, 2]], edges: [] };

  it("list takes names or ids, and the rest by id", () => expect(starts({ costs: [[1], [1], [1], [1]], edges: [] }, list, { order: ["T3", 1] })).toEqual([2, 1, 0, 3]));

  it("list names what it does not know", () => {
    expect(() => starts(graph, list, { order: ["T11", 7, "T1", 0] })).toThrow(
      'error[unknown-operator]: there is no operator "T11"\n  hint: did you mean T1?\nerror[unknown-operator]: there is no operator 7: ids end at 2\nerror[listed-twice]: operator "T1" is listed twice',
    );
  });

  it("replay keeps placement and order", () => {
    const placement = [{ op: "T3", device: "P2" }, { op: "T1", device: 1 }, { op: 1, device: "P2" }];
    expect(devices(graph, replay, { placement })).toEqual([1, 1, 1]);
    expect(starts(graph, replay, { placement })).toEqual([2, 4, 0]);
  });

  it.each([
    [[{ op: "T1", device: "P9" }], /error\[unknown-device\]: there is no device "P9"/],
    [[{ op: "T1", device: "P1" }, { op: 0, device: "P1" }], /error\[placed-twice\]: operator "T1"/],
    [[{ op: "T1", device: "P1" }], /error\[not-placed\]: operator "T2" is not in the placement/],
  ])("replay says what is wrong: %j", (placement, message) => expect(() => devices(graph, replay, { placement })).toThrow(message));

  it("replay says where an op cannot run", () => {
    expect(() => devices({ costs: [[1, never]], edges: [] }, replay, { placement: [{ op: 0, device: 1 }] })).toThrow(/error\[cannot-run\]: operator "T1" cannot run on "P2"/);
  });

  it("a replay in an impossible order is a deadlock, not a hang", () => {
    const placement = [{ op: "T2", device: "P1" }, { op: "T1", device: "P1" }];
    expect(() => devices({ costs: [[1], [1]], edges: [[0, 1, 0]] }, replay, { placement })).toThrow(SimulationError);
  });
});
