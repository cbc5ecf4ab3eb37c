import { cpuName } from "./cpu-name.ts";
import type { Availability, Backend, KernelWish, Measurement, MeasureOptions } from "../backend.ts";
import { operatorKernels } from "../kernel-list.ts";
import { opOfKernel } from "../op-of-kernel.ts";
import type { Kernel } from "../sample.ts";
import { DataPool } from "./data-pool.ts";
import { measureApart } from "./ort/apart.ts";
import { measureTogether } from "./ort/together.ts";
import { measureRuns, runKernels } from "./ort/runs.ts";
import { recipeOf } from "./ort/recipes.ts";
import { ortPackages } from "./ort/runtime.ts";
import { packageVersion } from "./package-version.ts";

/** Operators that touch less, and have no weights, are measured apart: the profile's microseconds say little of them. */
const smallBytes = 128 * 1024;

/**
 * ONNX Runtime on the CPU. A time is what an operator adds to a sequential run, so that a network is the sum of its
 * operators and of what a run takes by itself (the kind "run.nodes").
 *
 * Kernels run together in one model, each behind an operator that makes its activations, so that they find their
 * activations where a network leaves them, and their weights as cold as a pass over all of them leaves those. Their times
 * come from the runtime's own profile; what taking a time costs is measured on operators of one element in the same run,
 * and taken off. The runtime puts most convolutions into a blocked layout: they are measured as such, under the variant
 * "nchwc" ("nchwc+sum" with a residual), and the changes of layout beside them as "transpose" with the variants
 * "nchwc" (into blocks) and "nchwc+back".
 * Small kernels are measured without a profile, as the difference of two models.
 */
export const ort: Backend = {
  name: "ort",
  summary: "ONNX Runtime on the CPU",
  batch: 32,
  async available(): Promise<Availability> {
    try {
      await ortPackages();
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
      return { ok: false, why: missing ? "the package onnxruntime-node is not installed" : `onnxruntime-node does not load: ${(error as Error).message.split("\n")[0]!}`, install: "npm install onnxruntime-node" };
    }
    return {
      ok: true, device: cpuName(),
      versions: { node: process.versions.node, "onnxruntime-node": packageVersion("onnxruntime-node") },
      note: "ns = what the operator adds to a sequential run; activations as their producer leaves them, weights last read one pass over many kernels ago",
    };
  },
  kernels: ({ threads }: KernelWish) => [
    ...threads.flatMap((count) => runKernels(count)),
    ...operatorKernels().filter((kernel) => recipeOf(kernel) !== undefined).flatMap((kernel) => threads.map((count) => ({ ...kernel, threads: count }))),
  ],
  async *measure(kernels: readonly Kernel[], options: MeasureOptions) {
    const pool = new DataPool();
    for (const threads of new Set(kernels.map((kernel) => kernel.threads ?? 1))) {
      const mine = kernels.filter((kernel) => (kernel.threads ?? 1) === threads);
      const share = { ...options, budgetMs: (options.budgetMs * mine.length) / kernels.length };
      yield* measureRuns(mine.filter(({ kind }) => kind === "run.nodes"), share);
      yield* measureOperators(mine.filter(({ kind }) => kind !== "run.nodes"), threads, pool, share);
    }
  },
};

async function* measureOperators(kernels: readonly Kernel[], threads: number, pool: DataPool, options: MeasureOptions): AsyncGenerator<Measurement | (Kernel & { readonly failure: string })> {
  for await (const measured of measureTogether(kernels, threads, pool, options)) {
    if ("failure" in measured || !runsApart(measured)) yield measured;
    else yield (await measureApart(measured, threads, pool, options)) ?? measured;
  }
}

/** By the extents alone, so that all rounds measure a kernel in one way. Copies of it would find weights in the cache, and nothing in blocks. */
function runsApart(kernel: Measurement): boolean {
  const { readBytes, writeBytes, parameterBytes } = opOfKernel(kernel);
  return parameterBytes === 0 && kernel.asked === undefined && !kernel.variant?.startsWith("nchwc") && readBytes + writeBytes <= smallBytes;
}
