/** The event queue beside a plain binary heap of event objects: the hold model (pop one, push one) at several sizes. */
import assert from "node:assert/strict";
import { eventKey } from "../../dist/core/event-key.js";
import { EventQueue } from "../../dist/core/event-queue.js";
import { pairedRatio, printTable } from "./harness.mjs";

/** What one writes first: objects, a comparator, an array. */
class ObjectHeap {
  items = [];

  before(a, b) {
    return a.time - b.time || a.key - b.key;
  }

  push(event) {
    const { items } = this;
    let i = items.push(event) - 1;
    for (; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (this.before(items[parent], event) <= 0) break;
      items[i] = items[parent];
      i = parent;
    }
    items[i] = event;
  }

  pop() {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.before(items[child + 1], items[child]) < 0) child++;
      if (this.before(items[child], last) >= 0) break;
      items[i] = items[child];
      i = child;
    }
    items[i] = last;
    return top;
  }
}

/** Pseudo-random increments, the same for both. */
function increments(count) {
  const values = new Uint32Array(count);
  let state = 12345;
  for (let i = 0; i < count; i++) values[i] = (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 12;
  return values;
}

function holdTyped(pending, steps) {
  const queue = new EventQueue();
  for (let i = 0; i < pending; i++) queue.push(steps[i], eventKey(5, i), 0);
  let sum = 0;
  for (let i = 0; i < steps.length; i++) {
    const time = queue.headTime;
    const key = queue.headKey;
    queue.pop();
    sum = (sum + (time % 1000003) + (key & 1023)) % 2147483647;
    queue.push(time + steps[i], key, 0);
  }
  return sum;
}

function holdObjects(pending, steps) {
  const queue = new ObjectHeap();
  for (let i = 0; i < pending; i++) queue.push({ time: steps[i], key: eventKey(5, i), generation: 0 });
  let sum = 0;
  for (let i = 0; i < steps.length; i++) {
    const { time, key } = queue.pop();
    sum = (sum + (time % 1000003) + (key & 1023)) % 2147483647;
    queue.push({ time: time + steps[i], key, generation: 0 });
  }
  return sum;
}

export function eventQueue() {
  const operations = 1_000_000;
  const steps = increments(operations);
  const rows = [64, 1024, 65_536, 1_000_000].map((pending) => {
    const sums = new Set();
    const r = pairedRatio(() => sums.add(holdTyped(pending, steps)), () => sums.add(holdObjects(pending, steps)), 5);
    assert.equal(sums.size, 1, "both must handle the same events in the same order");
    return [pending, ((r.aMs * 1e6) / operations).toFixed(0), ((r.bMs * 1e6) / operations).toFixed(0), `${r.ratio.toFixed(2)}×`, `${r.low.toFixed(2)} – ${r.high.toFixed(2)}`];
  });
  printTable("event queue: CPU ns a hold operation", ["pending", "event queue", "heap of objects", "ratio", "of pairs"], rows);
}
