import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type { SchedulerDefinition } from "../../src/plugin.ts";
import { checkScheduler } from "../../src/testing.ts";
import { docstringExamples, pageExamples, runExample, typeErrors } from "./examples.ts";
import { root } from "./markdown.ts";

const onPages = pageExamples();
const inDocstrings = docstringExamples();

describe("examples", () => {
  it("are there", () => {
    expect(onPages.length).toBeGreaterThan(10);
    expect(inDocstrings.length).toBeGreaterThan(50);
    expect(inDocstrings.filter(({ runs }) => runs).length).toBeGreaterThan(15);
  });

  it("compile, on pages and in docstrings", () => expect(typeErrors([...onPages, ...inDocstrings])).toEqual([]), 120_000);

  it.each(onPages.filter(({ runs }) => runs).map((example) => [example.where, example] as const))("%s runs and prints what it says", async (_, example) => {
    const { printed, values } = await runExample(example);
    for (const { code, actual, promised } of values) expect(actual, code).toEqual(promised);
    // `// → text` after a statement promises a printed line.
    const wanted = [...example.source.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text!.trim());
    if (wanted.length > 0) expect(printed.map((line) => line.trim()).filter((line) => wanted.includes(line)), printed.join("\n")).toEqual(wanted);
  });

  it("scenarios/policies/first-fit.mjs passes the conformance kit", async () => {
    const { firstFit } = (await import(pathToFileURL(join(root, "scenarios/policies/first-fit.mjs")).href)) as { firstFit: SchedulerDefinition };
    expect(() => checkScheduler(firstFit)).not.toThrow();
  });

  it.each(inDocstrings.filter(({ runs }) => runs).map((example) => [example.where, example] as const))("%s runs and gives what it says", async (_, example) => {
    const { values } = await runExample(example);
    for (const { code, actual, promised } of values) expect(actual, code).toEqual(promised);
  });
});
