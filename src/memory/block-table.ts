import { resized } from "../base/columns.ts";

/** Blocks of memory, in columns by block; a block that was dropped is used again. `before` and `after` are its neighbours by address, -1 where there is none. */
export class BlockTable {
  address = new Float64Array(64);
  size = new Float64Array(64);
  before = new Int32Array(64);
  after = new Int32Array(64);
  /** 1 = free. */
  isFree = new Uint8Array(64);
  #count = 0;
  /** The last block dropped; the one before it is in its `after`. */
  #dropped = -1;

  /** A block that is free and has no neighbours. */
  add(address: number, size: number): number {
    let block = this.#dropped;
    if (block >= 0) this.#dropped = this.after[block]!;
    else if ((block = this.#count++) === this.size.length) this.#grow(2 * block);
    this.address[block] = address;
    this.size[block] = size;
    this.before[block] = -1;
    this.after[block] = -1;
    this.isFree[block] = 1;
    return block;
  }

  drop(block: number): void {
    this.after[block] = this.#dropped;
    this.isFree[block] = 0;
    this.#dropped = block;
  }

  /** Cuts `block` after `bytes`; returns what follows, as a free block. */
  split(block: number, bytes: number): number {
    const rest = this.add(this.address[block]! + bytes, this.size[block]! - bytes);
    const next = this.after[block]!;
    this.size[block] = bytes;
    this.before[rest] = block;
    this.after[rest] = next;
    this.after[block] = rest;
    if (next >= 0) this.before[next] = rest;
    return rest;
  }

  /** Lengthens `block` by its neighbour behind it, which is dropped. */
  absorb(block: number): void {
    const gone = this.after[block]!;
    const next = this.after[gone]!;
    this.size[block]! += this.size[gone]!;
    this.after[block] = next;
    if (next >= 0) this.before[next] = block;
    this.drop(gone);
  }

  #grow(size: number): void {
    this.address = resized(this.address, size);
    this.size = resized(this.size, size);
    this.before = resized(this.before, size);
    this.after = resized(this.after, size);
    this.isFree = resized(this.isFree, size);
  }
}
