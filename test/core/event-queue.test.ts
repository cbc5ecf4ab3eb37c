import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderGeneration, orderKey } from "../../src/core/event-key.ts";
import { EventQueue } from "../../src/core/event-queue.ts";

type Event = readonly [time: number, key: number, generation: number];

const headOf = ({ headTime, headOrder }: EventQueue): Event => [headTime, orderKey(headOrder), orderGeneration(headOrder)];

function popAll(queue: EventQueue): Event[] {
  const events: Event[] = [];
  while (queue.length > 0) {
    events.push(headOf(queue));
    queue.pop();
  }
  return events;
}

const inOrder = (events: readonly Event[]): Event[] => [...events].sort((a, b) => a[0] - b[0] || a[1] - b[1]);

describe("EventQueue", () => {
  it("orders by time, then by key, whatever the order of insertion", () => {
    const times = fc.oneof(fc.nat(5), fc.nat(1000), fc.nat(1e12), fc.constant(7));
    fc.assert(fc.property(fc.array(times, { maxLength: 1500 }), (list) => {
      const events = list.map((time, i): Event => [time, i, i % 3]);
      const queue = new EventQueue();
      for (const [time, key, generation] of [...events].reverse()) queue.push(time, key, generation);
      expect(queue.length).toBe(events.length);
      expect(popAll(queue)).toEqual(inOrder(events));
    }));
  });

  // Every time the crowd is all that is left it comes to the heap; to part the two again each time took minutes.
  it("takes near events one by one beside a crowd of late ones in passing", () => {
    const queue = new EventQueue();
    const [late, crowd, steps] = [1e9, 40_000, 40_000];
    for (let i = 0; i < crowd; i++) queue.push(late, i, 0);
    queue.push(0, crowd, 0);
    for (let step = 0; step < steps; step++) {
      expect(headOf(queue)).toEqual([10 * step, crowd, 0]);
      queue.pop();
      queue.push(10 * (step + 1), crowd, 0);
      queue.push(late, crowd + 1 + step, 0);
    }
    expect(queue.length).toBe(crowd + steps + 1);
    queue.pop();
    expect(popAll(queue).map(([time]) => time)).toEqual(Array<number>(crowd + steps).fill(late));
  });

  it("keeps the order while events are taken and new ones come, at any scale and when it runs empty", () => {
    const step = fc.oneof(fc.nat(3), fc.nat(500), fc.nat(1e9), fc.constant(0));
    fc.assert(fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 3000 }), (steps) => {
      const queue = new EventQueue();
      let pending: Event[] = [];
      let now = 0;
      steps.forEach(([ahead, take], i) => {
        queue.push(now + ahead, i, 0);
        pending.push([now + ahead, i, 0]);
        if (!take) return;
        for (let n = 0; n < 2 && queue.length > 0; n++) {
          const first = inOrder(pending)[0]!;
          expect(headOf(queue)).toEqual(first);
          now = first[0];
          pending = pending.filter((event) => event !== first);
          queue.pop();
        }
      });
      expect(popAll(queue)).toEqual(inOrder(pending));
    }), { numRuns: 30 });
  });

  it.each([
    ["all equal", () => 5],
    ["two clusters", (i: number) => (i % 2) * 1e9 + (i % 7)],
    ["exponential tail", (i: number) => 2 ** (i % 50)],
    ["descending", (i: number) => 20_000 - i],
  ])("stands %s", (_, time) => {
    const events = Array.from({ length: 20_000 }, (_item, i): Event => [time(i), (i * 7919) % 20_011, 0]);
    const queue = new EventQueue();
    for (const [at, key, generation] of events) queue.push(at, key, generation);
    expect(popAll(queue)).toEqual(inOrder(events));
  });
});
