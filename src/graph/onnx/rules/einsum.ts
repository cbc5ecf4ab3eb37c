import { matmul } from "../../catalogue.ts";
import type { OpInit } from "../../builder.ts";
import { elementsOf, formatDims, ShapeProblem } from "../value.ts";

/**
 * The output shape and the work of an Einstein summation. Operands are contracted from left to right; a contraction of
 * two is a batched matrix product whose batch, rows, columns and inner extent are products of the indices' extents. One
 * operand alone is a reduction or a transposition.
 * @throws {ShapeProblem} for an equation that does not fit the operands.
 * @example
 * parseEinsum("bik,bkj->bij", [[2, 3, 4], [2, 4, 5]]).op.shape; // { batch: 2, m: 3, n: 5, k: 4 }
 */
export function parseEinsum(equation: string, shapes: readonly (readonly number[])[]): { dims: number[]; op: OpInit } {
  const [left = "", right] = equation.replaceAll(/\s/g, "").split("->");
  const terms = left.split(",").map((term, i) => expand(term, shapes[i]?.length ?? 0));
  if (terms.length !== shapes.length || shapes.length === 0) throw new ShapeProblem(`equation "${equation}" does not fit ${shapes.length} operands`);
  const extent = new Map<string, number>();
  terms.forEach((term, i) => {
    if (term.length !== shapes[i]!.length) throw new ShapeProblem(`term "${term.join("")}" of "${equation}" does not fit ${formatDims(shapes[i]!)}`);
    term.forEach((index, at) => {
      const dim = shapes[i]![at]!;
      const known = extent.get(index) ?? 1;
      if (known !== 1 && dim !== 1 && known !== dim) throw new ShapeProblem(`index ${index} of "${equation}" is both ${known} and ${dim}`);
      extent.set(index, known === 1 ? dim : known);
    });
  });
  const dots = [...extent.keys()].filter((index) => index.startsWith(".")).sort();
  const output = right === undefined ? implicitOutput(terms, dots) : expand(right, right.replace("...", "").length + (right.includes("...") ? dots.length : 0));
  if (output.some((index) => !extent.has(index))) throw new ShapeProblem(`the output of "${equation}" has an index that no operand has`);
  const size = (indices: readonly string[]): number => elementsOf(indices.map((index) => extent.get(index)!));
  const dims = output.map((index) => extent.get(index)!);

  if (terms.length === 1) {
    const inputs = size([...new Set(terms[0])]);
    const outputs = size(output);
    const op: OpInit = inputs > outputs ? { kind: "reduce", shape: { inputs, outputs }, flops: inputs } : { kind: "transpose", shape: { elements: outputs } };
    return { dims, op };
  }
  let current = [...new Set(terms[0])];
  let total: OpInit | undefined;
  for (let i = 1; i < terms.length; i++) {
    const next = new Set(terms[i]);
    const later = new Set([...output, ...terms.slice(i + 1).flat()]);
    const shared = current.filter((index) => next.has(index));
    const rows = current.filter((index) => !next.has(index) && later.has(index));
    const columns = [...next].filter((index) => !current.includes(index) && later.has(index));
    // An index of one operand alone that nobody wants later is summed on the way: it counts with the inner extent.
    const gone = [...new Set([...current, ...next])].filter((index) => !later.has(index));
    const kept = shared.filter((index) => later.has(index));
    const op = matmul({ batch: size(kept), m: size(rows), n: size(columns), k: size(gone) });
    total = total ? { ...op, macs: op.macs! + total.macs!, flops: op.flops! + total.flops! } : op;
    current = [...kept, ...rows, ...columns];
  }
  return { dims, op: total! };
}

/** Letters of a term; an ellipsis stands for as many broadcast axes as are left, aligned at the last. */
function expand(term: string, rank: number): string[] {
  const at = term.indexOf("...");
  if (at < 0) return [...term];
  const count = Math.max(0, Math.min(64, rank - (term.length - 3)));
  // Numbered from the end, so that broadcast axes of different operands meet at the last one.
  return [...term.slice(0, at), ...Array.from({ length: count }, (_, i) => `.${String(64 - count + i).padStart(2, "0")}`), ...term.slice(at + 3)];
}

/** Without an arrow: the indices that occur once, in alphabetical order, behind the broadcast axes. */
function implicitOutput(terms: readonly (readonly string[])[], dots: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const index of terms.flat()) count.set(index, (count.get(index) ?? 0) + 1);
  return [...dots, ...[...count].filter(([index, times]) => times === 1 && !index.startsWith(".")).map(([index]) => index).sort()];
}
