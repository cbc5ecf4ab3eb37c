import type { OpInit } from "./builder.ts";
import { attention, conv, convTranspose, elementwise, gather, gru, isElementwise, lrn, lstm, matmul, movement, normalization, pool, reduction, rnn, softmax } from "./catalogue.ts";
import type { DType, Shape } from "./graph.ts";
import { categoryOf } from "./op-kinds.ts";

type Maker = (extents: Record<string, number>, dtype: DType, kind: string) => OpInit;

/** A maker of the catalogue that takes the extents by the names that it gives them. */
const named = <Size>(maker: (size: Size) => OpInit): Maker => (extents, dtype) => maker({ ...extents, dtype } as unknown as Size);
const normalize: Maker = ({ elements, parameters }, dtype, kind) => normalization(kind as Parameters<typeof normalization>[0], { elements: elements!, parameters: parameters ?? 0, dtype });
const window: Maker = ({ inputs, outputs, window: size }, dtype, kind) => pool(kind as Parameters<typeof pool>[0], { inputs: inputs!, outputs: outputs!, window: size!, dtype });
const each: Maker = ({ elements, inputs }, dtype, kind) => elementwise(kind, { elements: elements!, inputs: inputs ?? (binary.has(kind) ? 2 : 1), dtype });
const move: Maker = ({ elements }, dtype, kind) => movement(kind, { read: elements!, write: elements!, dtype });

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

function makerOf(kind: string): readonly [needs: readonly string[], maker: Maker] | undefined {
  if (Object.hasOwn(makers, kind)) return makers[kind];
  if (kind !== "cast" && isElementwise(kind)) return [["elements"], each];
  return categoryOf(kind) === "memory" ? [["elements"], move] : undefined;
}

/**
 * The extents that an operator of this kind needs for its work and bytes to follow; `undefined` for kinds of which they
 * do not follow from any.
 * @example
 * extentsOf("matmul"); // ["m", "n", "k"]
 */
export function extentsOf(kind: string): readonly string[] | undefined {
  return makerOf(kind)?.[0];
}

/**
 * The operator of a kind and the extents that the catalogue names, with its work and bytes. Element-wise kinds read one
 * operand, or two where they combine two (`inputs`, if it is among the extents, says otherwise); kinds that only move
 * data read and write `elements`. `undefined` where the catalogue does not know, or an extent of {@link extentsOf} is
 * missing.
 * @example
 * opOfShape("matmul", { m: 4, n: 8, k: 2 }, "f32")?.flops; // 128
 */
export function opOfShape(kind: string, shape: Shape, dtype: DType): OpInit | undefined {
  const [needs, maker] = makerOf(kind) ?? [];
  return maker && needs!.every((extent) => shape[extent] !== undefined) ? maker({ ...shape }, dtype, kind) : undefined;
}
