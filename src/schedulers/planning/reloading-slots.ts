import type { PolicyView } from "../../plugin.ts";
import { TimelineGaps } from "./timeline-gaps.ts";

/** Where {@link ReloadingSlots.earliest} would have an op run. */
export interface SlotChoice {
  slot: number;
  /** When the setup begins, if there is one, or else the op. */
  start: number;
  setup: number;
}

/**
 * Busy and idle time of the slots that must load a configuration for some ops. What a slot has loaded at any time is
 * known from the plan: what the last op before it needed.
 *
 * A gap is only for ops that what is loaded during it suits: they change nothing for the op behind the gap. Any other
 * would need a setup of its own, and take away what the op behind relies on, whose planned end others may count on
 * already. So there is a lane of gaps for each slot and configuration, and an op that finds none goes behind the tail.
 */
export class ReloadingSlots {
  readonly #view: PolicyView;
  /** False: gaps are never used. */
  readonly #insertion: boolean;
  readonly #firstSlot: Uint32Array;
  /** Lanes a slot: gaps with nothing loaded yet, then those with configuration 0, 1 … */
  readonly #lanes: number;
  readonly #gaps: TimelineGaps;
  readonly #tail: Float64Array;
  /** Configuration loaded at the tail; -1 = none yet. */
  readonly #loaded: Int32Array;
  readonly #choice: SlotChoice = { slot: 0, start: 0, setup: 0 };

  /** @param firstSlot Of each device; entry D is the number of slots. @param insertion False: gaps are never used. @returns undefined where no device loads anything. */
  static of(view: PolicyView, firstSlot: Uint32Array, insertion = true): ReloadingSlots | undefined {
    let most = -1;
    for (let d = 0; d < view.deviceCount; d++) {
      if (view.reloadTicks(d) === 0) continue;
      for (let op = 0; op < view.opCount; op++) most = Math.max(most, view.configuration(op, d));
    }
    return most < 0 ? undefined : new ReloadingSlots(view, firstSlot, most + 1, insertion);
  }

  private constructor(view: PolicyView, firstSlot: Uint32Array, configurations: number, insertion: boolean) {
    const slotCount = firstSlot[view.deviceCount]!;
    this.#view = view;
    this.#insertion = insertion;
    this.#firstSlot = firstSlot;
    this.#lanes = configurations + 1;
    this.#gaps = new TimelineGaps(slotCount * this.#lanes);
    this.#tail = new Float64Array(slotCount);
    this.#loaded = new Int32Array(slotCount).fill(-1);
  }

  /** Whether the slots of `device` are kept here. */
  has(device: number): boolean {
    return this.#view.reloadTicks(device) > 0;
  }

  /** End of the slot's last op. */
  tail(slot: number): number {
    return this.#tail[slot]!;
  }

  /** Where on `device` `duration` ticks from `ready` on end earliest, with `needed` (-1 = any) loaded before them. The answer is reused. */
  earliest(device: number, ready: number, duration: number, needed: number): Readonly<SlotChoice> {
    const choice = this.#choice;
    let soonest = Infinity;
    for (let slot = this.#firstSlot[device]!; slot < this.#firstSlot[device + 1]!; slot++) {
      const gap = this.#earliestGap(slot, ready, duration, needed);
      const setup = gap < Infinity || needed < 0 || this.#loaded[slot] === needed ? 0 : this.#view.reloadTicks(device);
      const start = gap < Infinity ? gap : Math.max(ready, this.#tail[slot]!);
      if (start + setup >= soonest) continue;
      soonest = start + setup;
      choice.slot = slot;
      choice.start = start;
      choice.setup = setup;
    }
    return choice;
  }

  #earliestGap(slot: number, ready: number, duration: number, needed: number): number {
    if (!this.#insertion || ready >= this.#tail[slot]!) return Infinity;
    const first = slot * this.#lanes;
    if (needed >= 0) return this.#gaps.earliestGap(first + needed + 1, ready, duration);
    let earliest = Infinity;
    for (let lane = first; lane < first + this.#lanes; lane++) earliest = Math.min(earliest, this.#gaps.earliestGap(lane, ready, duration));
    return earliest;
  }

  /** Marks [start, start + duration) busy with an op that needs `needed` loaded; `duration` includes its setup. */
  occupy(slot: number, start: number, duration: number, needed: number): void {
    const first = slot * this.#lanes;
    const tail = this.#tail[slot]!;
    if (start >= tail) {
      if (start > tail) this.#gaps.addGap(first + this.#loaded[slot]! + 1, tail, start);
      this.#tail[slot] = start + duration;
      if (needed >= 0) this.#loaded[slot] = needed;
    } else if (needed >= 0) this.#gaps.fillGap(first + needed + 1, start, duration);
    else for (let lane = first; !this.#gaps.fillGap(lane, start, duration); ) lane++;
  }
}
