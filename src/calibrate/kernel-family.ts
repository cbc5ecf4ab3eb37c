import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { operatorKernels } from "./kernel-list.ts";
import { parseKernelList } from "./kernel-line.ts";
import { kernelKey, type Kernel } from "./sample.ts";

/** `manifest.json` of a family of kernels. */
export interface KernelManifest {
  readonly family: string;
  readonly summary: string;
  /** File with the sizes to measure, a kernel a line, what tells most first. */
  readonly sizes: string;
  readonly kernels: readonly ManifestEntry[];
}

/** Kernels that are described together. */
export interface ManifestEntry {
  /** Their sources; none where only the host takes part. */
  readonly files: readonly string[];
  /** Kinds of the operator catalogue, or figures that are no operator, with a dot in their name. */
  readonly kinds: readonly string[];
  readonly dtypes: readonly string[];
  /** Ways of running them, and what each is; absent = one way. */
  readonly variants?: Readonly<Record<string, string>>;
  readonly measures: string;
}

/** The folder `kernels/<family>` of this package. */
export function kernelFolder(family: "wgsl" | "cuda"): string {
  // This file lies as deep in dist and in the bundle as it does here.
  return fileURLToPath(new URL(`../../kernels/${family}/`, import.meta.url));
}

/** What the family has. */
export function kernelManifest(family: "wgsl" | "cuda"): KernelManifest {
  return JSON.parse(readFileSync(join(kernelFolder(family), "manifest.json"), "utf8")) as KernelManifest;
}

/**
 * All that the family can measure: its own sizes, then those of the list that all backends share ({@link operatorKernels})
 * as far as it has kernels for them.
 */
export function familyKernels(family: "wgsl" | "cuda"): Kernel[] {
  const { kernels: entries, sizes } = kernelManifest(family);
  const own = parseKernelList(readFileSync(join(kernelFolder(family), sizes), "utf8"));
  const known = new Set(own.map(kernelKey));
  const kinds = new Set(entries.filter(({ dtypes }) => dtypes.includes("f32")).flatMap((entry) => entry.kinds));
  // Those with a variant are run as the processor's libraries run them; those with one full operand have none here, nor those
  // that say which axes change places.
  const shared = operatorKernels().filter((kernel) => kinds.has(kernel.kind) && kernel.variant === undefined && kernel.shape["inputs"] !== 1 && kernel.shape["run"] === undefined && kernel.dtype === "f32");
  return [...own, ...shared.filter((kernel) => !known.has(kernelKey(kernel)))];
}
