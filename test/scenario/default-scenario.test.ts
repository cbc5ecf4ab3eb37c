import { describe, expect, it } from "vitest";
import { defaultScenario, workloadSourceOf } from "../../src/scenario/default-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { defaultMachine, defaultScheduler, defaultSync } from "../../src/scenario/schema.ts";
import { sharedData } from "../shared-data.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const tasks = '{"format":"heddle-tasks/1","processors":["P1","P2"],"tasks":[{"name":"a","ns":[2,4]},{"name":"b","ns":[3,null]}],"edges":[{"from":"a","to":"b","ns":5}]}';
const readFile = memoryFiles({ "g.tasks.json": tasks, "t.json": tasks, "w.json": '{"name":"x","schemaVersion":"1.5","workflow":{}}', "o.json": "{}", "g.stg": "0\n0 0 0\n1 0 1 0\n" });

describe("workloadSourceOf", () => {
  it("goes by the ending, the content of JSON files, and the names of models", async () => {
    const sources = ["net.onnx", "NET.ONNX", "g.stg", "g.dot", "g.gv", "g.tasks.json", "t.json", "w.json", "gpt2"];
    expect(await Promise.all(sources.map((name) => workloadSourceOf(name, readFile)))).toEqual(["onnx", "onnx", "stg", "dot", "dot", "tasks", "tasks", "wfformat", "model"]);
  });

  it.each([
    ["gpt3", 'error[unknown-workload]: "gpt3" is neither a workload file nor a model\n  hint: did you mean gpt2?'],
    ["net.pt", 'error[unknown-workload]: "net.pt" is neither a workload file nor a model\n  hint: files end in .onnx, .tasks.json, .json, .stg, .dot or .gv, and .gz where packed'],
    ["a.yaml", "error[unknown-workload]: a.yaml is a scenario, not a workload"],
    ["o.json", "o.json: error[unknown-workload]: o.json is neither a heddle-tasks/1 file, nor a WfFormat workflow, nor a data set of Estee\n  hint: say which in a scenario: workload: {tasks: FILE} or {wfformat: FILE} or {estee: FILE}"],
    ["none.json", "error[missing-file]: there is no file none.json"],
  ])("refuses %s", async (name, message) => {
    expect(await messageOf(() => workloadSourceOf(name, readFile))).toBe(message);
  });
});

describe("defaultScenario", () => {
  it("runs a model on the default machine with the default policies", async () => {
    const resolved = await resolveScenario(await defaultScenario("resnet18"));
    expect([resolved.name, resolved.machine.name, resolved.scheduler.definition.name, resolved.sync.definition.name]).toEqual(["resnet18", defaultMachine, defaultScheduler, defaultSync]);
  });

  it("runs a tasks file on its own processors", async () => {
    const resolved = await resolveScenario(await defaultScenario("g.tasks.json", { readFile, scheduler: "peft" }), { readFile });
    expect(resolved.machine.devices.map((device) => device.name)).toEqual(["P1", "P2"]);
    expect(resolved.scheduler.definition.name).toBe("peft");
  });

  it("takes all flags", async () => {
    const scenario = await defaultScenario("gpt2", { machine: "mixed", scheduler: "dmda", sync: "level-barrier", compare: ["heft", "fifo"], seed: 3, overrides: [parseOverride("workload.batch=4"), parseOverride("workload.instances=2")] });
    expect(scenario.spec).toMatchObject({ workload: { model: "gpt2", batch: 4, instances: 2 }, machine: { use: "mixed" }, scheduler: { use: "dmda" }, sync: { use: "level-barrier" }, compare: [{ use: "heft" }, { use: "fifo" }], seed: 3 });
  });

  it("names the flag that is wrong", async () => {
    expect(await messageOf(async () => resolveScenario(await defaultScenario("gpt2", { machine: "wrkstation", scheduler: "hefd" })))).toBe(
      '--machine: error[unknown-machine]: there is no machine "wrkstation"\n  hint: did you mean workstation?\n--scheduler: error[unknown-scheduler]: there is no scheduler "hefd"\n  hint: did you mean heft?',
    );
    expect(await messageOf(() => defaultScenario("gpt2", { dims: { batch: 0 } }))).toBe('gpt2: error[unknown-key]: unknown key "dims" in workload\n  hint: one of: model, batch, dtype, sequence, layers, width, heads, vocabulary, positions, fuse, weights, instances, arrivals, deadline, inFlight, phases');
    expect(await messageOf(() => defaultScenario("net.onnx", { dims: { batch: 0 }, readFile: memoryFiles({ "net.onnx": "not looked at" }) }))).toBe("net.onnx: error[bad-value]: workload.dims.batch must be at least 1, not 0");
    expect(await messageOf(() => defaultScenario("gpt2", { machine: "mixed", processors: 3 }))).toBe("error[conflicting-keys]: --machine and --processors exclude each other");
    expect(await messageOf(async () => resolveScenario(await defaultScenario("none.onnx", { readFile }), { readFile }))).toBe("none.onnx: error[missing-file]: there is no file none.onnx");
  });

  const vgg = sharedData("onnx/light_vgg19.onnx");
  it.skipIf(vgg === undefined)("reads an ONNX file (needs ../shared/data)", async () => {
    const resolved = await resolveScenario(await defaultScenario(vgg!, { machine: "workstation" }));
    expect(resolved.graph.opCount).toBeGreaterThan(20);
    expect(resolved.fused.length).toBeGreaterThan(0);
  });
});
