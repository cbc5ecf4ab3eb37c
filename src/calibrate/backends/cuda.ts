import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Availability, Backend, MeasureOptions, Measurement } from "../backend.ts";
import { familyKernels } from "../kernel-family.ts";
import { kernelLine } from "../kernel-line.ts";
import type { Kernel } from "../sample.ts";
import { cudaProgram, nvccVersion } from "./cuda/build.ts";
import { gpus } from "./cuda/gpus.ts";

const longestBuildMs = 10 * 60_000;

/**
 * cuBLAS, cuDNN and Heddle's own kernels on an NVIDIA GPU: the program `kernels/cuda`, compiled once with the nvcc on the
 * PATH and kept in the user's cache. It runs by itself as well, on a machine without Node.
 */
export const cuda: Backend = {
  name: "cuda",
  summary: "cuBLAS, cuDNN and Heddle's own kernels on an NVIDIA GPU (compiled with nvcc)",
  batch: 64,
  async available(): Promise<Availability> {
    const version = await nvccVersion();
    const found = await gpus();
    const alone = "or copy the folder kernels/cuda to a machine with an NVIDIA GPU and the toolkit, and run it there: its README.md says how";
    if (version === undefined) return { ok: false, why: "nvcc, the compiler of CUDA, is not on the PATH", install: `${found.length > 0 ? "" : "an NVIDIA GPU with its driver, and "}the CUDA toolkit, 11.5 or later, with its bin folder on the PATH; ${alone}` };
    if (found.length === 0) return { ok: false, why: "nvidia-smi finds no NVIDIA GPU", install: `an NVIDIA GPU with its driver; ${alone}` };
    const { name, driver } = found[0]!;
    return { ok: true, device: name, versions: { nvcc: version, driver }, patienceMs: longestBuildMs, note: "ns = by events of the device, operands rotated; launch.submit, launch.graph and transfer.* by the host's clock" };
  },
  kernels: () => familyKernels("cuda"),
  async *measure(kernels: readonly Kernel[], options: MeasureOptions) {
    yield* runProgram(await cudaProgram(), kernels, options);
  },
};

/**
 * Runs the program on some kernels, and yields what it prints as it comes.
 * @throws {Error} with the last line that it printed as an error, where it could measure nothing
 */
export async function* runProgram(program: string, kernels: readonly Kernel[], { least, most, tightness, budgetMs }: MeasureOptions): AsyncGenerator<Measurement | (Kernel & { readonly failure: string })> {
  const each = Math.max(1, Math.round(budgetMs / kernels.length));
  const child = spawn(program, ["--kernels", "-", "--rounds", "1", "--least", `${least}`, "--most", `${most}`, "--tightness", `${tightness}`, "--each", `${each}ms`, "--budget", "24h"], { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<string | undefined>((resolve) => {
    let errors = "";
    child.stderr.on("data", (text: Buffer) => (errors = (errors + text.toString()).slice(-2000)));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(code === 0 ? undefined : (errors.trim().split("\n").at(-1) ?? `ended with exit code ${code}`)));
  });
  // A program that is gone is told by its end.
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${kernels.map(kernelLine).join("\n")}\n`);
  let came = 0;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const outcome = parseOutcome(line);
      if (outcome === undefined) continue;
      came++;
      yield outcome;
    }
    const failure = await ended;
    if (failure !== undefined && came === 0) throw new Error(failure);
  } finally {
    child.kill("SIGKILL");
  }
}

/** A line of the program's: its times, or why there are none; undefined for the header. */
export function parseOutcome(line: string): Measurement | (Kernel & { readonly failure: string }) | undefined {
  const { format, round: _, ...outcome } = JSON.parse(line) as { format?: string; round?: number } & Measurement;
  return format === undefined ? outcome : undefined;
}
