import { describe, expect, it } from "vitest";
import { importTasks } from "../../src/graph/import/tasks.ts";
import { writeTasks } from "../../src/graph/import/write-tasks.ts";
import { analyzeRun } from "../../src/scenario/analyze-run.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const tasks = (deadline: string): string => `{"format":"heddle-tasks/1","processors":["P1"],"tasks":[{"name":"a","ns":[3]},{"name":"b","ns":[2]${deadline}}],"edges":[]}`;

async function resolve(text: string, files: Record<string, string> = {}) {
  const readFile = memoryFiles({ "/s.yaml": text, ...files });
  return resolveScenario(await loadScenario("/s.yaml", { readFile }), { readFile });
}

describe("deadlines in scenarios", () => {
  it("count from each arrival, for instances and for operators of a graph written there", async () => {
    const scenario = await resolve(`
workload:
  graph: {ops: {a: 3ms, b: {time: 2ms, deadline: 4ms}}, edges: [a -> b]}
  instances: 3
  arrivals: {every: 10ms}
  deadline: 6ms
machine: {processors: 1}
scheduler: edf
`);
    const instance = compileScenario(scenario);
    expect([...instance.jobDeadlineTicks!]).toEqual([6e6, 6e6, 6e6]);
    expect([...instance.opDeadlineTicks!]).toEqual([Infinity, 4e6, Infinity, 4e6, Infinity, 4e6]);
    const { deadlines } = analyzeRun(scenario, runScenario(scenario));
    expect(deadlines).toMatchObject({ jobs: { count: 3, misses: 0 }, tasks: { count: 3, misses: 3, tardinessNs: { max: 1e6 } } });
    expect(deadlines!.tasks!.late[0]).toEqual({ name: "b@0", deadlineNs: 4e6, endNs: 5e6, tardinessNs: 1e6 });
  });

  it("survive fusing and casting", async () => {
    const scenario = await resolve(`
workload:
  graph: {ops: {a: {kind: conv, flops: 1e6}, b: {kind: relu, flops: 1e3, deadline: 2ms}}, edges: [a -> b]}
  fuse: on
machine: workstation
`);
    expect(scenario.graph.opCount).toBe(1);
    expect([...scenario.graph.deadlineNs!]).toEqual([2e6]);
  });

  it("are met more often by edf, as docs/schedulers.md says", async () => {
    const missed = async (use: string): Promise<number> => {
      const scenario = await resolve(`{workload: {model: mobilenet-v2, instances: 100, arrivals: {rate: 1600/s}, deadline: 6ms}, machine: laptop, scheduler: ${use}}`);
      return analyzeRun(scenario, runScenario(scenario)).deadlines!.jobs!.misses;
    };
    const [edf, fifo] = [await missed("edf"), await missed("fifo")];
    expect(edf).toBeGreaterThan(20);
    expect(edf).toBeLessThan(0.6 * fifo);
  });

  it.each([
    ["deadline: 20", "bad-unit"],
    ["deadline: -2ms", "bad-unit"],
    ["deadline: never", "bad-unit"],
  ])("refuse %s", async (line, code) => {
    expect(await messageOf(() => resolve(`workload: {model: mlp, ${line}}`))).toContain(`error[${code}]`);
  });
});

describe("deadlines in tasks files", () => {
  it("are read and written", () => {
    const workload = importTasks(tasks(', "deadlineNs": 4.5'), { file: "t.json" });
    expect([...workload.graph.deadlineNs!]).toEqual([Infinity, 4.5]);
    expect(workload.tickNs).toBe(0.5);
    const written = writeTasks(workload);
    expect(written).toContain('{"name":"b","ns":[2],"deadlineNs":4.5}');
    expect(importTasks(written, { file: "t.json" })).toEqual({ ...workload, graph: expect.objectContaining({ deadlineNs: workload.graph.deadlineNs }) as unknown, machine: expect.anything() as unknown });
    expect(importTasks(tasks(""), { file: "t.json" }).graph.deadlineNs).toBeUndefined();
  });

  it("are checked", async () => {
    const message = (deadline: string): Promise<string> => messageOf(() => importTasks(tasks(deadline), { file: "t.json" }));
    expect(await message(', "deadlineNs": null')).toMatch(/^t\.json:1:\d+: error\[bad-time\]: null is not a time\n {2}hint: leave deadlineNs out where there is none$/);
    expect(await message(', "deadlineNs": -1')).toContain("error[bad-time]: -1 is not a time");
    expect(await message(', "deadlineNs": 1, "deadlineNs": 2')).toContain('error[duplicate-key]: "deadlineNs" is given twice');
    expect(await message(', "deadlineNS": 1')).toContain("did you mean deadlineNs?");
  });

  it("run with their file", async () => {
    const scenario = await resolve("workload: {tasks: t.tasks.json}\nscheduler: edf", { "/t.tasks.json": tasks(', "deadlineNs": 2') });
    expect(analyzeRun(scenario, runScenario(scenario)).deadlines).toMatchObject({ tasks: { count: 1, misses: 0 } });
  });
});
