import type { LoopPolicyMaker, ObjectGroup, ThreadCosts } from "../core/threads/thread-spec.ts";
import { buildChannel } from "./build-channel.ts";
import { buildHeap, findBuiltIn, type FindAllocator } from "./build-heap.ts";
import { buildLoop, usualLoopPolicy } from "./build-loop.ts";
import { homeNumber } from "./memory-access.ts";
import type { NamedObject, ObjectInit, ObjectTable } from "./objects.ts";
import type { Issues, Path } from "./place.ts";
import type { NamedOptions, NamedSection, ThreadSections } from "./schema.ts";
import type { Tables } from "./tables.ts";

/** Finds the loop policy that a section names; undefined, with an issue, where there is none. */
export type FindLoopPolicy = (use: { readonly use: string; readonly [option: string]: unknown }, path: Path) => LoopPolicyMaker | undefined;

/** What objects are made with. */
export interface ObjectSetting {
  readonly tickNs: number;
  readonly costs: ThreadCosts;
  /** NUMA nodes that there are. */
  readonly nodes: number;
  readonly tables: Tables;
  readonly findLoopPolicy: FindLoopPolicy;
  /** Default: the built-in allocators. */
  readonly findAllocator?: FindAllocator | undefined;
  /** Threads that there are from the start. */
  readonly threads: number;
}

/** Ticks that an adaptive lock spins where the scenario does not say. */
const defaultSpinNs = 10_000;
const defaultDataBytes = 64;

/**
 * Makes the objects that programs meet at, in the order of their sections.
 * @returns the queue that takes operators; undefined where there is none
 */
export function buildObjects(sections: ThreadSections, objects: ObjectTable, setting: ObjectSetting, issues: Issues): NamedObject | undefined {
  const { tickNs, findLoopPolicy } = setting;
  const entries = <K extends NamedSection>(key: K): [string, NamedOptions<K>, Path][] => Object.entries(sections[key] ?? {}).map(([name, options]) => [name, options as NamedOptions<K>, [key, name]]);
  for (const [name, options, path] of entries("locks")) addLock(name, options, path, objects, tickNs, issues);
  for (const [name, { count = 1, initial = 0 }, path] of entries("semaphores")) objects.add({ kind: "semaphore", name, count, initial }, { path });
  for (const [name, { count = 1 }, path] of entries("conditions")) objects.add({ kind: "condition", name, count }, { path });
  for (const [name, { count = 1, parties = 0, design = "central", fanIn = 2, waiting = "block" }, path] of entries("barriers")) objects.add({ kind: "barrier", name, count, parties, design, fanIn, waiting }, { path });
  for (const [name, { count = 1, initial = false, waiting = "block" }, path] of entries("flags")) objects.add({ kind: "flag", name, count, initial, waiting }, { path });
  let readyQueue: NamedObject | undefined;
  for (const [name, options, path] of entries("queues")) {
    const added = addQueue(name, options, path, objects, tickNs, issues);
    if (options.takes === undefined || added === undefined) continue;
    if (readyQueue) issues.add("conflicting-keys", "two queues take operators", { path: [...path, "takes"] }, "keep one of them");
    readyQueue = added;
  }
  for (const [name, { count = 1 }, path] of entries("deques")) objects.add({ kind: "deque", name, count }, { path });
  for (const [name, options, path] of entries("channels")) objects.add(buildChannel(name, options, setting), { path });
  for (const [name, { count = 1, bytes = defaultDataBytes, home, huge = false, file = false }, path] of entries("data")) {
    if (file && huge) issues.add("conflicting-keys", "a mapped file is not in huge pages", { path: [...path, "huge"] }, undefined, "key");
    objects.add({ kind: "data", name, count, bytes, home: homeNumber(home, setting.nodes, () => ({ path: [...path, "home"] }), issues), huge, file }, { path });
  }
  for (const [name, options, path] of entries("loops")) {
    const policy = findLoopPolicy(options.policy ?? usualLoopPolicy, [...path, "policy"]);
    if (policy) objects.add(buildLoop(name, options, policy, { path, objects, setting, issues }), { path });
  }
  for (const [name, options, path] of entries("heaps")) objects.add(buildHeap(name, options, setting.findAllocator ?? findBuiltIn(issues), setting.threads, path, issues), { path });
  for (const [name, { count = 1, latency = 0, bandwidth }, path] of entries("files")) objects.add({ kind: "file", name, count, latencyTicks: latency / tickNs, bytesPerTick: bandwidth * tickNs }, { path });
  return readyQueue;
}

/** Keys that only one kind of lock has. */
const ofMutex = ["fair", "recursive", "protocol", "ceiling", "spin", "order"] as const;
const ofReaderWriter = ["prefer", "waiting"] as const;
/** Who is next where all that wait spin: no option changes that. */
const nextOfSpinning: { readonly [kind in string]?: string } = { "test-and-set": "whoever is fastest", ticket: "who came first", mcs: "who came first" };

function addLock(name: string, options: NamedOptions<"locks">, path: Path, objects: ObjectTable, tickNs: number, issues: Issues): void {
  const { kind = "futex", granularity, protocol = "none" } = options;
  const wrong = (kind === "reader-writer" ? ofMutex : ofReaderWriter).find((key) => options[key] !== undefined);
  if (wrong) issues.add("conflicting-keys", `a lock of kind ${kind} has no ${wrong}`, { path: [...path, wrong] }, undefined, "key");
  if (options.spin !== undefined && kind !== "adaptive") issues.add("conflicting-keys", `spin says how long an adaptive lock spins, and this one is ${kind}`, { path: [...path, "spin"] }, undefined, "key");
  const next = nextOfSpinning[kind];
  const ignored = options.order === "priority" ? "order" : options.fair === (kind === "test-and-set") ? "fair" : undefined;
  if (next !== undefined && ignored) issues.add("conflicting-keys", `${ignored} changes nothing: a lock of kind ${kind} goes to ${next}`, { path: [...path, ignored] }, "remove it, or take futex or adaptive", "key");
  if ((protocol === "ceiling") !== (options.ceiling !== undefined)) issues.add(protocol === "ceiling" ? "missing-key" : "conflicting-keys", protocol === "ceiling" ? "protocol ceiling needs a ceiling" : "a ceiling needs protocol: ceiling", { path: [...path, protocol === "ceiling" ? "protocol" : "ceiling"] });
  if (granularity !== undefined && options.count !== undefined) issues.add("conflicting-keys", "granularity decides how many locks there are", { path: [...path, "count"] }, "remove count", "key");
  const count = granularity === undefined ? (options.count ?? 1) : granularity === "one" ? 1 : "striped" in granularity ? granularity.striped : granularity["per-object"];
  const init: ObjectInit = kind === "reader-writer"
    ? { kind: "rw-lock", name, count, prefer: options.prefer ?? "fifo", waiting: options.waiting ?? "block" }
    : { kind: "mutex", name, count, design: kind, fair: options.fair ?? false, recursive: options.recursive ?? false, spinTicks: (options.spin ?? defaultSpinNs) / tickNs, order: options.order ?? "fifo", protocol, ceiling: options.ceiling ?? 0 };
  objects.add(init, { path }, { wraps: granularity !== undefined });
}

function addQueue(name: string, { count = 1, capacity = Infinity, spin, waiting = spin === undefined || spin === 0 ? "block" : "spin", lock: lockName }: NamedOptions<"queues">, path: Path, objects: ObjectTable, tickNs: number, issues: Issues): NamedObject | undefined {
  if (spin !== undefined && (waiting === "spin") !== spin > 0) issues.add("conflicting-keys", `a thread that waits by ${waiting} does not spin for this long`, { path: [...path, "spin"] }, "leave waiting out", "key");
  if (lockName === undefined) return objects.add({ kind: "queue", name, count, capacity, waiting, ...(spin !== undefined && waiting === "spin" && { spinTicks: spin / tickNs }) }, { path });
  const at = { path: [...path, "lock"] };
  const lock = objects.find(lockName, ["mutex"], at, "a queue");
  if (lock === undefined) return undefined;
  if (lock.group.count !== count) issues.add("wrong-count", `there are ${count} of ${name} and ${lock.group.count} of ${lockName}`, at, "each queue needs a lock of its own");
  if (waiting === "spin") issues.add("conflicting-keys", "who waits at a queue under a lock waits on a condition", { path: [...path, "waiting"] }, "remove waiting", "key");
  const condition = (which: string) => objects.hidden({ kind: "condition", name: `${name} ${which}`, count }, { path });
  const notEmpty = condition("not empty");
  const notFull = capacity < Infinity ? condition("not full") : undefined;
  // The lock and the conditions do the waiting: the queue itself never makes anyone wait.
  return objects.add({ kind: "queue", name, count, capacity: Infinity, waiting: "block" }, { path }, { guarded: { lock, notEmpty, notFull, capacity } });
}

/** True for groups that the language made. */
export function isHidden(group: ObjectGroup): boolean {
  return group.name.includes(" ");
}
