import { fnv1a } from "../hold-out.ts";
import { bump, type KernelOptions } from "./fit-kernel.ts";

/** Points that widths are judged on, at most. */
const mostPoints = 150;
/** Widths and noises that all inputs are tried with first. */
const widths = [0.3, 0.6, 1.2];
const noises = [0.02, 0.2];
/** What the width of one input at a time is then multiplied by; twice the last makes it all but ignored. */
const factors = [0.5, 3];

/**
 * Widths of the bumps, by input, and the noise: those with the least error when each point is predicted from all the
 * others. First all widths together, then each by itself, in two passes.
 * @param names of the rows, by which some are chosen where there are many: the same whatever their order
 * @source S. Sundararajan, S. S. Keerthi, "Predictive approaches for choosing hyperparameters in Gaussian processes",
 * Neural Computation 13(5), 2001: the error of leaving one out in closed form.
 */
export async function tuneKernel(columns: readonly Float64Array[], target: Float64Array, names: readonly string[]): Promise<KernelOptions> {
  const matrix = await import("ml-matrix");
  const chosen = names.map((name, row) => ({ row, order: fnv1a(`tune|${name}`) })).sort((a, b) => a.order - b.order || a.row - b.row).slice(0, mostPoints).map(({ row }) => row);
  const n = chosen.length;
  const scaled = columns.map((column) => {
    const values = chosen.map((row) => column[row]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
    return values.map((value) => (value - mean) / spread);
  });
  const y = chosen.map((row) => target[row]!);
  const middle = y.reduce((sum, value) => sum + value, 0) / n;
  /** Mean size of the error of leaving one out. */
  const loss = ({ width, noise }: Setting): number => {
    const points = chosen.map((_, i) => scaled.map((values, input) => values[i]! / width[input]!));
    const gram = points.map((a, i) => points.map((b, j) => bump(a, b) + (i === j ? noise : 0)));
    const inverse = new matrix.CholeskyDecomposition(new matrix.Matrix(gram)).solve(matrix.Matrix.eye(n));
    let sum = 0;
    for (let i = 0; i < n; i++) {
      let weight = 0;
      for (let j = 0; j < n; j++) weight += inverse.get(i, j) * (y[j]! - middle);
      sum += Math.abs(weight / inverse.get(i, i));
    }
    return sum / n;
  };
  const dimensions = columns.length;
  let best: Setting = { width: new Array<number>(dimensions).fill(widths[0]! * Math.sqrt(dimensions)), noise: noises[0]! };
  let least = Infinity;
  const attempt = (setting: Setting): void => {
    const value = loss(setting);
    // Not for the last digits: the same setting on every platform.
    if (value < least * 0.999) [best, least] = [setting, value];
  };
  for (const width of widths) for (const noise of noises) attempt({ width: new Array<number>(dimensions).fill(width * Math.sqrt(dimensions)), noise });
  for (let pass = 0; pass < 2; pass++) {
    for (let input = 0; input < dimensions; input++) {
      const { width, noise } = best;
      for (const factor of factors) attempt({ width: width.map((value, i) => (i === input ? value * factor : value)), noise });
    }
  }
  return best;
}

interface Setting {
  readonly width: readonly number[];
  readonly noise: number;
}
