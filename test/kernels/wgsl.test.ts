import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programFor, programMakers } from "../../src/calibrate/backends/wgsl/programs.ts";
import { hostSideKinds } from "../../src/calibrate/backends/wgsl/host-side.ts";
import { familyKernels, kernelFolder, kernelManifest } from "../../src/calibrate/kernel-family.ts";
import { kernelLine } from "../../src/calibrate/kernel-line.ts";
import { kernelKey } from "../../src/calibrate/sample.ts";
import type { ChildReport } from "./wgsl-child.ts";

const manifest = kernelManifest("wgsl");
/** The least that every device has, by the standard. */
const limits = { groups: 65535, threads: 256, workgroupBytes: 16384 };

describe("kernels/wgsl", () => {
  it("describes every source and every kind", () => {
    expect([...new Set(manifest.kernels.flatMap(({ files }) => files))].sort()).toEqual(readdirSync(kernelFolder("wgsl")).filter((file) => file.endsWith(".wgsl")).sort());
    expect(manifest.kernels.flatMap(({ kinds }) => kinds).sort()).toEqual([...Object.keys(programMakers), ...hostSideKinds].sort());
    for (const { measures } of manifest.kernels) expect(measures).not.toBe("");
  });

  it("lists sizes that its kernels take on any device, each once, and all kinds", () => {
    const kernels = familyKernels("wgsl");
    expect(new Set(kernels.map(kernelKey)).size).toBe(kernels.length);
    for (const { kinds } of manifest.kernels) for (const kind of kinds) if (!["sqrt", "neg", "abs", "min"].includes(kind)) expect(kernels.map((kernel) => kernel.kind)).toContain(kind);
    for (const kernel of kernels) {
      const entry = manifest.kernels.find(({ kinds }) => kinds.includes(kernel.kind))!;
      expect(entry.dtypes, kernelLine(kernel)).toContain(kernel.dtype);
      if (kernel.variant !== undefined) expect(Object.keys(entry.variants!)).toContain(kernel.variant);
      if (hostSideKinds.includes(kernel.kind)) continue;
      const { dispatches, workgroupSize, workgroupBytes } = programFor(kernel, limits);
      for (const { groups } of dispatches) expect(Math.max(...groups.map(Number)), kernelLine(kernel)).toBeLessThanOrEqual(limits.groups);
      expect(workgroupSize[0] * workgroupSize[1]).toBeLessThanOrEqual(limits.threads);
      expect(workgroupBytes).toBeLessThanOrEqual(limits.workgroupBytes);
    }
  });
});

/** The software driver of Debian's package chromium, and the loader that comes with it. */
const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";

const odd = [
  "launch.kernel u8",
  "matmul f32 batch=2 m=9 n=37 k=19", ...["tile16", "tile128"].map((tile) => `matmul f32 m=67 n=33 k=9 variant=${tile}`),
  "conv f32 n=2 cIn=3 cOut=9 h=9 w=7 hOut=5 wOut=4 kh=3 kw=3", "conv f32 n=2 cIn=3 cOut=9 h=9 w=7 hOut=5 wOut=4 kh=3 kw=3 variant=direct",
  "conv f32 n=1 cIn=4 cOut=18 h=7 w=8 hOut=7 wOut=8 kh=5 kw=3 groups=2 variant=tile16", "depthwise-conv f32 n=1 cIn=5 cOut=5 h=9 w=9 hOut=5 wOut=5 kh=3 kw=3 groups=5",
  ...manifest.kernels.find(({ files }) => files.includes("elementwise.wgsl"))!.kinds.map((kind) => `${kind} f32 elements=103`),
  "reduce f32 inputs=91 outputs=7", "reduce f32 inputs=777 outputs=7", "reduce f32 inputs=8197 outputs=1",
  "softmax f32 rows=3 columns=77", "softmax f32 rows=5 columns=1", "layer-norm f32 elements=231 parameters=154", "rms-norm f32 elements=99 parameters=33",
  "transpose f32 elements=1155", "transpose f32 elements=101", "gather f32 rows=13 columns=77", "embedding f32 rows=5 columns=3", "copy f32 elements=103",
];

const measure = ["launch.kernel u8", "launch.submit u8", "softmax f16 rows=3 columns=5", "transfer.to-host u8 bytes=4096", "relu f32 elements=4096", "fft f32 n=8", "matmul f32 m=4096 n=4096 k=4096"];

let report: ChildReport | undefined;
let why = "";
const folder = mkdtempSync(join(tmpdir(), "heddle-wgsl-"));
/** Beside the packages, so that the child finds them, and two folders below the root, as dist is. */
const bundled = join(import.meta.dirname, `../../node_modules/.wgsl-test-${process.pid}`);

describe("the WGSL kernels, run", () => {
  beforeAll(async () => {
    try {
      createRequire(import.meta.url).resolve("webgpu");
    } catch {
      why = "the package webgpu is not installed";
      return;
    }
    const program = join(bundled, "child.mjs");
    await build({ entryPoints: [join(import.meta.dirname, "wgsl-child.ts")], outfile: program, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning" });
    const driver = existsSync(swiftShader) ? { VK_ICD_FILENAMES: swiftShader, LD_LIBRARY_PATH: "/usr/lib/chromium", XDG_RUNTIME_DIR: folder } : {};
    const out = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [program, JSON.stringify({ folder: kernelFolder("wgsl"), lines: odd, measure })], { env: { ...process.env, ...driver }, timeout: 100_000 }, (error, text, errors) => (error === null ? resolve(text) : reject(new Error(errors || error.message))));
    });
    report = JSON.parse(out.trim().split("\n").at(-1)!) as ChildReport;
    if (!report.available.ok) why = `${report.available.why}; to run them: ${report.available.install}`;
  }, 120_000);
  afterAll(() => {
    for (const made of [folder, bundled]) rmSync(made, { recursive: true, force: true });
  });

  it.for(odd)("%s", (line, { skip }) => {
    if (!report?.available.ok) return skip(why);
    expect(report.results[line]).toBe("right");
  });

  it("are taken in f16 by a device that has it", ({ skip }) => {
    if (report === undefined) return skip(why);
    expect(Object.keys(report.halves).length).toBeGreaterThan(30);
    for (const [line, result] of Object.entries(report.halves)) expect(result, line).toBe("right");
  });

  it("are found out when they compute something else", ({ skip }) => {
    if (!report?.available.ok) return skip(why);
    expect(report.broken).toMatch(/^KernelError: wrong result: element 28 of 77 is .*, and should be/);
  });

  it("fail where the device is lost", ({ skip }) => {
    if (!report?.available.ok) return skip(why);
    expect(report.lost).toMatch(/^DeviceLost: the device was lost/);
  });

  it("are measured one by one: what cannot run here is a failure of its own", ({ skip }) => {
    if (!report?.available.ok) return skip(why);
    const [launch, submit, softmax, transfer, relu, fft, large] = report.measured;
    for (const measured of [launch, submit, transfer, relu]) {
      expect(measured!.ns!.length).toBeGreaterThanOrEqual(2);
      for (const ns of measured!.ns!) expect(ns).toBeGreaterThan(0);
    }
    expect(fft!.failure).toBe("there is no WGSL kernel for fft");
    if (report.available.device.includes("software")) {
      expect(softmax!.failure).toBe("the device has no f16 (feature shader-f16)");
      expect(large!.failure).toBe("too large for a software adapter, which is there for tests");
      expect(report.available.note).toContain("not for calibration");
    }
  });
});
