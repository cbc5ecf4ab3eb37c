import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Availability, Backend, MeasureOptions, Measurement } from "../backend.ts";
import { familyKernels, kernelFolder } from "../kernel-family.ts";
import { tightness } from "../measure/tightness.ts";
import { opOfKernel } from "../op-of-kernel.ts";
import type { Kernel } from "../sample.ts";
import { check } from "./wgsl/check.ts";
import { hostSide, hostSideKinds } from "./wgsl/host-side.ts";
import { openDevice, openGpu } from "./wgsl/open-gpu.ts";
import { UnsupportedKernel } from "./wgsl/program.ts";
import { programFor } from "./wgsl/programs.ts";
import { DeviceLost, KernelError, WgslSession } from "./wgsl/session.ts";
import type { GpuDevice } from "./wgsl/webgpu.ts";

type Outcome = Measurement | (Kernel & { readonly failure: string });

/** Shorter than this, a time is the mean of several repetitions in a row: the clocks of GPUs tick in up to a microsecond. */
const shortNs = 100_000;
const mostRepeats = 1000;
/** Times taken before the device is waited for. */
const mostPasses = 16;
/** A software adapter computes and moves so much at most in one kernel: it is there for tests. */
const softwareWork = 2e7;

/**
 * Heddle's own WebGPU kernels (`kernels/wgsl`), through Dawn. Times are the device's own, between timestamps around a
 * pass; a kernel that takes less than 0.1 ms is repeated in the pass, and its time is the mean. Each repetition has other
 * operands, 256 MiB of them in all but of 32 kinds at most, so that a kernel with more than some MiB does not find its
 * operands in the cache. Results are checked against a plain computation.
 */
export const wgsl: Backend = {
  name: "wgsl",
  summary: "Heddle's own kernels for WebGPU (Vulkan, Metal, Direct3D 12)",
  batch: 16,
  async available(): Promise<Availability> {
    const gpu = await openGpu();
    if ("why" in gpu) return { ok: false, ...gpu };
    return {
      ok: true, device: gpu.name, versions: { node: process.versions.node, ...gpu.versions },
      note: `ns = between timestamps of the device, operands rotated${gpu.software ? "; a software adapter: for tests of the kernels, not for calibration" : ""}`,
    };
  },
  kernels: () => familyKernels("wgsl"),
  async *measure(kernels: readonly Kernel[], options: MeasureOptions): AsyncGenerator<Outcome> {
    const gpu = await openGpu();
    if ("why" in gpu) throw new Error(`${gpu.why}: ${gpu.install}`);
    const device = await openDevice(gpu);
    const session = new WgslSession(device, sourceOf);
    const startedNs = process.hrtime.bigint();
    let lost: string | undefined;
    try {
      for (const [at, kernel] of kernels.entries()) {
        // What earlier kernels left of the budget is for all that follow.
        const deadline = startedNs + BigInt(Math.round(((options.budgetMs * (at + 1)) / kernels.length) * 1e6));
        try {
          if (lost !== undefined) throw new KernelError(lost);
          if (gpu.software) refuseLarge(kernel);
          const measure = hostSideKinds.includes(kernel.kind) ? measureHostSide(device, kernel) : measureProgram(session, kernel);
          yield { ...kernel, ns: await repeat(measure, options, deadline) };
        } catch (error) {
          if (error instanceof DeviceLost) lost = error.message;
          else if (!(error instanceof KernelError) && !(error instanceof UnsupportedKernel)) throw error;
          yield { ...kernel, failure: (error as Error).message };
        }
      }
    } finally {
      device.destroy();
    }
  },
};

/** The text of a kernel. */
export function sourceOf(file: string): string {
  return readFileSync(join(kernelFolder("wgsl"), file), "utf8");
}

/** Gives some more times whenever it is asked; with `finish`, it checks the results and frees the device's memory. */
interface Measuring {
  more(count: number): Promise<readonly number[]>;
  finish(failed: boolean): Promise<void>;
}

function measureHostSide(device: GpuDevice, kernel: Kernel): Promise<Measuring> {
  const { once, release } = hostSide(device, kernel);
  return once().then(() => ({
    more: async (count) => {
      const ns: number[] = [];
      for (let i = 0; i < count; i++) ns.push(await once());
      return ns;
    },
    finish: async () => release(),
  }));
}

async function measureProgram(session: WgslSession, kernel: Kernel): Promise<Measuring> {
  const prepared = await session.prepare(programFor(kernel, session.limits));
  try {
    // The first run is not counted: pipelines are finished and clocks raised in it.
    await session.time(prepared, 1, 1);
    const [estimate] = await session.time(prepared, 1, 2) as [number];
    const repeats = Math.min(mostRepeats, Math.max(1, Math.ceil(shortNs / Math.max(estimate, shortNs / mostRepeats))));
    return {
      more: (count) => session.time(prepared, Math.min(count, mostPasses), repeats),
      async finish(failed) {
        try {
          if (!failed) await check(session, prepared);
        } finally {
          session.release(prepared);
        }
      },
    };
  } catch (error) {
    session.release(prepared);
    throw error;
  }
}

async function repeat(ready: Promise<Measuring>, { least, most, tightness: enough }: MeasureOptions, deadline: bigint): Promise<number[]> {
  const measuring = await ready;
  const ns: number[] = [];
  let failed = true;
  try {
    while (ns.length < most && (ns.length < least || (process.hrtime.bigint() < deadline && tightness([ns]) > enough))) {
      const wanted = Math.max(1, ns.length < least ? least - ns.length : Math.min(ns.length, most - ns.length));
      ns.push(...await measuring.more(wanted));
    }
    if (ns.some((time) => !(time > 0))) throw new KernelError("the device's clock does not move while the kernel runs");
    failed = false;
  } finally {
    await measuring.finish(failed);
  }
  return ns;
}

function refuseLarge(kernel: Kernel): void {
  const { flops, readBytes, writeBytes } = opOfKernel(kernel);
  const work = Math.max(flops, readBytes + writeBytes, kernel.shape["bytes"] ?? 0);
  if (work > softwareWork) throw new KernelError("too large for a software adapter, which is there for tests");
}
