import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slidingWindow } from "../../src/calibrate/sliding-window.ts";
import { windowOutput } from "../../src/graph/catalogue.ts";

describe("slidingWindow", () => {
  it("finds how layers of known networks move", () => {
    expect(slidingWindow(227, 55, 11)).toEqual({ stride: 4, padding: 0 });
    expect(slidingWindow(56, 28, 1)).toEqual({ stride: 2, padding: 0 });
    expect(slidingWindow(13, 13, 3)).toEqual({ stride: 1, padding: 1 });
    expect(slidingWindow(224, 14, 16)).toEqual({ stride: 16, padding: 0 });
    expect(slidingWindow(7, 1, 3)).toEqual({ stride: 5, padding: 0 });
    expect(slidingWindow(7, 1, 7)).toEqual({ stride: 7, padding: 0 });
  });

  it("needs no larger stride than the one that led there, unless windows tile the input, and no window that begins outside", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 5 }), fc.nat(10), (input, kernel, stride, more) => {
      const padding = more % kernel;
      if (input + padding < kernel) return;
      const output = windowOutput(input, kernel, { stride, padding });
      const found = slidingWindow(input, output, kernel);
      if (input !== output * kernel) expect(found.stride).toBeLessThanOrEqual(stride);
      expect(found.padding).toBeLessThan(kernel);
      // The last window begins in the image or in the padding after it.
      expect(found.stride * (output - 1) - found.padding).toBeLessThan(input + kernel);
    }));
  });
});
