import { SimulationError } from "../base/errors.ts";
import { clip } from "./table-text.ts";
import { counted, formatBytes, formatNs } from "../base/units.ts";
import type { Instance } from "../core/instance.ts";
import { nanoseconds } from "./nanoseconds.ts";
import type { NoRoom } from "./replay-buffers.ts";
import type { TensorBuffers } from "./tensor-buffers.ts";

/** Most tensors that the message names. */
const shown = 8;

/**
 * What to tell of a run that found no room for a tensor: the memory, the operator, what it wanted, and what was alive.
 * @param tried why making room did not help
 */
export function outOfMemoryError(instance: Instance, buffers: TensorBuffers, { memory, buffer, ticks, bytes, freeBytes, largestFreeBytes, alive, asking }: NoRoom, tried?: string): SimulationError {
  const capacity = instance.memoryBytes[memory]!;
  const ns = (of: number): string => formatNs(nanoseconds(of, instance.tickNs));
  const live = alive.reduce((sum, one) => sum + one.bytes, 0);
  const blocks = largestFreeBytes < bytes && freeBytes >= bytes ? `, and ${formatBytes(freeBytes)} are free, but no more than ${formatBytes(largestFreeBytes)} in one block` : `, and ${formatBytes(freeBytes)} of ${formatBytes(capacity)} are free`;
  const lines = alive.slice(0, shown).map((one) => `  ${formatBytes(one.bytes).padStart(10)}  ${clip(instance.tensorNames.at(one.tensor), 60)}, since ${ns(one.sinceTicks)}`);
  const more = alive.length > shown ? [`  … and ${counted(alive.length - shown, "more tensor")}`] : [];
  const others = asking.slice(0, shown).map((one) => clip(instance.tensorNames.at(one.tensor), 60)).join(", ");
  const also = asking.length === 0 ? [] : [`also asking now: ${others}${asking.length > shown ? ` and ${counted(asking.length - shown, "more tensor")}` : ""}`];
  const advice = tried === undefined ? "memory.onFull: spill moves tensors to another memory, recompute makes them again; a smaller batch needs less" : "a larger memory or a smaller batch helps";
  return new SimulationError({
    code: "out-of-memory",
    message: [
      `memory "${instance.memoryNames[memory]}" is full at ${ns(ticks)}: "${instance.opNames.at(buffers.op[buffer]!)}" wants ${formatBytes(bytes)} for "${instance.tensorNames.at(buffers.tensor[buffer]!)}"${blocks}`,
      `${alive.length === 0 ? "nothing is alive there" : `alive there: ${counted(alive.length, "tensor")} of ${formatBytes(live)}`}`, ...lines, ...more, ...also, ...(tried === undefined ? [] : [tried]),
    ].join("\n"),
    hint: bytes > capacity ? "it can never lie there: only a larger capacity helps, or a scheduler that runs the operator elsewhere" : freeBytes >= bytes ? `there is room, but the allocator rounds up, or what is free is scattered: another memory.allocator may do; ${advice}` : advice,
  });
}
