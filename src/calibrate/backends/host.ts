import { availableParallelism } from "node:os";
import { cpuName } from "./cpu-name.ts";
import type { Availability, Backend, MeasureOptions } from "../backend.ts";
import type { Outcome } from "../measure/messages.ts";
import type { Kernel } from "../sample.ts";
import { fileKernels, measureFiles } from "./host/files.ts";
import { threadCode, threadKernels, type ThreadKernels } from "./host/thread-kernels.ts";
import { measureTimers, timerKernels } from "./host/timers.ts";

/** What a bandwidth is the time of. */
const unitBytes = 2 ** 20;
/** Of one measurement of threads, in which nobody has to wait for anything this long. */
const timeoutMs = 15_000;

/**
 * What the simulation of threads needs: the items of `kernels/threads` (locks, barriers, waking, switching, starting
 * threads, bandwidth of memory against threads, caches), sleeping, and reading files. The kind of a sample is the item's name;
 * a bandwidth is written as the time of a mebibyte.
 */
export async function hostBackend(): Promise<Backend> {
  const threads = await threadKernels();
  return {
    name: "host",
    summary: "What threads, memory and files cost on this machine",
    batch: 6,
    available(): Promise<Availability> {
      return Promise.resolve(threads === undefined
        ? { ok: false, why: "the thread kernels are not built", install: "npm run build" }
        : { ok: true, device: cpuName(), versions: { node: process.versions.node }, note: "ns = one operation of the item; of a bandwidth, the time of 1 MiB (shape.bytes)" });
    },
    kernels: () => [...(threads?.hostItems ?? []).filter((item) => item.threads <= 2 * availableParallelism()).map(kernelOf), ...timerKernels, ...fileKernels],
    async *measure(kernels: readonly Kernel[], options: MeasureOptions) {
      if (threads !== undefined) yield* measureItems(threads, kernels);
      yield* measureTimers(kernels.filter(({ kind }) => kind === "timer.sleep"), options);
      yield* measureFiles(kernels.filter(({ kind }) => kind.startsWith("disk.")), options);
    },
  };
}

function kernelOf({ name, unit, threads }: ThreadKernels["hostItems"][number]): Kernel {
  return { kind: name, shape: unit === "ns" ? {} : { bytes: unitBytes }, dtype: unit === "ns" ? "i32" : "f32", threads };
}

async function* measureItems({ hostItems, measureHostItems }: ThreadKernels, kernels: readonly Kernel[]): AsyncGenerator<Outcome> {
  const wanted = new Map(kernels.map((kernel) => [kernel.kind, kernel]));
  const items = hostItems.filter(({ name }) => wanted.has(name));
  for (const micro of new Set(items.map((item) => item.micro))) {
    const { runs, failure } = await measureHostItems(micro, timeoutMs, threadCode);
    for (const { name, unit } of items.filter((item) => item.micro === micro)) {
      const kernel = wanted.get(name)!;
      const { samples = [], others = null } = runs.get(name) ?? {};
      const ns = samples.map((value) => (unit === "ns" ? value : unitBytes / value)).filter((time) => time > 0);
      yield ns.length > 0 ? { ...kernel, ns, ...(others !== null && { load: Math.min(1, others) }) } : { ...kernel, failure: failure ?? "no samples: the system does not tell, or nothing took any time" };
    }
  }
}
