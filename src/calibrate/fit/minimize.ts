/** How long to search. */
export interface MinimizeOptions {
  /** Evaluations at most. Default 200 for each dimension. */
  readonly evaluations?: number;
  /** Size of the first simplex in each direction. Default 0.5. */
  readonly step?: number;
}

/**
 * The point of least loss that a simplex finds from a start, without derivatives. It starts again from its best point
 * once, since a simplex may collapse on a ridge.
 * @source J. A. Nelder, R. Mead, "A simplex method for function minimization", The Computer Journal 7(4), 1965.
 */
export function minimize(loss: (point: readonly number[]) => number, start: readonly number[], options: MinimizeOptions = {}): readonly number[] {
  const { evaluations = 200 * start.length, step = 0.5 } = options;
  if (start.length === 0) return start;
  const first = descend(loss, start, evaluations >> 1, step);
  return descend(loss, first, evaluations >> 1, step / 2);
}

interface Vertex {
  readonly at: readonly number[];
  readonly loss: number;
}

function descend(loss: (point: readonly number[]) => number, start: readonly number[], budget: number, step: number): readonly number[] {
  const vertex = (at: readonly number[]): Vertex => {
    budget--;
    const value = loss(at);
    return { at, loss: Number.isNaN(value) ? Infinity : value };
  };
  let simplex = [vertex(start), ...start.map((_, i) => vertex(start.map((value, j) => (i === j ? value + step : value))))];
  while (budget > 0) {
    simplex.sort((a, b) => a.loss - b.loss);
    const [best, worst, second] = [simplex[0]!, simplex.at(-1)!, simplex.at(-2)!];
    if (worst.loss - best.loss <= 1e-9 * Math.abs(best.loss)) break;
    const centre = start.map((_, i) => simplex.slice(0, -1).reduce((sum, { at }) => sum + at[i]!, 0) / start.length);
    const along = (by: number): Vertex => vertex(centre.map((value, i) => value + by * (worst.at[i]! - value)));
    const reflected = along(-1);
    let next = reflected;
    if (reflected.loss < best.loss) {
      const expanded = along(-2);
      if (expanded.loss < reflected.loss) next = expanded;
    } else if (reflected.loss >= second.loss) {
      next = along(reflected.loss < worst.loss ? -0.5 : 0.5);
      if (next.loss >= Math.min(reflected.loss, worst.loss)) {
        simplex = [best, ...simplex.slice(1).map(({ at }) => vertex(at.map((value, i) => (value + best.at[i]!) / 2)))];
        continue;
      }
    }
    simplex[simplex.length - 1] = next;
  }
  return simplex.reduce((best, other) => (other.loss < best.loss ? other : best)).at;
}
