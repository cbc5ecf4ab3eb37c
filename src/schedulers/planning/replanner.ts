import type { PolicyView } from "../../plugin.ts";
import { EarliestFinish } from "./earliest-finish.ts";
import { meansOf } from "./means.ts";
import { overlayView } from "./overlay-view.ts";
import type { Plan } from "./plan.ts";
import { upwardRanks } from "./ranks.ts";
import { RouteKinds } from "./route-kinds.ts";
import { bestOverSetups, inFull, type SetupShare } from "./setup-shares.ts";
import { byFallingPriority } from "./visit-by-priority.ts";

/** Plans what is left of a run anew, from how things stand, with estimates that are corrected by device. */
export class Replanner {
  readonly #view: PolicyView;
  readonly #routes: RouteKinds;
  readonly #order: Uint32Array;
  /** 1 = the op reads something that nobody makes and that must be brought to some device. */
  readonly #readsInitial: Uint8Array;
  readonly #arrived: Uint8Array;

  /** Before the run. */
  constructor(view: PolicyView, factor: (device: number) => number) {
    const { opCount, deviceCount, jobCount } = view;
    this.#routes = new RouteKinds(view);
    this.#order = byFallingPriority(view, upwardRanks(view, meansOf(view, this.#routes)));
    this.#readsInitial = new Uint8Array(opCount);
    for (let op = 0; op < opCount; op++) for (let d = 0; d < deviceCount; d++) if (view.dataBytes(op, d) > 0) this.#readsInitial[op] = 1;
    this.#arrived = new Uint8Array(jobCount);
    this.#view = overlayView(view, {
      estimateTicks: (op, device) => Math.round(view.estimateTicks(op, device) * factor(device)),
      dataBytes: (op, device) => (this.#readsInitial[op] === 1 ? view.dataBytes(op, device) : 0),
      arrivalTicks: (job) => (this.#arrived[job] === 1 ? view.nowTicks : Math.max(view.nowTicks, view.arrivalTicks(job))),
    });
  }

  /** The job of `op` has begun. */
  arrived(op: number): void {
    this.#arrived[this.#view.jobOf(op)] = 1;
  }

  /** The job of `op` begins as another one ends, and none has: placed now, it could come to stand before what it waits for. */
  waitsForAnotherJob(op: number): boolean {
    const job = this.#view.jobOf(op);
    return this.#arrived[job] === 0 && this.#view.arrivalTicks(job) === Infinity;
  }

  /**
   * The rest of the run, as ops that are placed (`placed`, in the order placed) will go on, and all others as they were
   * planned in `left`, or, without it, each where it ends first. The plan's order has what is not placed.
   */
  plan(placed: Uint32Array, left?: { readonly order: Uint32Array; readonly device: Int32Array }): Plan {
    return left === undefined ? bestOverSetups(this.#view, (share) => this.#planWith(share, placed)) : this.#planWith(inFull, placed, left);
  }

  #planWith(share: SetupShare, placed: Uint32Array, left?: { readonly order: Uint32Array; readonly device: Int32Array }): Plan {
    const view = this.#view;
    const now = view.nowTicks;
    const eft = new EarliestFinish(view, this.#routes, share);
    // Placed once, and lost with its device: it goes where it ends first, and is no part of the plan.
    const adrift = new Set<number>();
    const isOpen = (op: number): boolean => view.placement(op) < 0 && !adrift.has(op);
    for (const op of placed) {
      const device = view.placement(op);
      if (device < 0) {
        adrift.add(op);
        eft.insert(op);
        continue;
      }
      const start = view.startTicks(op);
      // What has ended can be elsewhere from now on, not earlier.
      if (view.endTicks(op) <= now) eft.pin(op, device, now, now);
      else if (start <= now) eft.pin(op, device, now, Math.max(now + 1, start + view.estimateTicks(op, device)));
      else if (!eft.insertOn(op, device)) eft.insert(op);
    }
    if (left === undefined) {
      for (const op of this.#order) if (isOpen(op)) eft.insert(op);
    } else for (const op of left.order) if (isOpen(op) && !eft.insertOn(op, left.device[op]!)) eft.insert(op);
    const plan = eft.plan();
    return { ...plan, order: plan.order.filter(isOpen) };
  }
}
