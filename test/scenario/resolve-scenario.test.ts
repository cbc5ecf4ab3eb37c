import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { runScenario } from "../../src/scenario/run-scenario.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const tasks = '{"format":"heddle-tasks/1","processors":["P1","P2"],"tasks":[{"name":"a","ns":[2.5,4]},{"name":"b","ns":[3,3]}],"edges":[{"from":"a","to":"b","ns":5}]}';
const stg = "2\n0 0 0\n1 3 1 0\n2 4 1 1\n3 0 1 2\n";
const files = { "g.tasks.json": tasks, "d/g.tasks.json": tasks, "g.stg": stg, "broken.tasks.json": '{"format":"heddle-tasks/1",', "broken.onnx": "ONNX", "empty.stg": "" };
const resolve = async (text: string, more: Record<string, string> = {}) => {
  const readFile = memoryFiles({ ...files, ...more, "a.yaml": text });
  return resolveScenario(await loadScenario("a.yaml", { readFile }), { readFile });
};
const errorOf = (text: string) => messageOf(() => resolve(text));

describe("resolveScenario", () => {
  it("runs a tasks file on its own processors, with a tick that makes its times exact", async () => {
    const resolved = await resolve("workload: {tasks: g.tasks.json}");
    expect([resolved.machine.devices.length, resolved.tickNs, resolved.noise, resolved.seed, resolved.compare.length]).toEqual([2, 0.5, 0, 0, 0]);
    expect(runScenario(resolved).makespanTicks * resolved.tickNs).toBe(5.5);
    expect((await resolve("{workload: {tasks: g.tasks.json}, tick: 1/4ns}")).tickNs).toBe(0.25);
  });

  it("finds files relative to the file that names them", async () => {
    expect((await resolve("include: d/part.yaml", { "d/part.yaml": "workload: {tasks: g.tasks.json}" })).graph.opCount).toBe(2);
    expect(await messageOf(() => resolve("include: d/part.yaml", { "d/part.yaml": "workload: {tasks: x.tasks.json}" }))).toBe("d/part.yaml:1:19: error[missing-file]: there is no file d/x.tasks.json");
  });

  it("gives task graphs the processors the scenario says", async () => {
    expect((await resolve("{workload: {stg: g.stg}, machine: {processors: 3}}")).machine.devices.map((device) => device.name)).toEqual(["P1", "P2", "P3"]);
    expect((await resolve("{workload: {stg: g.stg}, machine: {processors: [left, right]}}")).machine.devices.map((device) => device.name)).toEqual(["left", "right"]);
  });

  it("fuses where all devices fuse, and never a graph written by hand", async () => {
    expect((await resolve("{workload: {model: resnet18}, machine: workstation}")).fused.length).toBeGreaterThan(0);
    expect((await resolve("{workload: {model: resnet18, fuse: off}, machine: workstation}")).fused).toEqual([]);
    expect((await resolve("{workload: {model: resnet18}, machine: {use: workstation, devices: {cpu0: {fuses: false}}}}")).fused).toEqual([]);
    const graph = "graph: {ops: {a: {kind: conv, flops: 1e9, output: 1MB}, b: {kind: relu, flops: 1e6, output: 1MB}}, edges: [a -> b]}";
    expect((await resolve(`workload: {${graph}}`)).graph.opCount).toBe(2);
    expect((await resolve(`workload: {${graph}, fuse: on}`)).graph.opCount).toBe(1);
  });

  it("passes on options, arrivals, noise, seed and output", async () => {
    const resolved = await resolve("{workload: {model: mlp, instances: 2, arrivals: {every: 1ms}, weights: host}, noise: 5%, seed: 9, scheduler: {use: dmda, beta: 2}, compare: [fifo, heft], output: {timeline: t.svg}}");
    expect(resolved).toMatchObject({ arrivalsNs: [0, 1e6], weights: "host", noise: 0.05, seed: 9, scheduler: { options: { alpha: 1, beta: 2 } }, output: { timeline: "t.svg" } });
    expect(resolved.compare.map((chosen) => chosen.definition.name)).toEqual(["fifo", "heft"]);
    const all = (await resolve("{workload: {model: mlp}, compare: all}")).compare.map((chosen) => chosen.definition.name);
    expect(all).toContain("heft");
    // It needs the schedule that it repeats.
    expect(all).not.toContain("replay");
  });

  it("believes the durations given, then the cost model", async () => {
    const { costs, machine, graph } = await resolve("{workload: {graph: {ops: {a: 3ms, b: {kind: matmul, flops: 1e9}}}}, cost: [{table: {matmul: {gpu0: 2ms}}}]}");
    if ("ns" in costs) throw new Error("a model is expected");
    const ns = (op: number, device: number) => costs.estimate(graph.classes[graph.classOf[op]!]!, machine.devices[device]!, 1)?.ns;
    expect([ns(0, 0), ns(0, 1), ns(1, 0), ns(1, 1)]).toEqual([3e6, 3e6, undefined, 2e6]);
  });

  it("tells the problems of all sections at once", async () => {
    expect(await errorOf("workload: {graph: {ops: {a: 1ms}, edges: [a -> b]}}\nmachine: wrkstation\nscheduler: hefd\nsync: {use: dataflow, x: 1}\ncompare: [heft, nope]\n")).toBe(
      [
        'a.yaml:1:43: error[unknown-op]: there is no operator "b"\n  hint: did you mean a?',
        'a.yaml:2:10: error[unknown-machine]: there is no machine "wrkstation"\n  hint: did you mean workstation?',
        'a.yaml:3:12: error[unknown-scheduler]: there is no scheduler "hefd"\n  hint: did you mean heft?',
        'a.yaml:4:23: error[unknown-key]: the sync policy dataflow takes no options, but "x" is given',
      ].join("\n") + (await errorOf("workload: {model: mlp}\ncompare: [nope]")).replace("2:11", "5:17").replace(/^/, "\n"),
    );
  });

  it.each([
    ["a missing file", "workload: {onnx: none.onnx}", "a.yaml:1:18: error[missing-file]: there is no file none.onnx"],
    ["an empty file", "{workload: {stg: empty.stg}, machine: {processors: 2}}", "empty.stg: error[empty-file]: the file holds no task graph\n  hint: the first line is the number of tasks"],
    ["no processors", "workload: {stg: g.stg}", "a.yaml:1:17: error[missing-processors]: a stg file does not say how many processors there are\n  hint: write machine: {processors: 4}, or --processors 4"],
    ["a machine for an STG file", "{workload: {stg: g.stg}, machine: workstation}", "a.yaml:1:35: error[missing-processors]: a stg file does not say how many processors there are\n  hint: write machine: {processors: 4}, or --processors 4"],
    ["a machine for a tasks file", "{workload: {tasks: g.tasks.json}, machine: workstation}", "a.yaml:1:44: error[conflicting-keys]: a tasks file brings its own processors, and its durations hold for them alone\n  hint: remove machine"],
    ["costs for a tasks file", "{workload: {tasks: g.tasks.json}, cost: 3ms}", "a.yaml:1:41: error[conflicting-keys]: a tasks file brings its own durations\n  hint: remove cost"],
    ["a cycle", "workload: {graph: {ops: {a: 1ms, b: 1ms}, edges: [a -> b, b -> a]}}", "a.yaml:1:19: error[cycle]: the graph has a cycle: b → a → b"],
    ["an unknown device", "workload: {graph: {ops: {a: {time: {gpu1: 1ms}}}}}", 'a.yaml:1:43: error[unknown-device]: workstation has no device "gpu1"\n  hint: did you mean gpu or gpu0?'],
    ["fusing what has times", "workload: {graph: {ops: {a: 1ms}}, fuse: on}", "a.yaml:1:42: error[conflicting-keys]: operators with given times cannot be fused\n  hint: remove fuse, or give flops and bytes instead of time"],
    ["costs for devices that are not there", "{workload: {model: mlp}, cost: [{table: {matmul: {gpu9: 3us, gpu: 2us}}}, {table: [{kind: relu, device: npu, time: 1us}]}]}", 'a.yaml:1:57: error[unknown-device]: workstation has no device "gpu9"\n  hint: did you mean gpu or gpu0?\na.yaml:1:105: error[unknown-device]: workstation has no device "npu"\n  hint: did you mean cpu or gpu?'],
    ["more instances than memory holds", "workload: {model: resnet50, fuse: off, instances: 900000}", "a.yaml:1:51: error[too-many-operators]: 900,000 instances of 174 operators are more than 10,000,000"],
    ["arrivals beyond exact time", "workload: {model: mlp, instances: 200, arrivals: {every: 1d}}", "a.yaml:1:50: error[too-long]: the last instance would arrive after 199 d; times are exact up to 104 d\n  hint: fewer instances, or a shorter time between them"],
    ["inFlight with a timetable", "workload: {model: mlp, arrivals: {every: 1ms}, inFlight: 2}", "a.yaml:1:58: error[conflicting-keys]: inFlight is for back-to-back instances; these arrive by a timetable\n  hint: remove inFlight or arrivals"],
  ])("refuses %s", async (_, text, message) => {
    expect(await errorOf(text)).toBe(message);
  });

  it("points into broken workload files", async () => {
    expect(await errorOf("workload: {tasks: broken.tasks.json}")).toMatch(/^broken\.tasks\.json:1:\d+: error/);
    expect(await errorOf("workload: {onnx: broken.onnx}")).toMatch(/^broken\.onnx: error\[bad-onnx\]/);
  });
});
