import { randomSource } from "../../../src/base/random.ts";
import type { Sample } from "../../../src/calibrate/sample.ts";
import type { Profile } from "../../../src/cost/profile/profile.ts";

/** Matrix products on a made-up CPU: 20 µs, 50 flop/ns and 10 bytes/ns for one thread; two threads take a twentieth of the work alone. */
export function trueNs({ m, n, k }: { readonly m: number; readonly n: number; readonly k: number }, threads = 1): number {
  const computeNs = (2 * m * n * k) / (50 * (threads / (1 + 0.05 * (threads - 1))));
  const memoryNs = (4 * (m * k + k * n + m * n)) / (10 * (threads / (1 + 0.6 * (threads - 1))));
  // Rows of 16 are computed together.
  const padded = (16 * Math.ceil(m / 16)) / m;
  return 20_000 + 3_000 * (threads - 1) + Math.max(computeNs * padded, memoryNs);
}

/** Measured shapes with a noise of 2 %, three rounds of five times each. */
export function syntheticSamples(count: number, threads: readonly number[] = [1], seed = 1): Sample[] {
  const random = randomSource(seed, "synthetic samples");
  const extent = (): number => Math.round(2 ** (2 + 9 * random()));
  const shapes = Array.from({ length: count }, () => ({ batch: 1, m: extent(), n: extent(), k: extent() }));
  return shapes.flatMap((shape) => threads.flatMap((t) => [0, 1, 2].map((round): Sample => ({
    kind: "matmul", dtype: "f32", shape, threads: t, round, ns: Array.from({ length: 5 }, () => trueNs(shape, t) * (1 + 0.02 * (2 * random() - 1))),
  }))));
}

export const madeUp: { readonly device: Profile["device"]; readonly provenance: Profile["provenance"] } = {
  device: { name: "made up", kind: "cpu", figures: { cacheBytes: 2 ** 25, unitCacheBytes: 2 ** 20 } },
  provenance: { date: "2026-01-31", source: "made up", samples: [] },
};
