import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { isHeldOut } from "../../src/calibrate/hold-out.ts";
import { opOfKernel } from "../../src/calibrate/op-of-kernel.ts";
import type { Kernel } from "../../src/calibrate/sample.ts";
import { errorFigures } from "../../src/calibrate/fit/robust.ts";
import type { Profile } from "../../src/cost/profile/profile.ts";
import { profileModel } from "../../src/cost/profile/profile-model.ts";
import { readProfile } from "../../src/cost/profile/read-profile.ts";
import type { OpClass } from "../../src/graph/graph.ts";
import { device } from "../cost/make.ts";
import { sharedData } from "../shared-data.ts";

/** The shipped profiles, on the rows of the public measurements that no fit has seen: one in five shapes, none left out. */
interface Source {
  readonly file: string;
  readonly device: Profile["device"];
  readonly provenance: Profile["provenance"];
  readonly kernels: readonly (Kernel & { readonly ns: readonly number[] })[];
  readonly opOf?: (kernel: Kernel, otherwise: typeof opOfKernel) => OpClass;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const data = sharedData("");

/** What `load` of scripts/fit-public/SCRIPT.mjs says of each profile. */
async function sourcesOf(script: string): Promise<readonly Source[]> {
  const { load } = await import(pathToFileURL(`${root}scripts/fit-public/${script}.mjs`).href) as { load: (data: string) => readonly Source[] };
  return load(data!);
}

/** Relative errors on held-out rows by "kind dtype variant", each row by itself, as a scenario would ask. */
function errorsOf({ file, device: { kind, name }, kernels, opOf }: Source): Map<string, number[]> {
  const profile = readProfile(readFileSync(`${root}calibration/profiles/${file}`, "utf8"), file);
  expect(profile.device.name).toBe(name);
  const model = profileModel(profile, { device: kind });
  const where = device({ kind });
  const errors = new Map<string, number[]>();
  for (const kernel of kernels) {
    if (!isHeldOut(kernel)) continue;
    const op = opOf ? opOf(kernel, opOfKernel) : opOfKernel(kernel);
    const key = [kernel.kind, kernel.dtype, kernel.variant].filter(Boolean).join(" ");
    const predicted = model.estimate(op, where, 1)?.ns ?? Infinity;
    const list = errors.get(key) ?? [];
    for (const ns of kernel.ns) list.push(Math.abs(predicted - ns) / ns);
    errors.set(key, list);
  }
  return errors;
}

const mean = (errors: readonly number[]): number => errorFigures(errors.map((error) => 1 + error), errors.map(() => 1)).mean;

describe.skipIf(data === undefined)("profiles of public measurements, on held-out shapes (skipped without ../shared/data)", () => {
  it("TPU v4: matrix products 5 %, element-wise operators and batch normalization 2.5 %", async () => {
    const [source] = await sourcesOf("tpu-v4");
    const errors = errorsOf(source!);
    expect(errors.get("matmul f32")!.length).toBeGreaterThan(140);
    expect(mean(errors.get("matmul f32")!)).toBeLessThan(0.05);
    errors.delete("matmul f32");
    expect(errors.size).toBe(14);
    for (const [kind, of] of errors) expect(mean(of), kind).toBeLessThan(0.025);
  });

  it("CNN accelerator on an FPGA: layers 2 % on every build", async () => {
    for (const source of await sourcesOf("fpga-cnn")) {
      const errors = [...errorsOf(source).values()].flat();
      expect(errors.length).toBeGreaterThan(40);
      expect(mean(errors), source.file).toBeLessThan(0.02);
    }
  });

  it("DeepBench: matrix products, convolutions and gradients, on average over the boards", async () => {
    const limits: Record<string, number> = { "matmul f32": 0.25, "matmul f16": 0.1, "matmul i8": 0.13, "conv f32": 0.25, "conv f16": 0.3, "conv i8": 0.15, "conv-grad f32 input": 0.22, "conv-grad f32 weight": 0.2 };
    const sources = (await sourcesOf("deepbench")).filter(({ device: { kind } }) => kind === "gpu");
    expect(sources.length).toBe(9);
    const boards = sources.map(errorsOf);
    for (const [kind, limit] of Object.entries(limits)) {
      const means = boards.flatMap((errors) => (errors.has(kind) ? [mean(errors.get(kind)!)] : []));
      expect(means.reduce((sum, value) => sum + value, 0) / means.length, kind).toBeLessThan(limit);
    }
  });

  it("TopHub: convolutions 20 % on the boards with a hundred of them and more", async () => {
    for (const source of await sourcesOf("tophub")) {
      const convolutions = errorsOf(source).get("conv f32") ?? [];
      if (source.kernels.filter(({ kind }) => kind === "conv").length > 125) expect(mean(convolutions), source.file).toBeLessThan(0.2);
    }
  });

  it("every profile names the files that it was fitted to, with their hashes", async () => {
    for (const script of ["tpu-v4", "fpga-cnn", "deepbench", "tophub", "starpu"]) {
      for (const { file, provenance, device: of } of await sourcesOf(script)) {
        const profile = readProfile(readFileSync(`${root}calibration/profiles/${file}`, "utf8"), file);
        expect(profile.provenance, file).toEqual(provenance);
        expect(profile.device, file).toEqual(of);
      }
    }
  });
});

describe.skipIf(data === undefined)("Vidur: language models on A100 and A40 (skipped without ../shared/data)", () => {
  it.each(["vidur-a100.json", "vidur-a40.json"])("%s: products 4 %, norms 7 %: rows by themselves, written in whole µs", async (file) => {
    const errors = errorsOf((await sourcesOf("vidur")).find((source) => source.file === file)!);
    expect(mean(errors.get("matmul f16")!)).toBeLessThan(0.04);
    expect(mean(errors.get("rms-norm f16")!)).toBeLessThan(0.07);
    expect(mean(errors.get("layer-norm f16")!)).toBeLessThan(0.07);
  });
});
