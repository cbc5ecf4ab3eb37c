import { AssignmentForest, type MovedEdges } from "./assignment-forest.ts";
import { MatrixGame } from "./matrix-game.ts";

/**
 * What operators take of resources wherever they run, and when they can run at all: the data of a
 * {@link fractionalBound}. With D devices, tables of cells are by `op * D + device`.
 */
export interface FractionalProgram extends MovedEdges {
  readonly topo: Uint32Array;
  /** Ticks that the operator takes there; Infinity = cannot run there. */
  readonly cost: Float64Array;
  /** What running somewhere takes of some resource, as a time: by how much it delays the resource's end. At most one table a kind of resource. */
  readonly uses: readonly { readonly resourceOf: ArrayLike<number>; readonly ticks: Float64Array }[];
  readonly resourceCount: number;
  /** By op: no schedule starts it earlier. */
  readonly head: Float64Array;
  /** By op: no schedule ends less than this after it. */
  readonly tail: Float64Array;
}

/** A row of the program: a resource in a window of time, or a path. All its operators lie between `head` and the end less `tail`. */
interface Row {
  /** Of windows; -1 = a path, which is as long as its operators take. */
  readonly resource: number;
  readonly ops: Uint32Array;
  /** Of a path: its edges. */
  readonly edges: Uint32Array;
  /** Head and tail, summed. */
  readonly outside: number;
}

/** Options of {@link fractionalBound}; each limits the work. */
export interface FractionalOptions {
  /** Cells that may be visited in all. */
  readonly work?: number;
  /** What is as good as the optimum: a makespan that a schedule reaches. */
  readonly enough?: number;
  /** False: only resources over their whole time, no windows and no paths. */
  readonly refine?: boolean;
}

/** What {@link fractionalBound} proved. */
export interface FractionalBound {
  readonly ticks: number;
  /** Of the weights that prove it, those of the resources over their whole time; all of them without refinement. */
  readonly resourceWeights: Float64Array;
}

const mostRows = 60;
const mostColumns = 160;
/** Levels of the tail at which windows are tried. */
const mostTails = 12;

/**
 * A lower bound of the makespan from a linear program over fractional assignments: every operator is shared out over the
 * devices in any fractions x, and
 *
 *     T ≥ head + tail + Σ x · use             for each resource and each window: the operators whose head and tail are at least these,
 *     T ≥ head + tail + Σ x · cost + Σ moves  along each path of the graph.
 *
 * So work, dependencies, transfers and what each device can do bind together: an operator cannot be quick on the one
 * fast device for the path's sake and be elsewhere for the device's sake, nor follow its input for free. There are too
 * many windows and paths to write down; those that the best x violates are added as they are met, and so are the
 * assignments of which x is mixed. That is a matrix game between weights of rows and assignments, and every choice of
 * weights w ≥ 0 with sum 1 proves
 *
 *     T ≥ Σ w · (head + tail) + ( the least, over assignments, of Σ w · what they take of each row ),
 *
 * whatever the simplex method rounded; the largest of these is the answer. The least is exact where the edges that count
 * form a forest, so moves count on a forest of edges only: those of the paths that are found first.
 * @source J. K. Lenstra, D. B. Shmoys, É. Tardos 1990 (assignment), doi:10.1007/BF01585745; E. Agullo, O. Beaumont,
 *   L. Eyraud-Dubois, S. Kumar, "Are static schedules so bad? A case study on Cholesky factorization", IPDPS 2016
 *   (mixed bound); G. B. Dantzig, P. Wolfe, "Decomposition principle for linear programs", Operations Research 8, 1960
 */
export function fractionalBound(program: FractionalProgram, { work = 5e6, enough = Infinity, refine = true }: FractionalOptions = {}): FractionalBound {
  if (!runsAll(program)) return { ticks: Infinity, resourceWeights: new Float64Array(program.resourceCount) };
  const search = new Search(program);
  let ticks = 0;
  let best: Float64Array = new Float64Array(program.resourceCount).fill(1 / program.resourceCount);
  let halfway = true;
  for (let left = work; left > 0 && ticks < enough && search.game.columnCount < mostColumns; left -= search.roundWork) {
    const { rows: weights, columns: mix, value } = search.game.solve();
    // The weights of an unfinished game leap to and fro: asking halfway from the best so far calms them.
    const asked = halfway && ticks < value * 0.9999 ? weights.map((weight, r) => (weight + (best[r] ?? 0)) / 2) : weights;
    const proved = search.respond(asked);
    if (proved > ticks) {
      ticks = proved;
      best = asked;
    } else halfway = !halfway;
    // Of a mixture that is far from the best, what it violates says little.
    if (ticks < value * 0.98) continue;
    const converged = ticks >= value * (1 - 1e-7);
    if (!refine ? converged : !search.separate(mix, value) && converged) break;
  }
  return { ticks, resourceWeights: best.slice(0, program.resourceCount) };
}

function runsAll({ opCount, deviceCount: D, cost }: FractionalProgram): boolean {
  for (let op = 0; op < opCount; op++) if (!cost.subarray(op * D, op * D + D).some((ticks) => ticks < Infinity)) return false;
  return true;
}

/** The rows and columns found so far, and where to find more. */
class Search {
  readonly game = new MatrixGame(mostRows, mostColumns + 1);
  readonly #program: FractionalProgram;
  readonly #forest: AssignmentForest;
  readonly #rows: Row[] = [];
  /** Assignments: the device of each op. */
  readonly #columns: Uint16Array[] = [];
  readonly #price: Float64Array;
  /** By edge: the weights of the paths that take it. */
  readonly #edgeWeight: Float64Array;
  readonly #byHead: Uint32Array;
  readonly #tailLevels: readonly number[];
  readonly #known = new Set<string>();

  constructor(program: FractionalProgram) {
    this.#program = program;
    const { opCount: n, deviceCount: D, head, tail, resourceCount, pred } = program;
    this.#forest = new AssignmentForest(program, head.reduce((a, b) => Math.max(a, b), 0) + tail.reduce((a, b) => Math.max(a, b), 0) + 1);
    this.#price = new Float64Array(n * D);
    this.#edgeWeight = new Float64Array(pred.edge.length);
    this.#byHead = Uint32Array.from({ length: n }, (_, op) => op).sort((a, b) => head[b]! - head[a]! || a - b);
    const tails = [...new Set(tail)].sort((a, b) => a - b);
    const step = Math.max(1, tails.length / mostTails);
    this.#tailLevels = Array.from({ length: Math.min(tails.length, mostTails) }, (_, i) => tails[Math.floor(i * step)]!);
    const outside = (n === 0 ? 0 : head[this.#byHead.at(-1)!]!) + (this.#tailLevels[0] ?? 0);
    for (let r = 0; r < resourceCount; r++) this.#addRow({ resource: r, ops: this.#byHead, edges: new Uint32Array(0), outside });
    // To begin with, every operator where it takes least time.
    this.#price.set(program.cost);
    this.#addCheapest();
  }

  /** About how many cells a round visits. */
  get roundWork(): number {
    const { opCount, resourceCount } = this.#program;
    return 4 * this.#price.length + opCount * (2 * this.#rows.length + resourceCount * this.#tailLevels.length) + this.#rows.length * (this.#columns.length + this.#rows.length) * 8;
  }

  /** The bound that the weights of the rows prove; the assignment that is best against them becomes a column. */
  respond(weights: Float64Array): number {
    const { deviceCount: D, cost, uses } = this.#program;
    const price = this.#price;
    let bound = 0;
    for (let cell = 0; cell < price.length; cell++) price[cell] = cost[cell]! < Infinity ? 0 : Infinity;
    this.#edgeWeight.fill(0);
    this.#rows.forEach(({ resource, ops, edges, outside }, r) => {
      const weight = weights[r]!;
      if (weight <= 0) return;
      bound += weight * outside;
      if (resource < 0) {
        for (const op of ops) for (let cell = op * D; cell < op * D + D; cell++) price[cell]! += weight * cost[cell]!;
        for (const edge of edges) if (this.#forest.has(edge)) this.#edgeWeight[edge]! += weight;
        return;
      }
      for (const { resourceOf, ticks } of uses) {
        for (let d = 0; d < D; d++) {
          if (resourceOf[d] !== resource) continue;
          for (const op of ops) if (cost[op * D + d]! < Infinity) price[op * D + d]! += weight * ticks[op * D + d]!;
        }
      }
    });
    return bound + this.#addCheapest();
  }

  /** Adds rows that a mixture of the columns violates: longer than `value` by more than a rounding. False when there are none. */
  separate(mix: Float64Array, value: number): boolean {
    const before = this.#rows.length;
    const above = value * (1 + 1e-7);
    const grown = this.#separatePaths(mix, above);
    this.#separateWindows(mix, above);
    return grown || this.#rows.length > before;
  }

  /** The longest path as the forest has it, and the longest with all moves, for which the forest grows if it can. */
  #separatePaths(mix: Float64Array, above: number): boolean {
    const { opCount: n, deviceCount: D, cost, pred } = this.#program;
    const time = new Float64Array(n);
    const moved = new Float64Array(pred.edge.length);
    this.#columns.forEach((device, t) => {
      // The newest column is not in the mixture yet.
      const share = mix[t] ?? 0;
      if (share === 0) return;
      for (let op = 0; op < n; op++) {
        time[op]! += share * cost[op * D + device[op]!]!;
        for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) moved[pred.edge[k]!]! += share * this.#forest.ticks(pred.edge[k]!, device[pred.node[k]!]!, device[op]!);
      }
    });
    const whole = this.#longestPath(time, moved, above);
    let grown = false;
    if (whole !== undefined && whole.edges.length > 0) {
      const byMoved = Array.from(whole.edges, (edge, i) => ({ edge, from: whole.ops[i]!, to: whole.ops[i + 1]! })).sort((a, b) => moved[b.edge]! - moved[a.edge]! || a.edge - b.edge);
      for (const { edge, from, to } of byMoved) if (moved[edge]! > 0 && this.#forest.add(edge, from, to)) grown = true;
    }
    if (grown) {
      this.#rows.forEach((row, r) => {
        if (row.resource < 0) this.game.replaceRow(r, this.#columns.map((device) => this.#length(row, device)));
      });
      this.#addRow(whole!);
    }
    const sure = this.#longestPath(time, moved.map((ticks, edge) => (this.#forest.has(edge) ? ticks : 0)), above);
    if (sure !== undefined) this.#addRow(sure);
    return grown;
  }

  #longestPath(time: Float64Array, moved: Float64Array, above: number): Row | undefined {
    const { topo, pred, head, tail } = this.#program;
    const start = head.slice();
    // Position in `pred` of the edge that the start comes from.
    const by = new Int32Array(start.length).fill(-1);
    let last = -1;
    let longest = above;
    for (const op of topo) {
      for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
        const there = start[pred.node[k]!]! + time[pred.node[k]!]! + moved[pred.edge[k]!]!;
        if (there <= start[op]!) continue;
        start[op] = there;
        by[op] = k;
      }
      if (start[op]! + time[op]! + tail[op]! <= longest) continue;
      longest = start[op]! + time[op]! + tail[op]!;
      last = op;
    }
    if (last < 0) return undefined;
    const ops = [last];
    const edges: number[] = [];
    for (let k = by[last]!; k >= 0; k = by[ops.at(-1)!]!) {
      ops.push(pred.node[k]!);
      edges.push(pred.edge[k]!);
    }
    return { resource: -1, ops: Uint32Array.from(ops.reverse()), edges: Uint32Array.from(edges.reverse()), outside: head[ops[0]!]! + tail[last]! };
  }

  /** For each resource the window that is longest. */
  #separateWindows(mix: Float64Array, above: number): void {
    const { opCount: n, deviceCount: D, uses, resourceCount, head, tail } = this.#program;
    const load = new Float64Array(resourceCount * n);
    this.#columns.forEach((device, t) => {
      const share = mix[t] ?? 0;
      if (share === 0) return;
      for (const { resourceOf, ticks } of uses) for (let op = 0; op < n; op++) load[resourceOf[device[op]!]! * n + op]! += share * ticks[op * D + device[op]!]!;
    });
    for (let r = 0; r < resourceCount; r++) {
      let longest = above;
      let count = 0;
      let level = 0;
      for (const atLeast of this.#tailLevels) {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          const op = this.#byHead[i]!;
          if (tail[op]! < atLeast) continue;
          sum += load[r * n + op]!;
          if (head[op]! + atLeast + sum <= longest) continue;
          longest = head[op]! + atLeast + sum;
          count = i + 1;
          level = atLeast;
        }
      }
      if (count === 0) continue;
      const ops = this.#byHead.subarray(0, count).filter((op) => tail[op]! >= level);
      this.#addRow({ resource: r, ops, edges: new Uint32Array(0), outside: head[ops.at(-1)!]! + level });
    }
  }

  #addRow(row: Row): void {
    const key = `${row.resource}:${row.outside}:${row.ops.length}:${row.resource < 0 ? `${row.ops[0]}:${row.edges.join()}` : ""}`;
    if (this.#known.has(key) || this.#rows.length >= mostRows) return;
    this.#known.add(key);
    this.#rows.push(row);
    this.game.addRow(this.#columns.map((device) => this.#length(row, device)));
  }

  /** Makes a column of the assignment that is cheapest by the prices, and returns what it costs. */
  #addCheapest(): number {
    const device = new Uint16Array(this.#program.opCount);
    const sum = this.#forest.cheapest(this.#price, this.#edgeWeight, device);
    this.#columns.push(device);
    this.game.addColumn(this.#rows.map((row) => this.#length(row, device)));
    return sum;
  }

  /** How long a row is when every operator runs where the assignment has it. */
  #length({ resource, ops, edges, outside }: Row, device: Uint16Array): number {
    const { deviceCount: D, cost, uses } = this.#program;
    let sum = outside;
    if (resource < 0) {
      for (const op of ops) sum += cost[op * D + device[op]!]!;
      edges.forEach((edge, i) => {
        if (this.#forest.has(edge)) sum += this.#forest.ticks(edge, device[ops[i]!]!, device[ops[i + 1]!]!);
      });
      return sum;
    }
    for (const { resourceOf, ticks } of uses) for (const op of ops) if (resourceOf[device[op]!] === resource) sum += ticks[op * D + device[op]!]!;
    return sum;
  }
}
