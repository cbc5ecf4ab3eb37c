import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpuName } from "../../src/calibrate/backends/cpu-name.ts";
import { profilePlace } from "../../src/cli/profile-target.ts";
import { profileText } from "../../src/calibrate/fit/fit-profile.ts";
import { OnnxNetwork } from "../../src/validate/onnx-network.ts";
import { fakeProfile, roundProfile } from "../predict/fake-profile.ts";
import { makeModel } from "../graph/onnx/make-model.ts";
import { heddle, makeFolder, removeFolder, spawnHeddle, stackLine } from "./run-cli.ts";

const folder = makeFolder();
const profile = join(folder, "cpu.json");
const gpu = join(folder, "gpu.json");
const bare = join(folder, "bare.json");
const model = join(folder, "little.onnx");
beforeAll(async () => {
  writeFileSync(profile, profileText(roundProfile));
  writeFileSync(bare, profileText(fakeProfile(roundProfile.entries.filter(({ kind }) => kind === "relu"))));
  writeFileSync(gpu, profileText(fakeProfile(roundProfile.entries, { kind: "gpu", name: "test GPU" })));
  const net = new OnnxNetwork("little");
  net.output(net.op("Relu", [net.op("MatMul", [net.input("x", [64, 128]), net.weight([128, 32])])]), [64, 32]);
  writeFileSync(model, await net.bytes());
});
afterAll(() => removeFolder(folder));

const installed = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
})();

describe("heddle predict", () => {
  test("text", async () => {
    const { code, out } = await heddle("predict", model, "--profile", profile, "--optimize", "none", "--threads", "2");
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "little on test CPU, sequential, 2 threads
        13.6 µs  (11.5 µs to 16.1 µs in 90 of 100 cases)

        operators  count     time   share  limited by     error
        matmul         1  3.62 µs  26.6 %  compute     ± 10.0 %
        runtime        1  10.0 µs  73.4 %
      "
    `);
  });
  test("JSON", async () => {
    const { code, out } = await heddle("predict", model, "--profile", profile, "--optimize", "none", "--executor", "parallel", "--format", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, model: "little", device: "test CPU", optimizedBy: "heddle", setting: { executor: "parallel", intraThreads: 2, interThreads: 2 }, nodeCount: 1, kinds: [{ kind: "matmul", count: 1 }], gaps: [] });
  });
  test("a built-in model, and its batch size", async () => {
    const latency = async (...args: string[]): Promise<number> => (JSON.parse((await heddle("predict", "mlp", "--profile", profile, "--format", "json", ...args)).out) as { latencyNs: number }).latencyNs;
    expect(await latency("--batch", "512")).toBeGreaterThan(1.5 * (await latency("--batch", "128")));
  });
  test("without --profile: the one that heddle calibrate made of this machine in this folder", async () => {
    const own = profilePlace(cpuName(), folder);
    mkdirSync(dirname(own), { recursive: true });
    writeFileSync(own, profileText(roundProfile));
    const { code, out } = await spawnHeddle(["predict", "mlp"], { cwd: folder });
    expect(out).toMatch(/^mlp on test CPU, sequential, /);
    expect(code).toBe(0);
  });
  test("a profile by the part of its name that says what it is", async () => {
    const of = async (name: string): Promise<string> => (await heddle("predict", "mlp", "--profile", name)).out;
    expect(await of("V100")).toBe(await of("nvidia-v100"));
    expect((await heddle("predict", "mlp", "--profile", "Xeon")).err).toMatch(/^error\[unknown-profile\]: there is no profile "Xeon"/);
  });
  test("a GPU that was not measured, from its data sheet", async () => {
    const latency = async (device: string): Promise<number> => (JSON.parse((await heddle("predict", "vgg19", "--profile", "gpu-unseen", "--device", device, "--format", "json")).out) as { latencyNs: number }).latencyNs;
    const [h100, l4, t4] = [await latency("H100-SXM5"), await latency("L4"), await latency("nvidia-t4")];
    expect(h100).toBeLessThan(l4);
    expect(l4).toBeLessThan(t4);
    expect((await heddle("predict", "mlp", "--profile", "gpu-unseen", "--device", "l4")).out).toMatch(/^mlp on nvidia-l4\n/);
    const error = async (...args: string[]): Promise<string> => (await heddle("predict", "mlp", "--profile", ...args)).err;
    expect(await error("gpu-unseen")).toMatch(/error\[no-device\]: .*which one is it\?\n {2}hint: name a device of the library: .*nvidia-h100-sxm5/);
    expect(await error("gpu-unseen", "--device", "google-tpu-v4")).toContain("google-tpu-v4 is none");
    expect(await error("gpu-unseen", "--device", "A100")).toContain(`"A100" may be the device nvidia-a100-pcie-40gb or nvidia-a100-sxm4-80gb`);
    expect(await error("T4", "--device", "L4")).toContain("the profile is of Tesla T4");
    expect(await error("L4")).toContain("--profile gpu-unseen --device nvidia-l4");
  });
  test("a GPU has no choice of threads", async () => {
    expect((await heddle("predict", "mlp", "--profile", gpu)).code).toBe(0);
    expect((await heddle("predict", "mlp", "--profile", gpu, "--threads", "2")).err).toContain("--threads is for CPUs");
  });
  test.each([
    [["predict", "mlp"], "needs --profile"],
    [["predict", "mlp", "--profile", "nobodys-card"], 'no profile "nobodys-card"'],
    [["predict", "mlp", "--profile", "none.json"], "there is no file none.json"],
    [["predict", "nothing.onnx", "--profile", "PROFILE"], "there is no file"],
    [["predict", "mlp", "--profile", "PROFILE", "--threads", "0"], "--threads needs a whole number"],
    [["predict", "mlp", "--profile", "PROFILE", "--executor", "both"], "--executor is sequential or parallel"],
    [["predict", "mlp", "--profile", "PROFILE", "--inter-threads", "2"], "--inter-threads is for the parallel executor"],
    [["predict", "mlp", "--profile", "PROFILE", "--optimize", "ort"], "takes ONNX files"],
    [["predict", "mlp", "--profile", "PROFILE", "--optimize", "all"], "--optimize is ort or none"],
    [["predict", "lstm", "--profile", "BARE"], "says nothing of lstm"],
    [["import", "mlp", "--optimize", "ort"], "takes ONNX files"],
    [["validate"], "needs --profile"],
    [["validate", "--profile", "GPU"], "models are run with ONNX Runtime on the CPU"],
    [["validate", "model.pt", "--profile", "PROFILE"], "model.pt is no ONNX file"],
    [["validate", "--profile", "PROFILE", "--burst", "long"], "--burst"],
    [["validate", "--profile", "PROFILE", "--burst", "0s"], "--burst must be more than 0"],
    [["validate", "--profile", "PROFILE", "--speed", "10"], "--speed"],
    [["validate", "--profile", "PROFILE", "--threads", "1", "--executor", "parallel"], "needs two threads"],
  ])("wrong: %j", async (args, message) => {
    const { code, err } = await heddle(...args.map((arg) => (arg === "PROFILE" ? profile : arg === "GPU" ? gpu : arg === "BARE" ? bare : arg)));
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toMatch(stackLine);
  });
});

describe.runIf(installed)("with ONNX Runtime", () => {
  test("import shows what it makes of the model", async () => {
    const { code, out } = await heddle("import", model, "--optimize", "ort");
    expect(code).toBe(0);
    expect(out).toContain("matmul");
  });
  test("its graph has the extents of --dim", async () => {
    const file = join(folder, "symbolic.onnx");
    writeFileSync(file, makeModel({ inputs: { x: ["rows", 4] }, weights: { w: { dims: [4, 3], data: new Array<number>(12).fill(0.5) } }, outputs: { y: ["rows", 3] }, nodes: [{ op: "MatMul", in: ["x", "w"], out: ["y"] }] }));
    const { code, out } = await heddle("import", file, "--optimize", "ort", "--dim", "rows=50", "--format", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ macs: 50 * 4 * 3 });
  });
  test("predict asks it where the profile was measured with it", async () => {
    const { out } = await heddle("predict", model, "--profile", profile, "--format", "json");
    expect(JSON.parse(out)).toMatchObject({ optimizedBy: "onnxruntime" });
  });
  test("validate runs the model, and one that it does not take does not end the others", async () => {
    const broken = join(folder, "broken.onnx");
    writeFileSync(broken, "no model");
    const [plot, out] = [join(folder, "plot.svg"), join(folder, "out.json")];
    const outcome = await heddle("validate", broken, model, "--profile", profile, "--threads", "1", "--rounds", "1", "--burst", "150ms", "--plot", plot, "--out", out);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain("not run:");
    const result = JSON.parse(readFileSync(out, "utf8")) as { runs: { model: string; measuredNs: number; predictedNs: number }[]; failures: { model: string }[]; load?: number; speed: unknown; warnings: { code: string }[] };
    // How busy the machine was is known where the system says it, and told where it matters.
    if (process.platform === "linux") expect(result.load).toBeGreaterThanOrEqual(0);
    expect(result.warnings.some(({ code }) => code === "busy-machine")).toBe((result.load ?? 0) > 0.1);
    expect(result.runs.map((run) => run.model)).toEqual(["little"]);
    expect(result.runs[0]!.measuredNs).toBeGreaterThan(0);
    expect(result.failures.map((failure) => failure.model)).toEqual([broken]);
    // The profile is made up: there is no machine whose speed could have changed.
    expect(result.speed).toEqual({ skipped: expect.stringMatching(/^the profile is not of this machine, .*: made up for tests$/) as string });
    expect(outcome.out).toContain("speed: not known, since the profile is not of this machine");
    expect(existsSync(plot)).toBe(true);
  });
});
