/** Optimal mixed strategies of a two-person zero-sum game. Each sums to 1. */
export interface GameSolution {
  /** Of the row player, who wants the payoff large. */
  readonly rows: Float64Array;
  /** Of the column player, who wants it small. */
  readonly columns: Float64Array;
  readonly value: number;
}

const smallest = 1e-9;
/** Pivots a row or column after which a search ends where it is: rounding might have it go round in circles. */
const pivotsEach = 20;

/**
 * A game to which rows and columns are added as they are found, solved again each time from where it was: the simplex
 * method on a dense table, for tens of rows and hundreds of columns. The strategies are as exact as floating point has
 * them; who needs a proof evaluates them anew. Payoffs are finite and ≥ 0.
 * @source G. B. Dantzig, "A proof of the equivalence of the programming problem and the game problem", 1951
 * @example
 * const game = new MatrixGame(2, 2);
 * game.addRow([]);
 * game.addRow([]);
 * game.addColumn([3, 0]);
 * game.addColumn([0, 1]);
 * game.solve().value; // 0.75
 */
export class MatrixGame {
  // Columns of the table: the slacks of all rows that may come, then the columns, as far as there are any.
  // max Σ y with (payoff / scale + 1) y ≤ 1 and y ≥ 0: the one added makes the value of every game positive.
  readonly #mostRows: number;
  readonly #table: Float64Array[] = [];
  readonly #right: number[] = [];
  /** Reduced costs; those of the rows' slacks are the rows' weights. */
  readonly #goal: Float64Array;
  readonly #basis: number[] = [];
  readonly #payoff: number[][] = [];
  #columnCount = 0;
  #scale = 0;
  /** The table is not of these payoffs. */
  #lost = false;

  constructor(mostRows: number, mostColumns: number) {
    this.#mostRows = mostRows;
    this.#goal = new Float64Array(mostColumns + mostRows);
  }

  get rowCount(): number {
    return this.#payoff.length;
  }

  get columnCount(): number {
    return this.#columnCount;
  }

  /** @param payoff against each column so far */
  addRow(payoff: readonly number[]): void {
    const line = new Float64Array(this.#goal.length);
    this.#payoff.push([...payoff]);
    payoff.forEach((value, c) => (line[this.#mostRows + c] = this.#scaled(value)));
    const slack = this.#table.length;
    line[slack] = 1;
    let right = 1;
    for (let r = 0; r < this.#table.length; r++) {
      const factor = line[this.#basis[r]!]!;
      if (factor === 0) continue;
      subtract(line, this.#table[r]!, factor, this.#width);
      right -= factor * this.#right[r]!;
    }
    this.#table.push(line);
    this.#right.push(right);
    this.#basis.push(slack);
  }

  /** @param payoff against each row */
  addColumn(payoff: readonly number[]): void {
    const at = this.#mostRows + this.#columnCount++;
    payoff.forEach((value, r) => this.#payoff[r]!.push(value));
    if (this.#scale === 0) this.#scale = Math.max(0, ...payoff) || 1;
    this.#goal[at] = -1;
    payoff.forEach((value, r) => {
      const scaled = this.#scaled(value);
      for (const line of this.#table) line[at]! += scaled * line[r]!;
      this.#goal[at]! += scaled * this.#goal[r]!;
    });
  }

  /** Replaces the payoffs of a row. The next solution starts anew. */
  replaceRow(row: number, payoff: readonly number[]): void {
    this.#payoff[row] = [...payoff];
    this.#lost = true;
  }

  solve(): GameSolution {
    if (this.#lost || !this.#optimize()) {
      this.#restart();
      this.#optimize();
    }
    const columns = new Float64Array(this.#columnCount);
    this.#basis.forEach((variable, r) => {
      if (variable >= this.#mostRows) columns[variable - this.#mostRows] = Math.max(0, this.#right[r]!);
    });
    const total = toDistribution(columns);
    const rows = Float64Array.from(this.#table, (_, r) => Math.max(0, this.#goal[r]!));
    toDistribution(rows);
    return { rows, columns, value: (1 / total - 1) * this.#scale };
  }

  /** Of the table, in use. */
  get #width(): number {
    return this.#mostRows + this.#columnCount;
  }

  #scaled(value: number): number {
    return value / this.#scale + 1;
  }

  /** Back to where no column has a weight yet. */
  #restart(): void {
    this.#lost = false;
    this.#goal.fill(0);
    this.#goal.fill(-1, this.#mostRows, this.#width);
    this.#table.forEach((line, r) => {
      line.fill(0);
      this.#payoff[r]!.forEach((value, c) => (line[this.#mostRows + c] = this.#scaled(value)));
      line[r] = 1;
      this.#right[r] = 1;
      this.#basis[r] = r;
    });
  }

  /** False when it got lost. */
  #optimize(): boolean {
    const most = pivotsEach * (this.#table.length + this.#columnCount);
    for (let pivots = 0; pivots < most; pivots++) {
      const violated = leastOf(this.#right, -smallest, this.#right.length);
      if (violated >= 0) {
        // A row that was added cuts the solution off: the dual simplex method.
        const entering = this.#ratioInRow(violated);
        if (entering < 0) return false;
        this.#pivot(violated, entering);
        continue;
      }
      const entering = leastOf(this.#goal, -smallest, this.#width);
      if (entering < 0) return true;
      const leaving = this.#ratioInColumn(entering);
      if (leaving < 0) return false;
      this.#pivot(leaving, entering);
    }
    return false;
  }

  #ratioInRow(row: number): number {
    const line = this.#table[row]!;
    let best = -1;
    let least = Infinity;
    for (let c = 0; c < this.#width; c++) {
      if (line[c]! >= -smallest) continue;
      const ratio = Math.max(0, this.#goal[c]!) / -line[c]!;
      if (ratio >= least) continue;
      least = ratio;
      best = c;
    }
    return best;
  }

  #ratioInColumn(column: number): number {
    let best = -1;
    let least = Infinity;
    for (let r = 0; r < this.#table.length; r++) {
      const factor = this.#table[r]![column]!;
      if (factor <= smallest) continue;
      const ratio = Math.max(0, this.#right[r]!) / factor;
      if (ratio < least || (ratio === least && this.#basis[r]! < this.#basis[best]!)) {
        least = ratio;
        best = r;
      }
    }
    return best;
  }

  #pivot(row: number, column: number): void {
    const line = this.#table[row]!;
    const divisor = line[column]!;
    const width = this.#width;
    for (let c = 0; c < width; c++) line[c]! /= divisor;
    this.#right[row]! /= divisor;
    for (let r = 0; r < this.#table.length; r++) {
      const factor = this.#table[r]![column]!;
      if (r === row || factor === 0) continue;
      subtract(this.#table[r]!, line, factor, width);
      this.#right[r]! -= factor * this.#right[row]!;
    }
    subtract(this.#goal, line, this.#goal[column]!, width);
    this.#basis[row] = column;
  }
}

function subtract(from: Float64Array, line: Float64Array, factor: number, width: number): void {
  for (let c = 0; c < width; c++) from[c]! -= factor * line[c]!;
}

/** Where the least value is, if it is below `bound`; else -1. */
function leastOf(values: ArrayLike<number>, bound: number, count: number): number {
  let best = -1;
  let least = bound;
  for (let i = 0; i < count; i++) {
    if (values[i]! >= least) continue;
    least = values[i]!;
    best = i;
  }
  return best;
}

/** Scales to the sum 1 and returns what the sum was; all zeros become equal shares. */
function toDistribution(weights: Float64Array): number {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (!(sum > 0)) weights.fill(1 / weights.length);
  else for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
  return sum;
}
