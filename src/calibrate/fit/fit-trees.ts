import { drawUniform } from "../../base/random.ts";
import { mostEdges, mostInputs, packTrees, type TreeNode } from "../../cost/profile/trees.ts";
import { lowerMedian, rounded } from "./robust.ts";

/** How trees are grown. */
export interface TreeOptions {
  /** Default 200. */
  readonly trees?: number;
  /** Share of a leaf's mean that a tree takes off the rest. Default 0.08. */
  readonly rate?: number;
  /** Questions from the root to a leaf. Default 6. */
  readonly depth?: number;
  /** Rows of a leaf at least. Default 5. */
  readonly leaf?: number;
  /** Share of the rows that each tree sees. Default 0.7. */
  readonly rows?: number;
  /** Share of the inputs that each tree may ask about. Default 0.6. */
  readonly inputs?: number;
  /** Values of an input that a tree may split at. Default 64. */
  readonly edges?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Trees as profiles have them, but for the names of the inputs. */
export interface FittedTrees {
  readonly edges: readonly (readonly number[])[];
  readonly offset: number;
  readonly step: number;
  readonly trees: string;
}

/** Leaves are multiples of this: far below any error, and two bytes reach ±0.65. */
const leafStep = 2e-5;
/** Rows that a leaf's mean is shrunk by towards 0. */
const shrinkage = 1;
/** Rests beyond so many robust standard deviations pull no stronger. */
const clipAt = 4;

/**
 * Gradient boosting of regression trees: each tree takes a share off what those before it left, on a sample of the rows
 * and inputs. Splits are looked for in histograms, so time grows with rows × inputs. Rests are cut as in Huber's loss: an
 * outlier pulls no stronger than what is just unusual.
 * @param columns by input, its values by row
 * @param target by row
 * @param keys by row, a number that tells which trees see it: a row more or less changes no other row's luck
 * @source J. H. Friedman, "Stochastic gradient boosting", Computational Statistics & Data Analysis 38(4), 2002.
 */
export function fitTrees(columns: readonly Float64Array[], target: Float64Array, keys: ArrayLike<number>, options: TreeOptions = {}): FittedTrees {
  const { trees: count = 200, rate = 0.08, depth = 6, leaf = 5, rows: rowShare = 0.7, inputs: inputShare = 0.6, edges: edgeCount = 64, seed = 1 } = options;
  if (columns.length > mostInputs) throw new RangeError(`at most ${mostInputs} inputs are possible`);
  const n = target.length;
  const edges = columns.map((column) => edgesOf(column, Math.min(edgeCount, mostEdges)));
  const bins = columns.map((column, i) => binsOf(column, edges[i]!));
  const offset = rounded(lowerMedian(target));
  const rest = target.map((value) => value - offset);
  const pull = new Float64Array(n);
  const grower = new Grower(bins, edges.map((list) => list.length), pull, { depth, leaf, rate });
  const trees: TreeNode[] = [];
  for (let tree = 0; tree < count; tree++) {
    const clip = clipAt * 1.4826 * lowerMedian(rest.map(Math.abs)) + 1e-12;
    for (let row = 0; row < n; row++) pull[row] = Math.max(-clip, Math.min(clip, rest[row]!));
    const sample: number[] = [];
    for (let row = 0; row < n; row++) if (drawUniform(seed, keys[row]!, 0, tree) < rowShare) sample.push(row);
    const inputs = edges.flatMap((list, i) => (drawUniform(seed, i, 1, tree) < inputShare && list.length > 0 ? [i] : []));
    if (sample.length < 2 * leaf || inputs.length === 0) continue;
    const root = grower.grow(Int32Array.from(sample), inputs);
    if ("leaf" in root && root.leaf === 0) continue;
    trees.push(root);
    for (let row = 0; row < n; row++) rest[row]! -= leafOf(root, bins, row) * leafStep;
  }
  return { edges, offset, step: leafStep, trees: packTrees(trees) };
}

function leafOf(node: TreeNode, bins: readonly Uint8Array[], row: number): number {
  while (!("leaf" in node)) node = bins[node.input]![row]! <= node.edge ? node.left : node.right;
  return node.leaf;
}

class Grower {
  readonly #bins: readonly Uint8Array[];
  readonly #edgeCounts: readonly number[];
  readonly #pull: Float64Array;
  readonly #options: { readonly depth: number; readonly leaf: number; readonly rate: number };
  readonly #sums = new Float64Array(256);
  readonly #counts = new Int32Array(256);

  constructor(bins: readonly Uint8Array[], edgeCounts: readonly number[], pull: Float64Array, options: { readonly depth: number; readonly leaf: number; readonly rate: number }) {
    this.#bins = bins;
    this.#edgeCounts = edgeCounts;
    this.#pull = pull;
    this.#options = options;
  }

  grow(rows: Int32Array, inputs: readonly number[]): TreeNode {
    return this.#node(rows, inputs, 0);
  }

  #node(rows: Int32Array, inputs: readonly number[], level: number): TreeNode {
    const { depth, leaf, rate } = this.#options;
    let sum = 0;
    for (const row of rows) sum += this.#pull[row]!;
    const split = level < depth && rows.length >= 2 * leaf ? this.#split(rows, inputs, sum) : undefined;
    if (split === undefined) {
      const value = Math.round((rate * sum) / (rows.length + shrinkage) / leafStep);
      return { leaf: Math.max(-32768, Math.min(32767, value)) };
    }
    const bin = this.#bins[split.input]!;
    const left = rows.filter((row) => bin[row]! <= split.edge);
    const right = rows.filter((row) => bin[row]! > split.edge);
    return { ...split, left: this.#node(left, inputs, level + 1), right: this.#node(right, inputs, level + 1) };
  }

  /** The split that explains most; of equal ones the first. */
  #split(rows: Int32Array, inputs: readonly number[], sum: number): { input: number; edge: number } | undefined {
    const { leaf } = this.#options;
    const sums = this.#sums;
    const counts = this.#counts;
    const pull = this.#pull;
    const whole = (sum * sum) / (rows.length + shrinkage);
    let best: { input: number; edge: number } | undefined;
    let bestGain = 1e-12;
    for (const input of inputs) {
      const edgeCount = this.#edgeCounts[input]!;
      sums.fill(0, 0, edgeCount + 1);
      counts.fill(0, 0, edgeCount + 1);
      const bin = this.#bins[input]!;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]!;
        const at = bin[row]!;
        sums[at]! += pull[row]!;
        counts[at]!++;
      }
      let leftSum = 0;
      let leftCount = 0;
      for (let edge = 0; edge < edgeCount; edge++) {
        leftSum += sums[edge]!;
        leftCount += counts[edge]!;
        if (leftCount < leaf || rows.length - leftCount < leaf) continue;
        const rightSum = sum - leftSum;
        const gain = (leftSum * leftSum) / (leftCount + shrinkage) + (rightSum * rightSum) / (rows.length - leftCount + shrinkage) - whole;
        if (gain > bestGain) {
          bestGain = gain;
          best = { input, edge };
        }
      }
    }
    return best;
  }
}

/** Between neighbouring values, ascending, at most `most`: at equal numbers of rows where there are more values. */
function edgesOf(column: Float64Array, most: number): number[] {
  const sorted = column.slice().sort();
  const cuts: number[] = [];
  for (let i = 1; i < sorted.length; i++) if (sorted[i]! > sorted[i - 1]!) cuts.push(i);
  const chosen = cuts.length <= most ? cuts : Array.from({ length: most }, (_, k) => cuts[nearestIndex(cuts, ((k + 1) * sorted.length) / (most + 1))]!);
  const edges = chosen.map((i) => between(sorted[i - 1]!, sorted[i]!));
  return [...new Set(edges)].sort((a, b) => a - b);
}

function nearestIndex(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A short number above `low` and at most `high`. */
function between(low: number, high: number): number {
  const middle = rounded((low + high) / 2);
  return middle > low && middle <= high ? middle : high;
}

/** By row, the number of the first edge that the value is below. */
function binsOf(column: Float64Array, edges: readonly number[]): Uint8Array {
  return Uint8Array.from(column, (value) => {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value < edges[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}
