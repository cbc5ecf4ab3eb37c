import type { OpInit } from "../graph/builder.ts";
import { attention, conv, convTranspose, elementwise, gather, gru, isElementwise, lrn, lstm, matmul, movement, normalization, pool, reduction, rnn, softmax } from "../graph/catalogue.ts";
import type { DType, OpClass, Shape } from "../graph/graph.ts";
import type { Kernel } from "./sample.ts";

type Maker = (extents: Record<string, number>, dtype: DType, kind: string) => OpInit;

/** A maker of the catalogue that takes the extents by the names that it gives them. */
const named = <Size>(maker: (size: Size) => OpInit): Maker => (extents, dtype) => maker({ ...extents, dtype } as unknown as Size);
const normalize: Maker = ({ elements, parameters }, dtype, kind) => normalization(kind as Parameters<typeof normalization>[0], { elements: elements!, parameters: parameters ?? 0, dtype });
const window: Maker = ({ inputs, outputs, window: size }, dtype, kind) => pool(kind as Parameters<typeof pool>[0], { inputs: inputs!, outputs: outputs!, window: size!, dtype });

/** Extents that a kind needs, and who makes the operator of them. */
const makers: Readonly<Record<string, readonly [needs: readonly string[], maker: Maker]>> = {
  matmul: [["m", "n", "k"], named(matmul)],
  conv: [["n", "cIn", "cOut", "h", "w", "hOut", "wOut", "kh", "kw"], named(conv)],
  "depthwise-conv": [["n", "cIn", "cOut", "h", "w", "hOut", "wOut", "kh", "kw"], (extents, dtype) => conv({ groups: extents["cIn"]!, ...extents, dtype } as unknown as Parameters<typeof conv>[0])],
  "conv-transpose": [["n", "cIn", "cOut", "h", "w", "hOut", "wOut", "kh", "kw"], named(convTranspose)],
  attention: [["batch", "heads", "queries", "keys", "headDim"], named(attention)],
  lstm: [["seq", "batch", "input", "hidden"], named(lstm)],
  gru: [["seq", "batch", "input", "hidden"], named(gru)],
  rnn: [["seq", "batch", "input", "hidden"], named(rnn)],
  softmax: [["rows", "columns"], named(softmax)],
  lrn: [["elements", "size"], named(lrn)],
  reduce: [["inputs", "outputs"], named(reduction)],
  gather: [["rows", "columns"], named(gather)],
  embedding: [["rows", "columns"], (extents, dtype) => gather({ ...(extents as { rows: number; columns: number }), weight: true, dtype })],
  ...Object.fromEntries(["batch-norm", "layer-norm", "rms-norm", "group-norm", "instance-norm", "lp-norm"].map((kind) => [kind, [["elements"], normalize] as const])),
  ...Object.fromEntries(["max-pool", "average-pool", "global-pool"].map((kind) => [kind, [["inputs", "outputs", "window"], window] as const])),
};

/** Element-wise kinds with two operands of full size. */
const binary: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "pow", "mod", "min", "max", "equal", "greater", "less", "and", "or", "xor", "prelu", "swiglu"]);

/**
 * The operator that was measured, with the work and the bytes that the catalogue gives an operator of this kind and
 * these extents. Element-wise kinds read one operand, or two where they combine two (`inputs`, if it is among the
 * extents, says otherwise); other kinds with `elements` read and write that many. Of what the catalogue does not know,
 * only `flops` and `bytes` among the extents say how much it is; without them both are 0.
 */
export function opOfKernel({ kind, shape, dtype, variant }: Kernel): OpClass {
  const init = initOf(kind, shape, dtype);
  return {
    kind, shape, dtype, flops: init.flops ?? 0, macs: init.macs ?? 0,
    readBytes: init.readBytes ?? 0, writeBytes: init.writeBytes ?? 0, parameterBytes: init.parameterBytes ?? 0,
    ...(variant !== undefined && { variant }),
  };
}

function initOf(kind: string, shape: Shape, dtype: DType): OpInit {
  const known = Object.hasOwn(makers, kind) ? makers[kind] : undefined;
  if (known && known[0].every((extent) => shape[extent] !== undefined)) return known[1]({ ...shape }, dtype, kind);
  const elements = shape["elements"];
  if (elements !== undefined && kind !== "cast" && isElementwise(kind)) return elementwise(kind, { elements, inputs: shape["inputs"] ?? (binary.has(kind) ? 2 : 1), dtype });
  if (elements !== undefined) return movement(kind, { read: elements, write: elements, dtype });
  // As a row of a table of one's own may have them; bytes count as read.
  return { kind, flops: shape["flops"] ?? 0, readBytes: shape["bytes"] ?? 0 };
}
