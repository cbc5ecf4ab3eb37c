import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/errors.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { chosenPolicies, repeatSaved } from "../../src/scenario/repeat-run.ts";
import type { ScenarioSpec } from "../../src/scenario/schema.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { elsewhere } from "../../src/trace/explain/elsewhere.ts";
import { explainOp } from "../../src/trace/explain/explain-op.ts";
import { explainRun } from "../../src/trace/explain/explain-run.ts";
import { instanceVariants } from "../../src/trace/explain/instance-variants.ts";
import { formatOpExplanation } from "../../src/trace/explain/op-text.ts";
import { formatRunExplanation } from "../../src/trace/explain/run-text.ts";
import { whatIf } from "../../src/trace/explain/what-if.ts";
import { loadTrace, saveTrace } from "../../src/trace/saved-trace.ts";
import { makeInstance } from "../trace/make-run.ts";

const instance = makeInstance({ costs: [[4, 9], [9, 3], [2, Infinity], [5, 5]], edges: [[0, 1, 6], [1, 3, 2]], latency: 1, names: ["a", "b", "c", "d"] });
const run = (name: string): Trace => simulate({ instance, scheduler: schedulers.get(name).create({ insertion: true, alpha: 1, beta: 1 }), schedulerName: name, seed: 3, decisions: true });
const reloaded = (trace: Trace, scheduler: object): Trace => loadTrace([...saveTrace(trace, { scheduler: scheduler as { use: string }, sync: { use: "dataflow" } })].join(""));

describe("repeatSaved", () => {
  it("gives the saved schedule again, with the options that were saved, and with an operator moved", async () => {
    for (const name of ["mct", "heft", "random", "replay"]) {
      const trace = name === "replay" ? simulate({ instance, scheduler: schedulers.get("replay").create({ placement: [{ op: "a", device: "P1" }, { op: "c", device: "P1" }, { op: "b", device: "P1" }, { op: "d", device: "P2" }] }), schedulerName: name }) : run(name);
      const saved = reloaded(trace, { use: name });
      const { again, asPlaced } = await repeatSaved(saved);
      expect(again(saved.instance).digest).toBe(trace.digest);
      expect([...asPlaced(saved.instance).ops.device]).toEqual([...trace.ops.device]);
      expect([...asPlaced(saved.instance, { op: 3, device: 1 }).ops.device]).toEqual([...trace.ops.device.slice(0, 3), 1]);
    }
  });

  it("keeps of a scenario what is needed to repeat it", () => {
    expect(chosenPolicies({ workload: {} } as unknown as ScenarioSpec)).toEqual({ scheduler: { use: "peft" }, sync: { use: "dataflow" } });
    expect(chosenPolicies({ scheduler: { use: "dmda", beta: 3 }, sync: { use: "level-barrier" } } as unknown as ScenarioSpec)).toEqual({ scheduler: { use: "dmda", beta: 3 }, sync: { use: "level-barrier" } });
    expect(chosenPolicies({ scheduler: { use: "replay", trace: "old.json" } } as unknown as ScenarioSpec).scheduler).toEqual({ use: "replay" });
  });

  it("survives any single change to a file, as does every explanation: a message, or an answer", async () => {
    const text = [...saveTrace(run("mct"), { scheduler: { use: "mct" }, sync: { use: "dataflow" } })].join("");
    const end = text.indexOf('"traceEvents"');
    await fc.assert(fc.asyncProperty(fc.nat(end), fc.constantFrom("", "0", "9", "A", "/", "=", '"', ",", "]", "-", "é"), async (at, letter) => {
      try {
        const trace = loadTrace(text.slice(0, at) + letter + text.slice(at + 1));
        formatRunExplanation(explainRun(trace));
        for (let op = 0; op < trace.instance.opCount; op++) formatOpExplanation(explainOp(trace, op));
        const repeats = await repeatSaved(trace);
        whatIf(trace, instanceVariants(trace), 2, repeats);
        elsewhere(trace, explainOp(trace, 0), repeats);
      } catch (error) {
        expect(error).toBeInstanceOf(HeddleError);
      }
    }), { numRuns: 300, seed: 11 });
  });
});
