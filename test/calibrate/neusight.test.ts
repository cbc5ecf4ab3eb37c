import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { groupPoints } from "../../src/calibrate/fit/points.ts";
import { errorFigures } from "../../src/calibrate/fit/robust.ts";
import { opOfKernel } from "../../src/calibrate/op-of-kernel.ts";
import type { Kernel, Sample } from "../../src/calibrate/sample.ts";
import { evaluate, profileModel } from "../../src/cost/profile/profile-model.ts";
import type { Profile } from "../../src/cost/profile/profile.ts";
import { readProfile } from "../../src/cost/profile/read-profile.ts";
import type { OpClass } from "../../src/graph/graph.ts";
import type { Device } from "../../src/machine/machine.ts";
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
  "nvidia-p4.json": { "matmul weight": 0.17, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.16 },
  "nvidia-p100.json": { "matmul weight": 0.07, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.21 },
  "nvidia-v100.json": { "matmul weight": 0.07, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.14 },
  "nvidia-t4.json": { "matmul weight": 0.11, matmul: 0.1, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1, conv: 0.16 },
  "nvidia-a100.json": { "matmul weight": 0.07, matmul: 0.08, softmax: 0.1, "layer-norm": 0.1, add: 0.1, mul: 0.1, tanh: 0.1 },
};

describe.skipIf(data === undefined)(data === undefined ? `GPUs of NeuSight (skipped: ${why})` : "GPUs of NeuSight", () => {
  test("shipped profiles predict shapes that were held out", { timeout: 60_000 }, async () => {
    const { load, operatorOf } = (await import(script("neusight.mjs"))) as { load: (data: string) => Source[]; operatorOf: (kernel: Kernel, otherwise: typeof opOfKernel) => OpClass };
    const beyond: string[] = [];
    for (const { file, device, kernels } of load(data!)) {
      const profile = profileOf(file);
      const groups = groupPoints(kernels.map((kernel) => ({ round: 0, ...kernel })), device.figures, (kernel) => operatorOf(kernel, opOfKernel));
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

  test("whole transformers, which no fit has seen", { timeout: 60_000 }, async () => {
    const { modelsOf, modelMs } = (await import(script("neusight-check.mjs"))) as {
      modelsOf: (data: string, otherwise: typeof opOfKernel) => { device: string; name: string; measuredMs: number; ops: { op: OpClass; other?: OpClass; times: number }[] }[];
      modelMs: (ops: readonly { op: OpClass; other?: OpClass; times: number }[], estimate: (op: OpClass) => { ns: number; fixedNs: number }) => number;
    };
    const models = modelsOf(data!, opOfKernel);
    for (const [file, limit] of Object.entries({ "nvidia-p4.json": 0.07, "nvidia-p100.json": 0.07, "nvidia-v100.json": 0.07, "nvidia-t4.json": 0.16, "nvidia-a100.json": 0.07 })) {
      const profile = profileOf(file);
      const gpu = { name: "gpu", kind: "gpu", units: profile.device.figures.units, peakFlopsPerNs: profile.device.figures.peakFlopsPerNs, memoryBytesPerNs: profile.device.figures.memoryBytesPerNs } as unknown as Device;
      const costs = [profile, profileOf("gpu-unseen.json")].map((next) => profileModel(next, { device: "gpu" }));
      const estimate = (op: OpClass): { ns: number; fixedNs: number } => costs.map((model) => model.estimate(op, gpu, 1)).find((found) => found !== undefined)!;
      const mine = models.filter(({ device }) => device.replaceAll("_", " ") === profile.device.name);
      expect(mine.length).toBeGreaterThan(2);
      const errors = mine.map(({ ops, measuredMs }) => Math.abs(modelMs(ops, estimate) / measuredMs - 1));
      expect(errors.reduce((a, b) => a + b, 0) / errors.length, file).toBeLessThan(limit);
    }
  });
});

describe.skipIf(!existsSync(shipped("gpu-unseen.json")))("a GPU that was never measured", () => {
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

  test("other kinds of devices are left to the next model", () => {
    expect(profileModel(profileOf("gpu-unseen.json")).estimate(product(8), gpu({ kind: "cpu" }), 1)).toBeUndefined();
  });
});
