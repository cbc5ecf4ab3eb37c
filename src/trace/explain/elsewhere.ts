import { HeddleError } from "../../base/errors.ts";
import type { Trace } from "../../core/trace.ts";
import { nanoseconds } from "../nanoseconds.ts";
import type { OpExplanation } from "./explain-op.ts";
import { ratio } from "./ratio.ts";
import type { Repeats } from "./what-if.ts";

/** What would have become of the run, had one operator run on another device, all others where they were and in their order. */
export interface Elsewhere {
  /** The run repeated with nothing moved: what the others are compared with. */
  readonly makespanNs: number;
  /** In the order of `OpExplanation.devices`. */
  readonly devices: readonly { readonly device: string; readonly makespanNs: number; /** 1 − makespan / makespan with nothing moved. */ readonly gain: number }[];
}

/** Most devices that are tried. */
const mostTried = 4;

/** Repeats the run with the operator on each of the devices that come next to the one chosen; undefined where there is none, or the run cannot be repeated. */
export function elsewhere(trace: Trace, { id, devices }: Pick<OpExplanation, "id" | "devices">, repeats: Pick<Repeats, "asPlaced">): Elsewhere | undefined {
  const { instance } = trace;
  const others = devices.filter(({ chosen }) => !chosen).slice(0, mostTried);
  if (others.length === 0) return undefined;
  try {
    const base = repeats.asPlaced(instance).makespanTicks;
    return {
      makespanNs: nanoseconds(base, instance.tickNs),
      devices: others.map(({ device }) => {
        const ticks = repeats.asPlaced(instance, { op: id, device: instance.deviceNames.indexOf(device) }).makespanTicks;
        return { device, makespanNs: nanoseconds(ticks, instance.tickNs), gain: ratio(base - ticks, base) };
      }),
    };
  } catch (error) {
    // Such as data that cannot reach a device.
    if (!(error instanceof HeddleError)) throw error;
    return undefined;
  }
}
