import type { Instance } from "../core/instance.ts";
import { changedInstance, scaleLinks } from "../core/vary-instance.ts";
import type { Device } from "../machine/machine.ts";

/** An assumption of an instance, and by what factor to change it. Plain data, so that it can be posted to a worker. */
export interface Variation {
  readonly what: "cost" | "launch" | "bandwidth" | "latency" | "reload";
  /** Of `what`: 1.2 = 20 % more of it. */
  readonly factor: number;
  /** Of which devices, by id; absent = all. For cost. */
  readonly devices?: readonly number[];
  /** Launch overhead of each device, by id: it is no part of `cost`. For cost and launch; default 0. */
  readonly launchTicks?: readonly number[];
}

/** An assumption in words, and its variations. */
export interface Assumption {
  /** "operator times", "gpu times", "link bandwidth" … */
  readonly name: string;
  readonly variation: Omit<Variation, "factor">;
}

/**
 * What a result rests on: operator times of all devices, of each kind, and of each device where a kind has several (up
 * to eight devices in all); launch overhead, link bandwidth and latency, and reconfiguration; each only where the instance has some.
 * @param devices those of the machine, by id
 */
export function assumptionsOf(instance: Instance, devices: readonly Pick<Device, "kind" | "launchNs">[]): Assumption[] {
  const { deviceCount, deviceNames, tickNs, routeLatencyTicks, routeTicksPerByte, setupTicks } = instance;
  const kinds = devices.map(({ kind }) => kind);
  const launchTicks = devices.map(({ launchNs }) => roundTicks(launchNs / tickNs));
  const all = Array.from({ length: deviceCount }, (_, device) => device);
  const used = (device: number): boolean => runsSomething(instance, device);
  const distinct = [...new Set(kinds)];
  const cost = (name: string, chosen?: readonly number[]): Assumption => ({ name, variation: { what: "cost", launchTicks, ...(chosen && { devices: chosen }) } });
  const list: Assumption[] = [cost("operator times")];
  for (const kind of distinct) {
    const same = all.filter((device) => kinds[device] === kind && used(device));
    if (distinct.length > 1 && same.length > 0) list.push(cost(`operator times on ${same.length === 1 ? deviceNames[same[0]!]! : `every ${kind}`}`, same));
    if (same.length > 1 && deviceCount <= 8) for (const device of same) list.push(cost(`operator times on ${deviceNames[device]!}`, [device]));
  }
  const moves = instance.tensorBytes.some((bytes) => bytes > 0);
  if (all.some((device) => launches(instance, device, launchTicks[device]!))) list.push({ name: "launch overhead", variation: { what: "launch", launchTicks } });
  if (moves && routeTicksPerByte.some((ticks) => ticks > 0)) list.push({ name: "link bandwidth", variation: { what: "bandwidth" } });
  if (moves && routeLatencyTicks.some((ticks) => ticks > 0 && ticks < Infinity)) list.push({ name: "link latency", variation: { what: "latency" } });
  if (setupTicks.some((ticks) => ticks > 0)) list.push({ name: "reconfiguration time", variation: { what: "reload" } });
  return list;
}

function runsSomething({ classCount, deviceCount, costTicks }: Instance, device: number): boolean {
  for (let c = 0; c < classCount; c++) if (costTicks[c * deviceCount + device]! < Infinity) return true;
  return false;
}

/** True where a class that runs on the device has a launch to wait for. */
function launches(instance: Instance, device: number, launchTicks: number): boolean {
  for (let c = 0; c < instance.classCount; c++) if (launchPart(instance, c * instance.deviceCount + device, launchTicks) > 0) return true;
  return false;
}

/** What of a cost is launch overhead: nothing of a time that was given as a whole. */
function launchPart({ costTicks, fixedTicks }: Instance, cell: number, launchTicks: number): number {
  const cost = costTicks[cell]!;
  const fixed = fixedTicks[cell] ?? 0;
  return cost < Infinity && (fixed < cost || cost <= launchTicks) ? Math.min(fixed, launchTicks) : 0;
}

/**
 * The instance with one assumption changed; columns that stay the same are shared with it.
 *
 * `cost` stretches what an operator takes beyond its launch, by itself as well as beside others: what it draws of a
 * memory in each tick stays, and so does how much it is slowed by what draws on it too. `bandwidth` is that of links and
 * copy engines. Times are rounded to whole ticks, as `compile` does.
 * @example
 * const slower = varyInstance(instance, { what: "cost", factor: 1.2, devices: [0] });
 */
export function varyInstance(instance: Instance, { what, factor, devices, launchTicks }: Variation): Instance {
  const { classCount, deviceCount: D, costTicks, fixedTicks, setupTicks } = instance;
  const changed = (columns: Partial<Instance>): Instance => changedInstance(instance, columns);
  const chosen = devices ?? Array.from({ length: D }, (_, device) => device);
  switch (what) {
    case "cost":
    case "launch": {
      const cost = costTicks.slice();
      const fixed = fixedTicks.slice();
      for (let c = 0; c < classCount; c++) {
        for (const device of chosen) {
          const cell = c * D + device;
          if (!(cost[cell]! < Infinity)) continue;
          const launch = launchPart(instance, cell, launchTicks?.[device] ?? 0);
          const before = cost[cell]!;
          const change = what === "launch" ? roundTicks(launch * factor) - launch : roundTicks((before - launch) * factor) - (before - launch);
          cost[cell] = before + change;
          if (cell >= fixed.length) continue;
          // Of work, the fixed phase keeps its share: all of a time that was given as a whole.
          const ownFixed = fixed[cell]! - launch;
          fixed[cell] = what === "launch" ? fixed[cell]! + change : ownFixed === before - launch ? fixed[cell]! + change : launch + roundTicks(ownFixed * factor);
        }
      }
      return changed({ costTicks: cost, fixedTicks: fixed });
    }
    case "bandwidth":
      return scaleLinks(instance, factor);
    case "latency":
      return changed({ routeLatencyTicks: instance.routeLatencyTicks.map((ticks) => ticks * factor) });
    case "reload":
      return changed({ setupTicks: setupTicks.map((ticks, device) => (chosen.includes(device) ? roundTicks(ticks * factor) : ticks)) });
  }
}

/** Up to a whole tick, but for the dust of a product. */
function roundTicks(ticks: number): number {
  return Math.ceil(ticks - 1e-6);
}
