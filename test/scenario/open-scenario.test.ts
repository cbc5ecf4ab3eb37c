import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { memoryFiles, messageOf } from "./memory-files.ts";

const errorsOf = async (text: string, files: Record<string, string> = {}) =>
  (await messageOf(() => loadScenario("a.yaml", { readFile: memoryFiles({ "a.yaml": text, ...files }) }))).split("\n").filter((line) => !line.startsWith("  hint")).map((line) => line.replace(/^a\.yaml:/, "").replace("error", ""));
const rest = "\nworkload: {model: mlp}";

describe("openScenario", () => {
  it("tells errors of form and unknown names together, sorted by position", async () => {
    expect(await errorsOf(`workload: {model: mlp, layers: 2, btch: 3}
machine:
  devices:
    cpu0: {use: amd-epyc-7742, slots: 2, launch: 5}
    gpu0: {use: rtx-409}
  links:
    - {between: [cpu0, gpu7], bandwidth: 30}
scheduler: hefd
sync: {use: dataflow, x: 1}
compare: [heft, 5, {use: dmda, bta: 1}, none.mjs]
cost: [{table: {matmul: {gpu3: 1ms}}}, roofline]
noise: 5GB
`)).toEqual([
      '1:35: [unknown-key]: unknown key "btch" in workload',
      "4:50: [bad-unit]: machine.devices.cpu0.launch: 5 has no unit",
      '5:17: [unknown-device]: there is no device "rtx-409"',
      '7:24: [unknown-memory]: there is no memory, device or switch "gpu7"',
      "7:42: [bad-unit]: machine.links[0].bandwidth: 30 has no unit",
      '8:12: [unknown-scheduler]: there is no scheduler "hefd"',
      '9:23: [unknown-key]: the sync policy dataflow takes no options, but "x" is given',
      "10:17: [wrong-type]: compare[1] must be text or a map, not 5",
      '10:32: [unknown-key]: unknown key "bta" in compare[2]',
      '10:41: [unknown-scheduler]: there is no scheduler "none.mjs"',
      '12:8: [bad-unit]: noise: "5GB" is a size, not a ratio',
    ]);
  });

  it("looks up names in the cost table and in the graph beside errors of form", async () => {
    expect(await errorsOf('workload: {graph: {ops: {a: 1ms, b: {time: {gpu0: 1ms, tpu5: 1ms}}}, edges: [a -> zz]}}\ncost: {table: {conv: {gpu7: 1ms}}}\nseed: x')).toEqual([
      '1:78: [unknown-op]: there is no operator "zz"', '2:29: [unknown-device]: workstation has no device "gpu7"', '3:7: [wrong-type]: seed must be a number, not "x"',
    ]);
  });

  it("tells errors of form beside a missing include, but not what that may hold", async () => {
    expect(await errorsOf("include: none.yaml\nmachine: {use: mixed, devicess: {}}\nscheduler: hefd\nseed: x")).toEqual([
      "1:10: [missing-file]: there is no file none.yaml", '2:23: [unknown-key]: unknown key "devicess" in machine', '4:7: [wrong-type]: seed must be a number, not "x"',
    ]);
  });

  it("names a missing workload file beside errors of form", async () => {
    expect(await errorsOf("workload: {onnx: none.onnx, instances: 0}\nmachine: wrkstation")).toEqual([
      "1:18: [missing-file]: there is no file none.onnx", "1:40: [bad-value]: workload.instances must be at least 1, not 0", '2:10: [unknown-machine]: there is no machine "wrkstation"',
    ]);
  });

  it.each([
    ["a device that is wrong is not missing", `machine: {devices: {a: {kind: cpu, peak: {f32: 1TFLOP/s}}, b: 5}, links: [{between: [a, b], bandwidth: 1GB/s}]}\ncost: {table: {conv: {b: 1ms}}}${rest}`, 1],
    ["a count that is wrong makes no copies", `machine: {devices: {a: {kind: cpu, peak: {f32: 1TFLOP/s}}, g: {kind: gpu, count: x, peak: {f32: 1TFLOP/s}}}, links: [{between: [a, g0], bandwidth: 1GB/s}]}${rest}`, 1],
    ["a link that is wrong leaves its devices unconnected", `machine: {devices: {a: {kind: cpu, peak: {f32: 1TFLOP/s}}, b: {kind: gpu, peak: {f32: 1TFLOP/s}}}, links: [{between: [a, b], bandwith: 1GB/s}]}${rest}`, 1],
    ["a peak that is wrong leaves nothing to compute with", `machine: {devices: {a: {kind: cpu, peak: {f32: 5}}}}${rest}`, 1],
    ["a misspelt section of the machine", `machine: {device: {a: {kind: cpu}}, links: [{between: [a, a2], bandwidth: 1GB/s}]}${rest}`, 1],
    ["a misspelt machine", `machin: mixed\ncost: {table: {conv: {tpu0: 1ms}}}${rest}`, 1],
    ["a machine of a wrong type", `machine: 4\ncost: {table: {conv: {P1: 1ms}}}${rest}`, 1],
    ["a library machine of a wrong type", `machine: {use: [mixed], devices: {mine: {kind: cpu, memory: hbm}}}\ncost: {table: {conv: {tpu0: 1ms}}}${rest}`, 1],
    ["memories that are wrong", `machine: {use: workstation, memorys: {hbm: {capacity: 1GiB}}, devices: {gpu0: {memory: hbm}}}${rest}`, 1],
    ["an operator that is wrong", "workload: {graph: {ops: {a: 5, b: 1ms}, edges: [a -> b]}}", 1],
    ["all operators wrong", "workload: {graph: {ops: [a, b], edges: [a -> b]}}", 1],
    ["processors that are wrong", "machine: {processors: 0}\nworkload: {stg: g.stg}", 1],
    ["processors of a generated graph", "machine: {processors: many}\nworkload: {generate: {family: layered}}", 1],
    ["no workload", "machine: workstation", 1],
    ["a misspelt workload", "workoad: {model: mlp}\nmachine: workstation", 2],
    ["dimensions that are wrong", "workload: {onnx: a.onnx, dims: {batch: b}}", 1],
    ["a scheduler of a wrong type", `scheduler: [heft]\ncompare: 5${rest}`, 2],
  ])("does not tell twice: %s", async (_, text, count) => {
    const errors = await errorsOf(text, { "g.stg": "2\n0 0 0\n1 3 1 0\n2 4 1 1\n3 0 1 2\n", "a.onnx": "damaged" });
    expect(errors, errors.join("\n")).toHaveLength(count);
  });

  it("runs no code of a policy for a scenario that is wrong", async () => {
    const file = "test/scenario/a.yaml";
    const text = "scheduler: ./policies/throws.mjs\ncompare: [./policies/throws.mjs, ./none.mjs]\nseed: x\nworkload: {model: mlp}";
    expect(await messageOf(() => loadScenario(file, { readFile: memoryFiles({ [file]: text }) }))).toBe(
      'test/scenario/a.yaml:2:34: error[missing-file]: there is no file ./none.mjs\ntest/scenario/a.yaml:3:7: error[wrong-type]: seed must be a number, not "x"',
    );
  });
});
