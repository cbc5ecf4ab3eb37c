import type { Instance } from "./instance.ts";

/** From `atNs` on the device runs at `speed`: 1 = as its costs say, 0.5 = everything takes twice as long, 0 = it is not there. */
export interface DeviceEvent {
  readonly atNs: number;
  /** Position in the machine. */
  readonly device: number;
  readonly speed: number;
}

/** The columns of an instance that say how its devices change, in the order of time; none where nothing does. */
export function compileChanges(events: readonly DeviceEvent[], tickNs: number): Pick<Instance, "changeTicks" | "changeDevice" | "changeSpeed"> {
  if (events.length === 0) return {};
  const sorted = [...events].sort((a, b) => a.atNs - b.atNs);
  return {
    changeTicks: Float64Array.from(sorted, ({ atNs }) => Math.round(atNs / tickNs)),
    changeDevice: Uint32Array.from(sorted, ({ device }) => device),
    changeSpeed: Float64Array.from(sorted, ({ speed }) => speed),
  };
}
