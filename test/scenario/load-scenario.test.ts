import { suggestion } from "../../src/base/registry.ts";
import { describe, expect, it } from "vitest";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { scenarioSchema } from "../../src/scenario/schema.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const load = (text: string, ...sets: string[]) => loadScenario("a.yaml", { readFile: memoryFiles({ "a.yaml": text, "a.onnx": "not looked at" }), overrides: sets.map(parseOverride) });
const errorOf = (text: string, ...sets: string[]) => messageOf(() => load(text, ...sets));
const rest = "\nworkload: {model: resnet50}";

describe("loadScenario", () => {
  it("checks, and gives numbers in canonical units", async () => {
    const scenario = await load("workload: {model: resnet50, batch: 8, instances: 3, arrivals: {rate: 50/s}}\nmachine: workstation\nscheduler: dmda\ntick: 1/4ns\nnoise: 5%\ncompare: [heft, {use: dmda, alpha: 2}]\noutput: {timeline: t.svg}\n");
    expect(scenario.name).toBe("a");
    expect(scenario.spec).toMatchObject({
      workload: { model: "resnet50", batch: 8, instances: 3, arrivals: { rate: 5e-8 } }, machine: { use: "workstation" }, scheduler: { use: "dmda" }, tick: 0.25, noise: 0.05,
      compare: [{ use: "heft" }, { use: "dmda", alpha: 2 }], output: { timeline: "t.svg" },
    });
  });

  it("tells everything at once, in the order of the file", async () => {
    expect(await errorOf("workload: {model: resnet50, btch: 8, instances: 0}\nmachine: {use: workstation, devices: {gpu0: {sloots: 3, launch: 5}}}\nsceduler: heft\nseed: x\n")).toBe(
      [
        'a.yaml:1:29: error[unknown-key]: unknown key "btch" in workload\n  hint: did you mean batch?',
        "a.yaml:1:49: error[bad-value]: workload.instances must be at least 1, not 0",
        'a.yaml:2:46: error[unknown-key]: unknown key "sloots" in machine.devices.gpu0\n  hint: did you mean slots?',
        "a.yaml:2:65: error[bad-unit]: machine.devices.gpu0.launch: 5 has no unit\n  hint: quantities carry their unit: 10us",
        'a.yaml:3:1: error[unknown-key]: unknown key "sceduler" in the scenario\n  hint: did you mean scheduler?',
        'a.yaml:4:7: error[wrong-type]: seed must be a number, not "x"',
      ].join("\n"),
    );
  });

  it.each([
    ["no workload, but a machine", "machine: workstation", 'a.yaml:1:1: error[missing-key]: the scenario needs "workload"\n  hint: for example workload: {model: resnet50}; or, on this machine, heddle run resnet50 --machine a.yaml'],
    ["no workload", "seed: 1", 'a.yaml:1:1: error[missing-key]: the scenario needs "workload"\n  hint: for example workload: {model: resnet50}'],
    ["an empty workload", "workload:", "a.yaml:1:1: error[wrong-type]: workload must be a map, not nothing"],
    ["a workload without a source", "workload: {instances: 3}", "a.yaml:1:1: error[missing-key]: workload needs exactly one of: onnx, tasks, stg, dot, wfformat, estee, generate, pipeline, graph, model"],
    ["two sources", "workload: {onnx: a.onnx, tasks: b.json}", 'a.yaml:1:26: error[conflicting-keys]: workload has both "onnx" and "tasks"\n  hint: keep one of them'],
    ["an element type by another name", "workload: {model: mlp}\nmachine: {devices: {npu: {kind: npu, peak: {int8: 10TOPS}, memory: {bandwidth: 10GB/s}}}}", 'a.yaml:2:45: error[unknown-key]: unknown key "int8" in machine.devices.npu.peak\n  hint: one of: f64, f32, tf32, bf16, f16, f8, i8, i16, i32, i64, u8, bool'],
    ["a key of a pipeline beside it", "workload: {pipeline: {stages: {a: {time: {cpu: 1ms}}}}, chunks: [{on: cpu, stages: 1}]}", 'a.yaml:1:57: error[unknown-key]: unknown key "chunks" in workload\n  hint: did you mean workload.pipeline.chunks?'],
    ["a misspelt source", "workload: {onxx: a.onnx}", 'a.yaml:1:12: error[unknown-key]: unknown key "onxx" in workload\n  hint: did you mean onnx?'],
    ["a bare number for a memory", `machine: {devices: {a: {kind: cpu, memory: 16}}}${rest}`, "a.yaml:1:44: error[bad-memory]: machine.devices.a.memory: 16 is no memory's name\n  hint: a memory of its own is written {capacity: 16GiB}"],
    ["a size for a memory", `machine: {devices: {a: {kind: cpu, memory: 80 GB}}}${rest}`, "a.yaml:1:44: error[bad-memory]: machine.devices.a.memory: 80 GB is no memory's name\n  hint: a memory of its own is written {capacity: 80 GB}"],
    ["a model that is no name", "workload: {model: [mlp]}", "a.yaml:1:19: error[bad-value]: workload.model must be a name, not a list\n  hint: one of: resnet18, resnet50, vgg19, mobilenet-v2, lstm, bert-base, gpt2, vit-b16, mlp"],
    ["an unknown model", "workload: {model: resnet5}", 'a.yaml:1:19: error[bad-value]: workload.model "resnet5" is not known\n  hint: did you mean resnet50 or resnet18?'],
    ["an option of another source", "workload: {onnx: a.onnx, batch: 8}", 'a.yaml:1:26: error[unknown-key]: unknown key "batch" in workload\n  hint: one of: onnx, dims, dtype, fuse, weights, instances, arrivals, deadline, inFlight, phases'],
    ["a dimension that is no number", "workload: {onnx: a.onnx, dims: {batch: b}}", 'a.yaml:1:40: error[wrong-type]: workload.dims.batch must be a number, not "b"'],
    ["an unknown word", "workload: {onnx: a.onnx, fuse: yes}", 'a.yaml:1:32: error[bad-value]: workload.fuse must be auto, on or off, not "yes"'],
    ["a misspelt word", "workload: {onnx: a.onnx, arrivals: back-to-bak}", 'a.yaml:1:36: error[wrong-type]: workload.arrivals must be back-to-back or a map, not "back-to-bak"\n  hint: did you mean back-to-back?'],
    ["two timetables", "workload: {onnx: a.onnx, arrivals: {every: 1ms, rate: 3/s}}", 'a.yaml:1:49: error[conflicting-keys]: workload.arrivals has both "every" and "rate"\n  hint: keep one of them'],
    ["a misspelt timetable", "workload: {onnx: a.onnx, arrivals: {evry: 1ms}}", 'a.yaml:1:37: error[unknown-key]: unknown key "evry" in workload.arrivals\n  hint: did you mean every?'],
    ["a bare number for a time", `tick: 3${rest}`, "a.yaml:1:7: error[bad-unit]: tick: 3 has no unit\n  hint: quantities carry their unit: 10us"],
    ["a bare number in a list", "workload: {graph: {ops: {a: 3}}}", "a.yaml:1:29: error[bad-unit]: workload.graph.ops.a: 3 has no unit\n  hint: quantities carry their unit: 10us"],
    ["the wrong unit", `noise: 5GB${rest}`, 'a.yaml:1:8: error[bad-unit]: noise: "5GB" is a size, not a ratio\n  hint: for example 80%'],
    ["a number in quotes", `seed: "3"${rest}`, 'a.yaml:1:7: error[wrong-type]: seed must be a number, not "3"\n  hint: write 3 without quotes'],
    ["a fraction for a count", `seed: 1.5${rest}`, "a.yaml:1:7: error[wrong-type]: seed must be a whole number, not 1.5"],
    ["infinity", `seed: .inf${rest}`, "a.yaml:1:7: error[wrong-type]: seed must be a number, not Infinity"],
    ["a list for a policy", `scheduler: [heft]${rest}`, "a.yaml:1:12: error[wrong-type]: scheduler must be text or a map, not a list"],
    ["a policy without use", `scheduler: {usee: heft}${rest}`, 'a.yaml:1:1: error[missing-key]: scheduler needs "use"\n  hint: did you mean use instead of usee?'],
    ["options of a policy that is not named", `scheduler: {alpha: 2, beta: 1}${rest}`, 'a.yaml:1:1: error[missing-key]: scheduler needs "use"\n  hint: name the policy as well, for example use: dmda; alpha and beta are options of dmda, dmdar, dmdas'],
    ["options that no policy has", `sync: {colour: red}${rest}`, 'a.yaml:1:1: error[missing-key]: sync needs "use"\n  hint: name the policy as well, for example use: dataflow'],
    ["an empty comparison", `compare: []${rest}`, "a.yaml:1:10: error[bad-value]: compare must have at least 1 item, not 0"],
    ["YAML 1.1 booleans", `machine: {devices: {d: {kind: cpu, fuses: no}}}${rest}`, 'a.yaml:1:43: error[wrong-type]: machine.devices.d.fuses must be true or false, not "no"\n  hint: write true or false'],
    ["merge keys", `<<: {seed: 1}${rest}`, `a.yaml:1:1: error[unknown-key]: unknown key "<<" in the scenario\n  hint: ${suggestion("<<", Object.keys(scenarioSchema.shape))}`],
    ["a list", "- a", "a.yaml:1:1: error[wrong-type]: a scenario is a map of keys, not a list"],
    ["text", "hello", 'a.yaml:1:1: error[wrong-type]: a scenario is a map of keys, not "hello"'],
  ])("refuses %s", async (_, text, message) => {
    expect(await errorOf(text)).toBe(message);
  });

  it("says which policy an option that is set may belong to", async () => {
    expect(await errorOf("programs: {w: [{compute: 1ms}]}\nthreads: {w: 2}\ncores: 1", "threadPolicy.quantum=1ms")).toBe(
      '--set threadPolicy.quantum=1ms: error[missing-key]: threadPolicy needs "use"\n  hint: name the policy as well, for example --set threadPolicy.use=round-robin; quantum is an option of round-robin, priority, eevdf, work-stealing, pinned',
    );
    await expect(load("programs: {w: [{compute: 1ms}]}\nthreads: {w: 2}\ncores: 1", "threadPolicy.quantum=1ms", "threadPolicy.use=round-robin")).resolves.toBeDefined();
  });

  it("tells a hundred problems, and how many more there are", async () => {
    const ops = Array.from({ length: 1000 }, (_, i) => `      op${i}: ${i}`).join("\n");
    const lines = (await errorOf(`workload:\n  graph:\n    ops:\n${ops.replace("op0: 0", "op0: 7")}`)).split("\n").filter((line) => !line.startsWith("  hint"));
    expect(lines).toHaveLength(101);
    expect(lines[0]).toMatch(/^a\.yaml:4:12: error\[bad-unit\]/);
    expect(lines.at(-1)).toBe("a.yaml:103:13: error[more-problems]: there are 900 more problems");
  });

  it("tells the first of very many problems as soon as of few", async () => {
    const ops = Array.from({ length: 30_000 }, (_, i) => `      op${i}: {flops: -1}`).join("\n");
    const lines = (await errorOf(`workload:\n  graph:\n    ops:\n${ops}`)).split("\n");
    expect([lines[0], lines.at(-1)]).toEqual(["a.yaml:4:20: error[bad-value]: workload.graph.ops.op0.flops must be at least 0, not -1", "a.yaml:103:21: error[more-problems]: there are 29900 more problems"]);
  });

  it("names the override that does not fit", async () => {
    expect(await errorOf(rest, "machine.devices.gpu0.slots=four", "tick=3")).toBe(
      '--set machine.devices.gpu0.slots=four: error[wrong-type]: machine.devices.gpu0.slots must be a number, not "four"\n--set tick=3: error[bad-unit]: tick: 3 has no unit\n  hint: quantities carry their unit: 10us',
    );
  });

  it("points into the included file", async () => {
    const readFile = memoryFiles({ "s/a.yaml": "include: m/b.yaml\nworkload: {model: resnet50}", "s/m/b.yaml": "machine:\n  processors: 0\n" });
    expect(await messageOf(() => loadScenario("s/a.yaml", { readFile }))).toMatch(/^s\/m\/b\.yaml:2:15: error/);
  });
});
