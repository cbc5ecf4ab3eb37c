import type { OpClass, Shape } from "../graph/graph.ts";

/** Matrix products that an operator consists of: `batch` products of m×k by k×n, one beside the other. */
export interface Gemm {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** What one compute unit works on at a time. Infinity = the unit takes this extent whole. */
export interface Tile {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * The operator as matrix products, convolutions by implicit im2col; `undefined` for operators that are none (depthwise
 * convolutions run as vector operations), or whose shape does not say. Extents are named as in the operator catalogue. Recurrent layers count one time step, since the
 * steps come one after the other.
 */
export function gemmOf(op: Pick<OpClass, "kind" | "shape">): Gemm | undefined {
  const gemm = asGemm(op.kind, op.shape);
  return gemm && gemm.batch > 0 && gemm.m > 0 && gemm.n > 0 && gemm.k > 0 ? gemm : undefined;
}

function asGemm(kind: string, shape: Shape): Gemm | undefined {
  // A missing extent makes the product NaN, which the caller's comparisons reject.
  const at = (name: string, otherwise = NaN) => shape[name] ?? otherwise;
  const groups = at("groups", 1);
  switch (kind) {
    case "matmul":
      return { batch: at("batch", 1), m: at("m"), n: at("n"), k: at("k") };
    case "conv":
      return { batch: groups, m: at("n", 1) * at("dOut", 1) * at("hOut") * at("wOut", 1), n: at("cOut") / groups, k: (at("cIn") / groups) * at("kd", 1) * at("kh") * at("kw", 1) };
    case "conv-transpose":
      return { batch: groups, m: at("n", 1) * at("d", 1) * at("h") * at("w", 1), n: (at("cOut") / groups) * at("kd", 1) * at("kh") * at("kw", 1), k: at("cIn") / groups };
    case "attention":
      return { batch: at("batch", 1) * at("heads", 1), m: at("queries"), n: at("keys"), k: at("headDim") };
    case "lstm":
    case "gru":
    case "rnn":
      return { batch: at("directions", 1), m: at("batch", 1), n: (kind === "lstm" ? 4 : kind === "gru" ? 3 : 1) * at("hidden"), k: at("input") + at("hidden") };
    default:
      return undefined;
  }
}

/**
 * Share of the arithmetic that is useful when `width` units work through the products tile by tile, each extent rounded
 * up to whole tiles (tile quantisation) and the tiles to whole rounds over the units (wave quantisation).
 * @example
 * utilization({ batch: 1, m: 128, n: 128, k: 128 }, { m: 128, n: 128, k: 128 }, 1); // 1
 * utilization({ batch: 1, m: 128, n: 129, k: 128 }, { m: 128, n: 128, k: 128 }, 1); // 129 / 256
 */
export function utilization({ batch, m, n, k }: Gemm, tile: Tile, width: number): number {
  const whole = (extent: number, step: number) => (step === Infinity ? 1 : Math.ceil(extent / step));
  const padded = (extent: number, step: number) => (step === Infinity ? extent : step);
  const tiles = batch * whole(m, tile.m) * whole(n, tile.n) * whole(k, tile.k);
  const rounds = Math.ceil(tiles / width);
  const useful = batch * m * n * k;
  return useful / (rounds * width * padded(m, tile.m) * padded(n, tile.n) * padded(k, tile.k));
}
