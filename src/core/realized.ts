import { noiseFactor } from "../base/random.ts";
import type { Instance } from "./instance.ts";
import { ceilTicks } from "./shared-resources.ts";

/**
 * How long an operator takes alone on a device in the run with this seed, noise included and setup excluded: what
 * bounds of a noisy run are computed from.
 */
export function realizedTicks(instance: Instance, seed: number): (op: number, device: number) => number {
  return (op, device) => {
    const cost = instance.classOf[op]! * instance.deviceCount + device;
    return ceilTicks(instance.costTicks[cost]! * noiseFactor(seed, op, device, instance.costSigma[cost] ?? 0));
  };
}
