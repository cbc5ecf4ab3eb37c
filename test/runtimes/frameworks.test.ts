import { describe, expect, it } from "vitest";
import { cores, chain, micros, resolved, traceOf, twoBranches } from "./run-runtime.ts";

const ort = (use: string, knobs: object) => ({ use: `onnxruntime-${use}`, node_overhead: "0ns", ...knobs });

describe("ONNX Runtime", () => {
  const workload = twoBranches("300us", 4);

  it("two branches: the parallel executor runs both at once with three threads, of which one only waits; the sequential one after the other", async () => {
    const sequential = await micros({ workload, machine: cores(4), runtime: ort("sequential", { intra_op_num_threads: 1 }) });
    const parallel = await micros({ workload, machine: cores(4), runtime: ort("parallel", { inter_op_num_threads: 3, intra_op_num_threads: 1 }) });
    const alone = await micros({ workload, machine: cores(4), runtime: ort("parallel", { inter_op_num_threads: 2, intra_op_num_threads: 1 }) });
    expect(alone).toBeGreaterThanOrEqual(3000);
    expect(sequential).toBeGreaterThanOrEqual(3000);
    expect(sequential).toBeLessThan(3030);
    expect(parallel).toBeGreaterThanOrEqual(1800);
    expect(parallel).toBeLessThan(1830);
  });

  it("more intra-op threads shorten long operators, and leave short ones alone that are not worth a second thread", async () => {
    const run = async (each: string, threads: number) => micros({ workload: chain(each, 8), machine: cores(4), runtime: ort("sequential", { intra_op_num_threads: threads }) });
    expect(await run("1ms", 4)).toBeLessThan(0.27 * (await run("1ms", 1)));
    expect(await run("20us", 4)).toBeGreaterThanOrEqual(0.99 * (await run("20us", 1)));
  });

  it("more threads than cores: spinning ones take them from those that work", async () => {
    const run = async (inter: number, intra: number, spins: boolean) => micros({ workload: twoBranches("1ms", 8), machine: cores(4), runtime: ort("parallel", { inter_op_num_threads: inter, intra_op_num_threads: intra, allow_spinning: spins }) });
    expect(await run(4, 4, true)).toBeGreaterThan(1.3 * (await run(1, 4, true)));
    expect(await run(4, 4, false)).toBeLessThan(0.75 * (await run(4, 4, true)));
  });

  it("waking threads that sleep takes longer than those that spin need", async () => {
    const run = async (spins: boolean) => traceOf({ workload: chain("200us", 50), machine: cores(4), runtime: ort("sequential", { allow_spinning: spins }) });
    const [spinning, sleeping] = [await run(true), await run(false)];
    expect(sleeping.makespanTicks).toBeGreaterThan(1.05 * spinning.makespanTicks);
    expect(sleeping.threads!.wakes.length).toBeGreaterThan(100);
    expect(spinning.threads!.wakes.length).toBe(0);
  });

  it("the intra-op pool may be guarded by a lock of any design", async () => {
    const run = async (lock: string) => traceOf({ workload: twoBranches("500us", 6), machine: cores(8), runtime: ort("parallel", { inter_op_num_threads: 4, intra_op_num_threads: 8, queue_lock: lock }) });
    const taken = ({ threads }: Awaited<ReturnType<typeof run>>, name: string) => {
      const { groups, taken: counts } = threads!.objects;
      const at = groups.findIndex((group) => group.name === name);
      return at < 0 ? undefined : counts[groups.slice(0, at).reduce((sum, { count }) => sum + count, 0)];
    };
    expect(taken(await run("none"), "pool")).toBeUndefined();
    for (const lock of ["mcs", "futex"]) expect(taken(await run(lock), "pool")).toBeGreaterThan(100);
  });

  it("no thread moves where each has a core", async () => {
    const trace = await traceOf({ workload: twoBranches("1ms", 8), machine: cores(2), runtime: ort("parallel", { inter_op_num_threads: 3, intra_op_num_threads: 2, intra_op_thread_affinities: true }) });
    expect(trace.threads!.policy).toBe("pinned");
    expect([...trace.threads!.table.migrations].every((count) => count === 0)).toBe(true);
  });
});

describe("TensorFlow", () => {
  const tensorflow = (knobs: object) => ({ use: "tensorflow", node_overhead: "0ns", ...knobs });

  it("inter-op threads run branches at once, intra-op threads share long operators", async () => {
    const run = async (inter: number, intra: number) => micros({ workload: twoBranches("500us", 4), machine: cores(4), runtime: tensorflow({ inter_op_parallelism_threads: inter, intra_op_parallelism_threads: intra }) });
    const alone = await run(1, 1);
    expect(await run(2, 1)).toBeLessThan(0.65 * alone);
    expect(await run(1, 4)).toBeLessThan(0.35 * alone);
  });

  it("cheap operators stay on the thread that made them ready", async () => {
    const threads = async (each: string) => new Set((await traceOf({ workload: twoBranches(each, 3), machine: cores(4), runtime: tensorflow({ inter_op_parallelism_threads: 2, intra_op_parallelism_threads: 1 }) })).ops.slot).size;
    expect(await threads("2us")).toBe(1);
    expect(await threads("100us")).toBe(2);
  });
});

describe("PyTorch", () => {
  it("workers that load ahead hide what loading takes", async () => {
    const run = async (knobs: object) => micros({ workload: { ...chain("1ms", 4), instances: 10 }, machine: cores(4), runtime: { use: "pytorch", num_threads: 1, dispatch: "0ns", load_time: "3ms", ...knobs } });
    // 10 × (3 ms + 4 ms); and 3 ms until the first batch, then 10 × 4 ms.
    expect(await run({ num_workers: 0 })).toBeGreaterThanOrEqual(70_000);
    expect(await run({ num_workers: 0 })).toBeLessThan(70_300);
    expect(await run({ num_workers: 1 })).toBeLessThan(43_500);
    expect(await run({ num_workers: 2, prefetch_factor: 2 })).toBeLessThan(43_500);
  });

  it("the host launches ahead of the device, until launching takes longer than the kernels", async () => {
    const machine = { devices: { cpu: { kind: "cpu", units: 4, peak: { f32: "4GFLOP/s" }, memory: { capacity: "64GiB" } }, gpu: { kind: "gpu", peak: { f32: "1TFLOP/s" }, memory: { capacity: "16GiB" } } }, links: [{ between: ["cpu", "gpu"], bandwidth: "16GB/s" }] };
    const run = async (each: string, dispatch: string) => {
      const graph = { ops: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`op${i}`, { time: { gpu: each, cpu: "1s" } }])), edges: [Array.from({ length: 20 }, (_, i) => `op${i}`).join(" -> ")] };
      return micros({ workload: { graph }, machine, runtime: { use: "pytorch", device: "cuda", dispatch } });
    };
    expect(await run("50us", "5us")).toBeLessThan(5 + 20 * 50 + 20);
    expect(await run("2us", "5us")).toBeGreaterThanOrEqual(100);
    expect(await run("2us", "5us")).toBeLessThan(125);
  });

  it("needs an accelerator to launch on, and tells where there is none any more", async () => {
    await expect(resolved({ workload: chain("1ms", 2), machine: cores(4), runtime: { use: "pytorch", device: "cuda" } })).rejects.toMatchObject({
      name: "InputError", issues: [{ code: "no-accelerator", message: "pytorch launches operators on an accelerator, and the machine has none: cpu is its only device", file: "test.yaml", hint: "add an accelerator to the machine, or let the CPU run the operators" }],
    });
    await expect(traceOf({ workload: { model: "mlp" }, machine: "workstation", runtime: { use: "pytorch", device: "cuda" }, events: [{ at: "0ns", device: "gpu0", lost: true }] })).rejects.toMatchObject({
      name: "SimulationError",
      issues: [{ code: "bad-launch", message: expect.stringMatching(/^thread host launches operator ".*", and no device can run it but "cpu0", whose cores threads run on: "gpu0" is not there/) as string, file: "heddle/scenarios/programs/pytorch.yaml" }],
    });
  });

  it("no more threads share an operator than it has grains", async () => {
    const run = async (grain: string) => traceOf({ workload: chain("100us", 20), machine: cores(4), runtime: { use: "pytorch", dispatch: "0ns", grain } });
    expect((await run("10us")).makespanTicks).toBeLessThan(0.4 * (await run("100us")).makespanTicks);
  });
});

describe("OpenMP", () => {
  const openmp = (knobs: object) => ({ use: "openmp", ...knobs });

  it("threads shorten long loops, and fork and join lengthen tiny ones", async () => {
    const run = async (each: string, threads: number) => micros({ workload: chain(each, 20), machine: cores(8), runtime: openmp({ OMP_NUM_THREADS: threads }) });
    expect(await run("2ms", 8)).toBeLessThan(0.15 * (await run("2ms", 1)));
    expect(await run("200ns", 8)).toBeGreaterThan(2 * (await run("200ns", 1)));
  });

  it("threads that sleep between loops are slower to come than those that stay", async () => {
    const run = async (policy: string) => micros({ workload: chain("50us", 50), machine: cores(4), runtime: openmp({ OMP_WAIT_POLICY: policy }) });
    expect(await run("passive")).toBeGreaterThan(1.3 * (await run("active")));
  });

  it("dynamic chunks of one iteration cost more than even parts, and larger ones less", async () => {
    const run = async (knobs: object) => micros({ workload: chain("100us", 20), machine: cores(4), runtime: openmp({ iterations: 1024, ...knobs }) });
    const even = await run({ schedule: "static" });
    const small = await run({ schedule: "dynamic" });
    expect(small).toBeGreaterThan(1.5 * even);
    expect(await run({ schedule: "dynamic", chunk: 64 })).toBeLessThan(0.8 * small);
    expect(await run({ schedule: "guided" })).toBeLessThan(0.8 * small);
    // Of equal iterations that are few, the runtime's own choice is even parts.
    expect(await run({ schedule: "auto" })).toBeLessThan(0.8 * small);
  });

  it("threads that are bound stay where they are, whatever the word for it", async () => {
    const run = async (bind: boolean | string) => traceOf({ workload: chain("2ms", 20), machine: cores(4), runtime: openmp({ OMP_NUM_THREADS: 6, OMP_PROC_BIND: bind }) });
    for (const bind of [true, "true", "close", "spread", "primary"]) expect((await run(bind)).threads!.policy).toBe("pinned");
    for (const bind of [false, "false"]) expect((await run(bind)).threads!.policy).toBe("fair");
  });

  it("close fills hardware threads of neighbouring cores, spread takes cores that are far apart, primary one alone", async () => {
    const run = async (bind: string, threads: number) => {
      const { threads: rows } = await traceOf({ workload: chain("2ms", 4), machine: cores(8), cores: [{ count: 4, smt: 2 }], runtime: openmp({ OMP_NUM_THREADS: threads, OMP_PROC_BIND: bind }) });
      const { useTicks, names } = rows!.cores;
      return names.flatMap((name, core) => (useTicks[(core * useTicks.length) / names.length]! > 0 ? [name] : []));
    };
    expect(await run("close", 4)).toEqual(["core0.0", "core0.1", "core1.0", "core1.1"]);
    expect(await run("spread", 4)).toEqual(["core0.0", "core1.0", "core2.0", "core3.0"]);
    expect(await run("spread", 3)).toEqual(["core0.0", "core1.0", "core2.1"]);
    expect(await run("primary", 3)).toEqual(["core0.0"]);
  });
});
