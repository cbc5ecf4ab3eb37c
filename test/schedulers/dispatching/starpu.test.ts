import { describe, expect, it } from "vitest";
import type { SchedulerDefinition } from "../../../src/plugin.ts";
import { dm } from "../../../src/schedulers/dm.ts";
import { dmda } from "../../../src/schedulers/dmda.ts";
import { dmdar } from "../../../src/schedulers/dmdar.ts";
import { dmdas } from "../../../src/schedulers/dmdas.ts";
import { heteroprio } from "../../../src/schedulers/heteroprio.ts";
import { lws } from "../../../src/schedulers/lws.ts";
import { prio } from "../../../src/schedulers/prio.ts";
import { simulate } from "../../../src/core/simulate.ts";
import { createPolicy } from "../../../src/scenario/create-policy.ts";
import { makeInstance } from "../../reference/make-instance.ts";
import { misled, runKinds } from "../run-kinds.ts";
import { runTasks } from "../run-task-graph.ts";
import type { TaskGraph } from "../static-view.ts";

const never = Infinity;
const weights = { alpha: 1, beta: 1 };
const devices = (graph: TaskGraph, definition: SchedulerDefinition, options: unknown = {}): number[] => [...runTasks(graph, definition.create(options)).ops.device];
const starts = (graph: TaskGraph, definition: SchedulerDefinition, options: unknown = {}): number[] => [...runTasks(graph, definition.create(options)).ops.startTicks];

describe("prio", () => {
  it("serves the longest way to the end first", () => {
    expect(starts({ costs: [[3], [3], [3], [1]], edges: [[1, 3, 0]] }, prio)).toEqual([3, 0, 6, 9]);
  });

  it("gives it to the first device with room, as eager does, not to the best", () => {
    expect(devices({ costs: [[9, 1]], edges: [] }, prio)).toEqual([0]);
  });
});

describe("dm", () => {
  it("does not see transfers, which dmda does", () => {
    // T2 would end at 7 on P1, and on P2 at 4 but for the 4 ticks that its input takes there.
    const graph: TaskGraph = { costs: [[1, 9], [6, 3]], edges: [[0, 1, 4]] };
    expect(devices(graph, dm)).toEqual([0, 1]);
    expect(starts(graph, dm)).toEqual([0, 5]);
    expect(devices(graph, dmda, weights)).toEqual([0, 0]);
  });

  it("counts what is queued", () => {
    // Ends on P1: 2, 4, 6, 6; on P2: 5. T3 goes to P2.
    expect(devices({ costs: Array.from({ length: 4 }, () => [2, 5]), edges: [] }, dm)).toEqual([0, 0, 1, 0]);
  });
});

describe("dmdas", () => {
  it("serves a device's queue by the way to the end", () => {
    // While T1 runs, T2 to T4 queue up; T4 leads to T5, and T5 (4) comes before T2 and T3 (2 each).
    const graph: TaskGraph = { costs: [[1], [2], [2], [2], [4]], edges: [[0, 1, 0], [0, 2, 0], [0, 3, 0], [3, 4, 0]] };
    expect(starts(graph, dmdas, weights)).toEqual([0, 7, 9, 1, 3]);
    expect(starts(graph, dmda, weights)).toEqual([0, 1, 3, 5, 7]);
  });

  it("places as dmda does", () => {
    const graph: TaskGraph = { costs: [[1, 9], [6, 3]], edges: [[0, 1, 4]] };
    expect(devices(graph, dmdas, weights)).toEqual([0, 0]);
    expect(devices(graph, dmdas, { alpha: 1, beta: 0.5 })).toEqual([0, 1]);
  });
});

describe("weights of the deque model", () => {
  it.each([dmda, dmdas, dmdar])("$name: whatever they are, every op goes where its inputs can come", (definition) => {
    // P1 is faster for T2, and T1's output cannot get there: 0 · ∞ is no number, and no choice either.
    for (const beta of [0, 1, 1e6]) {
      for (const costs of [[[never, 5], [1, 9]], [[5, never], [9, 1]]]) {
        const instance = makeInstance({
          ops: [{}, { inputs: [0] }], tensors: [{ bytes: 10, producer: 0 }], costs, memories: [Infinity, Infinity], devices: [{ memory: 0 }, { memory: 1 }],
        });
        const { device } = simulate({ instance, scheduler: createPolicy(definition, { beta }) }).ops;
        expect(device[1]).toBe(device[0]);
      }
    }
  });

  it.each([dmda, dmdas, dmdar])("$name: are between 0 and a million", (definition) => {
    for (const value of [-1, NaN, Infinity, 1e300]) expect(() => createPolicy(definition, { alpha: value })).toThrow(/bad-option/);
  });
});

describe("dmdar", () => {
  // T3 and T4 run on P1 only. At 5, T3 (mapped at 1) lacks the 10 bytes of T1 on P2, T4 lacks nothing.
  const graph: TaskGraph = { costs: [[never, 1], [5, never], [2, never], [2, never]], edges: [[0, 2, 10], [1, 3, 7]] };

  it("takes first what lacks fewest bytes", () => {
    expect(starts(graph, dmdar, { ...weights, window: 64 })).toEqual([0, 0, 17, 5]);
  });

  it("looks no further than its window", () => {
    expect(starts(graph, dmdar, { ...weights, window: 1 })).toEqual([0, 0, 15, 17]);
  });

  it("counts what is mapped and not placed yet", () => {
    expect(devices({ costs: Array.from({ length: 4 }, () => [2, 5]), edges: [] }, dmdar, { ...weights, window: 64 })).toEqual([0, 0, 1, 0]);
  });
});

describe("lws", () => {
  it("keeps released ops where they were released, highest priority first", () => {
    // T1 on P1 releases T3 (4), T4 (3), T5 (2); P2 is busy until 50 with T2.
    const graph: TaskGraph = { costs: [[1, 1], [50, 50], [4, 4], [3, 3], [2, 2]], edges: [[0, 2, 0], [0, 3, 0], [0, 4, 0]] };
    expect(starts(graph, lws)).toEqual([0, 0, 1, 5, 8]);
    expect(devices(graph, lws)).toEqual([0, 1, 0, 0, 0]);
  });

  it("an idle device steals the op of highest priority", () => {
    // At 3, P2 steals T5 (7) before T4 (5).
    const graph: TaskGraph = { costs: [[1, 1], [3, 3], [9, 9], [5, 5], [7, 7]], edges: [[0, 2, 0], [0, 3, 0], [0, 4, 0]] };
    expect(starts(graph, lws)).toEqual([0, 0, 1, 10, 3]);
    expect(devices(graph, lws)).toEqual([0, 1, 0, 0, 1]);
  });

  it("steals from the nearest neighbour", () => {
    // T1 on P1 releases T4 and T5, T2 on P2 releases T6 and T7; at 2, P3 steals.
    const graph: TaskGraph = { costs: [[1, 1, 1], [1, 1, 1], [2, 2, 2], ...Array.from({ length: 4 }, () => [5, 5, 5])], edges: [[0, 3, 0], [0, 4, 0], [1, 5, 0], [1, 6, 0]] };
    expect(devices(graph, lws)).toEqual([0, 1, 2, 0, 2, 1, 1]);
    const nearP2 = misled(lws.create({}), { transferTicks: (_edge, from) => (from === 1 ? 1 : 5) });
    expect([...runTasks(graph, nearP2).ops.device]).toEqual([0, 1, 2, 0, 0, 1, 2]);
  });

  it("does not steal what it cannot run", () => {
    expect(devices({ costs: [[1, never], [8, never], [8, never], [8, 8]], edges: [[0, 1, 0], [0, 2, 0], [0, 3, 0]] }, lws)).toEqual([0, 0, 0, 1]);
  });
});

describe("heteroprio", () => {
  const costs = { a: [8, 2], b: [8, 8] };

  it("each device first serves the kinds for which it is fastest against the other", () => {
    // P2 is 4 times faster for a and as fast for b: it takes a first, P1 takes b first. At 4, P2 has no a left.
    const { device, startTicks } = runKinds({ kinds: ["a", "b", "b", "a"], costs }, heteroprio.create({})).ops;
    expect([...device]).toEqual([1, 0, 1, 1]);
    expect([...startTicks]).toEqual([0, 0, 4, 2]);
  });

  it("a slow device takes only what the fast one could not serve sooner", () => {
    const placed = (count: number): number[] => [...runKinds({ kinds: Array.from({ length: count }, () => "a"), costs }, heteroprio.create({})).ops.device];
    // P2 takes one. Of 4 left it ends the last at 10, as P1 would end one at 8: no gain worth while; of 5 left P1 takes one.
    expect(placed(5)).toEqual([1, 1, 1, 1, 1]);
    expect(placed(6)).toEqual([1, 0, 1, 1, 1, 1]);
  });

  it("serves first what no other device can run", () => {
    const { startTicks } = runKinds({ kinds: ["a", "c"], costs: { a: [2, 8], c: [2, never] } }, heteroprio.create({})).ops;
    expect([...startTicks]).toEqual([2, 0]);
  });
});
