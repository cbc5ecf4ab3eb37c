import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { groupPoints } from "../../src/calibrate/fit/points.ts";
import { errorFigures } from "../../src/calibrate/fit/robust.ts";
import { isHeldOut } from "../../src/calibrate/hold-out.ts";
import { opOfKernel } from "../../src/calibrate/op-of-kernel.ts";
import type { Kernel, Sample } from "../../src/calibrate/sample.ts";
import { evaluate, profileModel } from "../../src/cost/profile/profile-model.ts";
import type { Profile } from "../../src/cost/profile/profile.ts";
import { readProfile } from "../../src/cost/profile/read-profile.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { OpClass, OperatorGraph } from "../../src/graph/graph.ts";
import type { Device } from "../../src/machine/machine.ts";
import { predictRun } from "../../src/predict/predict-run.ts";
import { sharedData } from "../shared-data.ts";

interface Source {
  readonly file: string;
  readonly device: Profile["device"];
  readonly kernels: readonly Omit<Sample, "round">[];
}

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/fit-public/${name}`, import.meta.url));
const shipped = (name: string): string => fileURLToPath(new URL(`../../calibration/profiles/${name}`, import.meta.url));
const profileOf = (name: string): Profile => readProfile(readFileSync(shipped(name), "utf8"), name);

const data = sharedData("kernels/neusight") && sharedData("");
const why = "../shared/data/kernels/neusight is not there";

/** Mean relative errors on held-out shapes that a shipped profile must keep to, by GPU and kind. */
const limits: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "nvidia-p4.json": { "matmul weight": 0.13, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.07 },
  "nvidia-p100.json": { "matmul weight": 0.07, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.07 },
  "nvidia-v100.json": { "matmul weight": 0.07, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.07 },
  "nvidia-t4.json": { "matmul weight": 0.11, matmul: 0.1, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.07 },
  "nvidia-a100.json": { "matmul weight": 0.07, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1 },
};

describe.skipIf(data === undefined)(data === undefined ? `GPUs of NeuSight (skipped: ${why})` : "GPUs of NeuSight", () => {
  test("shipped profiles predict shapes that were held out", { timeout: 120_000 }, async () => {
    const { load, operatorOf } = (await import(script("neusight.mjs"))) as { load: (data: string) => Source[]; operatorOf: (kernel: Kernel, otherwise: typeof opOfKernel) => OpClass };
    const beyond: string[] = [];
    for (const { file, device, kernels } of load(data!)) {
      const profile = profileOf(file);
      // What a drift is found in, and what is judged.
      const needed = kernels.filter((kernel) => kernel.place !== undefined || isHeldOut(kernel));
      const groups = groupPoints(needed.map((kernel) => ({ round: 0, ...kernel })), device.figures, (kernel) => operatorOf(kernel, opOfKernel));
      for (const { kind, variant, points } of groups) {
        const limit = limits[file]![[kind, variant].filter(Boolean).join(" ")];
        if (limit === undefined) continue;
        const entry = profile.entries.find((next) => next.kind === kind && next.variant === variant)!;
        const timeOf = evaluate(entry.model);
        const heldOut = points.filter((point) => point.heldOut);
        const { mean } = errorFigures(heldOut.map((point) => timeOf(point).ns), heldOut.map(({ ns }) => ns));
        expect(mean).toBeCloseTo(entry.error!.mean, 3);
        if (mean > limit) beyond.push(`${file} ${kind} ${variant ?? ""}: ${mean} > ${limit}`);
      }
    }
    expect(beyond).toEqual([]);
  });

  test("convolutions took longer with each that the process had measured before: DeepBench's on the same card do not", async () => {
    const { load } = (await import(script("deepbench.mjs"))) as { load: (data: string) => Source[] };
    const { device: { figures }, entries } = profileOf("nvidia-p100.json");
    const { model, drift } = entries.find(({ kind }) => kind === "conv")!;
    expect(drift).toBeGreaterThan(100);
    const kernels = load(data!).find(({ file }) => file === "deepbench-nvidia-p100.json")!.kernels.filter(({ kind, dtype }) => kind === "conv" && dtype === "f32");
    const likeThose = groupPoints(kernels.map((kernel) => ({ round: 0, ...kernel })), figures)[0]!.points.filter(({ op: { shape } }) => shape["kh"] === 3 && shape["kw"] === 3 && shape["h"]! <= 1.2 * shape["hOut"]!);
    expect(likeThose.length).toBeGreaterThan(20);
    const timeOf = evaluate(model);
    const errorWith = (places: number): number => errorFigures(likeThose.map((point) => timeOf(point).ns + places * drift!), likeThose.map(({ ns }) => ns)).mean;
    expect(errorWith(0)).toBeLessThan(0.2);
    expect(errorWith(2500)).toBeGreaterThan(0.5);
  });

  test("whole transformers, which no fit has seen", { timeout: 60_000 }, async () => {
    const { modelsOf, predictedMs } = (await import(script("neusight-check.mjs"))) as {
      modelsOf: (data: string, otherwise: typeof opOfKernel, Builder: typeof GraphBuilder) => { device: string; name: string; measuredMs: number; graph: OperatorGraph }[];
      predictedMs: (graph: OperatorGraph, profile: Profile, predict: typeof predictRun) => Promise<number>;
    };
    const models = modelsOf(data!, opOfKernel, GraphBuilder);
    for (const [file, limit] of Object.entries({ "nvidia-p4.json": 0.07, "nvidia-p100.json": 0.07, "nvidia-v100.json": 0.07, "nvidia-t4.json": 0.16, "nvidia-a100.json": 0.07 })) {
      const profile = profileOf(file);
      const mine = models.filter(({ device }) => device.replaceAll("_", " ") === profile.device.name);
      expect(mine.length).toBeGreaterThan(2);
      const errors = await Promise.all(mine.map(async ({ graph, measuredMs }) => Math.abs((await predictedMs(graph, profile, predictRun)) / measuredMs - 1)));
      expect(errors.reduce((a, b) => a + b, 0) / errors.length, file).toBeLessThan(limit);
    }
  });
});

describe.skipIf(!existsSync(shipped("gpu-unseen.json")))("a GPU that was never measured", () => {
  test("convolutions on a GPU that was left out", () => {
    expect(profileOf("gpu-unseen.json").entries.find(({ kind }) => kind === "conv")!.error!.mean).toBeLessThan(0.12);
  });

  const gpu = (figures: Partial<Device>): Device => ({ id: 0, name: "gpu", kind: "gpu", units: 132, peakFlopsPerNs: { f32: 66_900 }, memoryBytesPerNs: 3350, power: { idleWatts: 70, busyWatts: 700 }, ...figures }) as unknown as Device;
  const product = (m: number): OpClass => ({ kind: "matmul", dtype: "f32", shape: { batch: 1, m, n: 4096, k: 4096 }, flops: 2 * m * 4096 * 4096, macs: m * 4096 * 4096, readBytes: 4 * (m * 4096 + 4096 * 4096), writeBytes: 4 * m * 4096, parameterBytes: 4 * 4096 * 4096 });

  test("a product stays below the peak of its data sheet and above a third of it", () => {
    const ns = profileModel(profileOf("gpu-unseen.json")).estimate(product(8192), gpu({ model: "nvidia-h100-sxm5" }), 132)!.ns;
    const share = product(8192).flops / ns / 66_900;
    expect(share).toBeLessThan(1);
    expect(share).toBeGreaterThan(0.33);
  });

  test("a board of a tenth of the power sustains less of the same peak", () => {
    const model = profileModel(profileOf("gpu-unseen.json"));
    const [full, low] = [700, 70].map((busyWatts) => model.estimate(product(8192), gpu({ model: "nvidia-h100-sxm5", power: { idleWatts: 1, busyWatts } }), 132)!.ns);
    expect(low!).toBeGreaterThan(2 * full!);
  });

  test("its errors are those on GPUs that the fit had not seen", () => {
    const meanOf = (kind: string, variant?: string): number => profileOf("gpu-unseen.json").entries.find((entry) => entry.kind === kind && entry.variant === variant)!.error!.mean;
    expect(meanOf("matmul")).toBeLessThan(0.15);
    expect(meanOf("matmul", "weight")).toBeLessThan(0.15);
    for (const kind of ["softmax", "layer-norm", "conv", "add"]) expect(meanOf(kind)).toBeLessThan(0.15);
  });

  test("other kinds of devices are left to the next model", () => {
    expect(profileModel(profileOf("gpu-unseen.json")).estimate(product(8), gpu({ kind: "cpu" }), 1)).toBeUndefined();
  });
});
