import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import * as heddle from "../../src/index.ts";
import { root } from "./markdown.ts";

interface Run { readonly group: number; readonly name: string; readonly scenario: object; readonly seed: number }
interface Situation { readonly key: string; readonly title: string }
interface Script {
  runsOf(chosen: readonly Situation[]): Run[];
  runCase(library: typeof heddle, situation: Situation, scenario: object, seed: number): Promise<{ values: Record<string, number> }>;
  tableOf(library: typeof heddle, situation: Situation, runs: readonly object[]): string;
  columnOf(library: typeof heddle, situation: Situation, runs: readonly object[]): Map<string, string>;
  partOf(page: string, name: string): string;
}
const load = async (file: string): Promise<unknown> => import(pathToFileURL(join(root, "scripts", file)).href);
const script = (await load("choose-scheduler.mjs")) as Script;
const { situations } = (await load("scheduler-situations.mjs")) as { situations: readonly Situation[] };
const page = readFileSync(join(root, "docs/choosing-a-scheduler.md"), "utf8").replaceAll("\r\n", "\n");

/** What is quick to run; the others take minutes. */
const quick = situations.filter(({ key }) => key === "small" || key === "memory");

describe("docs/choosing-a-scheduler.md (node scripts/choose-scheduler.mjs)", () => {
  it.each(quick.map((situation) => [situation.title, situation] as const))("%s: the table is what the script finds", async (_, situation) => {
    const runs = [];
    for (const run of script.runsOf([situation])) runs.push({ ...run, ...(await script.runCase(heddle, situation, run.scenario, run.seed)) });
    expect(script.partOf(page, situation.key)).toBe(script.tableOf(heddle, situation, runs));
    const [header, , ...rows] = script.partOf(page, "overview").split("\n").map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
    const at = header!.indexOf(situation.title);
    for (const [name, cell] of script.columnOf(heddle, situation, runs)) expect([name, rows.find(([first]) => first === `\`${name}\``)?.[at]]).toEqual([name, cell]);
  }, 60_000);

  it("has a table and a column for every situation", () => {
    const [header] = script.partOf(page, "overview").split("\n");
    for (const { key, title } of situations) {
      expect(script.partOf(page, key).split("\n").length).toBeGreaterThan(8);
      expect(header).toContain(`| ${title} |`);
    }
  });

  it("advises what its own tables support", () => {
    // Each scheduler that the first table names first for a situation is within a tenth of the best one for it.
    const rows = script.partOf(page, "overview").split("\n").map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
    const figure = (name: string, title: string): number => Number(rows.find(([first]) => first === `\`${name}\``)![rows[0]!.indexOf(title)]);
    for (const [title, name] of [["One network", "peft"], ["Many jobs in flight", "dmda"], ["Communication", "hld"], ["Unequal processors", "lookahead"], ["Shared links", "mct"], ["Noise", "peft"], ["Wrong estimates", "hybrid"], ["Huge graphs", "mct"]] as const) {
      expect([title, figure(name, title) < 1.1]).toEqual([title, true]);
    }
  });
});
