import type { OpClass } from "../graph/graph.ts";

/** Channels in a block: of an image with fewer, each pixel's are read as they are. */
const block = 16;
/** Channels are read so many at a time. */
const aligned = 4;

/**
 * True where ONNX Runtime runs a convolution on channels in blocks (NCHWc), as far as its extents say: of images, with
 * few channels or a multiple of 4; groups of channels have to fill blocks, but for those of one channel each. All 366
 * convolutions that were measured with version 1.30 on a CPU with AVX-512 keep to this.
 */
export function runsBlocked({ kind, shape }: Pick<OpClass, "kind" | "shape">): boolean {
  const { cIn = 0, cOut = 0, groups = 1 } = shape;
  if (shape["d"] !== undefined) return false;
  if (kind === "depthwise-conv") return cIn % aligned === 0;
  if (kind !== "conv") return false;
  return groups === 1 ? cIn < block || cIn % aligned === 0 : (cIn / groups) % block === 0 && (cOut / groups) % block === 0;
}
