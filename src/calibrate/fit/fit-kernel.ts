import { exactExp } from "../../base/math.ts";
import { lowerMedian, rounded } from "./robust.ts";

/** How a kernel regression is made. */
export interface KernelOptions {
  /** Points that bumps are put on, at most. Default 180. */
  readonly centres?: number;
  /** Names of the inputs that the widths are of; default: all of the feature set that vary. */
  readonly inputs?: readonly string[];
  /** Width of the bumps by input, in its standard deviations. Default for all: half the root of the number of inputs. */
  readonly width?: readonly number[];
  /** Variance of the noise beside that of the function. Default 0.05. */
  readonly noise?: number;
}

/** A kernel regression as profiles have it, but for the names of the inputs. */
export interface FittedKernel {
  readonly centre: readonly number[];
  readonly scale: readonly number[];
  readonly offset: number;
  readonly centres: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/**
 * Ridge regression on Gaussian bumps around some of the points (the mean of a Gaussian process by subset of
 * regressors). Rests beyond four robust standard deviations count less, in a second pass.
 * @param columns by input, its values by row
 * @param target by row
 * @source C. E. Rasmussen, C. K. I. Williams, "Gaussian processes for machine learning", MIT Press 2006, section 8.3.1.
 */
export async function fitKernel(columns: readonly Float64Array[], target: Float64Array, options: KernelOptions = {}): Promise<FittedKernel> {
  const { centres: most = 180, width = columns.map(() => 0.5 * Math.sqrt(columns.length)), noise = 0.05 } = options;
  const { CholeskyDecomposition, Matrix } = await import("ml-matrix");
  const n = target.length;
  const centre = columns.map((column) => rounded(column.reduce((sum, value) => sum + value, 0) / n));
  const scale = columns.map((column, i) => rounded((Math.sqrt(column.reduce((sum, value) => sum + (value - centre[i]!) ** 2, 0) / n) || 1) * width[i]!));
  const rows = Array.from({ length: n }, (_, row) => columns.map((column, i) => (column[row]! - centre[i]!) / scale[i]!));
  const centres = farthest(rows, most).map((row) => rows[row]!.map(rounded));
  const m = centres.length;
  const design = rows.map((row) => Float64Array.from(centres, (other) => bump(row, other)));
  const offset = rounded(lowerMedian(target));
  let importance = new Float64Array(n).fill(1);
  let weights: number[] = [];
  for (let pass = 0; pass < 2; pass++) {
    const gram = Array.from({ length: m }, () => new Float64Array(m));
    const right = new Float64Array(m);
    for (let row = 0; row < n; row++) {
      const phi = design[row]!;
      const weight = importance[row]!;
      const y = target[row]! - offset;
      for (let i = 0; i < m; i++) {
        const scaled = weight * phi[i]!;
        if (scaled < 1e-9) continue;
        right[i]! += scaled * y;
        const line = gram[i]!;
        for (let j = 0; j <= i; j++) line[j]! += scaled * phi[j]!;
      }
    }
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        gram[i]![j]! += noise * bump(centres[i]!, centres[j]!);
        gram[j]![i] = gram[i]![j]!;
      }
      gram[i]![i]! += 1e-6;
    }
    weights = new CholeskyDecomposition(new Matrix(gram.map((line) => [...line]))).solve(Matrix.columnVector([...right])).getColumn(0).map(rounded);
    const rest = target.map((value, row) => value - offset - weights.reduce((sum, weight, i) => sum + weight * design[row]![i]!, 0));
    const edge = 4 * 1.4826 * lowerMedian(rest.map(Math.abs)) + 1e-9;
    importance = rest.map((value) => Math.min(1, edge / Math.abs(value)));
  }
  return { centre, scale, offset, centres, weights };
}

/** The height at one point of a bump of width 1 around another. */
export function bump(a: readonly number[], b: readonly number[]): number {
  let distance = 0;
  for (let i = 0; i < a.length; i++) distance += (a[i]! - b[i]!) ** 2;
  return distance < 60 ? exactExp(-distance / 2) : 0;
}

/** Rows that cover the others: each next one is the farthest from those before it; ties by row. The first is row 0. */
function farthest(rows: readonly (readonly number[])[], most: number): readonly number[] {
  const distance = new Float64Array(rows.length).fill(Infinity);
  const chosen: number[] = [];
  let next = 0;
  while (chosen.length < Math.min(most, rows.length)) {
    chosen.push(next);
    const at = rows[next]!;
    let farthestYet = 0;
    next = -1;
    for (let row = 0; row < rows.length; row++) {
      let gap = 0;
      for (let i = 0; i < at.length; i++) gap += (rows[row]![i]! - at[i]!) ** 2;
      if (gap < distance[row]!) distance[row] = gap;
      if (distance[row]! > farthestYet) {
        farthestYet = distance[row]!;
        next = row;
      }
    }
    if (next < 0) break;
  }
  return chosen;
}
