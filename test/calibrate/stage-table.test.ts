import { describe, expect, it } from "vitest";
import type { InputError } from "../../src/base/errors.ts";
import { interferenceScenario } from "../../src/calibrate/interference-scenario.ts";
import { pairStages, readStageTable } from "../../src/calibrate/stage-table.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";

const read = (text: string) => readStageTable(text, { file: "t.csv" });
function told(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    return (error as InputError).issues.map(({ code, line }) => `${code}${line === undefined ? "" : `:${line}`}`);
  }
  return [];
}

describe("a table of stage times", () => {
  it("has a column for each processor, and rows for each run", () => {
    expect([...read("stage,cpu,gpu,npu,device,run\r\n1,4,2.5,0.0,phone,1\r\n2,1,1,0,phone,1\r\n1,4.5,2,0,phone,2\n")]).toEqual([
      ["1", { cpu: [4e6, 4.5e6], gpu: [2.5e6, 2e6] }], ["2", { cpu: [1e6], gpu: [1e6] }],
    ]);
    expect(readStageTable("stage,cpu\na,3\n", { file: "t.csv", unitNs: 1e3 }).get("a")).toEqual({ cpu: [3000] });
  });

  it("may come from a spreadsheet", () => {
    expect([...read('\ufeff"stage";"big, fast"\r\n"decode";"4"\r\n;\r\n')]).toEqual([["decode", { "big, fast": [4e6] }]]);
  });

  it.each([
    ["cpu,gpu\n1,2\n", ["missing-column:1"]],
    ["stage,cpu,cpu\n1,2,3\n", ["duplicate-name:1"]],
    ["stage,cpu\n", ["too-few-points"]],
    ["stage,cpu\n1,2\n1,2,3\n", ["bad-row:3"]],
    ["stage,cpu\n1,NaN\n2,-1\n3,\n4,0\n5,inf\n6,1\n", ["bad-time:2", "bad-time:3", "bad-time:4", "bad-time:5", "bad-time:6"]],
    ["stage,cpu\na,1\n\n,2\n", ["bad-row:4"]],
    ["", ["missing-column:1"]],
  ])("is refused where it is wrong: %j", (text, codes) => expect(told(() => read(text))).toEqual(codes));

  it("belongs to another with the same stages and processors", () => {
    const files = { alone: "a.csv", loaded: "l.csv" };
    expect(told(() => pairStages(read("stage,x,y\n1,2,2\n2,3,3\n"), read("stage,x\n1,3\n"), files)).sort()).toEqual(["missing-column", "missing-stage"]);
    expect(pairStages(read("stage,x\n1,2\n"), read("stage,x\n1,3\n"), files)).toEqual([{ name: "1", alone: { x: [2e6] }, loaded: { x: [3e6] } }]);
  });

  it("becomes a scenario that runs", async () => {
    const table = (text: string, file: string) => ({ file, text });
    const { yaml, summary } = interferenceScenario(table("stage,cpu,big gpu\n1,4,2\n2,3,5\n", "alone.csv"), table("stage,cpu,big gpu\n1,8,3\n2,3,4\n", "loaded.csv"), { bytesPerNs: 40 });
    expect(yaml).toContain('        demand: {cpu: 40GB/s, "big gpu": 30GB/s}');
    expect(yaml).toContain('        awake: {"big gpu": 4ms}');
    expect(summary).toBe("stage  with all others busy\n1      slowed: cpu 2.00×, big gpu 1.50×\n2      quicker: big gpu 1.25×\n");
    const { graph, scheduler } = await resolveScenario(await loadScenario("fitted.yaml", { readFile: () => yaml } as never));
    expect([graph.opCount, scheduler.definition.name]).toEqual([2, "pipeline"]);
    expect(interferenceScenario(table("stage,cpu\n1,4\n", "a"), table("stage,cpu\n1,4\n", "b")).summary).toContain("1      as alone");
  });
});
