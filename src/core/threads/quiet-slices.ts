import type { ThreadActivities } from "./thread-activities.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import type { ThreadPolicyPort } from "./thread-policy-port.ts";
import type { ThreadRows } from "./thread-rows.ts";
import { Use } from "./thread-table.ts";

/** What else they need of the threads. */
export interface QuietHost extends ThreadKernel {
  readonly rows: ThreadRows;
}

/**
 * Slices of threads that compute while nobody waits for a core: one follows the other, and nothing comes of their ends, so
 * none of them is an event. They are counted, and told to the policy, when something happens that may make a difference.
 */
export class QuietSlices {
  readonly #host: QuietHost;
  readonly #policy: ThreadPolicyPort;
  readonly #activities: ThreadActivities;
  readonly #isAllowed: boolean;
  /** By core: end of the slice that went on when somebody looked last; NaN = its slices are events. */
  readonly #endTicks: Float64Array;
  /** By core: ticks of each. */
  readonly #length: Float64Array;
  #coreCount = 0;

  /** @param isAllowed false = each end of a slice is an event. */
  constructor(host: QuietHost, policy: ThreadPolicyPort, activities: ThreadActivities, isAllowed: boolean) {
    this.#host = host;
    this.#policy = policy;
    this.#activities = activities;
    this.#isAllowed = isAllowed;
    this.#endTicks = new Float64Array(host.cores.count).fill(NaN);
    this.#length = new Float64Array(host.cores.count);
  }

  /** There are some, on any core. */
  get any(): boolean {
    return this.#coreCount > 0;
  }

  on(core: number): boolean {
    return !Number.isNaN(this.#endTicks[core]!);
  }

  /**
   * The slice of the thread has ended, and nobody waits for a core, so it would have this one again at once. Where it
   * goes on with what it computes, the policy can say how long its slices are, and none of them can be told from what is
   * recorded to the last bit, they are left to follow one another.
   * @returns true where they are; else the slice ends as any other.
   */
  begin(thread: number, core: number): boolean {
    const { now, table, cores, rows } = this.#host;
    const { switchLeft, syncLeft, computeLeft, heldBack, isActive, isSpinning } = table;
    if (!this.#isAllowed || isActive[thread] === 0 || isSpinning[thread] === 1 || cores.siblings[core]! > 1 || !Number.isInteger(Math.log2(cores.spec.speed[core]!))) return false;
    const length = this.#policy.renewal(thread, core);
    if (length === 0) return false;
    this.#activities.settle(thread, now, false);
    if (switchLeft[thread]! + syncLeft[thread]! + heldBack[thread]! > 0 || computeLeft[thread] === 0 || !rows.endsWith(core, thread, Use.compute, now)) return false;
    this.#renewed(thread, core, now, now, 1);
    this.#activities.start(thread, now);
    this.#endTicks[core] = now + length;
    this.#length[core] = length;
    this.#coreCount++;
    return true;
  }

  /** Counts those on the core that have ended by `untilTicks`. @returns the end of the one that goes on, which is an event again */
  end(core: number, untilTicks: number): number {
    const first = this.#endTicks[core]!;
    const length = this.#length[core]!;
    const count = untilTicks < first ? 0 : Math.floor((untilTicks - first) / length) + 1;
    this.#endTicks[core] = NaN;
    this.#coreCount--;
    const next = first + count * length;
    if (count > 0) this.#renewed(this.#host.cores.running[core]!, core, first, next - length, count);
    return next;
  }

  #renewed(thread: number, core: number, firstTicks: number, lastTicks: number, count: number): void {
    const { ranTicks, sinceTicks, runnableTicks } = this.#host.table;
    ranTicks[thread]! += lastTicks - sinceTicks[thread]!;
    sinceTicks[thread] = runnableTicks[thread] = lastTicks;
    this.#policy.renewed(thread, core, firstTicks, lastTicks, count);
  }
}
