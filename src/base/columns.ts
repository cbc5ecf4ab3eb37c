/**
 * Growable typed arrays: columns whose length is not known beforehand. A capacity that turns out too large costs address
 * space, not memory: pages that were never written are never there.
 */
type TypedArray = Float64Array | Uint32Array | Int32Array | Uint8Array;

/** A copy of `old` with `size` entries, the new ones 0. */
export function resized<A extends TypedArray>(old: A, size: number): A {
  const copy = new (old.constructor as new (length: number) => A)(size);
  copy.set(old as never);
  return copy;
}

abstract class Column<A extends TypedArray> {
  protected data: A;
  #length = 0;

  protected constructor(data: A) {
    this.data = data;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): number {
    if (this.#length === this.data.length) this.#grow(this.#length + 1);
    this.data[this.#length] = value;
    return this.#length++;
  }

  get(index: number): number {
    return this.data[index]!;
  }

  set(index: number, value: number): void {
    this.data[index] = value;
  }

  /** The values so far; valid until the next push. */
  view(): A {
    return this.data.subarray(0, this.#length) as A;
  }

  /**
   * The values so far, in an array of exactly their length; the last use of the column. A long one is not copied, so
   * its buffer may be larger than the array.
   */
  take(): A {
    return this.#length >= 2 ** 16 ? this.view() : (this.data.slice(0, this.#length) as A);
  }

  #grow(needed: number): void {
    this.data = resized(this.data, Math.max(needed, this.data.length * 2));
  }
}

/** A growable column of 64-bit floats. */
export class F64Column extends Column<Float64Array> {
  constructor(capacity = 64) {
    super(new Float64Array(capacity));
  }
}
/** A growable column of unsigned 32-bit integers. */
export class U32Column extends Column<Uint32Array> {
  constructor(capacity = 64) {
    super(new Uint32Array(capacity));
  }
}
/** A growable column of signed 32-bit integers. */
export class I32Column extends Column<Int32Array> {
  constructor(capacity = 64) {
    super(new Int32Array(capacity));
  }
}
/** A growable column of bytes. */
export class U8Column extends Column<Uint8Array> {
  constructor(capacity = 64) {
    super(new Uint8Array(capacity));
  }
}
