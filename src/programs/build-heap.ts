import { checkOptionsNow } from "../base/check-options.ts";
import { formatBytes } from "../base/units.ts";
import { allocators } from "../memory/allocators/index.ts";
import type { AllocatorUse } from "../memory/allocator-schema.ts";
import type { NewAllocator } from "../plugin.ts";
import type { NamedObject, ObjectInit } from "./objects.ts";
import type { Issues, Path, Place } from "./place.ts";
import type { NamedOptions } from "./schema.ts";

/** Makes the allocator that a section names; undefined, with an issue, where there is none or its options are wrong. */
export type FindAllocator = (use: AllocatorUse, path: Path) => NewAllocator | undefined;

/** What a heap gets that names none: what general-purpose allocators of today do. */
const defaultHeapAllocator = "size-class";

/** A heap: who hands out its room, and in how many parts. @param threads how many there are from the start */
export function buildHeap(name: string, { count = 1, capacity = Infinity, allocator = { use: defaultHeapAllocator }, arenas }: NamedOptions<"heaps">, find: FindAllocator, threads: number, path: Path, issues: Issues): ObjectInit {
  if (arenas !== undefined && allocator["arenas"] !== undefined) issues.add("conflicting-keys", "the arenas are given twice", { path: [...path, "arenas"] }, "remove one of them", "key");
  const parts = arenas === "per-thread" ? Math.min(mostArenas, Math.max(1, threads)) : arenas;
  const create = find({ ...allocator, ...(parts !== undefined && { arenas: parts }) }, [...path, "allocator"]);
  return { kind: "heap", name, count, capacityBytes: capacity, allocator: allocator.use, create: create ?? allocators.get(defaultHeapAllocator).create({}) };
}

const mostArenas = 1024;

/** A block that not even an empty heap has room for is an error of the program. */
export function checkRoom({ group }: NamedObject, bytes: number, place: Place, issues: Issues): void {
  if (group.kind !== "heap") return;
  if (!(bytes > 0)) issues.add("bad-value", "a block has one byte at least", place);
  else if (group.capacityBytes < Infinity && group.create(group.capacityBytes).allocate(Math.ceil(bytes)) < 0) {
    issues.add("heap-too-small", `${group.name} has no room for ${formatBytes(bytes)}, not even when it is empty: it holds ${formatBytes(group.capacityBytes)}, with the allocator ${group.allocator}`, place, "give it more capacity, or fewer arenas");
  }
}

/** Looks built-in allocators up. */
export function findBuiltIn(issues: Issues): FindAllocator {
  return ({ use, ...options }, path) => {
    const definition = allocators.tryGet(use);
    if (definition === undefined) {
      issues.add("unknown-allocator", `there is no allocator ${JSON.stringify(use)}`, { path: [...path, "use"] }, allocators.hint(use));
      return undefined;
    }
    const checked = checkOptionsNow(definition, options);
    for (const { code, message, path: below } of checked.issues ?? []) issues.add(code, message, { path: [...path, ...below] });
    return checked.issues === undefined ? definition.create(checked.options) : undefined;
  };
}
