import { describe, expect, it } from "vitest";
import { busyWarning, medianLoad } from "../../../src/calibrate/measure/busy.ts";

describe("a busy machine", () => {
  it("is known by the median of what others had, where the system says it", () => {
    expect(medianLoad([{ load: 0.9 }, { load: 0 }, {}, { load: 0.1234 }])).toBe(0.123);
    expect(medianLoad([{}, {}])).toBeUndefined();
    expect(medianLoad([])).toBeUndefined();
  });

  it("is warned of from a tenth on", () => {
    expect(busyWarning("ort", 0.1, "wait")).toBeUndefined();
    expect(busyWarning("ort", undefined, "wait")).toBeUndefined();
    expect(busyWarning("ort", 0.34, "wait")).toMatchObject({ code: "busy-machine", message: expect.stringMatching(/^ort: other programs had 34\.0 % of all cores .*; wait$/) });
  });
});
