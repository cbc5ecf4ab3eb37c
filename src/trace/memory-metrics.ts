import { counted, formatBytes, formatNs, formatPercent } from "../base/units.ts";
import { externalFragmentation, internalFragmentation, type MemoryProfile } from "../core/memory-profile.ts";
import type { Trace } from "../core/trace.ts";
import { nanoseconds } from "./nanoseconds.ts";
import type { AllocatorMetrics } from "./result.ts";
import { clip } from "./table-text.ts";
import { tidy } from "./tidy.ts";

/** Most tensors that are listed as alive at the peak. */
const listed = 100;
/** Most memories that the text tells of: the fullest. */
const told = 4;

/** What allocators made of the memories that held anything; undefined where the run had none. */
export function allocatorMetrics(trace: Trace): AllocatorMetrics[] | undefined {
  return trace.memory?.filter((profile) => profile.peak >= 0).map((profile) => metricsOf(trace, profile));
}

function metricsOf({ instance }: Trace, profile: MemoryProfile): AllocatorMetrics {
  const { memory, peak, liveBytes, allocatedBytes, reservedBytes, peakBuffers } = profile;
  const ns = (ticks: number): number => nanoseconds(ticks, instance.tickNs);
  const capacityBytes = instance.memoryBytes[memory]!;
  let reserved = 0;
  let worst = 0;
  for (let i = 0; i < profile.ticks.length; i++) {
    reserved = Math.max(reserved, reservedBytes[i]!);
    worst = Math.max(worst, externalFragmentation(profile, i));
  }
  return {
    name: instance.memoryNames[memory]!, allocator: profile.allocator, ...(capacityBytes < Infinity && { capacityBytes }),
    peakLiveBytes: liveBytes[peak]!, peakNs: ns(profile.ticks[peak]!), allocatedBytes: allocatedBytes[peak]!, peakReservedBytes: reserved,
    internalFragmentation: tidy(internalFragmentation(profile, peak)), externalFragmentation: tidy(externalFragmentation(profile, peak)), worstExternalFragmentation: tidy(worst),
    allocations: profile.allocations, frees: profile.frees, allocatorNs: tidy(profile.allocatorNs),
    aliveCount: peakBuffers.length,
    alive: peakBuffers.slice(0, listed).map(({ tensor, bytes, sinceTicks, untilTicks }) => ({
      tensor: instance.tensorNames.at(tensor), bytes, sinceNs: ns(sinceTicks), ...(untilTicks < Infinity && { untilNs: ns(untilTicks) }),
    })),
  };
}

/** "8 tensors of 763 MiB spilled and brought back, by 16 operators more; planned in 3 runs" */
export function reliefLine({ how, tensors, bytes, addedOps, runs }: NonNullable<Trace["relief"]>): string {
  return `${counted(tensors, "tensor")} of ${formatBytes(bytes)} ${how === "spill" ? "spilled" : "dropped and made again"}, by ${counted(addedOps, "operator")} more; planned in ${counted(runs, "run")}`;
}

/** "gpu0: caching, peak 1.2 GiB live at 3.1 ms, 1.4 GiB reserved of 16 GiB; fragmentation 2 % internal, 5 % external" and what was alive. */
export function allocatorLines(memories: readonly AllocatorMetrics[]): string[] {
  const fullest = [...memories].sort((a, b) => b.peakLiveBytes - a.peakLiveBytes).slice(0, told);
  const more = memories.length > told ? [`… and ${memories.length - told} more, less full`] : [];
  return [...memories.filter((one) => fullest.includes(one)).flatMap(({ name, allocator, capacityBytes, peakLiveBytes, peakNs, peakReservedBytes, internalFragmentation: internal, externalFragmentation: external, alive, aliveCount }) => {
    const of = capacityBytes === undefined ? "" : ` of ${formatBytes(capacityBytes)}`;
    const largest = alive.slice(0, 3).map(({ tensor, bytes }) => `${clip(tensor, 24)} ${formatBytes(bytes)}`).join(", ");
    return [
      `${clip(name, 24)} (${allocator}): ${formatBytes(peakLiveBytes)} live at ${formatNs(peakNs)}, ${formatBytes(peakReservedBytes)}${of} reserved`,
      `  fragmentation ${formatPercent(internal)} internal, ${formatPercent(external)} external`,
      `  ${counted(aliveCount, "tensor")} alive then: ${largest}${aliveCount > 3 ? " …" : ""}`,
    ];
  }), ...more];
}
