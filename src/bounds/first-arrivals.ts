import type { Instance } from "../core/instance.ts";

/** By tensor, from when on it exists: the first arrival of a job that reads it, Infinity where all of these follow back to back; 0 for what has no home or is made by an op. */
export function firstArrivals({ opCount, inputs, tensorCount, tensorHome, tensorProducer, jobOf, jobArrivalTicks }: Instance): Float64Array {
  const first = new Float64Array(tensorCount);
  for (let tensor = 0; tensor < tensorCount; tensor++) if (tensorProducer[tensor]! < 0 && tensorHome[tensor]! >= 0) first[tensor] = Infinity;
  for (let op = 0; op < opCount; op++) {
    const arrival = jobArrivalTicks[jobOf[op]!]!;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (arrival < first[inputs.item[i]!]!) first[inputs.item[i]!] = arrival;
  }
  return first;
}
