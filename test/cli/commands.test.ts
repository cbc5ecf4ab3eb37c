import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeModel } from "../graph/onnx/make-model.ts";
import { sharedData } from "../shared-data.ts";
import { heddle, makeFolder, removeFolder } from "./run-cli.ts";

const folder = makeFolder();
const at = (name: string): string => join(folder, name);
const shipped = fileURLToPath(new URL("../../scenarios/", import.meta.url));
const pipeline = fileURLToPath(new URL("./scenarios/pipeline.yaml", import.meta.url));
const forkJoin = fileURLToPath(new URL("./scenarios/fork-join.yaml", import.meta.url));

/** Runs a command line that must succeed, and reads what it prints as JSON. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await heddle(...args, "--format", "json");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as T;
}

interface Result {
  readonly schemaVersion: number;
  readonly name: string;
  readonly scheduler: string;
  readonly sync: string;
  readonly seed: number;
  readonly makespanNs: number;
  readonly lowerBoundNs: number;
  readonly devices: readonly { name: string; slots: number; busyNs: number; utilization: number }[];
  readonly tasks: readonly { name: string; device: string; startNs: number; endNs: number }[];
  readonly warnings: readonly unknown[];
  readonly digest: string;
  readonly fused: readonly { into: string; members: readonly string[]; pattern: string }[];
  readonly written: readonly string[];
}

beforeAll(() => {
  writeFileSync(at("diamond.tasks.json"), JSON.stringify({
    format: "heddle-tasks/1", processors: ["P1", "P2"],
    tasks: [{ name: "a", ns: [2, 4] }, { name: "b", ns: [3, 1] }, { name: "c", ns: [2, null] }, { name: "d", ns: [1, 1] }],
    edges: [{ from: "a", to: "b", ns: 1 }, { from: "a", to: "c", ns: 1 }, { from: "b", to: "d", ns: 1 }, { from: "c", to: "d", ns: 1 }],
  }));
  writeFileSync(at("two.stg"), "2\n0 0 0\n1 5 1 0\n2 7 1 0\n3 0 2 1 2\n");
  writeFileSync(at("batched.onnx"), makeModel({
    inputs: { x: ["batch", 16] }, outputs: { z: ["batch", 32] }, weights: { w: { dims: [16, 32] } },
    nodes: [{ op: "MatMul", in: ["x", "w"], out: ["y"], name: "product" }, { op: "Relu", in: ["y"], out: ["z"], name: "activation" }],
  }));
});
afterAll(() => removeFolder(folder));

describe("heddle run", () => {
  it("gives a documented, versioned result as JSON", async () => {
    const result = await json<Result>("run", at("diamond.tasks.json"), "--scheduler", "heft");
    // a and c on P1, b on P2, its data both ways; d where it ends first.
    expect(result).toMatchObject({ schemaVersion: 1, name: "diamond.tasks.json", scheduler: "heft", sync: "dataflow", seed: 0, makespanNs: 6, lowerBoundNs: 6, gap: 0, warnings: [], fused: [], written: [] });
    expect(result.devices.map(({ name, busyNs }) => [name, busyNs])).toEqual([["P1", 5], ["P2", 1]]);
    expect(result.devices[0]!.utilization).toBeCloseTo(5 / 6);
    expect(result.tasks).toMatchObject([
      { name: "a", device: "P1", startNs: 0, endNs: 2 }, { name: "b", device: "P2", startNs: 3, endNs: 4 },
      { name: "c", device: "P1", startNs: 2, endNs: 4 }, { name: "d", device: "P1", startNs: 5, endNs: 6 },
    ]);
    expect(result.digest).toMatch(/^[0-9a-f]{32}$/);
  });

  it("takes task graphs on equal processors", async () => {
    const result = await json<Result>("run", at("two.stg"), "--processors", "2", "--scheduler", "b-level");
    expect(result.makespanNs).toBe(7);
    expect(result.devices).toHaveLength(2);
  });

  it("takes an ONNX file with a symbolic dimension, and no scenario", async () => {
    const tasks = async (...flags: string[]) => (await json<Result>("run", at("batched.onnx"), "--machine", "workstation", ...flags)).tasks.length;
    expect(await tasks("--dim", "batch=8", "--set", "workload.fuse=off")).toBe(2);
    expect(await tasks("--dim", "batch=8", "--instances", "3", "--set", "workload.fuse=on")).toBe(3);
  });

  it("says in short what was fused, and all of it as JSON", async () => {
    const { out } = await heddle("run", "resnet50", "--scheduler", "heft");
    expect(out).toContain("\nfused 171 operators into 53\n  conv+batch-norm+relu ×33, conv+batch-norm+add+relu ×16, conv+batch-norm ×4\n  (without: --set workload.fuse=off)\n");
    const { fused } = await json<Result>("run", "resnet50", "--scheduler", "heft");
    expect(fused).toHaveLength(53);
    expect(fused[0]).toEqual({ into: "stem.conv", members: ["stem.conv", "stem.norm", "stem.relu"], pattern: "conv+batch-norm+relu" });
  });

  it("lets flags override the scenario", async () => {
    expect(await json<Result>("run", pipeline, "--scheduler", "mct", "--sync", "level-barrier", "--seed", "5", "--set", "name=mine")).toMatchObject({ name: "mine", scheduler: "mct", sync: "level-barrier", seed: 5 });
    expect((await json<Result>("run", pipeline, "-n", "2", "--set", "workload.graph.ops.read.time=12us")).makespanNs).toBeGreaterThan(2 * 22_000);
  });

  it("lets a flag win over --set of the same, and keeps options set beside it", async () => {
    expect(await json<Result>("run", pipeline, "--scheduler", "mct", "--set", "scheduler=fifo", "--seed", "5", "--set", "seed=6")).toMatchObject({ scheduler: "mct", seed: 5 });
    expect(await json<Result>("run", "mlp", "--scheduler", "dmda", "--set", "scheduler.use=fifo", "--set", "scheduler.alpha=2")).toMatchObject({ scheduler: "dmda" });
  });

  it("changes the machine that a model alone runs on", async () => {
    const { devices } = await json<Result>("run", "resnet50", "--scheduler", "heft", "--set", "machine.devices.gpu0.slots=4");
    expect(devices.map(({ name, slots }) => `${name} ${slots}`)).toContain("gpu0 4");
  });

  it("repeats a recorded run", async () => {
    for (const scheduler of ["heft", "dmda", "work-stealing"]) {
      const recorded = await json<Result>("run", pipeline, "--scheduler", scheduler, "--trace", at("recorded.json"));
      writeFileSync(at("replay.yaml"), `include: ${pipeline}\nscheduler: {use: replay, trace: recorded.json}\n`);
      const repeated = await json<Result>("run", at("replay.yaml"), "--set", "output={}");
      expect(repeated.makespanNs).toBe(recorded.makespanNs);
      expect(repeated.tasks.map(({ device }) => device)).toEqual(recorded.tasks.map(({ device }) => device));
    }
    writeFileSync(at("replay.yaml"), "workload: {model: mlp}\nscheduler: {use: replay, trace: none.json}\n");
    expect((await heddle("run", at("replay.yaml"))).err).toBe(`${at("replay.yaml")}:2:33: error[missing-file]: there is no file ${at("none.json")}\n`);
  });

  it("writes the same result that it prints", async () => {
    const { written, ...printed } = await json<Result>("run", pipeline, "--metrics", at("pipeline.json"));
    expect(written).toEqual([at("pipeline.json")]);
    expect(JSON.parse(readFileSync(at("pipeline.json"), "utf8"))).toEqual(printed);
  });

  it("puts files where it is told: flags from here, all under --out", async () => {
    expect((await json<Result>("run", pipeline, "--out", at("out"), "--csv", "x.csv", "--trace", at("absolute.json"))).written).toEqual([at("absolute.json"), at("out/x.csv")]);
    expect((await json<Result>("run", pipeline, "--set", `output={directory: ${at("from-scenario")}, metrics: m.json}`, "--csv", at("here.csv"))).written).toEqual([at("from-scenario/m.json"), at("here.csv")]);
    expect(readFileSync(at("here.csv"), "utf8").split("\r\n")[0]).toBe("op,kind,device,slot,ready_ns,start_ns,end_ns");
  });
});

describe("heddle compare", () => {
  it("ranks, as text and as JSON", async () => {
    const { schedulers } = await json<{ schedulers: { rank: number; name: string; makespanNs: number; vsBest: number; gap: number }[] }>("compare", forkJoin, "--schedulers", "met,heft");
    expect(schedulers.map(({ rank, name }) => `${rank} ${name}`)).toEqual(["1 heft", "2 met"]);
    expect(schedulers[0]).toMatchObject({ makespanNs: 6000, vsBest: 1, gap: 0 });
    expect(schedulers[1]!.vsBest).toBeCloseTo(10 / 6);
    expect((await heddle("compare", forkJoin, "--schedulers", "met,heft")).out).toMatch(/1 {2}heft .*\n +2 {2}met /);
  });

  it("takes the scenario's list, or all that need no options", async () => {
    const names = async (...args: string[]) => (await json<{ schedulers: { name: string }[] }>("compare", ...args)).schedulers.map(({ name }) => name).sort();
    expect(await names(forkJoin)).toEqual(["b-level", "fifo"]);
    const all = await names(pipeline);
    expect(all).toContain("heft");
    expect(all).not.toContain("replay");
    expect(await names(forkJoin, "--schedulers", "all")).toEqual(all);
  });
});

describe("heddle check", () => {
  it("finds every shipped scenario fine, those with a policy of their own apart (they need a thread)", async () => {
    const files = readdirSync(shipped).filter((name) => name.endsWith(".yaml") && name !== "own-policy.yaml").map((name) => join(shipped, name));
    expect(files.length).toBeGreaterThan(5);
    const { files: fine, errors } = await json<{ files: { file: string; operators: number; devices: number }[]; errors: unknown[] }>("check", ...files);
    expect(errors).toEqual([]);
    expect(fine.map(({ file }) => file)).toEqual(files);
    for (const { operators, devices } of fine) expect(Math.min(operators, devices)).toBeGreaterThan(0);
  });

  it("takes what run takes: models, and flags that change a scenario", async () => {
    const scenario = join(shipped, "resnet50-workstation.yaml");
    const counts = async (...args: string[]) => (await json<{ files: { operators: number; devices: number }[] }>("check", ...args)).files.map(({ operators, devices }) => [operators, devices]);
    const [[operators]] = (await counts(scenario)) as [[number]];
    expect(await counts(scenario, "resnet50", "--set", "workload.instances=3", "--set", "workload.fuse=off", "--machine", "mixed")).toEqual([[expect.any(Number), 6], [expect.any(Number), 6]]);
    expect((await counts(scenario, "--set", "workload.instances=3"))[0]![0]).toBe(3 * operators);
    const wrong = await heddle("check", scenario, "--set", "workload.batch=-1");
    expect(wrong).toMatchObject({ code: 2, out: "" });
    expect(wrong.err).toContain("--set workload.batch=-1: error[");
  });
});

describe("warnings", () => {
  it("of check and run name devices that can run nothing, and cost rows for nothing", async () => {
    writeFileSync(at("odd.yaml"), [
      "workload: {model: mlp}", "scheduler: heft", "machine: {use: workstation, devices: {npu0: {kind: npu, peak: {i8: 4TFLOP/s}}}, links: [{between: [cpu0, npu0], use: pcie4-x16}]}",
      "cost: [{table: {matmull: 3ms, relu: 1ms, softplus-of-something: 1ms}}, roofline]", "",
    ].join("\n"));
    const warnings = [
      { code: "unused-cost-row", message: 'a cost table has a row for "matmull", but no operator is of that kind: did you mean matmul?' },
      { code: "unused-cost-row", message: 'a cost table has a row for "relu", but no operator is of that kind: they were fused into others' },
      { code: "unused-cost-row", message: 'a cost table has a row for "softplus-of-something", but no operator is of that kind' },
      { code: "useless-device", message: 'device "npu0" can run none of the operators: it computes in i8, they are f32' },
    ];
    expect((await json<Result>("run", at("odd.yaml"))).warnings).toEqual(warnings);
    expect((await json<{ files: { warnings: unknown[] }[] }>("check", at("odd.yaml"))).files[0]!.warnings).toEqual(warnings);
  });
});

describe("heddle import", () => {
  interface Summary {
    readonly nodes: number;
    readonly kinds: Readonly<Record<string, number>>;
    readonly macs: number;
    readonly parameterBytes: number;
    readonly activationBytes: number;
    readonly unknown: readonly unknown[];
  }

  it("counts what a model does, at the given dimensions", async () => {
    expect(await json<Summary>("import", at("batched.onnx"), "--dim", "batch=8")).toMatchObject({
      nodes: 2, kinds: { matmul: 1, relu: 1 }, macs: 8 * 16 * 32, parameterBytes: 4 * 16 * 32, unknown: [],
    });
    expect((await json<Summary>("import", at("batched.onnx"), "-d", "batch=2")).macs).toBe(2 * 16 * 32);
  });

  it("lists everything that was fused", async () => {
    const { out } = await heddle("import", "resnet50", "--fuse");
    expect(out).toContain("\nfused 171 operators into 53\n");
    expect(out.match(/^ {2}\S+: .+ \+ .+ \(conv\+batch-norm.*\)$/gm)).toHaveLength(53);
    expect((await json<{ merged: unknown[] }>("import", "resnet50", "--fuse")).merged).toHaveLength(53);
    expect((await heddle("import", at("two.stg"), "--fuse")).out).toContain("nothing to fuse");
  });

  it("names the operators that are not known, and what is assumed for them", async () => {
    writeFileSync(at("unknown.onnx"), makeModel({ inputs: { x: [1, 8] }, outputs: { y: [1, 8] }, nodes: [{ op: "Frobnicate", domain: "com.example", in: ["x"], out: ["y"], name: "odd" }] }));
    const { code, out, err } = await heddle("import", at("unknown.onnx"));
    expect(code).toBe(0);
    expect(out).toContain("Frobnicate");
    expect(err).toMatch(/^warning\[[\w-]+\]: .*Frobnicate/m);
    expect((await json<Summary>("import", at("unknown.onnx"))).unknown).toHaveLength(1);
  });
});

describe("heddle import --costs", () => {
  interface Costs {
    readonly machine: string;
    readonly costs: readonly { device: string; kind: string; count: number; totalNs: number; limits: Readonly<Record<string, number>>; sources: readonly string[] }[];
  }

  it("says what limits each kind on each device, and whose figures these are", async () => {
    const { machine, costs } = await json<Costs>("import", "resnet50", "--machine", "workstation", "--costs");
    expect(machine).toBe("workstation");
    expect(costs.map(({ device, kind, count }) => `${device} ${kind} ${count}`)).toEqual(["cpu0", "gpu0"].flatMap((device) => [`${device} conv 53`, `${device} matmul 1`, `${device} max-pool 1`, `${device} global-pool 1`]));
    for (const { limits, sources, totalNs } of costs) {
      expect(totalNs).toBeGreaterThan(0);
      expect(Object.values(limits).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
      expect(sources).toHaveLength(1);
    }
    expect(Object.keys(costs[4]!.limits)).toEqual(["compute", "memory", "launch"]);
    expect((await heddle("import", "resnet50", "--costs")).out).toMatch(/^device +kind +count +time alone +limited by +source\ncpu0 +conv +53 .+ compute [\d.]+ %, memory [\d.]+ % +roofline\(/);
  });

  it("takes durations that the workload gives", async () => {
    expect((await json<Costs>("import", at("diamond.tasks.json"), "--costs")).costs.map(({ device, count, totalNs, limits }) => [device, count, totalNs, limits])).toEqual([["P1", 4, 8, { given: 1 }], ["P2", 3, 6, { given: 1 }]]);
  });
});

describe("heddle list", () => {
  it("says once what a runtime is", async () => {
    for (const { name, summary } of await json<{ name: string; summary: string }[]>("list", "runtimes")) expect((await heddle("list", "runtime", name)).out.split(summary)).toHaveLength(2);
  });

  it("knows every topic in the plural and the singular", async () => {
    const everything = await json<Record<string, { name: string; summary: string }[]>>("list");
    for (const [topic, items] of Object.entries(everything)) {
      expect(items.length).toBeGreaterThan(1);
      for (const { name, summary } of items) expect(name !== "" && summary !== "", name).toBe(true);
      const singular = topic.replace(/s$/, "");
      expect((await heddle("list", singular)).out).toBe((await heddle("list", topic)).out);
      const one = await json<{ name: string }>("list", singular, items[0]!.name);
      expect(one).toMatchObject(items[0]!);
    }
  });

  it("gives a machine, or a device, as YAML that a scenario can start from", async () => {
    writeFileSync(at("mixed.yaml"), (await heddle("list", "machine", "mixed")).out);
    writeFileSync(at("on-mixed.yaml"), "include: mixed.yaml\nworkload: {model: mlp}\n");
    expect((await heddle("check", at("on-mixed.yaml"))).code).toBe(0);
    const [gpu] = (await json<{ name: string }[]>("list", "devices")).filter(({ name }) => name.startsWith("nvidia-a100"));
    writeFileSync(at("a100.yaml"), (await heddle("list", "device", gpu!.name)).out);
    writeFileSync(at("on-a100.yaml"), "include: a100.yaml\nworkload: {model: mlp}\n");
    expect(await heddle("check", at("on-a100.yaml"))).toMatchObject({ code: 0, err: "" });
    const [link] = await json<{ name: string }[]>("list", "links");
    expect((await heddle("list", "link", link!.name)).out).toMatch(new RegExp(`^# ${link!.name}: .+\\n\\nlink:\\n`));
  });

  it("gives the options of a policy as JSON Schema", async () => {
    expect(await json<{ options: object }>("list", "scheduler", "dmda")).toMatchObject({ name: "dmda", options: { properties: { alpha: { default: 1 } } } });
  });
});

describe("saved traces", () => {
  it("are verified, drawn and compared", async () => {
    const [a, b] = [at("a.json"), at("b.json")];
    expect((await heddle("run", forkJoin, "--trace", a)).code).toBe(0);
    expect((await heddle("run", forkJoin, "--scheduler", "met", "--trace", b)).code).toBe(0);
    expect((await heddle("verify", a, b)).out).toBe(`${a}: fine (5 operators, 0 transfers)\n${b}: fine (5 operators, 0 transfers)\n`);

    expect((await heddle("diff", a, b, "--top", "1")).out).toMatch(/^makespan {2}6\.00 µs \(b-level\) → 10\.0 µs \(met\), 1\.667× slower\n/);
    expect(await json<object>("diff", a, b)).toMatchObject({ schemaVersion: 1, makespanChangeNs: 4000, matched: 5 });

    const drawn = await heddle("render", a, "-o", "-", "--title", "A title");
    expect(drawn.out).toMatch(/^<svg .*<title>A title<\/title>/s);
    expect((await heddle("render", a)).out).toBe(`wrote ${at("a.svg")}\n`);
    expect(await json<object>("render", a, "-o", at("light.svg"), "--theme", "light")).toEqual({ schemaVersion: 1, written: [at("light.svg")] });
  });

  it("that were edited into another valid run are found out by their digest", async () => {
    await heddle("run", forkJoin, "--trace", at("first.json"));
    await heddle("run", forkJoin, "--scheduler", "met", "--trace", at("second.json"));
    const [first, second] = ["first.json", "second.json"].map((name) => JSON.parse(readFileSync(at(name), "utf8")) as { heddle: { digest: string } });
    second!.heddle.digest = first!.heddle.digest;
    writeFileSync(at("second.json"), JSON.stringify(second));
    const { code, out, err } = await heddle("verify", at("first.json"), at("second.json"));
    expect([code, out]).toEqual([1, `${at("first.json")}: fine (5 operators, 0 transfers)\n`]);
    expect(err).toMatch(/second\.json: error\[digest\]: the schedule was changed after the run: its digest is [0-9a-f]{32}, and the file says [0-9a-f]{32}\n$/);
  });

  it("that break a rule make verify end with 1", async () => {
    await heddle("run", forkJoin, "--trace", at("true.json"));
    const trace = JSON.parse(readFileSync(at("true.json"), "utf8")) as { heddle: { makespanTicks: number } };
    trace.heddle.makespanTicks += 5;
    writeFileSync(at("false.json"), JSON.stringify(trace));
    const { code, out, err } = await heddle("verify", at("false.json"), at("true.json"));
    expect([code, out]).toEqual([1, `${at("true.json")}: fine (5 operators, 0 transfers)\n`]);
    const [rule, changed, ...rest] = err.split("\n");
    expect(rule).toBe(`${at("false.json")}: error[totals]: the makespan is given as 6005, the last operator ended at 6000`);
    expect([changed!.includes("error[digest]: the file was changed after the run"), rest]).toEqual([true, [""]]);
    const mixed = await heddle("verify", at("false.json"), at("missing.json"), at("true.json"));
    expect(mixed).toMatchObject({ code: 2, out });
    expect(mixed.err).toBe(`${err}error[missing-file]: there is no file ${at("missing.json")}\n`);
    expect(JSON.parse((await heddle("verify", at("false.json"), "--format", "json")).out)).toMatchObject({ traces: [{ problems: [{ code: "totals" }, { code: "digest" }] }] });
  });
});

describe("published and real inputs", () => {
  const topcuoglu = sharedData("taskgraphs/published/topcuoglu-2002.tasks.json");
  it.skipIf(topcuoglu === undefined)("HEFT on the graph of its paper: 80", async () => {
    expect((await json<Result>("run", topcuoglu!, "--scheduler", "heft")).makespanNs).toBe(80);
    expect((await json<Result>("run", topcuoglu!, "--scheduler", "cpop")).makespanNs).toBe(86);
  });

  const stg = sharedData("taskgraphs/stg/rand0000_50.stg");
  it.skipIf(stg === undefined).each([[2, 131], [4, 66], [8, 55]])("b-level on rand0000, %i processors: the proved optimum %i", async (processors, optimum) => {
    expect((await json<Result>("run", stg!, "--processors", String(processors), "--scheduler", "b-level")).makespanNs).toBe(optimum);
  });

  const onnx = sharedData("onnx");
  it.skipIf(onnx === undefined)("every ONNX file is imported, run and verified", async () => {
    for (const name of readdirSync(onnx!).filter((file) => file.endsWith(".onnx"))) {
      const { nodes, macs } = await json<{ nodes: number; macs: number }>("import", join(onnx!, name));
      expect(Math.min(nodes, macs), name).toBeGreaterThan(0);
      const { makespanNs, lowerBoundNs } = await json<Result>("run", join(onnx!, name), "--trace", at("real.json"));
      expect(makespanNs, name).toBeGreaterThanOrEqual(lowerBoundNs);
      expect((await heddle("verify", at("real.json"))).code, name).toBe(0);
    }
  });

  const workflows = sharedData("taskgraphs/wfinstances");
  it.skipIf(workflows === undefined)("every workflow instance is run and verified", async () => {
    for (const name of readdirSync(workflows!).filter((file) => file.endsWith(".json"))) {
      const { code } = await heddle("run", join(workflows!, name), "--trace", at("real.json"));
      expect(code, name).toBe(0);
      expect((await heddle("verify", at("real.json"))).code, name).toBe(0);
    }
  });
});
