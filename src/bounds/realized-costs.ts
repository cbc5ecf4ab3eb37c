import { drawsOf } from "../base/duplicates.ts";
import { noiseFactor } from "../base/random.ts";
import type { Instance } from "../core/instance.ts";

/**
 * The instance as the noise of a run makes it: every operator takes on every device what it would have taken there in
 * the run with this seed. Bounds of it hold for every schedule that meets the same luck. Without noise, the instance
 * itself.
 * @param executions How often an operator may run, each time with its own luck: it takes the least of these times.
 *   Default 1; for bounds that hold with duplicates, the number of devices.
 * @example
 * const bound = lowerBound(realizedInstance(trace.instance, trace.seed));
 */
export function realizedInstance(instance: Instance, seed: number, executions = 1): Instance {
  const { deviceCount: D, classOf, costTicks, costSigma } = instance;
  if (!costSigma.some((sigma) => sigma > 0)) return instance;
  const draws = drawsOf(instance);
  return withRealizedCosts(instance, (op, device) => {
    const cell = classOf[op]! * D + device;
    let factor = Infinity;
    for (let n = 0; n < executions; n++) factor = Math.min(factor, noiseFactor(seed, draws === undefined ? op + n * instance.opCount : draws[op]!, device, costSigma[cell]!));
    return costTicks[cell]! * factor;
  });
}

/**
 * The instance with the times that operators really took, for bounds of a run with noise. Every operator becomes a
 * class of its own, so the tables have ops × devices entries.
 * @param realizedTicks time alone of the operator on the device, the run's noise included, setup excluded; asked only
 *   where the operator can run.
 */
export function withRealizedCosts(instance: Instance, realizedTicks: (op: number, device: number) => number): Instance {
  const { opCount, deviceCount: D, classOf } = instance;
  const costTicks = new Float64Array(opCount * D).fill(Infinity);
  const fixedTicks = new Float64Array(opCount * D);
  const memoryDemand = new Float64Array(opCount * D);
  const configuration = new Int32Array(opCount * D);
  for (let op = 0; op < opCount; op++) {
    for (let d = 0; d < D; d++) {
      const from = classOf[op]! * D + d;
      const to = op * D + d;
      memoryDemand[to] = instance.memoryDemand[from] ?? 0;
      configuration[to] = instance.configuration[from] ?? -1;
      const expected = instance.costTicks[from]!;
      if (expected === Infinity) continue;
      const realized = realizedTicks(op, d);
      costTicks[to] = realized;
      // Noise may have scaled the fixed phase or spared it: the longer of both leaves the smaller shared phase, which is sound.
      const fixed = instance.fixedTicks[from] ?? 0;
      fixedTicks[to] = Math.min(realized, Math.max(fixed, expected > 0 ? (fixed * realized) / expected : 0));
    }
  }
  const identity = Uint32Array.from({ length: opCount }, (_, op) => op);
  const classKinds = Array.from(classOf, (c) => instance.classKinds[c]!);
  return { ...instance, classCount: opCount, classOf: identity, classKinds, costTicks, fixedTicks, costSigma: new Float64Array(0), memoryDemand, configuration };
}
