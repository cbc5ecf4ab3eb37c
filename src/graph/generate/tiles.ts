import { GraphBuilder } from "../builder.ts";
import type { OperatorGraph } from "../graph.ts";

/** A matrix of `tiles` × `tiles` tiles of `tile` × `tile` numbers (f64). */
export interface TileOptions {
  readonly tiles: number;
  /** Default 960. */
  readonly tile?: number;
}

/**
 * The tasks of a Cholesky factorization of a {@link TileOptions} matrix: potrf, trsm, syrk and gemm, with their flops
 * and bytes, and tiles as tensors that their readers share.
 *
 * With n tiles a side: n + n(n - 1) + n(n - 1)(n - 2) / 6 tasks, 3n - 2 of them on the longest path.
 * @source Buttari, Langou, Kurzak & Dongarra, "A class of parallel tiled linear algebra algorithms for multicore
 * architectures" (2009)
 */
export function cholesky({ tiles, tile = 960 }: TileOptions): OperatorGraph {
  const matrix = new TiledMatrix("cholesky", tiles, tile, (row, column) => column <= row);
  const potrf = matrix.kernel("potrf", tile ** 3 / 6, 1);
  const trsm = matrix.kernel("trsm", tile ** 3 / 2, 2);
  const syrk = matrix.kernel("syrk", tile ** 3 / 2, 2);
  const gemm = matrix.kernel("gemm", tile ** 3, 3);
  for (let k = 0; k < tiles; k++) {
    matrix.run(potrf, `potrf(${k})`, [], [[k, k]]);
    for (let i = k + 1; i < tiles; i++) matrix.run(trsm, `trsm(${i},${k})`, [[k, k]], [[i, k]]);
    for (let i = k + 1; i < tiles; i++) {
      matrix.run(syrk, `syrk(${i},${k})`, [[i, k]], [[i, i]]);
      for (let j = k + 1; j < i; j++) matrix.run(gemm, `gemm(${i},${j},${k})`, [[i, k], [j, k]], [[i, j]]);
    }
  }
  return matrix.build();
}

/**
 * The tasks of an LU factorization without pivoting of a {@link TileOptions} matrix: getrf, trsm (a row and a column of
 * them) and gemm.
 *
 * With n tiles a side: n(n + 1)(2n + 1) / 6 tasks, 3n - 2 of them on the longest path.
 * @source Buttari, Langou, Kurzak & Dongarra (2009), see {@link cholesky}; without the pivoting within a column of tiles
 */
export function lu({ tiles, tile = 960 }: TileOptions): OperatorGraph {
  const matrix = new TiledMatrix("lu", tiles, tile);
  const getrf = matrix.kernel("getrf", tile ** 3 / 3, 1);
  const trsm = matrix.kernel("trsm", tile ** 3 / 2, 2);
  const gemm = matrix.kernel("gemm", tile ** 3, 3);
  for (let k = 0; k < tiles; k++) {
    matrix.run(getrf, `getrf(${k})`, [], [[k, k]]);
    for (let j = k + 1; j < tiles; j++) matrix.run(trsm, `trsm(${k},${j})`, [[k, k]], [[k, j]]);
    for (let i = k + 1; i < tiles; i++) matrix.run(trsm, `trsm(${i},${k})`, [[k, k]], [[i, k]]);
    for (let i = k + 1; i < tiles; i++) for (let j = k + 1; j < tiles; j++) matrix.run(gemm, `gemm(${i},${j},${k})`, [[i, k], [k, j]], [[i, j]]);
  }
  return matrix.build();
}

/**
 * The tasks of a QR factorization of a {@link TileOptions} matrix: geqrt and tsqrt, which make the Householder vectors
 * of a tile and of a tile below it, and unmqr and tsmqr, which apply them to the tiles on the right. The vectors are
 * tensors of their own, so that a row of updates need not wait for the column below.
 *
 * With n tiles a side: n(n + 1)(2n + 1) / 6 tasks, and 2/3 of the cube of the matrix's side multiply-accumulates.
 * @source Buttari, Langou, Kurzak & Dongarra (2009), see {@link cholesky}; flops by its table of kernels, inner blocking left out
 */
export function qr({ tiles, tile = 960 }: TileOptions): OperatorGraph {
  const matrix = new TiledMatrix("qr", tiles, tile);
  const geqrt = matrix.kernel("geqrt", (2 * tile ** 3) / 3, 1, 2);
  const unmqr = matrix.kernel("unmqr", tile ** 3, 2);
  const tsqrt = matrix.kernel("tsqrt", tile ** 3, 2, 2);
  const tsmqr = matrix.kernel("tsmqr", 2 * tile ** 3, 3, 2);
  for (let k = 0; k < tiles; k++) {
    const vectors = matrix.run(geqrt, `geqrt(${k})`, [], [[k, k]], true);
    for (let j = k + 1; j < tiles; j++) matrix.run(unmqr, `unmqr(${k},${j})`, [vectors], [[k, j]]);
    for (let i = k + 1; i < tiles; i++) {
      const below = matrix.run(tsqrt, `tsqrt(${i},${k})`, [[i, k]], [[k, k]], true);
      for (let j = k + 1; j < tiles; j++) matrix.run(tsmqr, `tsmqr(${i},${j},${k})`, [below], [[k, j], [i, j]]);
    }
  }
  return matrix.build();
}

type Tile = readonly [row: number, column: number];

/** Builds the graph of a factorization in place: each tile is the tensor that its last writer made. */
class TiledMatrix {
  readonly #builder: GraphBuilder;
  readonly #tile: number;
  readonly #tiles: number;
  readonly #bytes: number;
  readonly #latest = new Map<number, number>();

  constructor(name: string, tiles: number, tile: number, has: (row: number, column: number) => boolean = () => true) {
    this.#builder = new GraphBuilder(name);
    this.#tile = tile;
    this.#tiles = tiles;
    this.#bytes = 8 * tile * tile;
    for (let row = 0; row < tiles; row++) {
      for (let column = 0; column < tiles; column++) {
        if (has(row, column)) this.#latest.set(row * tiles + column, this.#builder.source("input", this.#bytes, `A[${row},${column}]`));
      }
    }
  }

  /** A class of tasks; `reads` and `writes` count tiles. */
  kernel(kind: string, macs: number, reads: number, writes = 1): number {
    return this.#builder.class({ kind, shape: { tile: this.#tile }, dtype: "f64", macs, flops: 2 * macs, readBytes: reads * this.#bytes, writeBytes: writes * this.#bytes });
  }

  /** Adds a task; tiles that it writes it reads first. With `extra` it makes one more tensor of a tile's size, which is returned. */
  run(kind: number, name: string, reads: readonly (Tile | number)[], writes: readonly Tile[], extra = false): number {
    const op = this.#builder.opOfClass(kind, name);
    for (const read of reads) this.#builder.feed(typeof read === "number" ? read : this.#latest.get(this.#at(read))!, op);
    for (const tile of writes) this.#builder.feed(this.#latest.get(this.#at(tile))!, op);
    for (const tile of writes) this.#latest.set(this.#at(tile), this.#builder.output(op, this.#bytes));
    return extra ? this.#builder.output(op, this.#bytes) : -1;
  }

  build(): OperatorGraph {
    return this.#builder.build();
  }

  #at([row, column]: Tile): number {
    return row * this.#tiles + column;
  }
}
