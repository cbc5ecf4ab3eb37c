import { describe, expect, it } from "vitest";
import { Scenario } from "../../src/scenario/scenario.ts";
import { fromPlain, type SourceMap } from "../../src/scenario/source-tree.ts";
import { tuneScenario } from "../../src/tune/tune-scenario.ts";
import { formatTuned, gainOf } from "../../src/tune/tune-text.ts";
import { heddle } from "../cli/run-cli.ts";
import { chain, cores, micros, twoBranches } from "../runtimes/run-runtime.ts";

const scenario = (plain: object) => new Scenario(fromPlain(plain, { file: "test.yaml" }) as SourceMap, "test.yaml");

describe("tune", () => {
  it("the best is the best of all, and each time is that of a run", async () => {
    const plain = { workload: twoBranches("400us", 4), machine: cores(4), runtime: "onnxruntime-parallel" };
    const { settings, searches } = await tuneScenario(scenario(plain));
    expect(searches).toEqual([{ runtime: "onnxruntime-parallel", kind: "exhaustive", tried: 192, size: 192, whatIf: ["queue_lock"] }]);
    expect(settings.length).toBe(65);
    for (const { ns } of settings) expect(ns).toBeGreaterThanOrEqual(settings[0]!.ns);
    for (const { knobs, ns } of [settings[0]!, settings[20]!, settings.at(-1)!]) expect(await micros({ ...plain, runtime: { use: "onnxruntime-parallel", ...knobs } })).toBeCloseTo(ns / 1e3, 6);
  });

  it("two branches want two inter-op threads where operators are too short to be shared", async () => {
    const tuned = await tuneScenario(scenario({ workload: twoBranches("30us", 10), machine: cores(4), runtime: "onnxruntime-parallel" }));
    expect(tuned.settings[0]!.knobs["inter_op_num_threads"]).not.toBe(1);
    expect(tuned.settings.find(({ knobs }) => knobs["inter_op_num_threads"] === 1)!.ns).toBeGreaterThan(1.5 * tuned.settings[0]!.ns);
  });

  it("tiny operators are best left to one OpenMP thread, and the gain is over the default", async () => {
    const tuned = await tuneScenario(scenario({ workload: chain("300ns", 50), machine: cores(8), runtime: "openmp" }), { tries: { schedule: ["static"] } });
    expect(tuned.settings[0]!.knobs["OMP_NUM_THREADS"]).toBe(1);
    expect(gainOf(tuned)).toBeGreaterThan(0.3);
    expect(tuned.settings[0]!.lines).toContain("export OMP_NUM_THREADS=1");
    expect(formatTuned(tuned)).toMatch(/Predicted gain: \d+\.\d % less than with the defaults of openmp\./);
  });

  it("what the real runtime has no setting for is a what-if, and never advice", async () => {
    const runtime = { use: "tensorflow", inter_op_parallelism_threads: 1, queue_lock: "futex" };
    const tries = { inter_op_parallelism_threads: [1], intra_op_parallelism_threads: [2, 4], disable_thread_spinning: [false] };
    const tuned = await tuneScenario(scenario({ workload: chain("400us", 10), machine: cores(4), runtime }), { tries });
    const { searches, settings, whatIfs } = tuned;
    expect(searches[0]).toMatchObject({ size: 12, whatIf: ["pinned", "queue_lock"] });
    expect(settings.map(({ knobs }) => [knobs["intra_op_parallelism_threads"], knobs["pinned"], knobs["queue_lock"]])).toEqual([[0, false, "futex"], [4, false, "futex"], [2, false, "futex"]]);
    expect(settings[0]!.lines.some((line) => /pinned|queue|futex/.test(line))).toBe(false);
    // Without its lock it would be faster than anything that can be set.
    expect(whatIfs.length).toBe(5);
    expect(whatIfs[0]!.knobs).toMatchObject({ queue_lock: "none", intra_op_parallelism_threads: 4 });
    expect(whatIfs[0]!.ns).toBeLessThan(settings[0]!.ns);
    const text = formatTuned(tuned);
    expect(text).toMatch(/What if tensorflow were built otherwise\? It has no setting for pinned or queue_lock\.\npinned +queue_lock +makespan +vs best +then with\n +(false|true) +none +\S+ ms +0\.\d\d× +intra_op_parallelism_threads=4\n/);
    expect(text.indexOf("queue_lock")).toBeGreaterThan(text.indexOf("What if"));
  });

  it("the lock of a pool of one's own is a setting like any other", async () => {
    const { settings, whatIfs, searches } = await tuneScenario(scenario({ workload: twoBranches("100us", 4), machine: cores(2), runtime: "static-pool" }));
    expect([searches[0]!.whatIf, whatIfs]).toEqual([[], []]);
    expect(new Set(settings.map(({ knobs }) => knobs["queue_lock"]))).toEqual(new Set(["none", "futex", "mcs"]));
  });

  it("a default is one of the values that are tried, however it was written", async () => {
    const { settings } = await tuneScenario(scenario({ workload: chain("100us", 4), machine: cores(2), runtime: "dynamic-pool" }), { tries: { queue_lock: ["none"], max_threads: [2], grow_above: [2], keep_alive: ["1000us", "1ms", "5ms"] } });
    expect(settings.map(({ knobs, isDefault }) => [knobs["keep_alive"], isDefault])).toEqual([["1ms", true], ["1000us", false], ["5ms", false]]);
  });

  it("a budget smaller than the space is kept, and the default is among what was tried", async () => {
    const { settings, searches } = await tuneScenario(scenario({ workload: chain("1ms", 4), machine: cores(8), runtime: "openmp" }), { budget: 12 });
    expect(searches[0]!.kind).toBe("coordinate descent");
    expect(settings.length).toBeLessThanOrEqual(13);
    expect(settings.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  it("latencies can be what counts, and are where jobs arrive over time", async () => {
    const workload = { ...twoBranches("500us", 2), instances: 20, arrivals: { every: "1ms" } };
    expect((await tuneScenario(scenario({ workload, machine: cores(4), runtime: "static-pool" }))).by).toBe("latency-mean");
    const p99 = await tuneScenario(scenario({ workload, machine: cores(4), runtime: "static-pool" }), { by: "latency-p99" });
    expect(p99.settings[0]!.knobs["threads"]).toBeGreaterThan(1);
  });
});

describe("heddle tune", () => {
  it("ranks both executors of ONNX Runtime for a model, and says how to set the best", async () => {
    const { code, out, err } = await heddle("tune", "mlp", "-m", "laptop", "--try", "inter_op_num_threads=1,2", "--budget", "10", "--runtime", "onnxruntime-parallel");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^mlp on laptop, 6 cores\nonnxruntime-parallel: 10 of 120 settings, by coordinate descent\n/);
    expect(out).toMatch(/Predicted gain|No setting/);
  });

  it("as JSON", async () => {
    const { code, out } = await heddle("tune", "mlp", "-m", "laptop", "-r", "openmp", "--try", "schedule=static", "--format", "json");
    expect(code).toBe(0);
    const parsed = JSON.parse(out) as { settings: { ns: number; lines: string[]; knobs: object }[]; by: string };
    expect(parsed.by).toBe("makespan");
    expect(parsed.settings[0]!.lines.some((line) => line.startsWith("export OMP_NUM_THREADS="))).toBe(true);
  });

  it.each([
    [["tune", "mlp", "-r", "openpm"], /there is no runtime "openpm"[\s\S]*did you mean openmp\?/],
    [["tune", "mlp", "-r", "openmp", "--try", "threads=1,2"], /^--try threads=1,2: error\[unknown-knob\]: openmp has no knob "threads"/],
    [["tune", "mlp", "-r", "openmp", "--try", "OMP_NUM_THREADS=0,2"], /^--try OMP_NUM_THREADS=0,2: error\[bad-knob\]: OMP_NUM_THREADS must be at least 1, not 0/],
    [["tune", "mlp", "-r", "openmp", "--try", "schedule"], /--try needs KNOB=A,B/],
    [["tune", "mlp", "-r", "openmp", "--try", "schedule=static,best"], /schedule is not "best"/],
    [["tune", "mlp", "--by", "speed"], /--by takes one of: makespan, latency-mean, latency-p99; not "speed"/],
  ])("%j", async (args, expected) => {
    const { code, err } = await heddle(...args);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });
});
