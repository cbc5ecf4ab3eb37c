import { matmul } from "../graph/catalogue.ts";
import type { OpClass } from "../graph/graph.ts";
import type { Estimate } from "../cost/cost-model.ts";
import { opOfKernel } from "../calibrate/op-of-kernel.ts";

/** A product with a weight that lies transposed, as profiles of GPUs name it. */
export const transposedWeight = "weight";

/**
 * The kernels of a GPU's library that may compute a matrix product with a weight, as profiles have them: that for
 * weights which lie transposed (the variant "weight", with a bias, as a layer of PyTorch is measured), and that of
 * batches. An operator of that variant has the first alone; a weight that lies as it is multiplied, or whose place the
 * runtime may choose, both. `undefined` for other operators.
 */
export function productKernels({ kind, dtype, shape, parameterBytes, variant }: OpClass): readonly OpClass[] | undefined {
  if (kind !== "matmul" || parameterBytes === 0 || (variant !== undefined && variant !== transposedWeight)) return undefined;
  const batched = opOfKernel({ kind, dtype, shape });
  const { m = 1, n = 1, k = 1, batch = 1 } = shape;
  const { flops = 0, readBytes = 0, parameterBytes: weights = 0 } = matmul({ batch, m, n, k, weight: true, bias: true, dtype });
  const linear: OpClass = { ...batched, flops, readBytes, parameterBytes: weights, variant: transposedWeight };
  return variant === transposedWeight ? [linear] : [linear, batched];
}

/** The estimate of least time on the device: what starts a kernel is the host's, and the same for all. */
export function fastest(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((least, next) => (next.ns - next.fixedNs < least.ns - least.fixedNs ? next : least));
}
