/** 32-bit words in memory that threads share. */
export type Words = Int32Array<SharedArrayBuffer>;

/** Words between two that different threads write: two cache lines of 64 bytes, since processors fetch them in pairs. */
export const lineWords = 32;

/** So many words of shared memory, all 0. */
export function sharedWords(count: number): Words {
  return new Int32Array(new SharedArrayBuffer(Math.max(count, 1) * Int32Array.BYTES_PER_ELEMENT));
}

/** Waits by reading alone until the word is no longer `value`. */
export function spinWhile(words: Words, at: number, value: number): void {
  while (Atomics.load(words, at) === value);
}

/** Waits until the word is no longer `value`: reads it `spins` times, then parks. Whoever changes it has to notify. */
export function parkWhile(words: Words, at: number, value: number, spins: number): void {
  for (let i = 0; i < spins; i++) if (Atomics.load(words, at) !== value) return;
  while (Atomics.load(words, at) === value) Atomics.wait(words, at, value);
}
