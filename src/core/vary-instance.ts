import { instanceDigest } from "./instance-digest.ts";
import type { Instance } from "./instance.ts";

/** The instance with some columns replaced; the others are shared with it. Nothing is hashed before the digest is asked for. */
export function changedInstance(instance: Instance, columns: Partial<Instance>): Instance {
  const copy: Record<string, unknown> = {};
  // Not by spreading: that would hash a million operators.
  for (const key of Object.keys(instance) as (keyof Instance)[]) if (key !== "digest") copy[key] = columns[key] ?? instance[key];
  let digest: string | undefined;
  Object.defineProperty(copy, "digest", { enumerable: true, get: () => (digest ??= instanceDigest(copy as unknown as Instance)) });
  return copy as unknown as Instance;
}

/** Ids of the resources that are links or copy engines: those behind memories and compute units. */
export function transferResources({ memoryCount, deviceCount, resourceCount }: Instance): Set<number> {
  return new Set(Array.from({ length: resourceCount - memoryCount - deviceCount }, (_, i) => memoryCount + deviceCount + i));
}

const engines = / copy engines$/;

/** True for the copy engines of a device, which are resources beside the links. */
export function isCopyEngine(instance: Instance, resource: number): boolean {
  return engines.test(instance.resourceNames[resource]!);
}

/** True where a route (`from * memoryCount + to`) uses one of the resources. */
export function routeUses({ routeResources: { start, item } }: Instance, route: number, resources: ReadonlySet<number>): boolean {
  for (let i = start[route]!; i < start[route + 1]!; i++) if (resources.has(item[i]!)) return true;
  return false;
}

/**
 * The instance with `factor` times the bandwidth on some links, both directions each its own resource; latencies stay.
 * Copy engines beside them keep up, as they are as fast as the fastest link; a route stays as slow as what else it uses.
 */
export function scaleLinks(instance: Instance, factor: number, links: ReadonlySet<number> = transferResources(instance)): Instance {
  const { routeResources: { start, item } } = instance;
  const resourceCapacity = instance.resourceCapacity.slice();
  const scaled = new Set(links);
  for (let route = 0; route + 1 < start.length; route++) {
    if (!routeUses(instance, route, links)) continue;
    for (let i = start[route]!; i < start[route + 1]!; i++) if (isCopyEngine(instance, item[i]!)) scaled.add(item[i]!);
  }
  for (const resource of scaled) resourceCapacity[resource]! *= factor;
  const routeTicksPerByte = instance.routeTicksPerByte.map((ticks, route) => {
    if (!routeUses(instance, route, links)) return ticks;
    let slowest = ticks / factor;
    for (let i = start[route]!; i < start[route + 1]!; i++) slowest = Math.max(slowest, 1 / resourceCapacity[item[i]!]!);
    return slowest;
  });
  return changedInstance(instance, { resourceCapacity, routeTicksPerByte });
}
