import type { Instance } from "../../core/instance.ts";
import type { Trace } from "../../core/trace.ts";
import { changedInstance, isCopyEngine, routeUses, scaleLinks, transferResources } from "../../core/vary-instance.ts";
import { criticalPath } from "../critical-path.ts";
import type { Variant } from "./what-if.ts";

/** Ticks of the critical path, by where they were spent. */
export interface PathUse {
  /** Running, by device. */
  readonly run: Float64Array;
  /** Operators that ran, by device. */
  readonly count: Uint32Array;
  /** Waiting for the device, by device. */
  readonly wait: Float64Array;
  /** Moving data, by route (`from * memoryCount + to`). */
  readonly route: Float64Array;
}

/** Where the critical path of a run spent its time. */
export function pathUse(trace: Trace): PathUse {
  const { instance, ops, transfers } = trace;
  const use: PathUse = {
    run: new Float64Array(instance.deviceCount), count: new Uint32Array(instance.deviceCount), wait: new Float64Array(instance.deviceCount),
    route: new Float64Array(instance.memoryCount ** 2),
  };
  for (const { kind, op, transfer, startTicks, endTicks, because } of criticalPath(trace)) {
    const device = ops.device[op]!;
    const ticks = endTicks - startTicks;
    if (transfer !== undefined) use.route[transfers.from[transfer]! * instance.memoryCount + transfers.to[transfer]!]! += ticks;
    else if (device < 0) continue;
    else if (kind === "run") {
      use.run[device]! += ticks;
      use.count[device]!++;
      // It followed from what held the slot: with another slot it might have begun before.
      if (because === "slot") use.wait[device]! += ticks;
    } else if (kind === "wait-slot" || kind === "wait-placement") use.wait[device]! += ticks;
  }
  return use;
}

/**
 * The machine of a run with one thing changed, as far as a compiled instance knows it: a link with twice the bandwidth
 * (latency as before), a device on which every operator takes half the time.
 *
 * A device that is twice as fast draws on its memory twice as hard; that keeps up where no other device uses it.
 */
export function instanceVariants(trace: Trace, use: PathUse = pathUse(trace)): Variant[] {
  const { instance } = trace;
  const variants: Variant[] = [];
  const links = linksOf(instance);
  const routeTicks = (resources: ReadonlySet<number>): number => use.route.reduce((sum, ticks, route) => sum + (routeUses(instance, route, resources) ? ticks : 0), 0);
  for (const [name, resources] of links) {
    variants.push({ change: "link", subject: name, label: `${name} with twice the bandwidth`, pathTicks: routeTicks(resources), instance: () => scaleLinks(instance, 2, resources) });
  }
  if (links.size > 1) {
    const all = new Set([...links.values()].flatMap((resources) => [...resources]));
    variants.push({ change: "links", subject: "all links", label: "all links with twice the bandwidth", pathTicks: routeTicks(all), instance: () => scaleLinks(instance, 2, all) });
  }
  instance.deviceNames.forEach((name, d) => {
    variants.push({ change: "device", subject: name, label: `${name} twice as fast`, pathTicks: use.run[d]!, instance: () => fasterDevice(instance, d) });
  });
  return variants;
}

/** Resources of each link, both directions, by its name. */
function linksOf(instance: Instance): Map<string, Set<number>> {
  const links = new Map<string, Set<number>>();
  for (const r of transferResources(instance)) {
    if (isCopyEngine(instance, r)) continue;
    const name = instance.resourceNames[r]!.replace(/ [→←]$/, "");
    links.set(name, (links.get(name) ?? new Set()).add(r));
  }
  return links;
}

function fasterDevice(instance: Instance, device: number): Instance {
  const memory = instance.deviceMemory[device]!;
  const alone = instance.deviceMemory.filter((other) => other === memory).length === 1;
  return changedInstance(instance, {
    costTicks: onDevice(instance, instance.costTicks, device, (ticks) => Math.ceil(ticks / 2)), fixedTicks: onDevice(instance, instance.fixedTicks, device, (ticks) => Math.ceil(ticks / 2)),
    memoryDemand: onDevice(instance, instance.memoryDemand, device, (demand) => demand * 2),
    ...(instance.estimateTicks && { estimateTicks: onDevice(instance, instance.estimateTicks, device, (ticks) => Math.ceil(ticks / 2)) }),
    ...(alone && { resourceCapacity: instance.resourceCapacity.map((capacity, r) => (r === memory ? capacity * 2 : capacity)) }),
  });
}

/** A cost column with the entries of one device changed. */
function onDevice(instance: Instance, column: Float64Array, device: number, change: (value: number) => number): Float64Array {
  const result = column.slice();
  for (let i = device; i < result.length; i += instance.deviceCount) result[i] = change(result[i]!);
  return result;
}
