import type { Recipe } from "./recipes.ts";

const contrib = "com.microsoft";

/** One product has a weight as its second factor, several have two activations: linear layers and attention. */
const matmul: Recipe = (site, { shape }) => {
  const { batch, m, n, k } = shape as Record<string, number>;
  const a = site.activation(batch! > 1 ? [batch!, m!, k!] : [m!, k!]);
  const b = batch! > 1 ? site.activation([batch!, k!, n!]) : site.weight([k!, n!]);
  return { result: site.op("MatMul", [a, b]), rank: batch! > 1 ? 3 : 2, first: () => dot(site.read(a), site.read(b), k!, n!) };
};

/** Queries by keys: the second factor is read transposed. */
const transposed: Recipe = (site, { shape }) => {
  const { batch, m, n, k } = shape as Record<string, number>;
  const [a, b] = [site.activation([batch!, m!, k!]), site.activation([batch!, n!, k!])];
  return { result: site.op("FusedMatMul", [a, b], { transB: 1, alpha: { f: 0.125 } }, contrib), rank: 3, first: () => 0.125 * dot(site.read(a), site.read(b), k!, 1) };
};

function dot(a: (at: number) => number, b: (at: number) => number, k: number, stride: number): number {
  let sum = 0;
  for (let i = 0; i < k; i++) sum += a(i) * b(i * stride);
  return sum;
}

/** Recurrent layers in one direction or two. */
const recurrent = (opType: "LSTM" | "GRU", gates: number): Recipe => (site, { shape }) => {
  const { seq, batch, input, hidden, directions } = shape as Record<string, number>;
  const x = site.activation([seq!, batch!, input!]);
  const [w, r] = [site.weight([directions!, gates * hidden!, input!]), site.weight([directions!, gates * hidden!, hidden!])];
  const b = site.weight([directions!, 2 * gates * hidden!]);
  return { result: site.op(opType, [x, w, r, b], { hidden_size: hidden!, direction: directions === 2 ? "bidirectional" : "forward" }), rank: 4 };
};

export const matrixRecipes: Readonly<Record<string, Recipe>> = {
  matmul, "matmul|transposed": transposed,
  lstm: recurrent("LSTM", 4), gru: recurrent("GRU", 3),
};
