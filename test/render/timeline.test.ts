import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import { renderTimeline } from "../../src/render/timeline.ts";
import { eightOps, eightOpsPath, makeTrace, manySpans, mixedDeviceKinds, mixedRun } from "./traces.ts";

/** Throws where the text is not well-formed XML. */
function parse(svg: string): SVGSVGElement {
  return new JSDOM(svg, { contentType: "image/svg+xml" }).window.document.documentElement as unknown as SVGSVGElement;
}

/** `UPDATE_GOLDEN=1 npx vitest run test/render` writes the files anew; look at them before they are committed. */
function expectGolden(name: string, svg: string): void {
  const file = new URL(`golden/${name}.svg`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, svg);
  else if (!existsSync(file)) expect.fail(`${name}.svg is missing: run with UPDATE_GOLDEN=1`);
  expect(svg).toBe(readFileSync(file, "utf8"));
}

const eightOptions = { criticalPath: eightOpsPath, lowerBounds: [{ label: "critical path", ticks: 70 }, { label: "area", ticks: 40 }], deviceKinds: ["cpu", "gpu", "fpga"], width: 900 };

describe("golden", () => {
  test("eight operators", async () => expectGolden("eight-operators", await renderTimeline(eightOps(), eightOptions)));

  test("summary lanes, routes and jobs", async () => {
    const { trace, path } = mixedRun(60, 5);
    expectGolden("summaries", await renderTimeline(trace, { criticalPath: path, deviceKinds: mixedDeviceKinds, maxLanes: 9, width: 900, colorScheme: "light" }));
  });
});

test("the same run gives the same bytes", async () => {
  const [first, second] = [mixedRun(300, 3), mixedRun(300, 3)];
  expect(await renderTimeline(first.trace, { criticalPath: first.path })).toBe(await renderTimeline(second.trace, { criticalPath: second.path }));
});

test("the picture is an image with a title, a description and its size", async () => {
  const svg = parse(await renderTimeline(eightOps(), { ...eightOptions, title: "A & B" }));
  expect(svg.getAttribute("role")).toBe("img");
  expect(svg.getAttribute("viewBox")).toBe(`0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  expect(svg.firstElementChild!.tagName).toBe("title");
  expect(svg.firstElementChild!.textContent).toBe("A & B");
  expect(svg.querySelector("desc")!.textContent).toContain("gpu0, gpu, 1 slot: busy 52.5 %");
  expect([...svg.querySelectorAll("rect > title")].map((title) => title.textContent!.split("\n")[0])).toContain("attention (matmul)");
});

test("nothing refers to the outside", async () => {
  const { trace } = mixedRun(100);
  const svg = await renderTimeline(trace);
  expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|href|@import|<script/);
});

test("a million spans stay under one megabyte", async () => {
  const svg = await renderTimeline(manySpans(1_000_000));
  expect(svg.length).toBeLessThan(500_000);
  expect(svg.length).toBeGreaterThan(50_000);
  expect(svg.slice(-500)).toContain("999,949 spans narrower than half a pixel are merged");
});

test("many lanes full of single pixels stay under one megabyte", async () => {
  const ops = Array.from({ length: 120_000 }, (_, i) => {
    const start = 8 * Math.floor(i / 48) + (i % 5);
    return { name: `op${i}`, kind: `kind-${(i * 7) % 11}`, device: 0, slot: i % 48, start, end: start + 1 + (i % 3), ready: start - 1, data: start };
  });
  const svg = await renderTimeline(makeTrace({ devices: [{ name: "cpu", slots: 48 }], ops }));
  expect(svg.length).toBeLessThan(1_000_000);
});

describe("hostile names", () => {
  const names = ["<script>alert(1)</script>", `"quoted" 'twice'`, "a\u0000b\u0007c", "]]>", "&amp;&#0;", "\ud800", "x".repeat(10_000), "-->", "\u202eevil"];
  const trace = makeTrace({
    name: "<svg onload='x()'>", devices: names.map((name) => ({ name, slots: 1 })), memories: names,
    ops: names.map((name, i) => ({ name, kind: name, device: i, start: 100 * i, end: 100 * i + 500 })),
    transfers: names.slice(1).map((tensor, i) => ({ from: i, to: i + 1, start: 100 * i, end: 100 * i + 90, forOp: i + 1, tensor })),
  });
  const options = { title: `</title><script>${names.join("")}`, deviceKinds: names, lowerBounds: names.map((label, i) => ({ label, ticks: 100 + 100 * i })) };

  test("are escaped, and cut where they are long", async () => {
    const text = await renderTimeline(trace, options);
    const svg = parse(text);
    expect(svg.querySelectorAll("script")).toHaveLength(0);
    expect(svg.querySelectorAll("[onload]")).toHaveLength(0);
    expect(svg.querySelector("title")!.textContent).toMatch(/^<\/title><script><script>alert/);
    expect(text).not.toContain("x".repeat(200));
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
    expect(text).not.toMatch(/\p{Cs}/u);
    expect(text.length).toBeLessThan(60_000);
  });
});
