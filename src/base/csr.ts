/** Lists of integers in compressed form: those of i are at item[start[i]] .. item[start[i + 1] - 1]. */
export interface Csr {
  readonly start: Uint32Array;
  readonly item: Uint32Array;
}
