import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import { chain } from "../../src/graph/generate.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { fifo } from "../../src/schedulers/fifo.ts";
import { columnText } from "../../src/trace/column-text.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { verifyDigests } from "../../src/trace/verify-digests.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

const instance = compile({ graph: chain({ ops: 2 }), machine: processorMachine(["a"]), costs: { deviceCount: 1, ns: Float64Array.of(3, 4) } });
const text = [...saveTrace(simulate({ instance, scheduler: fifo.create({}) }))].join("");

/** The saved run, with some columns and the makespan exchanged. */
function changed(columns: Readonly<Record<string, Float64Array>>, rest: Readonly<Record<string, unknown>> = {}) {
  const file = JSON.parse(text) as { heddle: { columns: Record<string, string> } };
  Object.assign(file.heddle, rest);
  for (const [path, column] of Object.entries(columns)) file.heddle.columns[path] = [...columnText(column)].join("");
  return loadTrace(JSON.stringify(file));
}

describe("verifyDigests", () => {
  it("finds nothing in what was saved", () => {
    expect(verifyDigests(loadTrace(text))).toEqual([]);
  });

  it("finds a cost that was changed", () => {
    const problems = verifyDigests(changed({ "instance.costTicks": Float64Array.of(2, 4) }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: "digest", message: expect.stringMatching(/^the graph, the machine or a cost was changed after the run: its digest is [0-9a-f]{32}, and the file says [0-9a-f]{32}$/) as string });
  });

  it("finds a schedule that obeys every rule, and is not the one that was run", () => {
    const trace = changed({ "ops.startTicks": Float64Array.of(0, 3), "ops.endTicks": Float64Array.of(3, 8), "rows.end": Float64Array.of(3, 8), "jobs.endTicks": Float64Array.of(8) }, { makespanTicks: 8 });
    expect(verifyTrace(trace, { noise: true })).toEqual([]);
    expect(verifyDigests(trace).map(({ code, message }) => [code, message.slice(0, 24)])).toEqual([["digest", "the schedule was changed"]]);
  });

  it.each(["eventCount", "roundCount", "dispatchCount", "seed"])("finds another %s, which no schedule tells", (key) => {
    const written = (JSON.parse(text) as { heddle: Record<string, number> }).heddle[key]!;
    const trace = changed({}, { [key]: written + 1 });
    expect(verifyTrace(trace)).toEqual([]);
    expect(verifyDigests(trace)).toMatchObject([{ code: "digest", message: expect.stringMatching(/^the file was changed after the run: /) as string }]);
  });

  it("finds another name, and other times before a start", () => {
    const problems = (trace: ReturnType<typeof changed>) => verifyDigests(trace).map(({ message }) => message.slice(0, 20));
    expect(problems(changed({}, { opNames: ["x", "y"] }))).toEqual(["the file was changed"]);
    expect(problems(changed({ "ops.placedTicks": Float64Array.of(0, 1) }))).toEqual(["the file was changed"]);
    expect(problems(changed({ "ops.placedTicks": loadTrace(text).ops.placedTicks }))).toEqual([]);
  });

  it("does not mind where the lines of the file end", () => {
    expect(verifyDigests(loadTrace(JSON.stringify(JSON.parse(text), undefined, 2)))).toEqual([]);
  });
});
