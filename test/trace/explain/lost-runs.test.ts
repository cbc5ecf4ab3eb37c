import { describe, expect, it } from "vitest";
import { analyzeRun } from "../../../src/scenario/analyze-run.ts";
import { runScenario } from "../../../src/scenario/run-scenario.ts";
import { criticalPath } from "../../../src/trace/critical-path.ts";
import { explainOp } from "../../../src/trace/explain/explain-op.ts";
import { explainRun } from "../../../src/trace/explain/explain-run.ts";
import { formatOpExplanation } from "../../../src/trace/explain/op-text.ts";
import { formatRunExplanation } from "../../../src/trace/explain/run-text.ts";
import { formatResult } from "../../../src/trace/text.ts";
import { resolved } from "../../sweep/resolved.ts";

/** a runs on the GPU, is lost with it after 3 ms, and runs again: on the CPU, or on the GPU when it is back. */
const lossAt3 = async (cpu: string, scheduler: string) => {
  const scenario = await resolved(`{workload: {graph: {ops: {a: {time: {${cpu}gpu: 10ms}}, b: {time: {gpu: 1ms}}}, edges: [a -> b]}}, machine: workstation, scheduler: ${scheduler}, events: [{at: 3ms, device: gpu0, lost: true}, {at: 5ms, device: gpu0, joins: true}]}`);
  const trace = runScenario(scenario);
  return { scenario, trace };
};

describe("runs that were lost with a device", () => {
  it("are on the critical path, where nobody else is blamed for their time", async () => {
    const { scenario, trace } = await lossAt3("", "peft");
    expect(criticalPath(trace).map(({ kind, op, startTicks, endTicks, because }) => [kind, op, startTicks / 1e6, endTicks / 1e6, because])).toEqual([
      ["aborted", 0, 0, 3, "start"], ["absent", 0, 3, 5, "loss"], ["run", 0, 5, 15, "slot"], ["run", 1, 15, 16, "dependency"],
    ]);
    const text = formatRunExplanation(explainRun(trace));
    expect(text).toContain('"a" ran on gpu0, which was lost');
    expect(text).toContain('"a" waited for gpu0, which was not there');
    expect(formatResult(analyzeRun(scenario, trace))).toContain("runs lost with a device 18.8 %");
    expect(analyzeRun(scenario, trace).criticalPath[0]).toMatchObject({ kind: "aborted", task: "a", device: "gpu0" });
  });

  it("are what an operator waits for that stands behind their consumer in a queue", async () => {
    // On cpu0 x stands behind y, which needs z: lost with gpu0 after 3 ms, it runs anew on gpu1.
    const scenario = await resolved("{workload: {graph: {ops: {z: {time: {cpu: 20ms, gpu: 10ms}}, y: {time: {cpu: 1ms}}, x: {time: {cpu: 5ms}}}, edges: [z -> y]}}, machine: mixed, scheduler: {use: replay, placement: [{op: z, device: gpu0}, {op: y, device: cpu0}, {op: x, device: cpu0}]}, events: [{at: 3ms, device: gpu0, lost: true}]}");
    const trace = runScenario(scenario);
    const { deviceNames } = trace.instance;
    expect(criticalPath(trace).map(({ kind, op, startTicks, endTicks, because, device }) => [kind, op, startTicks / 1e6, endTicks / 1e6, because, device && deviceNames[device]])).toEqual([
      ["aborted", 0, 0, 3, "start", "gpu0"], ["run", 0, 3, 13, "loss", undefined], ["run", 2, 13, 18, "slot", undefined],
    ]);
    const text = formatRunExplanation(explainRun(trace));
    expect(text).toContain('"z" ran on gpu0, which was lost');
    expect(text).not.toContain("waiting for a turn");
  });

  it("are no work of the device, and its absence is nobody's order", async () => {
    const { trace } = await lossAt3("", "peft");
    const gpu = explainRun(trace).devices[1]!;
    expect(gpu).toMatchObject({ name: "gpu0", busyNs: 11e6 });
    expect(gpu.causes.map(({ cause, ns }) => [cause, ns])).toEqual([["aborted", 3e6], ["absent", 2e6]]);
  });

  it("are what the device waited for that runs the operator in the end", async () => {
    const { trace } = await lossAt3("cpu: 20ms, ", "dmda");
    const [cpu] = explainRun(trace).devices;
    expect(cpu!.causes.map(({ cause, ns }) => [cause, ns])).toContainEqual(["lost", 3e6]);
    expect(cpu!.causes.map(({ cause }) => cause)).not.toContain("placement");
    expect(formatRunExplanation(explainRun(trace))).toContain("3.00 ms  waiting for runs that were lost with another device");
  });

  it("are told of the operator itself, and where it began anew", async () => {
    const back = (await lossAt3("", "peft")).trace;
    expect(explainOp(back, 0).absentNs).toBe(2e6);
    expect(formatOpExplanation(explainOp(back, 0))).toContain("began: after 2.00 ms, in all of which gpu0 was not there");
    const { trace } = await lossAt3("cpu: 20ms, ", "dmda");
    const explained = explainOp(trace, 0);
    expect(explained.lostRuns).toEqual([{ device: "gpu0", startNs: 0, endNs: 3e6 }]);
    const text = formatOpExplanation(explained);
    expect(text).toContain(`    0 ns  began on gpu0
  3.00 ms  gpu0 was lost, and with it 3.00 ms of its run
  3.00 ms  placed anew, on cpu0
  3.00 ms  began: at once
`);
    expect(criticalPath(trace)[0]).toMatchObject({ kind: "aborted", op: 0, device: 1 });
    expect(explainOp(trace, 1).lostRuns).toBeUndefined();
  });
});
