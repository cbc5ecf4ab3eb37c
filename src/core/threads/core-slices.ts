import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import { ceilTicks } from "../ticks.ts";
import type { CoreTable } from "./core-table.ts";
import type { ThreadPolicyPort } from "./thread-policy-port.ts";

/** What slices are measured by. */
export interface SliceHost {
  readonly cores: CoreTable;
  /** The tick of the round; that of a slice's end while the policy is asked for the one that followed it. */
  now: number;
}

/**
 * For how long threads may keep their cores while others wait for one. Where a slice ends and nobody waits, its thread
 * keeps the core for another, and from then on slices follow each other unseen: their ends are no events, and they are
 * caught up with before the policy is told of anything else. As soon as somebody waits, ends are events again, at the
 * ticks at which they would have been all along.
 */
export class CoreSlices {
  private readonly host: SliceHost;
  private readonly cores: CoreTable;
  private readonly policy: ThreadPolicyPort;
  private readonly queue: EventQueue;
  /** By core: how long the slice is that its thread began with. */
  private readonly slice: Float64Array;
  /** By core: when its slice ends. */
  readonly #end: Float64Array;
  /** By core: 1 = that is no event. */
  private readonly isUnseen: Uint8Array;
  #unseenCount = 0;
  /** No slice ends unseen before that. */
  #firstUnseen = Infinity;
  /** Ends that are still to come as events, those of slices that are over among them. */
  pending = 0;
  /** Cores whose slice has ended in this round. */
  readonly ended: number[] = [];

  constructor(host: SliceHost, policy: ThreadPolicyPort, queue: EventQueue) {
    this.host = host;
    this.cores = host.cores;
    this.policy = policy;
    this.queue = queue;
    this.slice = new Float64Array(host.cores.count);
    this.#end = new Float64Array(host.cores.count);
    this.isUnseen = new Uint8Array(host.cores.count);
  }

  /** True where slices are still to end, seen or not. */
  get areLeft(): boolean {
    return this.pending + this.#unseenCount > 0;
  }

  /** The thread has the core: its slice begins in so many ticks, when the switch to it is paid. */
  begin(thread: number, core: number, switching: number): void {
    if (!this.policy.slices) return;
    this.slice[core] = this.policy.slice(thread, core);
    this.beginAnew(core, switching);
  }

  /** The same slice begins later: in so many ticks. */
  beginAnew(core: number, switching: number): void {
    if (this.slice[core]! < Infinity) this.#endAt(core, ceilTicks(this.host.now + switching + this.slice[core]!));
  }

  /** The event has come, for the slice on the core if that is still the one that it was meant for. */
  end(core: number, generation: number): void {
    this.pending--;
    if (this.#generation(core) === generation) this.ended.push(core);
  }

  /** The thread gives the core up. */
  stop(core: number): void {
    if (this.isUnseen[core] === 0) return;
    this.isUnseen[core] = 0;
    this.#unseenCount--;
  }

  /** The core's slice has ended and nobody waits: the next one is unseen. */
  goOnUnseen(core: number): void {
    this.isUnseen[core] = 1;
    this.#unseenCount++;
    if (this.#end[core]! < this.#firstUnseen) this.#firstUnseen = this.#end[core]!;
  }

  /** Somebody waits, so unseen slices that end at this very tick are among those that have ended. */
  seeEnds(): void {
    const { now } = this.host;
    this.catchUp(now);
    if (this.#firstUnseen > now) return;
    for (let core = 0; core < this.cores.count; core++) {
      if (this.isUnseen[core] === 0 || this.#end[core] !== now) continue;
      this.stop(core);
      this.ended.push(core);
    }
    this.ended.sort((a, b) => a - b);
  }

  /** Somebody waits on: ends to come are events again. */
  seeAll(): void {
    if (this.#unseenCount === 0) return;
    this.catchUp(this.host.now + 1);
    for (let core = 0; core < this.cores.count; core++) {
      if (this.isUnseen[core] === 0) continue;
      this.stop(core);
      if (this.#end[core]! < Infinity) this.#endAt(core, this.#end[core]!);
    }
    this.#firstUnseen = Infinity;
  }

  /** Those that ended unseen before this tick are followed by others. */
  catchUp(ticks: number): void {
    if (this.#firstUnseen >= ticks) return;
    const { now } = this.host;
    this.#firstUnseen = Infinity;
    for (let core = 0; core < this.cores.count; core++) {
      if (this.isUnseen[core] === 0) continue;
      this.#followUntil(core, ticks);
      this.#firstUnseen = Math.min(this.#firstUnseen, this.#end[core]!);
    }
    this.host.now = now;
  }

  /** However many slices there were, the policy is asked for a few: those that follow one are taken to be as long. */
  #followUntil(core: number, ticks: number): void {
    let slice = 0;
    while (this.#end[core]! < ticks) {
      if (slice > 0) this.#end[core]! += slice * (Math.ceil((ticks - this.#end[core]!) / slice) - 1);
      this.host.now = this.#end[core]!;
      slice = Math.max(1, ceilTicks(this.policy.slice(this.cores.running[core]!, core)));
      this.#end[core]! += slice;
    }
  }

  #endAt(core: number, ticks: number): void {
    this.#end[core] = ticks;
    this.pending++;
    this.queue.push(ticks, eventKey(EventKind.slice, core), this.#generation(core));
  }

  #generation(core: number): number {
    return this.cores.tenure[core]! & 0xfffff;
  }
}
