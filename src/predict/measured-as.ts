import { opOfKernel } from "../calibrate/op-of-kernel.ts";
import { dtypeBytes, type OpClass } from "../graph/graph.ts";
import { runsBlocked } from "./runs-blocked.ts";

/**
 * The operators under which a profile may hold this one, the most exact first, with the work and the bytes that samples
 * of it have: what is fused into an operator, a bias or a row that is repeated changes its time less than it changes
 * those figures, and the profile was fitted to the figures of the plain kernels.
 *
 * Variants: what the importer says ("nchwc", "transposed" …); "sum" where a residual is added; "skip" where a
 * normalization adds two activations first.
 * A blocked convolution with a residual and ReLU is looked for as "nchwc+sum", then as "nchwc", then as the plain one;
 * so is one of which nobody says how it runs, where {@link runsBlocked} expects it; and so is a change of layout back,
 * "nchwc+back".
 */
export function measuredAs(op: OpClass): readonly OpClass[] {
  const { kind, dtype, variant } = op;
  const shape = halfRead.has(kind) && readsOneOperand(op) ? { ...op.shape, inputs: 1 } : op.shape;
  const extra = kind === "layer-norm" ? (op.fused?.[0] === "add" ? "skip" : undefined) : op.fused?.includes("add") === true ? "sum" : undefined;
  // Runtimes lay convolutions and what follows them out in blocks where they can; a graph that is not theirs does not say so.
  const likely = variant ?? (runsBlocked(op) ? "nchwc" : undefined);
  const names = new Set<string | undefined>([joined(likely, extra), joined(variant, extra), likely, likely?.split("+")[0], undefined, ...(blocked.has(kind) ? ["nchwc"] : [])]);
  return [...names].map((name) => opOfKernel({ kind, dtype, shape, ...(name !== undefined && { variant: name }) }));
}

function joined(...parts: readonly (string | undefined)[]): string | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join("+");
}

/** Kinds that combine two operands. */
const halfRead: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "pow", "min", "max"]);

/** Kinds that runtimes have in a blocked layout. */
const blocked: ReadonlySet<string> = new Set(["conv", "depthwise-conv", "max-pool", "average-pool", "global-pool"]);

/** True where the second operand is a number or a row that is repeated. */
function readsOneOperand({ shape, dtype, readBytes }: OpClass): boolean {
  return readBytes / dtypeBytes[dtype] < 1.9 * (shape["elements"] ?? 0);
}
