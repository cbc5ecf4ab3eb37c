import { describe, expect, it } from "vitest";
import { arrivalTimes } from "../../src/scenario/arrivals.ts";
import { messageOf } from "./memory-files.ts";

describe("arrivalTimes", () => {
  it("runs once by default", () => expect(arrivalTimes({}, 0)).toEqual([0]));
  it("goes back to back, some at once", () => {
    expect(arrivalTimes({ instances: 3 }, 0)).toEqual([0, Infinity, Infinity]);
    expect(arrivalTimes({ instances: 3, inFlight: 2 }, 0)).toEqual([0, 0, Infinity]);
    expect(arrivalTimes({ instances: 2, inFlight: 8 }, 0)).toEqual([0, 0]);
  });
  it("follows a timetable", () => expect(arrivalTimes({ instances: 3, arrivals: { every: 10e6 } }, 0)).toEqual([0, 10e6, 20e6]));

  it("draws a Poisson process: exponential gaps of the mean 1 / rate, the same for the same seed", () => {
    const rate = 50e-9;
    const times = arrivalTimes({ instances: 20_001, arrivals: { rate } }, 7);
    expect(times.every(Number.isInteger)).toBe(true);
    expect(arrivalTimes({ instances: 20_001, arrivals: { rate } }, 7)).toEqual(times);
    expect(arrivalTimes({ instances: 10, arrivals: { rate } }, 8)).not.toEqual(times.slice(0, 10));
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean * rate).toBeCloseTo(1, 1);
    // The standard deviation of an exponential distribution is its mean.
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    expect(gaps.filter((gap) => gap > 1 / rate).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
  });

  it("refuses inFlight with a timetable", async () => {
    expect(await messageOf(() => arrivalTimes({ inFlight: 2, arrivals: { every: 5 } }, 0))).toBe("error[conflicting-keys]: inFlight is for back-to-back instances; these arrive by a timetable\n  hint: remove inFlight or arrivals");
  });
});
