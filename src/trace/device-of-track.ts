import type { Instance } from "../core/instance.ts";
import { slotStarts } from "../core/trace.ts";

/** The device of a track, which is a slot counted over all devices. Time O(devices). */
export function deviceOfTrack(instance: Instance, track: number): number {
  return slotStarts(instance).subarray(0, instance.deviceCount).findLastIndex((start) => start <= track);
}
