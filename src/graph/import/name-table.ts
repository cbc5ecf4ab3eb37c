import { resized } from "../../base/columns.ts";

/** The 32-bit FNV-1a hash, as a signed integer: small integers are fast before the code is compiled. */
export const hashStart = 0x811c9dc5 | 0;
export const hashFactor = 0x01000193;

/** FNV-1a of some bytes. */
export function hashOf(bytes: Uint8Array): number {
  let hash = hashStart;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, hashFactor);
  return hash;
}

/**
 * Numbers distinct names in the order met: 0, 1, 2 … Works on UTF-8 bytes, so that reading a million names out of a
 * file makes no strings. Open addressing with linear probing, at most half full.
 */
export class NameTable {
  /** By slot, the number of its name (-1 = free) and the hash beside it: a look-up that fails touches nothing else. */
  #slots = new Int32Array(2048).fill(-1);
  #start = new Uint32Array(513);
  #text = new Uint8Array(8192);
  #count = 0;
  #decoded: string | undefined;

  get size(): number {
    return this.#count;
  }

  /** The number of the name in bytes[from .. to) with that hash, a new one when it was not seen before. */
  intern(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const text = this.#text;
    const start = this.#start;
    const mask = slots.length - 1;
    for (let slot = slotOf(hash, mask); ; slot = (slot + 2) & mask) {
      const id = slots[slot]!;
      if (id < 0) return this.#add(slot, hash, bytes, from, to);
      if (slots[slot + 1] !== hash) continue;
      let at = start[id]!;
      if (start[id + 1]! - at !== to - from) continue;
      let i = from;
      while (i < to && text[at] === bytes[i]) {
        i++;
        at++;
      }
      if (i === to) return id;
    }
  }

  /** The name as a string. */
  text(id: number): string {
    const from = this.#start[id]!;
    const to = this.#start[id + 1]!;
    this.#decoded ??= new TextDecoder().decode(this.#text.subarray(0, this.#start[this.#count]!));
    // All ASCII: one decoding serves every name, since characters are bytes.
    if (this.#decoded.length === this.#start[this.#count]!) return this.#decoded.slice(from, to);
    return new TextDecoder().decode(this.#text.subarray(from, to));
  }

  #add(slot: number, hash: number, bytes: Uint8Array, from: number, to: number): number {
    const id = this.#count++;
    this.#decoded = undefined;
    const start = this.#start[id]!;
    const end = start + (to - from);
    if (end > this.#text.length) this.#text = resized(this.#text, Math.max(end, this.#text.length * 2));
    for (let i = from; i < to; i++) this.#text[start + i - from] = bytes[i]!;
    this.#slots[slot] = id;
    this.#slots[slot + 1] = hash;
    this.#start[id + 1] = end;
    if (this.#count * 4 === this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2).fill(-1);
    this.#start = resized(this.#start, this.#slots.length / 4 + 1);
    const mask = this.#slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from]! < 0) continue;
      let slot = slotOf(old[from + 1]!, mask);
      while (this.#slots[slot]! >= 0) slot = (slot + 2) & mask;
      this.#slots[slot] = old[from]!;
      this.#slots[slot + 1] = old[from + 1]!;
    }
  }
}

/** An even place: slots have two entries. The high bits of FNV-1a are better mixed than the low ones. */
function slotOf(hash: number, mask: number): number {
  return ((hash ^ (hash >>> 15)) << 1) & mask;
}
