import type { Instance } from "../core/instance.ts";
import { WaysInto } from "./ways-into.ts";

/**
 * By op, the least ticks from its end to the end of the run, when every device has any number of slots and every route
 * any number of transfers at once: the mirror image of the earliest starts of `criticalPathBound`, job arrivals left
 * out. A consumer follows in the same memory at once, and in any other by the quickest way into it.
 * Time and memory O((ops + edges) · memories).
 */
export function tailsOf(instance: Instance): Float64Array {
  const { opCount, deviceCount: D, memoryCount: M, inputs, tensorBytes, tensorProducer, classOf, costTicks, deviceMemory, topo } = instance;
  const ways = new WaysInto(instance);
  const { wayOf, count: W } = ways;
  // From the end of the op in a memory.
  const tail = new Float64Array(opCount * M);
  const tails = new Float64Array(opCount);
  // From the start of the op at hand: in a memory, and in any that a way leads into.
  const stay = new Float64Array(M);
  const over = new Float64Array(W);
  for (let i = opCount - 1; i >= 0; i--) {
    const op = topo[i]!;
    stay.fill(Infinity);
    over.fill(Infinity);
    let least = Infinity;
    for (let d = 0; d < D; d++) {
      const cost = costTicks[classOf[op]! * D + d]!;
      if (cost === Infinity) continue;
      const m = deviceMemory[d]!;
      const after = tail[op * M + m]!;
      if (after < least) least = after;
      if (cost + after < stay[m]!) stay[m] = cost + after;
    }
    for (let m = 0; m < M; m++) if (stay[m]! < over[wayOf[m]!]!) over[wayOf[m]!] = stay[m]!;
    tails[op] = least;
    for (let k = inputs.start[op]!; k < inputs.start[op + 1]!; k++) {
      const tensor = inputs.item[k]!;
      const producer = tensorProducer[tensor]!;
      if (producer < 0) continue;
      const arrival = ways.arrivals(0, tensorBytes[tensor]!);
      let moved = Infinity;
      for (let way = 0; way < W; way++) moved = Math.min(moved, arrival[way]! + over[way]!);
      for (let m = 0, at = producer * M; m < M; m++, at++) {
        const soonest = stay[m]! < moved ? stay[m]! : moved;
        if (soonest > tail[at]!) tail[at] = soonest;
      }
    }
  }
  return tails;
}
