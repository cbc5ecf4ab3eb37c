import { describe, expect, it } from "vitest";
import { docstringExamples, pageExamples, runExample, typeErrors } from "./examples.ts";

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

  it.each(inDocstrings.filter(({ runs }) => runs).map((example) => [example.where, example] as const))("%s runs and gives what it says", async (_, example) => {
    const { values } = await runExample(example);
    for (const { code, actual, promised } of values) expect(actual, code).toEqual(promised);
  });
});
