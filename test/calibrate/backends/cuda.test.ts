import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { complaint, nvccVersion } from "../../../src/calibrate/backends/cuda/build.ts";
import { parseGpus } from "../../../src/calibrate/backends/cuda/gpus.ts";
import { cuda, parseOutcome, runProgram } from "../../../src/calibrate/backends/cuda.ts";
import { parseKernelLine } from "../../../src/calibrate/kernel-line.ts";
import { parseSamples } from "../../../src/calibrate/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-cuda-test-"));
const path = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = path;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program of that name that does what the shell is told. */
function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Made up, to show the form; no device was measured. */
const header = '{"format":"heddle-samples/1","backend":"cuda","date":"2026-01-31","device":"NVIDIA Example","versions":{"cuda":"12.4","cublas":"12.4.5"},"note":"compute capability 8.9, 58 multiprocessors","machine":{"cpu":"x","cores":4,"memoryBytes":1,"os":"Linux"}}';
const sample = '{"kind":"matmul","shape":{"batch":1,"m":64,"n":32,"k":16},"dtype":"tf32","round":0,"ns":[1000,1001.5]}';
const pinned = '{"kind":"transfer.to-device","shape":{"bytes":4096},"dtype":"u8","variant":"pinned","round":0,"ns":[2000]}';
const failure = '{"kind":"matmul","shape":{"m":1,"n":1,"k":1},"dtype":"f8","round":0,"failure":"f8 needs a device of compute capability 8.9"}';

describe("the cuda backend", () => {
  it("says what is missing and what to install", async () => {
    process.env["PATH"] = folder;
    const nothing = await cuda.available();
    expect(nothing).toMatchObject({ ok: false, why: "nvcc, the compiler of CUDA, is not on the PATH" });
    expect(!nothing.ok && nothing.install).toMatch(/^an NVIDIA GPU with its driver, and the CUDA toolkit, 11.5 or later.*kernels\/cuda/);
    program("nvcc", 'echo "Cuda compilation tools, release 12.4, V12.4.131"');
    expect(await nvccVersion()).toBe("12.4");
    expect(await cuda.available()).toMatchObject({ ok: false, why: "nvidia-smi finds no NVIDIA GPU" });
    program("nvidia-smi", 'echo "NVIDIA Example, 550.54.15"');
    expect(await cuda.available()).toMatchObject({ ok: true, device: "NVIDIA Example", versions: { nvcc: "12.4", driver: "550.54.15" } });
    rmSync(join(folder, "nvcc"));
    const uncompiled = await cuda.available();
    expect(!uncompiled.ok && uncompiled.install).toMatch(/^the CUDA toolkit/);
  });

  it("reads what the driver and the compiler say", () => {
    expect(parseGpus("NVIDIA A100-SXM4-80GB, 535.104.05\nTesla T4, 535.104.05\n")).toEqual([{ name: "NVIDIA A100-SXM4-80GB", driver: "535.104.05" }, { name: "Tesla T4", driver: "535.104.05" }]);
    expect(parseGpus("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n")).toEqual([]);
    expect(complaint("make: Entering directory 'x'\nmatmul.cu:3:10: fatal error: cublasLt.h: No such file or directory\ncompilation terminated.\nmake: *** [Makefile:31: matmul.o] Error 1")).toBe("matmul.cu:3:10: fatal error: cublasLt.h: No such file or directory");
  });

  it("reads the samples that the program prints", () => {
    expect(parseOutcome(header)).toBeUndefined();
    expect(parseOutcome(sample)).toEqual({ kind: "matmul", shape: { batch: 1, m: 64, n: 32, k: 16 }, dtype: "tf32", ns: [1000, 1001.5] });
    expect(parseOutcome(failure)).toEqual({ kind: "matmul", shape: { m: 1, n: 1, k: 1 }, dtype: "f8", failure: "f8 needs a device of compute capability 8.9" });
    const { header: read, samples, failures } = parseSamples(`${[header, sample, pinned, failure].join("\n")}\n`);
    expect([read.device, samples.length, failures.length]).toEqual(["NVIDIA Example", 2, 1]);
    expect(samples[1]).toMatchObject({ kind: "transfer.to-device", variant: "pinned", shape: { bytes: 4096 } });
  });

  it("hands its kernels to the program, and gives what comes as it comes", async () => {
    const options = { least: 3, most: 9, tightness: 0.05, budgetMs: 100, seed: 1 };
    const kernels = ["matmul tf32 batch=1 m=64 n=32 k=16", "transfer.to-device u8 bytes=4096 variant=pinned"].map(parseKernelLine);
    const echo = program("echo-program", `echo "$@" > ${folder}/args\ncat > ${folder}/lines\nprintf '%s\\n' '${header}' '${sample}' '${failure}'`);
    const outcomes = [];
    for await (const outcome of runProgram(echo, kernels, options)) outcomes.push(outcome);
    expect(outcomes).toEqual([parseOutcome(sample), parseOutcome(failure)]);
    expect(readFileSync(`${folder}/args`, "utf8")).toBe("--kernels - --rounds 1 --least 3 --most 9 --tightness 0.05 --each 50ms --budget 24h\n");
    expect(readFileSync(`${folder}/lines`, "utf8")).toBe("matmul tf32 batch=1 m=64 n=32 k=16\ntransfer.to-device u8 bytes=4096 variant=pinned\n");
    const broken = program("broken-program", "echo 'no GPU can be used: out of luck' >&2\nexit 1");
    await expect(runProgram(broken, kernels, options).next()).rejects.toThrow("no GPU can be used: out of luck");
  });
});
