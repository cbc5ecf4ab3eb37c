import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importDot } from "../../src/graph/import/dot.ts";
import { importStg } from "../../src/graph/import/stg.ts";
import { importTasks } from "../../src/graph/import/tasks.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { allBlocks, root, type Block } from "./markdown.ts";

const blocks = allBlocks("yaml");
const named = (all: readonly Block[]) => all.map((block) => [`${block.page}:${block.line}`, block] as const);

/** A block as a file in scenarios/, so that what it includes is found; a part of a scenario gets a small workload, but for a runtime, which stands with its own or brings it. */
async function load({ text }: Block) {
  const whole = /^(workload|include|runtime):/m.test(text) ? text : `${text}\nworkload: {model: mlp}\n`;
  const file = join(root, "scenarios/example-of-the-docs.yaml");
  return loadScenario(file, { readFile: async (path) => (path === file ? new TextEncoder().encode(whole) : readOrdinaryFile(path)) });
}

describe("scenarios of the documentation", () => {
  it("are there", () => expect(blocks.length).toBeGreaterThan(12));

  it.each(named(blocks.filter(({ marks }) => marks.includes("no-files"))))("%s fits the schema", async (_, block) => {
    await expect(load(block)).resolves.toBeDefined();
  });

  it.each(named(blocks.filter(({ marks }) => !marks.includes("no-files"))))("%s runs", async (_, block) => {
    const scenario = await resolveScenario(await load(block));
    // A part of a scenario is checked; a whole one is run.
    const instance = compileScenario(scenario);
    if (/^workload:/m.test(block.text)) expect(runScenario(scenario, { instance }).makespanTicks).toBeGreaterThan(0);
  });
});

describe("task graphs of the documentation", () => {
  const marked = (format: string) => allBlocks("json", "text", "dot").filter(({ marks, language }) => marks.includes(format) || language === format);
  it.each(named(marked("heddle-tasks/1")))("%s is a tasks file", (where, { text }) => expect(importTasks(text, { file: where }).graph.opCount).toBeGreaterThan(0));
  it.each(named(marked("stg")))("%s is an STG file", (where, { text }) => expect(importStg(text, { file: where, processors: 2 }).graph.opCount).toBeGreaterThan(2));
  it.each(named(marked("dot")))("%s is a DOT file", (where, { text }) => expect(importDot(text, { file: where, processors: 2 }).graph.opCount).toBeGreaterThan(0));
});
