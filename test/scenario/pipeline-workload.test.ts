import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { jobPeriodNs } from "../../src/trace/job-period.ts";

const resolve = async (text: string) => resolveScenario(await loadScenario("a.yaml", { readFile: async () => new TextEncoder().encode(text) }));
async function told(text: string): Promise<string> {
  try {
    await resolve(text);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

const stages = "stages: {a: {time: {x: 4ms}, demand: {x: 3GB/s}}, b: {time: {x: 1ms, y: 3ms}, awake: {y: 2ms}}}, bandwidth: 4GB/s";

describe("workload: {pipeline: …}", () => {
  it("brings its machine and its scheduler, and streams", async () => {
    const resolved = await resolve(`{workload: {pipeline: {${stages}}, instances: 20, inFlight: 4}}`);
    expect([resolved.machine.devices.map(({ name }) => name), resolved.machine.memories[0]!.bytesPerNs, resolved.scheduler.definition.name]).toEqual([["x", "y"], 4, "pipeline"]);
    expect(jobPeriodNs(await runScenario(resolved))).toBe(4e6);
  });

  it("takes stages in the order in which they are written, where their names are numbers too", async () => {
    const { graph } = await resolve("{workload: {pipeline: {stages: {decode: {time: {x: 1ms}}, 2: {time: {x: 1ms}}, 1: {time: {x: 1ms}}}}}}");
    expect([0, 1, 2].map((op) => graph.opName(op))).toEqual(["decode", "2", "1"]);
  });

  it("runs under any scheduler that is named", async () => {
    const { scheduler } = await resolve(`{workload: {pipeline: {${stages}}}, scheduler: heft}`);
    expect(scheduler.definition.name).toBe("heft");
  });

  it("keeps to its chunks", async () => {
    const trace = await runScenario(await resolve(`{workload: {pipeline: {${stages}, chunks: [{on: x, stages: 2}]}, instances: 20}, scheduler: fifo}`));
    expect([new Set(trace.ops.device), jobPeriodNs(trace)]).toEqual([new Set([0]), 5e6]);
  });

  it.each([
    [`{workload: {pipeline: {${stages}}}, machine: workstation}`, "a.yaml:1:150: error[conflicting-keys]: a pipeline brings its own processors, and its durations hold for them alone\n  hint: remove machine"],
    [`{workload: {pipeline: {${stages}}}, cost: roofline}`, "a.yaml:1:147: error[conflicting-keys]: a pipeline brings its own durations\n  hint: remove cost"],
    ["{workload: {pipeline: {stages: {a: {time: {x: 4}}}}}}", "a.yaml:1:47: error[bad-unit]: workload.pipeline.stages.a.time.x: 4 has no unit\n  hint: quantities carry their unit: 10us"],
    ["{workload: {pipeline: {stages: {a: {time: {x: 4ms}, demand: {x: 1GB/s}}}}}}", "a.yaml:1:61: error[missing-bandwidth]: stage a draws on a memory of which nobody says what it gives\n  hint: add bandwidth: 25GB/s to the pipeline"],
    ["{workload: {pipeline: {stages: {a: {time: {x: 4ms}}}, chunks: [{on: z, stages: 1}]}}}", 'a.yaml:1:69: error[unknown-processor]: no stage has a time on "z"\n  hint: did you mean x?'],
  ])("is refused where it is wrong: %s", async (text, message) => expect(await told(text)).toBe(message));
});
