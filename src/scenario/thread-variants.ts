import { checkOptionsNow } from "../base/check-options.ts";
import type { ObjectGroup, ThreadCosts, ThreadSpec } from "../core/threads/thread-spec.ts";
import { lockDesigns } from "../core/threads/thread-spec.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import { loopPolicies } from "../loops/index.ts";
import type { Allocator, NewAllocator } from "../plugin.ts";
import type { ThreadVariant } from "../trace/explain/thread-what-if.ts";
import type { ResolvedThreads } from "./resolve-threads.ts";

/** Groups of objects for which changes are tried: those that threads waited for longest. */
const mostGroups = 3;

/**
 * Changes of threads that are worth trying, the most promising first: of what they waited for most, of what their
 * operations cost, of the cores, of how their loops are cut.
 */
export function threadVariants({ spec, memory }: ResolvedThreads, trace: ThreadTrace): ThreadVariant[] {
  const waited = waitedFor(spec, trace);
  const variants = waited.flatMap((number, place) => objectVariants(spec, number, place === 0, trace));
  // The memory system knows the cores that the machine has, and no others.
  if (memory === undefined) variants.push({ label: "one more core", spec: moreCores(spec, 1) }, { label: "twice as many cores", spec: moreCores(spec, spec.cores.names.length) });
  variants.push(...costVariants(spec));
  spec.objects.forEach((group, number) => {
    if (group.kind === "loop" && trace.objects.taken[firstOf(spec, number)]! > 0) variants.push(...loopVariants(spec, number, group.name));
  });
  return variants;
}

/** Groups by how long threads waited for their objects, the longest first. */
function waitedFor(spec: ThreadSpec, { objects, waits, endTicks }: ThreadTrace): number[] {
  const groupOf = spec.objects.flatMap(({ count }, group) => Array.from({ length: count }, () => group));
  const sums = spec.objects.map(() => 0);
  objects.waits.sum.forEach((ticks, object) => (sums[groupOf[object]!]! += ticks));
  for (let i = 0; i < waits.length; i++) if (Number.isNaN(waits.end[i]!)) sums[groupOf[waits.object[i]!]!]! += endTicks - waits.start[i]!;
  return [...sums.keys()].filter((group) => sums[group]! > 0).sort((a, b) => sums[b]! - sums[a]! || a - b).slice(0, mostGroups);
}

function firstOf({ objects }: ThreadSpec, number: number): number {
  return objects.slice(0, number).reduce((sum, { count }) => sum + count, 0);
}

/** The threads with another group of objects. */
function withGroup(spec: ThreadSpec, number: number, change: Partial<ObjectGroup>): ThreadSpec {
  return { ...spec, objects: spec.objects.map((group, i) => (i === number ? ({ ...group, ...change } as ObjectGroup) : group)) };
}

function objectVariants(spec: ThreadSpec, number: number, isFirst: boolean, { table }: ThreadTrace): ThreadVariant[] {
  const group = spec.objects[number]!;
  const { name } = group;
  const changed = (label: string, change: Partial<ObjectGroup>): ThreadVariant => ({ label, spec: withGroup(spec, number, change) });
  switch (group.kind) {
    case "mutex":
      return [
        { label: `critical sections of ${name} half as long`, spec: { ...spec, sections: { group: number, factor: 0.5 } } },
        ...(isFirst ? lockDesigns.filter((design) => design !== group.design).map((design) => changed(`${name} as ${design}`, { design })) : []),
      ];
    case "rw-lock": return [changed(`${name}: who waits ${group.waiting === "spin" ? "sleeps" : "spins"}`, { waiting: group.waiting === "spin" ? "block" : "spin" }), ...(["readers", "writers", "fifo"] as const).filter((prefer) => prefer !== group.prefer).map((prefer) => changed(`${name} prefers ${prefer}`, { prefer }))];
    case "semaphore": return [changed(`one more of ${name}`, { initial: group.initial + 1 })];
    case "barrier": return [
      ...(["central", "tree", "dissemination"] as const).filter((design) => design !== group.design).map((design) => changed(`${name} as a ${design} barrier`, { design })),
      changed(`${name}: who waits ${group.waiting === "spin" ? "sleeps" : "spins"}`, { waiting: group.waiting === "spin" ? "block" : "spin" }),
    ];
    case "queue": return group.capacity < Infinity ? [changed(`room for twice as many in ${name}`, { capacity: group.capacity * 2 })] : [];
    case "channel": return group.latencyTicks > 0 ? [changed(`half the latency of ${name}`, { latencyTicks: group.latencyTicks / 2 })] : [];
    case "heap": return [changed(`a lock for each thread in ${name} (arenas: per-thread)`, { create: lockPerThread(group.create, table.length) })];
    case "file": return [changed(`twice the bandwidth of ${name}`, { bytesPerTick: group.bytesPerTick * 2 })];
    default: return [];
  }
}

/** Changes of what operations cost, where they cost something. */
function costVariants(spec: ThreadSpec): ThreadVariant[] {
  const { costs } = spec;
  const free = (label: string, ...which: readonly (keyof ThreadCosts)[]): ThreadVariant[] =>
    which.some((key) => costs[key] > 0) ? [{ label, spec: { ...spec, costs: { ...costs, ...Object.fromEntries(which.map((key) => [key, 0])) } } }] : [];
  return [
    ...free("sleeping and waking cost nothing", "parkTicks", "wakeTicks", "wakeLatencyTicks"), ...free("changing threads costs nothing", "switchTicks", "migrateTicks"),
    ...free("atomics and cache lines cost nothing", "atomicTicks", "lineTicks"),
  ];
}

/** More cores like the last one, each by itself. */
function moreCores(spec: ThreadSpec, more: number): ThreadSpec {
  const { names, speed, physical, node } = spec.cores;
  const count = names.length + more;
  const last = names.length - 1;
  const units = physical.reduce((most, unit) => Math.max(most, unit), 0) + 1;
  return {
    ...spec,
    cores: {
      ...spec.cores, names: Array.from({ length: count }, (_, i) => names[i] ?? `more${i - names.length}`), speed: Float64Array.from({ length: count }, (_, i) => speed[Math.min(i, last)]!),
      physical: Uint32Array.from({ length: count }, (_, i) => physical[i] ?? units + i - names.length), node: Uint32Array.from({ length: count }, (_, i) => node[Math.min(i, last)]!),
    },
  };
}

function loopVariants(spec: ThreadSpec, number: number, name: string): ThreadVariant[] {
  return ["static", "dynamic", "guided", "steal"].map((use) => {
    const definition = loopPolicies.get(use);
    const { options } = checkOptionsNow(definition, {}) as { readonly options: unknown };
    return { label: `${name} cut ${use}`, spec: withGroup(spec, number, { policy: () => definition.create(options), policyName: use }) };
  });
}

/** The same allocator, as if no two threads ever needed the same lock. */
function lockPerThread(create: NewAllocator, threads: number): NewAllocator {
  return (capacityBytes) => {
    const inner = create(capacityBytes);
    let thread = 0;
    return {
      allocate: (bytes, by = 0) => inner.allocate(bytes, (thread = by)),
      free: (block, by = 0) => inner.free(block, (thread = by)),
      addressOf: (block) => inner.addressOf(block), sizeOf: (block) => inner.sizeOf(block), trim: () => inner.trim(),
      get freeBytes() { return inner.freeBytes; }, get largestFreeBytes() { return inner.largestFreeBytes; }, get reservedBytes() { return inner.reservedBytes; },
      lockCount: Math.max(1, threads), get lastLock() { return thread % Math.max(1, threads); }, get lastNs() { return inner.lastNs; },
    } satisfies Allocator;
  };
}
