/** Typed arrays as text: base64 of their little-endian bytes. A third longer than the bytes, and exact. */
export type ColumnType = "f64" | "u32" | "i32" | "u8";
export type Column = Float64Array | Uint32Array | Int32Array | Uint8Array;

const constructors = { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u8: Uint8Array } as const;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const toCode = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
/** By character code; 255 = not a letter of the alphabet. */
const toValue = new Uint8Array(1 << 16).fill(255);
for (let value = 0; value < 64; value++) toValue[toCode[value]!] = value;
const pad = "=".charCodeAt(0);
/** Bytes per chunk: a multiple of 3, so that only the last one is padded. */
const chunkBytes = 3 << 14;

/** The array as base64, in chunks. */
export function* columnText(column: Column): Iterable<string> {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  const decoder = new TextDecoder("latin1");
  const out = new Uint8Array((chunkBytes / 3) * 4);
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const to = Math.min(bytes.length, from + chunkBytes);
    let o = 0;
    for (let i = from; i < to; i += 3) {
      const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      out[o++] = toCode[word >>> 18]!;
      out[o++] = toCode[(word >>> 12) & 63]!;
      out[o++] = i + 1 < to ? toCode[(word >>> 6) & 63]! : pad;
      out[o++] = i + 2 < to ? toCode[word & 63]! : pad;
    }
    yield decoder.decode(out.subarray(0, o));
  }
}

/** The array that the text stands for; undefined when it is no base64, or no whole number of elements. Takes no more memory than the text. */
export function parseColumn(text: string, type: ColumnType): Column | undefined {
  const make = constructors[type];
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const byteCount = (text.length / 4) * 3 - padding;
  if (byteCount % make.BYTES_PER_ELEMENT !== 0) return undefined;
  const bytes = new Uint8Array(byteCount);
  const whole = text.length - (padding > 0 ? 4 : 0);
  let bad = 0;
  let b = 0;
  for (let i = 0; i < whole; i += 4, b += 3) {
    const v0 = toValue[text.charCodeAt(i)]!;
    const v1 = toValue[text.charCodeAt(i + 1)]!;
    const v2 = toValue[text.charCodeAt(i + 2)]!;
    const v3 = toValue[text.charCodeAt(i + 3)]!;
    bad |= v0 | v1 | v2 | v3;
    bytes[b] = (v0 << 2) | (v1 >>> 4);
    bytes[b + 1] = (v1 << 4) | (v2 >>> 2);
    bytes[b + 2] = (v2 << 6) | v3;
  }
  if (padding > 0) {
    const v0 = toValue[text.charCodeAt(whole)]!;
    const v1 = toValue[text.charCodeAt(whole + 1)]!;
    const v2 = padding === 1 ? toValue[text.charCodeAt(whole + 2)]! : 0;
    bad |= v0 | v1 | v2;
    bytes[b] = (v0 << 2) | (v1 >>> 4);
    if (padding === 1) bytes[b + 1] = (v1 << 4) | (v2 >>> 2);
  }
  if (bad > 63) return undefined;
  return new make(bytes.buffer);
}
