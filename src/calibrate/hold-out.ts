import type { DType, Shape } from "../graph/graph.ts";

/** What names a measured point: all of its rows are fitted on, or all are held out. */
export interface PointName {
  readonly kind: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * The text that is hashed: `kind|dtype|name=value,…`, extents sorted by name.
 * @example
 * pointText({ kind: "matmul", dtype: "f32", shape: { m: 64, batch: 1, n: 8, k: 32 } }); // "matmul|f32|batch=1,k=32,m=64,n=8"
 */
export function pointText({ kind, dtype, shape }: PointName): string {
  return `${kind}|${dtype}|${Object.keys(shape).sort().map((name) => `${name}=${shape[name]}`).join(",")}`;
}

/**
 * 32-bit FNV-1a of a text's UTF-8 bytes, as an unsigned integer.
 * @source G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV non-cryptographic hash algorithm", IETF draft.
 * @example
 * fnv1a("a"); // 0xe40c292c
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Parts that the points are cut into; the first is held out. */
const parts = 5;

/**
 * True for the fifth of the points that no fit may see: hash(shape) mod 5 = 0. It depends on the shape, the kind and the
 * element type alone, so that all rows of a shape, at all thread counts and on all devices, are on the same side.
 */
export function isHeldOut(point: PointName): boolean {
  return fnv1a(pointText(point)) % parts === 0;
}
