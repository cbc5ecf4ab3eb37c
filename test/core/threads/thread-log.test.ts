import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationHistogram } from "../../../src/core/threads/duration-histogram.ts";
import { ObjectUse } from "../../../src/core/threads/object-use.ts";
import { IntervalLog, MAX_RECORDS, WakeLog } from "../../../src/core/threads/thread-log.ts";

describe("the log of threads", () => {
  it("grows, and keeps what it was given", () => {
    const log = new IntervalLog();
    for (let i = 0; i < 1000; i++) log.push(i, i * 2, i, i + 0.5, i % 2);
    expect([log.length, log.dropped, log.thread[999], log.object[999], log.start[999], log.end[999], log.kind[999]]).toEqual([1000, 0, 999, 1998, 999, 999.5, 1]);
  });

  it("counts what comes after it is full", () => {
    const log = new IntervalLog(3);
    for (let i = 0; i < 5; i++) log.push(i, 0, i, i + 1, 0);
    expect([log.length, log.dropped, ...log.thread.subarray(0, 3)]).toEqual([3, 2, 0, 1, 2]);
    const wakes = new WakeLog();
    for (let i = 0; i < MAX_RECORDS + 7; i++) wakes.push(-1, i, i);
    expect([wakes.length, wakes.dropped, wakes.at[MAX_RECORDS - 1]]).toEqual([MAX_RECORDS, 7, MAX_RECORDS - 1]);
  });

  it("knows who waited longest, the first of several", () => {
    const use = new ObjectUse(2);
    use.waited(1, 7, 0, 0, false);
    expect([...use.longestWaiter]).toEqual([-1, 7]);
    use.waited(1, 8, 10, 15, true);
    use.waited(1, 9, 20, 25, true);
    expect([...use.longestWaiter]).toEqual([-1, 8]);
    expect([use.contended[1], use.waits[1]!.largest, [...use.waitLog.kind.subarray(0, 3)]]).toEqual([3, 5, [0, 1, 1]]);
  });
});

describe("a histogram of durations", () => {
  it("has exact sums and extremes, and quantiles within 3.2 % above", () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 2 ** 40 }), fc.double({ min: 0, max: 2 ** 52, noNaN: true })), { minLength: 1, maxLength: 200 }), fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (ticks, q) => {
      const histogram = new DurationHistogram();
      for (const each of ticks) histogram.add(each);
      const sorted = ticks.toSorted((a, b) => a - b);
      expect([histogram.count, histogram.smallest, histogram.largest]).toEqual([ticks.length, sorted[0], sorted.at(-1)]);
      const exact = sorted[Math.max(1, Math.ceil(q * ticks.length)) - 1]!;
      const quantile = histogram.quantile(q);
      expect(quantile).toBeGreaterThanOrEqual(exact < 1 ? 0 : exact);
      expect(quantile).toBeLessThanOrEqual(exact < 1 ? 1 : exact * 1.032);
    }));
  });

  it("of nothing is 0", () => expect([new DurationHistogram().quantile(0.5), new DurationHistogram().mean]).toEqual([0, 0]));
});
