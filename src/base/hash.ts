/**
 * A 128-bit content hash of typed arrays and numbers, for cache keys and for telling whether two runs were the same.
 * Not for security. Four 32-bit lanes take the words in turn; the same on every platform (little-endian words).
 * @source The round is that of xxHash32 (Y. Collet, specification 0.1.1); the lanes are kept apart to the end.
 */
export class Hasher {
  readonly #lanes = Int32Array.of(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
  #count = 0;

  number(value: number): this {
    return this.array(Float64Array.of(value));
  }

  text(value: string): this {
    return this.array(new Uint8Array(new TextEncoder().encode(value)));
  }

  array(values: Float64Array | Uint32Array | Int32Array | Uint8Array): this {
    const bytes = values.byteOffset % 4 === 0 && values.byteLength % 4 === 0 ? values : padded(values);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const whole = words.length & ~3;
    let [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    for (let i = 0; i < whole; i += 4) {
      a = round(a, words[i]!);
      b = round(b, words[i + 1]!);
      c = round(c, words[i + 2]!);
      d = round(d, words[i + 3]!);
    }
    for (let i = whole; i < words.length; i++) a = round(a, words[i]!) ^ d;
    this.#lanes.set([round(a, values.byteLength), round(b, a), round(c, b), round(d, c)]);
    this.#count++;
    return this;
  }

  /** 32 hexadecimal digits. */
  digest(): string {
    let [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    for (let i = 0; i < 4; i++) {
      a = round(a, d ^ this.#count);
      b = round(b, a);
      c = round(c, b);
      d = round(d, c);
    }
    return [a, b, c, d].map((lane) => avalanche(lane).toString(16).padStart(8, "0")).join("");
  }
}

function round(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, 0x85ebca77)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), 0x9e3779b1);
}

function avalanche(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 15), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d);
  return (h ^ (h >>> 16)) >>> 0;
}

function padded(values: Float64Array | Uint32Array | Int32Array | Uint8Array): Uint8Array {
  const copy = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
  copy.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return copy;
}

/** A 32-bit number for a name. */
export function textHash(text: string): number {
  return parseInt(new Hasher().text(text).digest().slice(0, 8), 16) | 0;
}
