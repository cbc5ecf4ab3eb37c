import { describe, expect, it } from "vitest";
import type { PolicyView } from "../../../src/plugin.ts";
import { KindQueues } from "../../../src/schedulers/dispatching/kind-queues.ts";

/** Six ops: conv, relu, conv, relu, conv, and a conv that only device 1 can run. */
const kinds = ["conv", "relu", "conv", "relu", "conv", "conv"];
const view = { opCount: 6, deviceCount: 2, opKind: (op: number) => kinds[op]!, estimateTicks: (op: number, device: number) => (op === 5 && device === 0 ? Infinity : 1) } as unknown as PolicyView;

const filled = (...ops: number[]) => {
  const queues = new KindQueues(view);
  for (const op of ops) queues.push(view, op);
  return queues;
};
const drain = (queues: KindQueues) => {
  const order: number[] = [];
  for (let op = queues.first(); op >= 0; op = queues.first()) {
    order.push(op);
    queues.take();
  }
  return order;
};

describe("KindQueues", () => {
  it("gives back in the order pushed, over all kinds", () => {
    expect(drain(filled(3, 0, 5, 1, 2, 4))).toEqual([3, 0, 5, 1, 2, 4]);
  });

  it("passes over a closed queue, and only over that, until all are opened", () => {
    const queues = filled(0, 1, 2, 5, 3);
    expect(queues.first()).toBe(0);
    queues.close();
    expect(drain(queues)).toEqual([1, 5, 3]);
    expect(queues.length).toBe(2);
    queues.open();
    expect(drain(queues)).toEqual([0, 2]);
    expect(queues.first()).toBe(-1);
  });
});
