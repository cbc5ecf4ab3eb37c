import { opOfKernel } from "../calibrate/op-of-kernel.ts";
import { dtypeBytes, type OpClass } from "../graph/graph.ts";

/**
 * The operators under which a profile may hold this one, the most exact first, with the work and the bytes that samples
 * of it have: what is fused into an operator, a bias or a row that is repeated changes its time less than it changes
 * those figures, and the profile was fitted to the figures of the plain kernels.
 *
 * Variants: what the importer says ("nchwc", "transposed" …); "sum" where a residual is added; "skip" where a
 * normalization adds two activations first.
 * A blocked convolution with a residual and ReLU is looked for as "nchwc+sum", then as "nchwc", then as the plain one.
 */
export function measuredAs(op: OpClass): readonly OpClass[] {
  const { kind, dtype, variant } = op;
  const shape = halfRead.has(kind) && readsOneOperand(op) ? { ...op.shape, inputs: 1 } : op.shape;
  const extra = kind === "layer-norm" ? (op.fused?.[0] === "add" ? "skip" : undefined) : op.fused?.includes("add") === true ? "sum" : undefined;
  const whole = [variant, extra].filter((part) => part !== undefined).join("+");
  // Runtimes lay convolutions and what follows them out in blocks where they can.
  const names = new Set<string | undefined>([whole === "" ? undefined : whole, variant, undefined, ...(blocked.has(kind) ? ["nchwc"] : [])]);
  return [...names].map((name) => opOfKernel({ kind, dtype, shape, ...(name !== undefined && { variant: name }) }));
}

/** Kinds that combine two operands. */
const halfRead: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "pow", "min", "max"]);

/** Kinds that runtimes have in a blocked layout. */
const blocked: ReadonlySet<string> = new Set(["conv", "depthwise-conv", "max-pool", "average-pool", "global-pool"]);

/** True where the second operand is a number or a row that is repeated. */
function readsOneOperand({ shape, dtype, readBytes }: OpClass): boolean {
  return readBytes / dtypeBytes[dtype] < 1.9 * (shape["elements"] ?? 0);
}
