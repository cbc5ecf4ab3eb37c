/**
 * A 128-bit content hash of typed arrays and numbers, for cache keys and for telling whether two runs were the same.
 * Not for security. Four 32-bit lanes, each mixed with every word; the same on every platform (little-endian words).
 */
export class Hasher {
  #a = 0x243f6a88;
  #b = 0x85a308d3;
  #c = 0x13198a2e;
  #d = 0x03707344;
  #count = 0;

  number(value: number): this {
    return this.array(Float64Array.of(value));
  }

  text(value: string): this {
    return this.array(Uint8Array.from(new TextEncoder().encode(value)));
  }

  array(values: Float64Array | Uint32Array | Int32Array | Uint8Array): this {
    const bytes = values.byteOffset % 4 === 0 && values.byteLength % 4 === 0 ? values : padded(values);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    let a = this.#a, b = this.#b, c = this.#c, d = this.#d;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b + word + a, 0x85ebca77);
      b ^= b >>> 13;
      c = Math.imul(c ^ (b + word), 0xc2b2ae3d);
      c ^= c >>> 16;
      d = (Math.imul(d, 5) + c) ^ (d >>> 11);
    }
    this.#a = a ^ words.length;
    this.#b = b;
    this.#c = c ^ values.byteLength;
    this.#d = d;
    this.#count++;
    return this;
  }

  /** 32 hexadecimal digits. */
  digest(): string {
    let { a, b, c, d } = { a: this.#a, b: this.#b, c: this.#c, d: this.#d ^ this.#count };
    for (let i = 0; i < 8; i++) {
      a = Math.imul(a ^ d ^ (a >>> 15), 0x85ebca6b);
      b = Math.imul(b ^ a ^ (b >>> 13), 0xc2b2ae35);
      c = Math.imul(c ^ b ^ (c >>> 16), 0x27d4eb2f);
      d = Math.imul(d ^ c ^ (d >>> 14), 0x165667b1);
    }
    return [a, b, c, d].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

function padded(values: Float64Array | Uint32Array | Int32Array | Uint8Array): Uint8Array {
  const copy = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
  copy.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return copy;
}
