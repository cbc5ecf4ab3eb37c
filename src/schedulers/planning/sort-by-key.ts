/** Position of the low word of a float64 in its two 32-bit words. */
const low = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const digitBits = 11;
const digits = 1 << digitBits;

/**
 * Sorts ids by `keys[id]`, ascending; equal keys keep their order, so sorting by the second key first sorts by both.
 * A radix sort over the bits of the floats: linear in the number of ids, whatever the keys (finite).
 * @example
 * sortByKey(Uint32Array.of(0, 1, 2), Float64Array.of(7, -1, 7)); // 1, 0, 2
 */
export function sortByKey(ids: Uint32Array, keys: Float64Array): Uint32Array {
  const n = ids.length;
  if (n < 256) return ids.slice().sort((a, b) => keys[a]! - keys[b]!);
  const words = monotoneWords(keys);
  let from = ids.slice();
  let to = new Uint32Array(n);
  let fromWord = new Uint32Array(n);
  let toWord = new Uint32Array(n);
  const next = new Uint32Array(digits);
  for (const half of [low, 1 - low]) {
    // Words travel with their ids, so that the passes read memory in order.
    for (let i = 0; i < n; i++) fromWord[i] = words[2 * from[i]! + half]!;
    for (let shift = 0; shift < 32; shift += digitBits) {
      next.fill(0);
      for (let i = 0; i < n; i++) next[(fromWord[i]! >>> shift) & (digits - 1)]!++;
      if (next[(fromWord[0]! >>> shift) & (digits - 1)] === n) continue;
      for (let digit = 0, sum = 0; digit < digits; digit++) {
        const count = next[digit]!;
        next[digit] = sum;
        sum += count;
      }
      for (let i = 0; i < n; i++) {
        const word = fromWord[i]!;
        const at = next[(word >>> shift) & (digits - 1)]!++;
        to[at] = from[i]!;
        toWord[at] = word;
      }
      [from, to, fromWord, toWord] = [to, from, toWord, fromWord];
    }
  }
  return from;
}

/** The words of the keys, changed so that unsigned integers order as the floats do: all bits of negative ones flipped, of the others the sign. */
function monotoneWords(keys: Float64Array): Uint32Array {
  const copy = keys.slice();
  for (let i = 0; i < copy.length; i++) if (copy[i] === 0) copy[i] = 0; // no −0
  const words = new Uint32Array(copy.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1 - low]!;
    const negative = high >>> 31 === 1;
    if (negative) words[i + low] = ~words[i + low]!;
    words[i + 1 - low] = negative ? ~high : high | 0x80000000;
  }
  return words;
}
