import seedrandom from "seedrandom";
import { exactExp, exactLog, normalQuantile } from "./math.ts";

/**
 * Two kinds of randomness, both the same on every platform. A *source* is a named sequence (arrivals, a random policy):
 * each name has its own generator, so that using one never shifts another. A *draw* is a pure function of its
 * coordinates (seed, op, device): two runs that ask in another order get the same luck.
 */

/** A generator of uniforms in [0, 1) for one named use of one seed. */
export function randomSource(seed: number, name: string): () => number {
  return seedrandom(`${seed}/${name}`);
}

/** Mixes a 32-bit value into a 32-bit state. @source Finalizer constants of MurmurHash3 (A. Appleby, public domain). */
function mix32(state: number, value: number): number {
  let h = (state ^ value) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x9e3779b9 | 0;
}

/** Uniform in (0, 1), a pure function of its coordinates. */
function uniformDraw(seed: number, source: number, item: number, part: number): number {
  return streamUniform(drawStream(seed, source, item), part);
}

/** Where the draws of an item from a source begin; {@link streamUniform} draws from there. */
function drawStream(seed: number, source: number, item: number): number {
  return mix32(mix32(mix32(0x2545f491, seed), source), item);
}

/** Uniform in (0, 1): the `part`-th of a stream. */
export function streamUniform(stream: number, part: number): number {
  const state = mix32(stream, part);
  const high = mix32(state, 1) >>> 5;
  const low = mix32(state, 2) >>> 6;
  return (high * 67108864 + low + 0.5) / 9007199254740992;
}

/** Uniform in (0, 1) for the `count`-th use that a thread makes of a source; the same whenever it is asked for. */
export function drawUniform(seed: number, source: number, thread: number, count: number): number {
  return streamUniform(threadStream(seed, source, thread), count);
}

/** The stream of all that a thread draws of a source, for those who draw much: {@link drawUniform} is {@link streamUniform} of it. */
export function threadStream(seed: number, source: number, thread: number): number {
  return drawStream(seed, mix32(4, source), thread);
}

/** Share of the variance of an operator's noise that depends on the device too; the rest is the same on every device. */
const deviceNoiseShare = 0.1;

/**
 * A noise factor of mean 1 and relative standard deviation `sigma` (lognormal) for one execution of an operator.
 * The same underlying draw holds on every device, so that two schedulers meet the same luck; a smaller part
 * ({@link deviceNoiseShare} of the variance) is the device's own.
 */
export function noiseFactor(seed: number, op: number, device: number, sigma: number): number {
  if (!(sigma > 0)) return 1;
  const common = normalQuantile(uniformDraw(seed, 1, op, 0));
  const own = normalQuantile(uniformDraw(seed, 2, op, device + 1));
  const z = Math.sqrt(1 - deviceNoiseShare) * common + Math.sqrt(deviceNoiseShare) * own;
  return lognormal(z, sigma);
}

/** By how much an estimate is off: a factor of mean 1 and relative standard deviation `spread` (lognormal), the same whenever it is asked for. */
export function estimateError(seed: number, opClass: number, device: number, spread: number): number {
  return spread > 0 ? lognormal(normalQuantile(uniformDraw(seed, 3, opClass, device)), spread) : 1;
}

/** The lognormal of mean 1 and relative standard deviation `sigma` at the point `z` of the standard normal. */
function lognormal(z: number, sigma: number): number {
  const variance = exactLog(1 + sigma * sigma);
  return exactExp(Math.sqrt(variance) * z - variance / 2);
}
