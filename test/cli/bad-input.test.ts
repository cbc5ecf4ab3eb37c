import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeModel } from "../graph/onnx/make-model.ts";
import { heddle, leftovers, makeFolder, removeFolder, stackLine, type Outcome } from "./run-cli.ts";

const folder = makeFolder();
const at = (name: string): string => join(folder, name);
/** The same without the folder's name, so that messages can be written down. */
const plain = (text: string): string => text.replaceAll(`${folder}/`, "");

/** Runs a command line in which @ stands for the folder; checks what holds for all wrong input. */
async function refused(...args: string[]): Promise<Outcome> {
  const before = readdirSync(folder, { recursive: true }).length;
  const { code, out, err } = await heddle(...args.map((arg) => arg.replace("@", `${folder}/`)));
  expect(code).toBe(2);
  if (!args.includes("json") && !args.includes("--format=json")) expect(out).toBe("");
  expect(err).not.toMatch(stackLine);
  expect(leftovers(folder)).toEqual([]);
  expect(readdirSync(folder, { recursive: true })).toHaveLength(before);
  return { code, out: plain(out), err: plain(err) };
}

const tasks = (tasks: string, edges = "", processors = '"P1","P2"'): string => `{"format":"heddle-tasks/1","processors":[${processors}],\n"tasks":[${tasks}],\n"edges":[${edges}]}`;
const edge = (from: string, to: string): string => `{"from":"${from}","to":"${to}","ns":1}`;
const model = makeModel({
  inputs: { x: [1, 8] }, outputs: { z: [1, 8] }, weights: { w: { dims: [8, 8] } },
  nodes: [{ op: "MatMul", in: ["x", "w"], out: ["y"], name: "first" }, { op: "Relu", in: ["y"], out: ["z"], name: "second" }],
});
const cyclicModel = makeModel({
  inputs: { x: [1, 8] }, outputs: { z: [1, 8] },
  nodes: [{ op: "Add", in: ["x", "b"], out: ["a"], name: "first" }, { op: "Relu", in: ["a"], out: ["b"], name: "second" }, { op: "Relu", in: ["b"], out: ["z"], name: "third" }],
});
const laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]`)].join("\n");
/** A length that promises 9 EB, then nothing. */
const hugeLength = [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

const files: Readonly<Record<string, string | Uint8Array>> = {
  ...Object.fromEntries(["yaml", "onnx", "tasks.json", "json", "stg", "dot"].map((ending) => [`empty.${ending}`, ""])),
  "good.onnx": model, "cut.onnx": model.subarray(0, model.length - 20), "huge.onnx": Uint8Array.from(hugeLength), "cyclic.onnx": cyclicModel,
  "noise.onnx": Uint8Array.from({ length: 500 }, (_, i) => (i * i * 31 + 7) % 251),
  "cyclic.tasks.json": tasks('{"name":"A","ns":[1,1]},{"name":"B","ns":[1,1]},{"name":"C","ns":[1,1]}', [edge("A", "B"), edge("B", "C"), edge("C", "B")].join(",\n")),
  "negative.tasks.json": tasks('{"name":"A","ns":[-1,2]},\n{"name":"B","ns":[NaN,2]}'),
  "several.tasks.json": tasks('{"name":"A","ns":[1,-2]},\n{"name":"B","ns":[1]}', edge("A", "Z")),
  "nowhere.tasks.json": tasks('{"name":"A","ns":[null,null]}'),
  "cut.tasks.json": tasks('{"name":"A","ns":[1,2]}').slice(0, -20),
  "other.json": '{"hello": "world"}',
  "laughs.yaml": laughs,
  "keys.yaml": "workload: {model: mlp, batchh: 4}\nseeed: 3\ntick: 5\nmachine: {devices: {gpu0: {use: nvidia-t4, slots: 10us}}}\n",
  "names.yaml": "workload: {model: mlp}\nmachine: workstatin\nscheduler: heftt\nsync: dataflw\ncompare: [fifo, hefft]\n",
  "files.yaml": "workload: {onnx: missing.onnx}\nscheduler: ./missing.mjs\n",
  "costs.yaml": "workload: {model: mlp}\ncost: {constant: -5ns}\n",
  "nan.yaml": "workload: {model: mlp}\ncost: {constant: .nan}\n",
  "units.yaml": "workload: {model: mlp}\nmachine: {devices: {cpu0: {use: amd-epyc-7763, memory: {bandwidth: 300W}}}}\n",
  "alone.yaml": "workload: {model: mlp, dtype: f64}\nmachine: {devices: {npu0: {use: google-edge-tpu}}}\n",
  "lfs.onnx": "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 12\n", "page.onnx": "<!DOCTYPE html>\n<html></html>\n", "text.onnx": "workload: {model: mlp}\n",
  "binary.stg": Uint8Array.from([3, 10, 0, 65, 66]), "control.tasks.json": Uint8Array.from([0x7b, 0x1b, 0x5b, 0x33, 0x31, 0x6d]),
  "traced.json": '{"displayTimeUnit":"ns","heddle":{}}', "metrics.json": '{"schemaVersion": 1, "makespanNs": 5}', "hello.txt": "hello\nworld\n",
  "workflow.json": '{"name":"x","schemaVersion":"1.5","workflow":{"specification":{"tasks":[],"files":7}}}',
  "bare.yaml": "workload: net.onnx\n", "asmodel.yaml": "workload: {model: net.stg}\n", "large.yaml": "workload: {model: mlp, batch: 1e300}\n", "noise.yaml": "workload: {model: mlp}\nnoise: much\n",
  "inline.yaml": "workload:\n  graph:\n    ops:\n      a: {time: 1us}\n",
};

beforeAll(() => {
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  mkdirSync(at("folder.onnx"));
  mkdirSync(at("folder.yaml"));
});
afterAll(() => removeFolder(folder));

const empty = "the file is empty";
/** Command line (@ = the folder) and the whole of standard error. */
const exact: readonly (readonly [command: string, message: string])[] = [
  ["runn", `error[unknown-command]: there is no command "runn"\n  hint: did you mean heddle run?\n`],
  ["model.onnx", `error[unknown-command]: there is no command "model.onnx"\n  hint: to simulate a file: heddle run model.onnx\n`],
  ["help runn", `error[unknown-command]: there is no command "runn"\n  hint: did you mean heddle run?\n`],
  ["run", "error[missing-argument]: heddle run needs FILE|MODEL\n  hint: usage: heddle run FILE|MODEL\n"],
  ["run mlp lstm", `error[too-many-arguments]: heddle run takes no more than 1 argument, but got "lstm"\n  hint: usage: heddle run FILE|MODEL\n`],
  ["run mlp --machin x", "error[unknown-flag]: heddle run has no flag --machin\n  hint: did you mean --machine?\n"],
  ["run mlp --svg x.svg", "error[unknown-flag]: heddle run has no flag --svg\n  hint: did you mean --timeline?\n"],
  ["compare mlp --svg x.svg", "error[unknown-flag]: heddle compare has no flag --svg\n  hint: did you mean --plot?\n"],
  ["run mlp --json", "error[unknown-flag]: heddle run has no flag --json\n  hint: did you mean --metrics or --format?\n"],
  ["run mlp -x", "error[unknown-flag]: heddle run has no flag -x\n  hint: see heddle run --help\n"],
  ["run mlp --machine", "error[missing-value]: --machine needs a value (NAME|FILE)\n  hint: usage: heddle run FILE|MODEL\n"],
  ["run mlp --machine --seed 3", "error[missing-value]: --machine needs a value (NAME|FILE)\n  hint: usage: heddle run FILE|MODEL\n"],
  ["import mlp --fuse=yes", "error[unexpected-value]: --fuse takes no value\n  hint: usage: heddle import FILE|MODEL\n"],
  ["run mlp --format xml", `error[bad-flag]: --format is text or json, not "xml"\n`],
  ["run mlp --seed -3", `error[bad-flag]: --seed needs a whole number of at least 0, not "-3"\n`],
  ["run mlp --seed 1.5", `error[bad-flag]: --seed needs a whole number of at least 0, not "1.5"\n`],
  ["run @empty.stg -p 1000000000", `error[bad-flag]: --processors needs a whole number from 1 to 4096, not "1000000000"\n`],
  ["run mlp --constructor", "error[unknown-flag]: heddle run has no flag --constructor\n  hint: see heddle run --help\n"],
  ["run mlp --__proto__=1", "error[unknown-flag]: heddle run has no flag --__proto__\n  hint: see heddle run --help\n"],
  ["compare mlp --schedulers fifo,hef", `--schedulers: error[unknown-scheduler]: there is no scheduler "hef"\n  hint: did you mean heft?\n`],
  ["run mlp --set workload.layers=1000000000", "--set workload.layers=1000000000: error[bad-value]: workload.layers must be at most 100000, not 1000000000\n"],
  ["run mlp -m workstation --set machine.devices.gpu0.slots=1000000000", "--set machine.devices.gpu0.slots=1000000000: error[bad-value]: machine.devices.gpu0.slots must be at most 65536, not 1000000000\n"],
  ["run mlp --instances 0", `error[bad-flag]: --instances needs a whole number from 1 to 1000000, not "0"\n`],
  ["run bert-base --set workload.heads=7", "--set workload.heads=7: error[bad-option]: bert-base: a width of 768 is not a multiple of 7 heads\n"],
  ["run bert-base --set workload.width=100", "--set workload.width=100: error[bad-option]: bert-base: a width of 100 is not a multiple of 12 heads\n"],
  ["run vit-b16 --set workload.patch=17", "--set workload.patch=17: error[bad-option]: vit-b16: the image of 224 is not a whole number of patches of 17\n"],
  ["run mlp --set tick=1e-300ns", "--set tick=1e-300ns: error[bad-unit]: tick: a tick is 1.00 fs at least\n  hint: for example 1ns, 1ps or 1/3ns\n"],
  ["run mlp -n 1e9", `error[bad-flag]: --instances needs a whole number from 1 to 1000000, not "1e9"\n`],
  ["run mlp --policy-timeout 5", `error[bad-flag]: --policy-timeout: "5" has no unit\n  hint: for example --policy-timeout 60s\n`],
  ["run @good.onnx --dim batch", `error[bad-flag]: --dim needs NAME=N with N at least 1, not "batch"\n  hint: for example --dim batch=8\n`],
  ["run mlp --dim batch=8", "error[conflicting-flags]: --dim is for ONNX files, and mlp is a built-in model\n  hint: its options are set with --set, for example --set workload.batch=8; heddle list model mlp names them\n"],
  ["run mlp --processors 4", "error[conflicting-flags]: --processors is for task graphs, which bring their durations; mlp needs a machine\n  hint: for example --machine workstation; see heddle list machines\n"],
  ["run mlp --machine mixed --processors 4", "error[conflicting-flags]: --machine and --processors exclude each other\n"],
  ["run mlp --machine workstatin", `--machine: error[unknown-machine]: there is no machine "workstatin"\n  hint: did you mean workstation?\n`],
  ["run mlp --scheduler hef", `--scheduler: error[unknown-scheduler]: there is no scheduler "hef"\n  hint: did you mean heft?\n`],
  ["run resnet5", `error[unknown-workload]: "resnet5" is neither a workload file nor a model\n  hint: did you mean resnet50 or resnet18?\n`],
  ["run mlp --set seed", "--set seed: error[bad-override]: an override is PATH=VALUE\n  hint: for example --set machine.devices.gpu0.slots=4\n"],
  ["run @missing.onnx", "missing.onnx: error[missing-file]: there is no file missing.onnx\n"],
  ["run @missing.yaml", "error[missing-file]: there is no file missing.yaml\n"],
  ["verify @missing.json", "error[missing-file]: there is no file missing.json\n"],
  ["run @folder.yaml", "error[not-a-file]: folder.yaml is a folder\n"],
  ["run @folder.onnx", "error[not-a-file]: folder.onnx is a folder\n  hint: name a scenario or a workload file in it\n"],
  ["run @", "error[not-a-file]:  is a folder\n  hint: name a scenario or a workload file in it\n"],
  ["run @empty.yaml", `empty.yaml: error[empty-file]: ${empty}\n`],
  ["import @empty.onnx", `empty.onnx: error[empty-file]: ${empty}\n  hint: an ONNX file is a protobuf message of a few hundred bytes at least\n`],
  ["run @empty.tasks.json", `empty.tasks.json: error[empty-file]: ${empty}\n  hint: a task graph starts with {"format": "heddle-tasks/1", …}\n`],
  ["run @empty.json", `empty.json: error[empty-file]: ${empty}\n`],
  ["run @empty.stg -p 2", "empty.stg: error[empty-file]: the file holds no task graph\n  hint: the first line is the number of tasks\n"],
  ["run @empty.dot -p 2", "empty.dot: error[empty-file]: the file holds no graph\n  hint: a task graph starts with digraph {\n"],
  ["verify @empty.json", `empty.json: error[empty-file]: ${empty}\n  hint: a trace is written by heddle run … --trace FILE\n`],
  ["run @empty.stg", "empty.stg: error[missing-processors]: a stg file does not say how many processors there are\n  hint: write machine: {processors: 4}, or --processors 4\n"],
  ["run @cyclic.tasks.json", "cyclic.tasks.json:5:1: error[cycle]: the graph has a cycle: C → B → C\n  hint: this edge is on it\n"],
  ["run @nowhere.tasks.json", `nowhere.tasks.json:2:10: error[cannot-run]: no processor can run task "A": all its durations are null\n`],
  ["run @negative.tasks.json", [
    "negative.tasks.json:2:28: error[bad-time]: -1 is not a time\n  hint: times are finite and not negative, in ns",
    "negative.tasks.json:3:19: error[bad-json]: a time in ns is expected, but there is NaN\n",
  ].join("\n")],
  ["check @files.yaml", "files.yaml:1:18: error[missing-file]: there is no file missing.onnx\nfiles.yaml:2:12: error[missing-file]: there is no file ./missing.mjs\n"],
  ["check @costs.yaml", `costs.yaml:2:18: error[bad-unit]: cost.constant: "-5ns" is negative\n  hint: for example 10us\n`],
  ["check @alone.yaml", [
    ...["linear1", "linear2", "linear3"].map((name) => `alone.yaml:2:10: error[runs-nowhere]: operator "${name}" (matmul, f64) can run on none of npu0`),
    "  hint: give a device that computes in this data type, or a cost for it", "",
  ].join("\n")],
  ["check @laughs.yaml", "laughs.yaml:5:45: error[too-many-aliases]: the aliases of this file stand for more than 100000 values\n"],
  ["run mlp --seed 99999999999999999999", `error[bad-flag]: --seed needs a whole number from 0 to 9007199254740991, not "99999999999999999999"\n`],
  ["calibrate model.onnx", `error[too-many-arguments]: heddle calibrate takes no arguments, but got "model.onnx"\n  hint: what it works on is said with flags: see heddle calibrate --help\n`],
  ["calibrate --from @folder.onnx", "error[no-file]: cannot read folder.onnx: it is a folder\n"],
  ["predict mlp --profile nvidia-a100-pcie-40gb", `error[unknown-profile]: there is no profile "nvidia-a100-pcie-40gb"\n  hint: did you mean nvidia-a100?\n`],
  ["predict mlp --profile hello.txt", `error[unknown-profile]: there is no profile "hello.txt"\n  hint: a profile's file ends in .json; heddle list profiles names those that come along\n`],
  ["tune @noise.onnx", "noise.onnx: error[bad-onnx]: not an ONNX file, or a damaged one: a field has number 0 (at byte 1 of 500)\n  hint: export or download the model again\n"],
  ["run @lfs.onnx", "lfs.onnx: error[bad-onnx]: the file only points to the model, which Git LFS keeps\n  hint: git lfs pull fetches it\n"],
  ["run @page.onnx", "page.onnx: error[bad-onnx]: the file is a web page, not an ONNX model\n  hint: download the model itself\n"],
  ["run @text.onnx", "text.onnx: error[bad-onnx]: the file is text, not an ONNX model\n  hint: other workloads are named by their kind: tasks, stg, dot, wfformat; a scenario is run by itself\n"],
  ["run @binary.stg -p 2", "binary.stg:2:1: error[not-text]: the file is not text\n  hint: an STG file is a table of numbers\n"],
  ["run @control.tasks.json", `control.tasks.json:1:2: error[bad-json]: a key in double quotes is expected, but there is \\x1b[31m\n`],
  ["run @traced.json", "traced.json: error[unknown-workload]: traced.json is the trace of a run, not a workload\n  hint: heddle explain, render, verify and diff read traces\n"],
  ["run @metrics.json", "metrics.json: error[unknown-workload]: metrics.json is the result of a run, not a workload\n  hint: run the scenario or model that it came from\n"],
  ["run @workflow.json", [
    "workflow.json: error[bad-value]: workflow.specification.tasks must have at least one item",
    "workflow.json: error[bad-value]: workflow.specification.files must be a list, not 7",
    "workflow.json: error[bad-value]: workflow.execution is missing\n",
  ].join("\n")],
  ["verify @hello.txt", "hello.txt: error[bad-json]: the trace is not valid JSON\n  hint: a trace is the trace.json that heddle run writes; was the file cut short?\n"],
  ["render @inline.yaml", "inline.yaml: error[bad-json]: the trace is not valid JSON\n  hint: a scenario is run first: heddle run inline.yaml --trace trace.json\n"],
  ["check @good.onnx --set workload.dims.batch=0", "--set workload.dims.batch=0: error[bad-value]: workload.dims.batch must be at least 1, not 0\n"],
  ["check @bare.yaml", `bare.yaml:1:11: error[wrong-type]: workload must be a map, not "net.onnx"\n  hint: write workload: {onnx: net.onnx}\n`],
  ["check @asmodel.yaml", `asmodel.yaml:1:19: error[bad-value]: workload.model "net.stg" is not known\n  hint: write workload: {stg: net.stg}\n`],
  ["check @large.yaml", "large.yaml:1:31: error[bad-value]: workload.batch must be at most 2147483648, not 1e+300\n"],
  ["check @noise.yaml", `noise.yaml:2:8: error[bad-unit]: noise: "much" is not a ratio\n  hint: for example 80%\n`],
  ["run mlp --machine mine.yaml", "error[missing-file]: there is no file mine.yaml\n"],
  ["run mlp --scheduler package.json", `--scheduler: error[unknown-scheduler]: there is no scheduler "package.json"\n  hint: a file is named with its folder: ./package.json\n`],
  ["run mlp --timeline @x.png", "error[bad-picture]: pictures are written as SVG, and x.png ends in .png\n  hint: name it x.svg; browsers and rsvg-convert turn it into other formats\n"],
  ["compare mlp --plot @x.PDF", "error[bad-picture]: pictures are written as SVG, and x.PDF ends in .PDF\n  hint: name it x.svg; browsers and rsvg-convert turn it into other formats\n"],
  ["render @missing.json -o @x.jpeg", "error[bad-picture]: pictures are written as SVG, and x.jpeg ends in .jpeg\n  hint: name it x.svg; browsers and rsvg-convert turn it into other formats\n"],
  ["list nothing", `error[unknown-topic]: there is nothing to list under "nothing"\n  hint: one of: schedulers, sync, threads, loops, runtimes, allocators, machines, devices, links, profiles, models, generators, kinds\n`],
  ["list scheduler hef", `error[unknown-name]: there is no "hef" among the schedulers\n  hint: did you mean heft?\n`],
  ["completion tcsh", `error[unknown-shell]: there is no completion for "tcsh"\n  hint: one of: bash, zsh, fish\n`],
  ["run @inline.yaml --trace @inline.yaml", "error[conflicting-outputs]: the trace would be written over the input: inline.yaml\n"],
  ["run mlp --trace @x.json --metrics @x.json", "error[conflicting-outputs]: the metrics would be written over the trace: x.json\n"],
  ["run mlp --trace @folder.onnx", "error[cannot-write]: cannot write folder.onnx: it is a folder\n  hint: choose another place\n"],
  ["run mlp --out @good.onnx", "error[cannot-write]: cannot write good.onnx/timeline.svg: a part of the path is not a folder\n  hint: choose another place\n"],
  ["render @missing.json -o @folder.onnx", "error[cannot-write]: cannot write folder.onnx: it is a folder\n  hint: choose another place\n"],
];

describe("wrong input", () => {
  it.each(exact)("heddle %s", async (command, message) => {
    expect((await refused(...command.split(" "))).err).toBe(message);
  });

  it.each([
    ["run @cut.onnx", /^cut\.onnx: error\[bad-onnx\]: not an ONNX file, or a damaged one: .*\(at byte \d+ of \d+\)\n {2}hint: export or download the model again\n$/],
    ["run @huge.onnx", /^huge\.onnx: error\[bad-onnx\]: .*a field of 9223372036854776000 bytes begins 0 bytes before the end/],
    ["import @noise.onnx", /^noise\.onnx: error\[bad-onnx\]: /],
    ["run @cyclic.onnx", /^cyclic\.onnx: error\[cycle\]: .*second → first → second/],
    ["run @cut.tasks.json", /^cut\.tasks\.json:2:\d+: error\[bad-json\]: /],
    ["run @other.json", /^other\.json: error\[unknown-workload\]: other\.json is neither a heddle-tasks\/1 file, nor a WfFormat workflow, nor a data set of Estee\n/],
    ["check @nan.yaml", /^nan\.yaml:2:18: error\[[\w-]+\]: cost\.constant/],
    ["check @units.yaml", /^units\.yaml:2:68: error\[bad-unit\]: .*"300W" is a power, not a bandwidth/],
    ["run @good.onnx --dim batch=8", /^good\.onnx: error\[unknown-dimension\]: the model has no symbolic dimension "batch"/],
    ["run mlp --set nothing.here=1", /unknown key "nothing" in the scenario/],
  ])("heddle %s (in part)", async (command, message) => {
    expect((await refused(...command.split(" "))).err).toMatch(message);
  });

  it("reports all problems of a file, sorted by position", async () => {
    const { err } = await refused("check", "@keys.yaml");
    expect([...err.matchAll(/^keys\.yaml:(\d+):(\d+): error\[([\w-]+)\]/gm)].map(([, line, column, code]) => `${line}:${column} ${code}`)).toEqual([
      "1:24 unknown-key", "2:1 unknown-key", "3:7 bad-unit", "4:51 wrong-type",
    ]);
    const names = await refused("check", "@names.yaml");
    expect([...names.err.matchAll(/^names\.yaml:(\d+):\d+: error\[([\w-]+)\]/gm)].map(([, line, code]) => `${line} ${code}`)).toEqual([
      "2 unknown-machine", "3 unknown-scheduler", "4 unknown-sync-policy", "5 unknown-scheduler",
    ]);
  });

  it("reports the problems of all files that are checked", async () => {
    const { err } = await refused("check", "@empty.yaml", "@costs.yaml");
    expect(err).toContain("empty.yaml: error[empty-file]");
    expect(err).toContain("costs.yaml:2:18: error[bad-unit]");
  });

  it("becomes JSON on standard output with --format json", async () => {
    const { out, err } = await refused("run", "@several.tasks.json", "--format", "json");
    expect(err).toBe("");
    const { schemaVersion, errors } = JSON.parse(out) as { schemaVersion: number; errors: { code: string; line: number; column: number }[] };
    expect(schemaVersion).toBe(1);
    expect(errors.map(({ code, line }) => `${line} ${code}`)).toEqual(["2 bad-time", "3 bad-row", "4 unknown-task"]);
    for (const args of [["runn", "--format=json"], ["run", "--format", "json"], ["check", "@keys.yaml", "--format", "json"], ["verify", "@other.json", "--format", "json"], ["list", "nothing", "--format", "json"]]) {
      const wrong = await refused(...args);
      expect(wrong.err).toBe("");
      expect((JSON.parse(wrong.out) as { errors: unknown[] }).errors.length).toBeGreaterThan(0);
    }
  });

  it("refuses a folder that cannot be made", async () => {
    const { code, err } = await heddle("run", "mlp", "--metrics", "/proc/heddle/metrics.json");
    expect([code, err]).toEqual([2, "error[cannot-write]: cannot write /proc/heddle/metrics.json: its folder cannot be made\n  hint: choose another place\n"]);
  });
});

describe("a trace that is", () => {
  let good: { heddle: Record<string, unknown> };
  beforeAll(async () => {
    expect((await heddle("run", "mlp", "--trace", at("trace.json"))).code).toBe(0);
    good = JSON.parse(readFileSync(at("trace.json"), "utf8")) as typeof good;
    const text = readFileSync(at("trace.json"), "utf8");
    writeFileSync(at("cut.json"), text.slice(0, text.length / 2));
    writeFileSync(at("version.json"), JSON.stringify({ heddle: { ...good.heddle, version: 99 } }));
    writeFileSync(at("damaged.json"), JSON.stringify({ heddle: { ...good.heddle, opNames: [7] } }));
  });

  it.each([
    ["cut.json", /^cut\.json:\d+:\d+: error\[bad-json\]: the trace is not valid JSON\n {2}hint: a trace is the trace\.json that heddle run writes; was the file cut short\?\n$/],
    ["version.json", /^version\.json: error\[trace-version\]: the trace has format version 99, and this Heddle reads versions [\d, ]+\n$/],
    ["damaged.json", /^damaged\.json: error\[bad-trace\]: .*\n {2}hint: run the scenario again to write the trace anew\n$/],
    ["other.json", /^other\.json: error\[not-a-trace\]: /],
  ])("%s is refused by verify, render and diff", async (name, message) => {
    for (const args of [["verify", `@${name}`], ["render", `@${name}`], ["diff", "@trace.json", `@${name}`]]) expect((await refused(...args)).err).toMatch(message);
  });
});
