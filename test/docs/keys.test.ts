import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { costSchema } from "../../src/cost/schema.ts";
import { deviceSchema, linkSchema, machineSchema } from "../../src/machine/schema.ts";
import { defaultMachine, defaultScheduler, defaultSync, scenarioSchema } from "../../src/scenario/schema.ts";
import { loopPolicies } from "../../src/loops/index.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { threadPolicies } from "../../src/threads/index.ts";
import { generateSchema, inlineGraphSchema, workloadSchema } from "../../src/scenario/workload-schema.ts";
import { modelRegistry } from "../../src/graph/models/index.ts";
import { canonicalUnit, parseQuantity, quantityPattern, type Dimension } from "../../src/base/units.ts";
import { z } from "zod";
import { root } from "./markdown.ts";

const page = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every key that a part of a scenario may have, at any depth, but the free names in it. */
function keysOf(schema: z.ZodType): Set<string> {
  const keys = new Set<string>();
  JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), (key, value: unknown) => {
    if (key === "properties") for (const name of Object.keys(value as object)) keys.add(name);
    return value;
  });
  return keys;
}

/** Keys that are found nowhere on the page in backticks, alone or within a span. */
function missing(keys: Iterable<string>, path: string): string[] {
  const spans = [...page(path).replace(/```[\s\S]*?```/g, "").matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return [...keys].filter((key) => !spans.some((span) => new RegExp(`(^|[^\\w])${key}($|[^\\w])`).test(span)));
}

describe("pages name every key", () => {
  it("scenarios.md: sections and outputs", () => {
    const { output, ...sections } = scenarioSchema.shape;
    expect(missing([...Object.keys(sections), ...keysOf(output)], "docs/scenarios.md")).toEqual([]);
  });

  it("scenarios.md: keys beside the workload's source", () => {
    const options = new Set(modelRegistry.all.flatMap((model) => Object.keys(model.options.shape)));
    const elsewhere = new Set([...keysOf(inlineGraphSchema), ...keysOf(generateSchema)]);
    expect(missing([...keysOf(workloadSchema)].filter((key) => !options.has(key) && !elsewhere.has(key)), "docs/scenarios.md")).toEqual([]);
  });

  it("workloads.md: operators of a graph in the scenario", () => expect(missing([...keysOf(inlineGraphSchema)].filter((key) => key !== "ops" && key !== "edges"), "docs/workloads.md")).toEqual([]));
  it("workloads.md: generated task graphs", () => expect(missing(keysOf(generateSchema), "docs/workloads.md")).toEqual([]));
  it("machines.md: machine, devices and links", () => expect(missing([...keysOf(machineSchema), ...keysOf(deviceSchema), ...keysOf(linkSchema)].filter((key) => key !== "source"), "docs/machines.md")).toEqual([]));
  it("costs.md: models and rows", () => expect(missing(keysOf(costSchema), "docs/costs.md")).toEqual([]));

  it("results.md: what --format json prints", async () => {
    let text = "";
    expect(await main(["run", "mlp", "--machine", "workstation", "--format", "json"], { out: (chunk) => (text += chunk), err: () => undefined, interactive: false, colour: false })).toBe(0);
    const result = JSON.parse(text) as Record<string, unknown> & { fused: object[] };
    const table = page("docs/results.md").split("###")[0]!;
    expect([...Object.keys(result), ...Object.keys(result.fused[0]!)].filter((key) => !new RegExp(`\`${key}(\\[\\])?\``).test(table))).toEqual([]);
  });

  it("schedulers.md: a meaning for every option", () => {
    const table = page("docs/schedulers.md").split("Options stand beside")[1]!.split("\n\n")[1]!;
    const options = schedulers.all.flatMap(({ name, options: schema }) => (schema instanceof z.ZodObject ? Object.keys(schema.shape).map((option) => [name, option] as const) : []));
    expect(options.length).toBeGreaterThan(4);
    expect(options.filter(([name, option]) => !table.split("\n").some((row) => row.startsWith(`| \`${name}\`:`) && row.includes(`\`${option}\``)))).toEqual([]);
  });

  it.each([["thread", threadPolicies], ["loop", loopPolicies]] as const)("thread-policies.md: a meaning for every option of %s policies", (kind, registry) => {
    const [threads, loops] = page("docs/thread-policies.md").split("## Loop policies") as [string, string];
    const rows = (kind === "thread" ? threads : loops).split("\n");
    const options = registry.all.flatMap(({ name, options: schema }) => (schema instanceof z.ZodObject ? Object.keys(schema.shape).map((option) => [name, option] as const) : []));
    expect(options.length).toBeGreaterThan(4);
    expect(options.filter(([name, option]) => !rows.some((row) => row.startsWith(`| \`${name}\`:`) && row.split("|")[1]!.includes(`\`${option}\``)))).toEqual([]);
  });

  it("scenarios.md: the defaults", () => {
    const row = (key: string): string => page("docs/scenarios.md").split("\n").find((line) => line.startsWith(`| \`${key}\` |`))!;
    expect([row("scheduler"), row("sync"), row("machine")].map((line, i) => line.includes(`\`${[defaultScheduler, defaultSync, defaultMachine][i]}\``))).toEqual([true, true, true]);
  });

  it("scenarios.md: the units, and their examples", () => {
    const rows = page("docs/scenarios.md").split("## Units")[1]!.split("## Sections")[0]!.split("\n").filter((line) => /^\| (?!quantity|---)/.test(line));
    const name: Readonly<Record<string, Dimension>> = { share: "ratio" };
    for (const row of rows) {
      const [, title, units, example] = row.split("|").map((cell) => cell.trim());
      const dimension = name[title!] ?? (title as Dimension);
      expect(parseQuantity(example!.replaceAll("`", ""), dimension).ok, row).toBe(true);
      for (const [, unit] of units!.matchAll(/`([^`]+)`/g)) if (!(dimension === "bandwidth" && unit === "/s")) expect(parseQuantity(`0.001${unit}`, dimension).ok, `${unit} as ${dimension}`).toBe(true);
      if (dimension !== "bandwidth") for (const unit of quantityPattern(dimension).match(/\(([^()]*)\)\??\\s\*\$/)![1]!.split("|")) expect(units, `${dimension} has ${unit}`).toContain(unit.replace("\\/", "/"));
    }
    expect(rows.length).toBe(Object.keys(canonicalUnit).length);
  });
});
