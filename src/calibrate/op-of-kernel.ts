import type { OpInit } from "../graph/builder.ts";
import { movement } from "../graph/catalogue.ts";
import type { DType, OpClass, Shape } from "../graph/graph.ts";
import { opOfShape } from "../graph/op-of-shape.ts";
import type { Kernel } from "./sample.ts";

/**
 * The operator that was measured, with the work and the bytes that {@link opOfShape} gives an operator of this kind and
 * these extents; other kinds with `elements` read and write that many. Of what the catalogue does not know, only `flops`
 * and `bytes` among the extents say how much it is; without them both are 0.
 */
export function opOfKernel({ kind, shape, dtype, variant }: Kernel): OpClass {
  const init = opOfShape(kind, shape, dtype) ?? otherOf(kind, shape, dtype);
  return {
    kind, shape, dtype, flops: init.flops ?? 0, macs: init.macs ?? 0,
    readBytes: init.readBytes ?? 0, writeBytes: init.writeBytes ?? 0, parameterBytes: init.parameterBytes ?? 0,
    ...(variant !== undefined && { variant }),
  };
}

function otherOf(kind: string, shape: Shape, dtype: DType): OpInit {
  const elements = shape["elements"];
  if (elements !== undefined) return movement(kind, { read: elements, write: elements, dtype });
  // As a row of a table of one's own may have them; bytes count as read.
  return { kind, flops: shape["flops"] ?? 0, readBytes: shape["bytes"] ?? 0 };
}
