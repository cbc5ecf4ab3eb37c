import { dtypeBytes, type DType } from "../graph/graph.ts";
import type { Kernel } from "./sample.ts";

/**
 * A kernel in words, as the size lists of `kernels/` have it: kind, element type, extents, and how it is run if that is said.
 * @example
 * kernelLine({ kind: "matmul", dtype: "f16", shape: { batch: 1, m: 8, n: 4, k: 2 }, variant: "tile64" }); // "matmul f16 batch=1 m=8 n=4 k=2 variant=tile64"
 */
export function kernelLine({ kind, dtype, shape, variant }: Kernel): string {
  return [kind, dtype, ...Object.entries(shape).map(([name, extent]) => `${name}=${extent}`), ...(variant === undefined ? [] : [`variant=${variant}`])].join(" ");
}

/**
 * The kernel that such a line names.
 * @throws {Error} where it is none: a list is a part of the package, so a bad line is no fault of the user
 */
export function parseKernelLine(line: string): Kernel {
  const [kind, dtype, ...fields] = line.trim().split(/\s+/);
  if (!kind || !dtype || !Object.hasOwn(dtypeBytes, dtype)) throw new Error(`not a kernel: "${line}"`);
  const shape: Record<string, number> = {};
  let variant: string | undefined;
  for (const field of fields) {
    const [name, value, more] = field.split("=");
    if (!name || !value || more !== undefined) throw new Error(`not an extent: "${field}" in "${line}"`);
    if (name === "variant") variant = value;
    else if (Number.isFinite(Number(value))) shape[name] = Number(value);
    else throw new Error(`not a number: "${field}" in "${line}"`);
  }
  return { kind, shape, dtype: dtype as DType, ...(variant !== undefined && { variant }) };
}

/** The kernels of a list, one a line; empty lines and those that begin with # are left out. */
export function parseKernelList(text: string): Kernel[] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")).map(parseKernelLine);
}
