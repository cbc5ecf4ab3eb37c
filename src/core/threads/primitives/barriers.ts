import type { ObjectGroup } from "../thread-spec.ts";
import type { ThreadKernel } from "../thread-kernel.ts";

type BarrierGroup = Extract<ObjectGroup, { kind: "barrier" }>;

/**
 * Barriers: everybody waits until all parties have come. When each may go on follows from when each came, since a hop of
 * a signal from core to core takes a line transfer (h):
 *
 * - `central`: everybody counts on one line, one after the other, h each; then the flag reaches one waiter after the other.
 * - `tree`: a combining tree of fan-in f: ⌈log_f n⌉ hops to the root, each after the last of its f children; one hop back.
 * - `dissemination`: ⌈log₂ n⌉ rounds; in round k party i waits for party i − 2ᵏ (mod n).
 *
 * Parties are numbered by thread id. Those that block are woken one after the other by the last one to come.
 * @source D. Hensgen, R. Finkel, U. Manber, "Two algorithms for barrier synchronization", IJPP 17(1), 1988;
 * J. Mellor-Crummey, M. Scott, "Algorithms for scalable synchronization", ACM TOCS 9(1), 1991.
 */
export class Barriers {
  private readonly kernel: ThreadKernel;
  /** When the counter of a central barrier is free. */
  private readonly counterFree: Float64Array;

  constructor(kernel: ThreadKernel) {
    this.kernel = kernel;
    this.counterFree = new Float64Array(kernel.objects.count);
  }

  /** True when the thread may go on at once: it was the last, and it has been charged what is left to do. */
  arrive(thread: number, object: number): boolean {
    const kernel = this.kernel;
    const group = kernel.objects.group(object, "barrier");
    const { costs, lists, now } = kernel;
    kernel.use.taken[object]!++;
    if (group.design === "central") {
      const done = Math.max(now, this.counterFree[object]!) + costs.lineTicks;
      this.counterFree[object] = done;
      kernel.charge(thread, done - now);
    } else kernel.charge(thread, costs.atomicTicks);
    if (lists.length[object]! + 1 < group.parties) {
      kernel.wait(thread, object, group.waiting === "spin");
      return false;
    }
    this.#open(thread, object, group);
    return true;
  }

  /** The last one has come: everybody goes on, each at its time. */
  #open(last: number, object: number, group: BarrierGroup): void {
    const kernel = this.kernel;
    const { lists, now, costs } = kernel;
    const parties: number[] = [last];
    for (let thread = lists.head[object]!; thread >= 0; thread = lists.next(thread)) parties.push(thread);
    parties.sort((a, b) => a - b);
    const leaves = this.#leaveTicks(parties, last, object, group);
    let woken = 0;
    for (const [i, thread] of parties.entries()) {
      if (thread === last) {
        kernel.delay(last, leaves[i]! - now);
        continue;
      }
      if (group.waiting === "block") {
        kernel.charge(last, costs.wakeTicks);
        kernel.grant(thread, leaves[i]! - now + ++woken * costs.wakeTicks);
      } else kernel.grant(thread, leaves[i]! - now);
    }
  }

  /** When each party may go on, in ticks; none before now. */
  #leaveTicks(parties: readonly number[], last: number, object: number, { design, fanIn }: BarrierGroup): number[] {
    const { lineTicks } = this.kernel.costs;
    const { now, table } = this.kernel;
    const n = parties.length;
    if (design === "central") {
      const counted = this.counterFree[object]!;
      let rank = 0;
      return parties.map((thread) => (thread === last ? counted : counted + ++rank * lineTicks));
    }
    const came = parties.map((thread) => (thread === last ? now : table.waitTicks[thread]!));
    if (design === "tree") {
      let level = came;
      while (level.length > 1) {
        const above: number[] = [];
        for (let i = 0; i < level.length; i += fanIn) above.push(Math.max(...level.slice(i, i + fanIn)) + lineTicks);
        level = above;
      }
      return parties.map(() => Math.max(now, level[0]! + (n > 1 ? lineTicks : 0)));
    }
    let at = came;
    for (let step = 1; step < n; step *= 2) at = at.map((own, i) => Math.max(own, at[(i - step + n) % n]!) + lineTicks);
    return at.map((ticks) => Math.max(now, ticks));
  }
}
