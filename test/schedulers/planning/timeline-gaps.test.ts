import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimelineGaps } from "../../../src/schedulers/planning/timeline-gaps.ts";

/** The same by looking at every interval of the slot. */
class NaiveTimeline {
  readonly busy: { start: number; end: number }[] = [];

  earliest(ready: number, duration: number): number {
    const starts = [ready, ...this.busy.map(({ end }) => end)].filter((start) => start >= ready).sort((a, b) => a - b);
    return starts.find((start) => this.busy.every((other) => (duration > 0 ? start + duration <= other.start || start >= other.end : isIdleAt(start, this.busy))))!;
  }
}

/** An interval of length 0 fits where some idle time touches: a gap, its edges, or the tail. */
function isIdleAt(time: number, busy: readonly { start: number; end: number }[]): boolean {
  const inside = busy.some(({ start, end }) => start < time && time < end);
  const full = busy.filter(({ start, end }) => end > start);
  return !inside && !(full.some(({ end }) => end === time) && full.some(({ start }) => start === time)) && !(time === 0 && full.some(({ start }) => start === 0));
}

describe("TimelineGaps", () => {
  it("finds and fills gaps as a search of all intervals does", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(120), fc.nat(9)), { maxLength: 120 }), (requests) => {
      const gaps = new TimelineGaps(3);
      const naive = [new NaiveTimeline(), new NaiveTimeline(), new NaiveTimeline()];
      for (const [slot, ready, duration] of requests) {
        const start = gaps.earliest(slot, ready, duration);
        expect(start).toBe(naive[slot]!.earliest(ready, duration));
        gaps.occupy(slot, start, duration);
        naive[slot]!.busy.push({ start, end: start + duration });
        expect(gaps.tail(slot)).toBe(Math.max(...naive[slot]!.busy.map(({ end }) => end)));
      }
    }), { numRuns: 500, seed: 1 });
  });

  it("starts with everything free", () => {
    const gaps = new TimelineGaps(1);
    expect(gaps.earliest(0, 17, 5)).toBe(17);
  });

  it("keeps the gap before an interval that was appended late, and uses it up", () => {
    const gaps = new TimelineGaps(1);
    gaps.occupy(0, 10, 5);
    expect(gaps.earliest(0, 0, 11)).toBe(15);
    expect(gaps.earliest(0, 3, 4)).toBe(3);
    gaps.occupy(0, 3, 4);
    expect(gaps.earliest(0, 0, 3)).toBe(0);
    gaps.occupy(0, 0, 3);
    gaps.occupy(0, 7, 3);
    expect(gaps.earliest(0, 0, 1)).toBe(15);
  });
});
