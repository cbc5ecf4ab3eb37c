import { formatNs } from "../../base/units.ts";
import { Opcode } from "./opcode.ts";
import type { ThreadHost } from "./thread-host.ts";
import type { Position } from "./thread-spec.ts";
import { Phase, ThreadState } from "./thread-table.ts";

/** What went wrong with the threads of a run. */
export const findingKinds = ["deadlock", "livelock", "starvation", "lost-wakeup", "priority-inversion", "data-race"] as const;
/** One of {@link findingKinds}. */
export type FindingKind = (typeof findingKinds)[number];

/** "a deadlock", "starvation" …: what the run was stopped by. */
export const findingWords: Readonly<Record<FindingKind, string>> = {
  deadlock: "a deadlock", livelock: "a livelock", starvation: "starvation", "lost-wakeup": "a lost wake-up", "priority-inversion": "a priority inversion", "data-race": "a data race",
};

/** A thread's part in a finding. */
export interface ThreadPart {
  readonly thread: string;
  /** What it waits for, or touches: a lock, a queue … by its name, or `the end of worker[2]`; "" = nothing. */
  readonly object: string;
  /** Who holds that; "" = nobody, or it is not held by one. */
  readonly heldBy: string;
  /** Whoever holds it has ended, and will not give it back. */
  readonly holderEnded: boolean;
  /** Its instruction; line 0 where the program was not written in a file. */
  readonly at: Position;
  /** Since when, or when. */
  readonly sinceNs: number;
}

export interface ThreadFinding {
  readonly kind: FindingKind;
  /** One sentence, with names, times and positions. */
  readonly message: string;
  /** When it came to be. */
  readonly atNs: number;
  readonly parts: readonly ThreadPart[];
}

/** The thread has begun to wait: a circle of threads that each wait for the next one's lock has closed, or undefined. */
export function lockCycle(host: ThreadHost, thread: number): ThreadFinding | undefined {
  let at = holderFor(host, thread);
  // Of many readers one stands for all, so there may be circles that this thread has no part in: they are none of its doing.
  for (let left = host.table.count; at >= 0 && at !== thread; left--) at = left > 0 ? holderFor(host, at) : -1;
  if (at < 0) return undefined;
  const circle = [thread];
  for (at = holderFor(host, thread); at !== thread; at = holderFor(host, at)) circle.push(at);
  return deadlock(host, circle);
}

/** Who holds alone what the thread waits for; -1 = nobody, or it does not wait. */
function holderFor(host: ThreadHost, thread: number): number {
  const { phase, waitsFor } = host.table;
  return phase[thread] === Phase.waiting && waitsFor[thread]! >= 0 ? ownerOf(host, waitsFor[thread]!) : -1;
}

function deadlock(host: ThreadHost, circle: readonly number[]): ThreadFinding {
  const parts = circle.map((thread) => partOf(host, thread));
  const steps = parts.map(({ thread, object, heldBy, at }) => `  ${thread}${inBrackets(host, at)} waits for ${object}, which ${heldBy} holds`);
  return { kind: "deadlock", message: `deadlock since ${formatNs(host.now * host.tickNs)}:\n${steps.join("\n")}`, atNs: host.now * host.tickNs, parts };
}

/** Nothing can happen any more since that tick: what each thread that is left waits for, and whether a signal was lost on the way. */
export function stuck(host: ThreadHost, sinceTicks: number): ThreadFinding {
  const { table, objects, primitives } = host;
  const left: number[] = [];
  for (let thread = 0; thread < table.count; thread++) if (table.state[thread] !== ThreadState.ended) left.push(thread);
  const parts = left.map((thread) => partOf(host, thread));
  const since = sinceTicks * host.tickNs;
  const shown = parts.slice(0, 8).map(({ thread, object, heldBy, holderEnded, at, sinceNs }, i) => {
    // Others went on for a while.
    const already = object !== "" && sinceNs < since ? ` since ${formatNs(sinceNs)}` : "";
    return `  ${thread}${inBrackets(host, at)} ${object === "" ? waitsFor(host, left[i]!) : `waits for ${object}${already}`}${heldBy === "" ? "" : holderEnded ? `, which ${heldBy} held when it ended` : `, which ${heldBy} holds`}`;
  });
  const more = parts.length > 8 ? [`  … and ${parts.length - 8} more`] : [];
  for (const thread of left) {
    const lost = primitives.conditions.lost.get(table.waitsFor[thread]!);
    if (lost === undefined || lost.ticks > table.waitTicks[thread]!) continue;
    const by = host.names.of(lost.thread);
    const name = objects.name(lost.object);
    return {
      kind: "lost-wakeup",
      message: `lost wake-up: ${by} signalled ${name} at ${formatNs(lost.ticks * host.tickNs)}, when nobody waited; ${host.names.of(thread)} waits for it since ${formatNs(table.waitTicks[thread]! * host.tickNs)}:\n${[...shown, ...more].join("\n")}`,
      atNs: table.waitTicks[thread]! * host.tickNs,
      parts: [{ thread: by, object: name, heldBy: "", holderEnded: false, at: host.names.position(lost.pc), sinceNs: lost.ticks * host.tickNs }, ...parts],
    };
  }
  return { kind: "deadlock", message: `deadlock: nothing can move any more since ${formatNs(since)}:\n${[...shown, ...more].join("\n")}`, atNs: since, parts };
}

/** What a thread waits for that stands in no line. */
function waitsFor({ table }: ThreadHost, thread: number): string {
  return table.state[thread] === ThreadState.runnable ? "waits for a core, which the thread policy gives to nobody" : "waits";
}

/** Threads run, but nothing comes of it. */
export function noProgress(host: ThreadHost, sinceTicks: number): ThreadFinding {
  const { table } = host;
  const busy: number[] = [];
  for (let thread = 0; thread < table.count; thread++) if (table.state[thread] === ThreadState.running || table.state[thread] === ThreadState.runnable) busy.push(thread);
  const parts = busy.map((thread) => partOf(host, thread));
  return {
    kind: "livelock", atNs: sinceTicks * host.tickNs, parts,
    message: `livelock: no mark was passed, and no thread and no operator ended, since ${formatNs(sinceTicks * host.tickNs)}, though threads ran: ${parts.slice(0, 8).map(({ thread }) => thread).join(", ")}`,
  };
}

/** The thread that has waited longest for a lock or a core, if that is longer than it should. */
export function starved(host: ThreadHost, limitTicks: number): ThreadFinding | undefined {
  const { table, now } = host;
  let longest = -1;
  let since = Infinity;
  for (let thread = 0; thread < table.count; thread++) {
    const state = table.state[thread];
    const object = table.waitsFor[thread]!;
    // Who waits for work, or for others to come, is not kept from anything.
    const began = object >= 0 ? (isLock(host, object) ? table.waitTicks[thread]! : Infinity) : state === ThreadState.runnable ? table.runnableTicks[thread]! : Infinity;
    if (began < since) [longest, since] = [thread, began];
  }
  if (longest < 0 || now - since < limitTicks) return undefined;
  const part = partOf(host, longest);
  return {
    kind: "starvation", atNs: now * host.tickNs, parts: [part],
    message: `starvation: ${part.thread} has waited for ${part.object === "" ? "a core" : part.object} since ${formatNs(since * host.tickNs)}, for ${formatNs((now - since) * host.tickNs)}${inBrackets(host, part.at)}`,
  };
}

/** A thread, what it waits for, and who holds that. */
export function partOf(host: ThreadHost, thread: number): ThreadPart {
  const { table, objects } = host;
  const object = table.waitsFor[thread]!;
  const owner = object >= 0 ? ownerOf(host, object) : -1;
  const name = object >= 0 ? objects.name(object) : awaitedEnd(host, thread);
  const since = name !== "" ? table.waitTicks[thread]! : table.runnableTicks[thread]!;
  return {
    thread: host.names.of(thread), object: name, heldBy: owner >= 0 ? host.names.of(owner) : "", holderEnded: owner >= 0 && table.state[owner] === ThreadState.ended,
    at: host.names.whereIs(thread), sinceNs: since * host.tickNs,
  };
}

/** Whose end a thread waits for that sleeps and stands in no line; "" = for nobody's. */
function awaitedEnd({ table, names, spec: { program: { code, constants } } }: ThreadHost, thread: number): string {
  const pc = table.pc[thread]!;
  if (table.state[thread] !== ThreadState.blocked || table.phase[thread] !== Phase.waiting) return "";
  const operand = code[pc + 1]!;
  const awaited = operand >= 0 ? table.registers[thread * table.registerCount + operand]! : constants[~operand]!;
  if (code[pc] === Opcode.join) return `the end of ${names.of(awaited)}`;
  return code[pc] === Opcode.awaitOp ? `the end of operator ${awaited}` : "";
}

function inBrackets(host: ThreadHost, at: Position): string {
  return at.line > 0 ? ` (${host.names.place(at)})` : "";
}

function isLock(host: ThreadHost, object: number): boolean {
  const { kind } = host.objects.groups[host.objects.groupOf[object]!]!;
  return kind === "mutex" || kind === "rw-lock" || kind === "semaphore";
}

/** Who holds a lock alone; -1 = nobody, or it is no lock. */
function ownerOf(host: ThreadHost, object: number): number {
  const { mutexes, rwLocks } = host.primitives;
  // Asked whenever a thread begins to wait, nearly always for a mutex.
  if (mutexes.owner[object]! >= 0) return mutexes.owner[object]!;
  const { kind } = host.objects.groups[host.objects.groupOf[object]!]!;
  if (kind !== "rw-lock") return -1;
  return rwLocks.writer[object]! >= 0 ? rwLocks.writer[object]! : (rwLocks.readersOf(object)[0] ?? -1);
}
