import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { familyKernels, kernelFolder, kernelManifest } from "../../src/calibrate/kernel-family.ts";
import { kernelLine, parseKernelLine } from "../../src/calibrate/kernel-line.ts";
import { kernelKey, parseSamples } from "../../src/calibrate/sample.ts";

const manifest = kernelManifest("cuda");
const source = kernelFolder("cuda");

describe("kernels/cuda", () => {
  it("describes every kind, and the sources name it", () => {
    for (const { files, kinds, measures } of manifest.kernels) {
      expect(measures).not.toBe("");
      const text = files.map((file) => readFileSync(join(source, file), "utf8")).join("");
      // Element-wise kinds are cases of a macro.
      for (const kind of kinds) expect(text.includes(`"${kind}"`) || text.includes(`CASE(${kind})`) || (kind.startsWith("transfer.") && text.includes('"transfer.')), kind).toBe(true);
    }
    const built = /^DEVICE = (.+)$/m.exec(readFileSync(join(source, "Makefile"), "utf8"))![1]!.split(" ").map((name) => `${name}.cu`);
    expect(built.sort()).toEqual(readdirSync(source).filter((file) => file.endsWith(".cu")).sort());
  });

  it("lists sizes of its kinds and types, each once", () => {
    const kernels = familyKernels("cuda");
    expect(new Set(kernels.map(kernelKey)).size).toBe(kernels.length);
    for (const kernel of kernels) {
      const entry = manifest.kernels.find(({ kinds }) => kinds.includes(kernel.kind));
      expect(entry?.dtypes, kernelLine(kernel)).toContain(kernel.dtype);
      if (kernel.variant !== undefined) expect(Object.keys(entry!.variants!)).toContain(kernel.variant);
      expect(parseKernelLine(kernelLine(kernel))).toEqual(kernel);
    }
  });
});

const folder = mkdtempSync(join(tmpdir(), "heddle-cuda-kernels-"));
const program = join(folder, "heddle-cuda");
let why = "";

/** Runs the driver of the kernels, with a worker that needs no GPU. */
function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(program, args, { timeout: 20_000 }, (error, out, err) => done({ status: error === null ? 0 : Number(error.code), out, err }));
  });
}

describe("heddle-cuda without its GPU part", () => {
  beforeAll(() => {
    try {
      execFileSync("g++", ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", source, ...["main.cpp", "child.cpp", "options.cpp"].map((file) => join(source, file)), join(import.meta.dirname, "cuda/fake-worker.cpp"), "-o", program], { stdio: "pipe" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      why = "there is no g++";
    }
    writeFileSync(join(folder, "sizes.txt"), "# a comment\nadd f32 elements=4\ncrashes f32 n=1\nfails f16 n=1\nhangs f32 n=1\nlost f32 n=1\nmatmul f16 m=2 n=3 k=4 variant=nhwc\n");
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("goes on after a kernel that crashes, hangs, loses the device or fails, and does not try it again", async ({ skip }) => {
    if (why !== "") return skip(why);
    const { status, out, err } = await run("--timeout", "500ms", "--rounds", "2", "--least", "7", "--each", "3ms");
    expect(status).toBe(0);
    const { header, samples, failures } = parseSamples(out);
    expect(header).toMatchObject({ format: "heddle-samples/1", device: "Example 0", backend: "cuda", versions: { cuda: "1.0" } });
    expect(header.machine.cores).toBeGreaterThan(0);
    expect(samples.map(({ kind, round }) => `${kind} ${round}`)).toEqual(["add 0", "matmul 0", "matmul 1", "add 1"]);
    expect(samples[1]).toEqual({ kind: "matmul", shape: { m: 2, n: 3, k: 4 }, dtype: "f16", variant: "nhwc", round: 0, ns: [7, 3] });
    expect(failures.map(({ kind, failure }) => `${kind}: ${failure}`)).toEqual([
      expect.stringMatching(/^crashes: the process that measures (was ended by|ended)/), 'fails: it says "no"', "hangs: did not end within 0.5 s", "lost: the device was lost",
    ]);
    expect(err).toContain("4 measurements, 4 kernels that could not be measured");
  });

  it("goes on in a file where it was, past a line that was cut off", async ({ skip }) => {
    if (why !== "") return skip(why);
    const file = join(folder, "samples.jsonl");
    expect((await run("--out", file, "--only", "add", "--rounds", "1")).status).toBe(0);
    appendFileSync(file, '{"kind":"matmul","sha');
    expect((await run("--out", file, "--only", "add,matmul", "--rounds", "1")).status).toBe(0);
    const { samples } = parseSamples(readFileSync(file, "utf8"));
    expect(samples.map(({ kind, round }) => `${kind} ${round}`)).toEqual(["add 0", "matmul 0"]);
    const other = await run("--out", file, "--device", "1", "--rounds", "2", "--only", "add");
    expect([other.status, other.err]).toEqual([2, expect.stringContaining("holds samples of another device")]);
  });

  it("lists its kernels, and says what is wrong with how it was called", async ({ skip }) => {
    if (why !== "") return skip(why);
    expect(await run("--list", "--only", "f16")).toEqual({ status: 0, out: "fails f16 n=1\nmatmul f16 m=2 n=3 k=4 variant=nhwc\n", err: "" });
    expect((await run("--help")).out).toContain("--budget TIME");
    for (const [args, message] of [
      [["--budget", "3"], 'heddle-cuda: --budget takes a time such as 90s, 15m or 2h, not "3"'], [["--rounds", "0"], 'heddle-cuda: --rounds takes a number, not "0"'],
      [["--bugdet", "3s"], "heddle-cuda: unknown option --bugdet; --help lists all"], [["--only"], "heddle-cuda: --only needs a value"], [["--only", "nothing"], "heddle-cuda: no kernel matches --only; --list prints all"],
      [["--kernels", join(folder, "none")], "cannot read"],
    ] as const) {
      const { status, err } = await run(...args);
      expect([status, err]).toEqual([2, expect.stringContaining(message)]);
    }
    expect(await run("--device", "9")).toMatchObject({ status: 1, err: "no GPU can be used: there is no device 9\n" });
  });
});
