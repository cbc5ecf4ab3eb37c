import type { Kernel, Sample } from "../../../src/calibrate/sample.ts";
import type { BackendDescription } from "../../../src/calibrate/measure/messages.ts";
import type { WatchedOutcome } from "../../../src/calibrate/measure/measure-process.ts";
import type { SpeedPort } from "../../../src/calibrate/speed/speed-check.ts";
import type { Profile } from "../../../src/cost/profile/profile.ts";
import { isHeldOut } from "../../../src/calibrate/hold-out.ts";
import { measuredOn } from "../../../src/calibrate/measured-on.ts";
import { entry, fakeProfile, runs } from "../../predict/fake-profile.ts";

export const machine = { cpu: "test CPU", cores: 2, memoryBytes: 1e9, os: "linux 6.1 x64" };

/** Of {@link machine}: 1 µs, and then 10 flops/ns for products, 1 byte/ns for the rest; pooling differs from run to run. */
export const profile: Profile = withSource(measuredOn({ machine }));

export function withSource(source: string, versions: Readonly<Record<string, string>> = { fake: "1.2.3" }): Profile {
  const made = fakeProfile([
    entry("matmul", { fixedNs: 1000, flopsPerNs: 10 }, { points: 60 }), entry("matmul", { fixedNs: 1000, flopsPerNs: 10 }, { variant: "transposed", points: 40 }),
    entry("relu", { fixedNs: 1000, bytesPerNs: 1 }, { points: 50 }), entry("max-pool", { fixedNs: 1000, bytesPerNs: 1 }, { points: 500, noise: 0.2 }), runs(10_000, 200, { points: 900 }),
  ]);
  return { ...made, provenance: { ...made.provenance, source, versions } };
}

export function relu(elements: number, threads: number): Kernel {
  return { kind: "relu", shape: { elements }, dtype: "f32", threads };
}

export function product(m: number, threads: number): Kernel {
  return { kind: "matmul", shape: { batch: 1, m, n: 64, k: 64 }, dtype: "f32", threads };
}

/** What {@link profile} says of one on a thread, ns. */
export const says = { relu: (elements: number): number => 1000 + 8 * elements, product: (m: number): number => 1000 + (2 * m * 64 * 64) / 10 };

const steps = Array.from({ length: 60 }, (_, i) => 16 * (i + 1));
const both = [1, 2];
/** A list as backends have it. */
export const offered: readonly Kernel[] = steps.flatMap((size) => both.flatMap((threads): Kernel[] => [
  { kind: "run.nodes", shape: { nodes: size }, dtype: "f32", threads }, relu(size, threads), product(size, threads), { kind: "max-pool", shape: { inputs: 4 * size, outputs: size, window: 4 }, dtype: "f32", threads },
]));

/** Sizes of which the profile was fitted, and of which it was not. */
export const [fitted, heldOut] = [false, true].map((held) => steps.filter((size) => isHeldOut(relu(size, 1)) === held && isHeldOut(product(size, 1)) === held)) as [number[], number[]];

export function sample(kernel: Kernel, ...ns: number[]): Sample {
  return { ...kernel, round: 0, ns, load: 0.25 };
}

/** A backend of plain code, each of whose kernels has a spike among its times. */
export class FakePort implements SpeedPort {
  requests: Kernel[][] = [];
  wishes: unknown[] = [];
  readonly #description: Partial<BackendDescription>;
  readonly #timeOf: (kernel: Kernel) => number | undefined;

  /** @param timeOf of each kernel, ns; undefined: it fails */
  constructor(timeOf: (kernel: Kernel) => number | undefined, description: Partial<BackendDescription> = {}) {
    [this.#timeOf, this.#description] = [timeOf, description];
  }

  describe(wish: unknown): Promise<BackendDescription> {
    this.wishes.push(wish);
    return Promise.resolve({ summary: "a fake", available: { ok: true, device: "test CPU", versions: { fake: "1.2.9" } }, batch: 8, kernels: offered, ...this.#description });
  }

  measure(kernels: readonly Kernel[], _: unknown, take: (outcome: WatchedOutcome) => void) {
    this.requests.push([...kernels]);
    for (const kernel of kernels) {
      const ns = this.#timeOf(kernel);
      take(ns === undefined ? { ...kernel, failure: "does not run" } : { ...kernel, ns: [ns, 100 * ns, ns] });
    }
    return Promise.resolve({});
  }

  end(): void {}
}
