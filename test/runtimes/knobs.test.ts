import { describe, expect, it } from "vitest";
import { InputError, type Issue } from "../../src/base/errors.ts";
import { loadScenario } from "../../src/scenario/load-scenario.ts";
import { resolveScenario } from "../../src/scenario/resolve-scenario.ts";
import { readOrdinaryFile } from "../../src/scenario/read-file.ts";
import { readRuntime, runtimePath, shippedRuntimes } from "../../src/scenario/runtime-file.ts";
import { runtimeList } from "../../src/scenario/runtime-list.ts";
import { threadCounts } from "../../src/tune/dimensions.ts";
import { boundOf } from "../../src/scenario/analyze-run.ts";
import { compileScenario, runScenario } from "../../src/scenario/run-scenario.ts";
import { chain, cores, resolved, traceOf, twoBranches } from "./run-runtime.ts";

/** The issues of a scenario, with the runtime's files from disk. */
async function issues(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const read = async (file: string) => (file === "test.yaml" ? new TextEncoder().encode(yaml) : file in files ? new TextEncoder().encode(files[file]) : readOrdinaryFile(file));
  try {
    await resolveScenario(await loadScenario("test.yaml", { readFile: read }), { readFile: read });
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.map(({ code, file, line, column, message, hint }) => `${file}:${line}:${column} ${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`);
  }
}

const model = "workload: {model: mlp}\nmachine: workstation\n";
/** These bring their own work. */
const ownWork: readonly string[] = ["numexpr", "pyro", "mpi"];

describe("runtimes", () => {
  it.each(shippedRuntimes)("%s runs with its defaults, and no CPU in a machine is told", async (use) => {
    const trace = await traceOf({ ...(!ownWork.includes(use) && { workload: { model: "mlp" } }), machine: "workstation", runtime: use });
    expect(trace.makespanTicks).toBeGreaterThan(0);
    if (!ownWork.includes(use)) expect([trace.scheduler, trace.instance.opCount > 0]).toEqual([use, true]);
  });

  it("are listed with their knobs, each with a meaning", async () => {
    for (const { name, summary, knobs } of await runtimeList()) {
      expect.soft(summary.length, name).toBeGreaterThan(20);
      expect.soft(Object.keys(knobs).length, name).toBeGreaterThan(0);
      for (const [knob, { description }] of Object.entries(knobs)) expect.soft(description, knob).toMatch(/^[A-Z]/);
    }
  });

  it("have every knob on their page", async () => {
    const { readFileSync } = await import("node:fs");
    const { root } = await import("../docs/markdown.ts");
    const page = readFileSync(`${root}/docs/runtimes.md`, "utf8");
    for (const { name, knobs } of await runtimeList()) for (const knob of Object.keys(knobs)) expect.soft(page.includes(`\`${knob}\``), `${name}: ${knob}`).toBe(true);
  });

  it("name their sources", async () => {
    const { readFileSync } = await import("node:fs");
    for (const use of shippedRuntimes) expect.soft(readFileSync(runtimePath(use.replace(/^(static|dynamic|hybrid)-pool$/, "parts/sized-pool")), "utf8"), use).toMatch(/# Sources?:/);
  });

  it("take their cores from the machine, or from the scenario", async () => {
    expect((await traceOf({ workload: { model: "mlp" }, machine: cores(6), runtime: "openmp" })).threads!.table.length).toBe(6);
    expect((await traceOf({ workload: { model: "mlp" }, machine: cores(6), runtime: "openmp", cores: 3 })).threads!.table.length).toBe(3);
  });

  it("compute an operator at the speed of one core, and share the memory's bandwidth", async () => {
    const machine = (gbps: number) => ({ devices: { cpu: { kind: "cpu", units: 4, peak: { f32: "400GFLOP/s" }, unitBandwidth: "10GB/s", memoryEfficiency: "100%", memory: { capacity: "64GiB", bandwidth: `${gbps}GB/s` } } } });
    const ops = { a: { kind: "add", flops: 1, read: "1MB", output: "0B" }, b: { kind: "add", flops: 1, read: "1MB", output: "0B" } };
    const run = async (gbps: number) => (await traceOf({ workload: { graph: { ops } }, machine: machine(gbps), runtime: { use: "static-pool", threads: 2 } })).makespanTicks / 1e3;
    // 1 MB at 10 GB/s each, side by side; two at 10 GB/s together.
    expect(await run(40)).toBeCloseTo(100, -1);
    expect(await run(10)).toBeCloseTo(200, -1);
  });

  it("no run beats the bound, which knows that operators are shared", async () => {
    const scenario = await resolved({ workload: chain("1ms", 4), machine: cores(4), runtime: "openmp" });
    const instance = compileScenario(scenario);
    const { makespanTicks, threads } = runScenario(scenario, { instance });
    const bound = boundOf(instance, 0, { cores: threads!.cores });
    expect(makespanTicks).toBeLessThan(2e6);
    expect(bound.ticks).toBeLessThanOrEqual(makespanTicks);
    expect(bound.ticks).toBe(1e6);
  });

  it("no run beats the bound where several operators end within one tick", async () => {
    const ops = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`o${i}`, "276ns"]));
    const scenario = await resolved({ workload: { graph: { ops } }, machine: cores(8), runtime: "onnxruntime-parallel", tick: "1us", threadCosts: "none" });
    const { makespanTicks, threads, instance } = runScenario(scenario);
    expect(makespanTicks).toBeLessThan(60);
    expect(boundOf(instance, 0, { cores: threads!.cores }).ticks).toBeLessThanOrEqual(makespanTicks);
  });

  it("run the operators of a job after it has arrived", async () => {
    const trace = await traceOf({ workload: { ...twoBranches("100us"), instances: 4, arrivals: { every: "5ms" } }, machine: cores(4), runtime: "onnxruntime-parallel" });
    trace.ops.startTicks.forEach((start, op) => expect(start).toBeGreaterThanOrEqual(trace.jobs.arrivalTicks[trace.instance.jobOf[op]!]!));
  });

  it("give the same run each time", async () => {
    const run = async () => (await traceOf({ workload: { model: "mlp" }, machine: "laptop", runtime: { use: "onnxruntime-parallel", allow_spinning: false } })).rows;
    expect(await run()).toEqual(await run());
  });
});

describe("what is wrong with runtimes", () => {
  it.each([
    ["an unknown name", "runtime: onnxruntime-paralel", 'test.yaml:3:10 unknown-runtime: there is no runtime "onnxruntime-paralel" (did you mean onnxruntime-parallel?)'],
    ["a name that no file can have", "runtime: 50%", 'test.yaml:3:10 unknown-runtime: there is no runtime "50%"'],
    ["a file that is not there", "runtime: ./mine.yml", "test.yaml:3:10 missing-file: there is no file mine.yml"],
    ["a file that is not there, with knobs", "runtime: {width: 2, use: ./mine.yml}", "test.yaml:3:26 missing-file: there is no file mine.yml"],
    ["an unknown knob", "runtime: {use: openmp, OMP_NUM_THREAD: 4}", 'test.yaml:3:24 unknown-knob: openmp has no knob "OMP_NUM_THREAD" (did you mean OMP_NUM_THREADS?)'],
    ["a knob of another type", "runtime: {use: openmp, OMP_NUM_THREADS: many}", 'test.yaml:3:41 bad-knob: OMP_NUM_THREADS must be a whole number, not "many"'],
    ["a part of a thread", "runtime: {use: openmp, OMP_NUM_THREADS: 1.5}", "test.yaml:3:41 bad-knob: OMP_NUM_THREADS must be a whole number, not 1.5"],
    ["too few threads", "runtime: {use: openmp, OMP_NUM_THREADS: 0}", "test.yaml:3:41 bad-knob: OMP_NUM_THREADS must be at least 1, not 0"],
    ["an unknown choice", "runtime: {use: openmp, schedule: guidet}", 'test.yaml:3:34 bad-knob: schedule is not "guidet" (did you mean guided?)'],
    ["text for a switch", "runtime: {use: onnxruntime-parallel, allow_spinning: 'yes'}", 'test.yaml:3:54 bad-knob: allow_spinning must be true or false, not "yes"'],
    ["a time without a unit", "runtime: {use: dask, latency: 5}", "test.yaml:3:31 bad-knob: latency is wrong: 5 has no unit (quantities carry their unit: 10us)"],
    ["an expression that means nothing", "runtime: {use: openmp, OMP_NUM_THREADS: $coers}", "test.yaml:3:41 bad-knob: OMP_NUM_THREADS cannot be computed: nothing sets $coers: neither this program nor the group's with"],
    ["a scheduler beside it", "runtime: openmp\nscheduler: heft", "test.yaml:4:1 conflicting-keys: the threads decide which operator runs where, and so does scheduler (remove scheduler, or the runtime)"],
  ])("%s", async (_, lines, expected) => expect((await issues(model + lines)).join("\n")).toContain(expected));

  it("a knob on whose value the least of another depends", async () => expect(await issues(`${model}runtime: {use: hybrid-pool, core_threads: 5, max_threads: 3}`)).toEqual(["test.yaml:3:59 bad-knob: max_threads must be at least 5, not 3 (the limit is $core_threads)"]));

  it("a default of one's own file that means nothing is told at its place", async () => {
    const own = (width: string) => `name: Mine\ndescription: My runtime.\nknobs:\n  width: {type: integer, default: ${width}, min: 1, description: Threads}\n  wide: {type: integer, default: 0, min: $width, description: Threads}\n`;
    const yaml = `${model}runtime: ./mine.yml`;
    expect(await issues(yaml, { "mine.yml": own("$coers") })).toEqual(["mine.yml:4:35 bad-knob: width cannot be computed: nothing sets $coers: neither this program nor the group's with (did you mean cores?)"]);
    expect(await issues(yaml, { "mine.yml": own("4") })).toEqual(["mine.yml:5:34 bad-knob: wide must be at least 4, not 0 (the limit is $width)"]);
  });

  it("several knobs are told at once", async () => expect(await issues(`${model}runtime: {use: openmp, OMP_NUM_THREADS: 0, schedule: x, chunks: 3}`)).toHaveLength(3));

  it("a runtime that runs operators needs some", async () => expect((await issues("machine: workstation\nruntime: openmp"))[0]).toMatch(/test\.yaml:2:10 missing-key: openmp runs operators, and the scenario has no workload/));

  it.each(ownWork)("a workload beside %s, which brings its own work", async (use) => {
    expect(await issues(`${model}runtime: ${use}`)).toEqual([`test.yaml:3:10 conflicting-keys: ${use} brings its own work, and runs no operator of the workload (remove the workload, or choose a runtime that runs operators: runtime: onnxruntime-parallel)`]);
  });

  it("a runtime's file is no scenario, and says how it is run", async () => {
    const hints = await Promise.all(shippedRuntimes.map(async (name) => {
      const error = await loadScenario(runtimePath(name)).then(() => undefined, (thrown: unknown) => thrown as InputError);
      const [{ code, hint }] = error!.issues as [Issue];
      return [name, code, hint!.slice(0, 25)];
    }));
    // As their descriptions have it.
    expect(hints).toEqual(shippedRuntimes.map((name) => [name, "runtime-file", ownWork.includes(name) ? "it brings its own work: n" : "run a model under it: hed"]));
    const mpi = await loadScenario(runtimePath("mpi")).catch((thrown: unknown) => thrown as InputError);
    expect((mpi as InputError).issues[0]!.hint).toBe("it brings its own work: name it in a scenario beside it, runtime: ./mpi.yaml");
  });

  it("expressions of cores are computed", async () => expect(await issues(`${model}runtime: {use: openmp, OMP_NUM_THREADS: $cores // 2}`)).toEqual([]));

  it("a file of one's own is checked at its positions", async () => {
    const own = [
      "name: Mine", "description: My runtime.", "knobs:", "  width: {type: integer, default: 2, description: Threads}", "programs:", "  worker:", "    - repeat: forever", "      do:",
      "        - pop: {from: ready, into: op, else: [break]}", "        - runOp: $op", "        - complete: $op", "threads:", "  worker: {count: $widht}", "queues:", "  ready: {takes: operators}",
    ].join("\n");
    const scenario = "workload: {graph: {ops: {a: 1ms}}}\nmachine: workstation\nruntime: {use: ./mine.yaml, width: 3}";
    expect((await issues(scenario, { "mine.yaml": own }))[0]).toMatch(/^mine\.yaml:13:19 unknown-variable: nothing sets \$widht/);
    expect(await issues(scenario, { "mine.yaml": own.replace("widht", "width") })).toEqual([]);
    expect((await issues(scenario, { "mine.yaml": own.replace("{type: integer, ", "{type: whole, ") }))[0]).toMatch(/^mine\.yaml:4:1\d .*knobs\.width\.type/);
    expect((await issues(scenario, { "mine.yaml": own.replace("{count: $widht}", "{when: {width: 3}, then: 2, otherwise: 1}") }))[0]).toMatch(/^mine\.yaml:13:\d+ unknown-key: a choice has when, then and else/);
    expect((await issues(scenario, { "mine.yaml": own.replace("width:", "cores:") }))[0]).toMatch(/bad-name: \$cores is given/);
  });

  it("the one of the documentation runs", async () => {
    const { readFileSync } = await import("node:fs");
    const { root } = await import("../docs/markdown.ts");
    const [, own] = /```yml\n([\s\S]*?)```/.exec(readFileSync(`${root}/docs/runtimes.md`, "utf8"))!;
    expect(await issues(`${model}runtime: {use: ./mine.yaml, spins: true}`, { "mine.yaml": own! })).toEqual([]);
  });

  it("knobs are read from their file", async () => {
    const { knobs, summary } = await readRuntime("openmp", runtimePath("openmp"), undefined);
    expect(knobs["schedule"]!.choices).toEqual(["static", "dynamic", "guided", "auto"]);
    expect(summary).toMatch(/^One operator after the other/);
    expect(threadCounts(6)).toEqual([1, 2, 3, 4, 6]);
  });
});
