import { formatNs } from "../../base/units.ts";
import { partOf, type ThreadFinding } from "./findings.ts";
import type { ThreadHost } from "./thread-host.ts";

/** One thread that waited for a lock whose owner, less urgent than it, had no core because others did. */
interface Inversion {
  readonly waiter: number;
  readonly owner: number;
  readonly object: number;
  /** Less urgent than the waiter, and had the core instead; -1 = nobody. */
  readonly instead: number;
  firstTicks: number;
  ticks: number;
}

/**
 * Priority inversion, measured: how long threads waited for locks while the owners, of lower priority, were kept from
 * running. That an owner runs its critical section while others wait for it is no inversion.
 * @source L. Sha, R. Rajkumar, J. Lehoczky, "Priority inheritance protocols", IEEE Trans. Computers 39(9), 1990.
 */
export class Inversions {
  private readonly host: ThreadHost;
  readonly #stoppedTicks = new Map<number, number>();
  readonly #found = new Map<string, Inversion>();

  constructor(host: ThreadHost) {
    this.host = host;
  }

  /** A thread that holds locks lost its core, or went to sleep. */
  ownerStopped(thread: number, now: number): void {
    this.#stoppedTicks.set(thread, now);
  }

  /** It has a core again, where `instead` ran before it. */
  ownerRuns(owner: number, now: number, instead: number): void {
    const stopped = this.#stoppedTicks.get(owner);
    if (stopped === undefined) return;
    this.#stoppedTicks.delete(owner);
    const { table, lists, primitives } = this.host;
    for (let object = table.firstHeld[owner]!; object >= 0; object = primitives.mutexes.nextHeld[object]!) {
      for (let waiter = lists.head[object]!; waiter >= 0; waiter = lists.next(waiter)) {
        if (table.basePriority[waiter]! <= table.basePriority[owner]!) continue;
        const lesser = instead >= 0 && table.basePriority[instead]! < table.basePriority[waiter]! ? instead : -1;
        this.#add(waiter, owner, object, lesser, Math.max(stopped, table.waitTicks[waiter]!), now);
      }
    }
  }

  #add(waiter: number, owner: number, object: number, instead: number, from: number, to: number): void {
    if (!(to > from)) return;
    const key = `${waiter}/${owner}/${object}/${instead}`;
    const found = this.#found.get(key);
    if (found !== undefined) found.ticks += to - from;
    else this.#found.set(key, { waiter, owner, object, instead, firstTicks: from, ticks: to - from });
  }

  /** What was found, the longest first. */
  findings(): ThreadFinding[] {
    const host = this.host;
    return [...this.#found.values()].sort((a, b) => b.ticks - a.ticks || a.waiter - b.waiter).map(({ waiter, owner, object, instead, firstTicks, ticks }) => ({
      kind: "priority-inversion" as const, atNs: firstTicks * host.tickNs,
      message: `priority inversion: ${host.names.of(waiter)} waited ${formatNs(ticks * host.tickNs)} for ${host.objects.name(object)} while its owner ${host.names.of(owner)} could not run${instead < 0 ? "" : `, and ${host.names.of(instead)} did`} (first at ${formatNs(firstTicks * host.tickNs)})`,
      parts: [waiter, owner, ...(instead < 0 ? [] : [instead])].map((thread) => partOf(host, thread)),
    }));
  }
}
