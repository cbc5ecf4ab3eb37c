import fc from "fast-check";
import { expect, test } from "vitest";
import { cleanText, fitMiddle, fitRoute, fitText, textWidth, wrapText } from "../../src/render/text.ts";

test("widths follow the letters", () => {
  expect(textWidth("iiii", 10)).toBeLessThan(textWidth("mmmm", 10) / 3);
  expect(textWidth("0", 100)).toBe(64);
  expect(textWidth("演算子", 10)).toBeGreaterThanOrEqual(30);
  expect(textWidth("name", 12, true)).toBeGreaterThan(textWidth("name", 12));
});

test("what does not fit is cut with an ellipsis", () => {
  expect(fitText("short", 11, 100)).toBe("short");
  expect(fitText("layer1/attention/matmul", 10, 60)).toBe("layer1/att…");
  expect(fitText("anything", 10, 5)).toBe("");
  fc.assert(fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 0, max: 300 }), (text, width) => {
    expect(textWidth(fitText(text, 11, width), 11)).toBeLessThanOrEqual(width);
  }));
});

test("long names keep both ends", () => {
  expect(fitMiddle("node12", 12, 100)).toBe("node12");
  expect(fitMiddle("node-12-accelerator-7", 11, 80)).toMatch(/^node-.*….*r-7$/);
  fc.assert(fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 0, max: 300 }), (text, width) => {
    expect(textWidth(fitMiddle(text, 11, width), 11)).toBeLessThanOrEqual(width);
  }));
});

test("names lose what XML forbids or what reorders the text", () => {
  expect(cleanText("a\u0000b\u001bc\ud800d\uffffe")).toBe("a�b�c�d�e");
  expect(cleanText("a\u202eb")).toBe("a�b");
  expect(cleanText("two\nlines\tapart")).toBe("two lines apart");
  expect(cleanText("<b>&\"'")).toBe("<b>&\"'");
  expect(cleanText("😀 演算")).toBe("😀 演算");
  expect(cleanText("x".repeat(10_000))).toBe(`${"x".repeat(99)}…`);
});

test("a route that is too long keeps both ends", () => {
  expect(fitRoute("cpu0.memory → gpu0.memory", 11, 300)).toBe("cpu0.memory → gpu0.memory");
  expect(fitRoute("cpu0.memory → gpu0.memory", 11, 100)).toBe("cpu0 → gpu0");
  expect(fitRoute("a-very-long-name-of-a-device.memory → g.memory", 11, 120)).toMatch(/^a-.*….*ce → g$/);
  expect(fitRoute("47 other routes", 11, 60)).toMatch(/…/);
  for (const width of [60, 90, 120, 200]) expect(textWidth(fitRoute("a-very-long-name-of-a-device.memory → node-12-accelerator-7.memory", 11, width), 11)).toBeLessThanOrEqual(width);
});

test("a text is broken between words", () => {
  const text = "Where more than three jobs or transfers overlap, the filled height is how many there are.";
  const lines = wrapText(text, 11, 200);
  expect(lines.join(" ")).toBe(text);
  expect(lines.length).toBe(3);
  for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(200);
  expect(wrapText(text, 11, 2000)).toEqual([text]);
  expect(wrapText("supercalifragilistic x", 11, 20)).toEqual(["supercalifragilistic", "x"]);
});
