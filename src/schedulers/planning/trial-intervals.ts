import type { PolicyView } from "../../plugin.ts";
import type { EarliestFinish } from "./earliest-finish.ts";
import { TimelineGaps } from "./timeline-gaps.ts";

/** Time taken on trial, on top of a plan that stays as it is. */
export class TrialIntervals {
  readonly #view: PolicyView;
  readonly #eft: Pick<EarliestFinish, "startInSlot">;
  /** By device: slot, start, end, slot … of what is taken. */
  readonly #taken: number[][];
  readonly #firstSlot: Uint32Array;
  /** The same intervals by slot, as if nothing were planned. */
  readonly #gaps: TimelineGaps;
  /** Slot of the last {@link earliest}, counted from 0 on its device. */
  #slot = 0;

  constructor(view: PolicyView, eft: Pick<EarliestFinish, "startInSlot">) {
    const { deviceCount, slots } = view;
    this.#view = view;
    this.#eft = eft;
    this.#taken = Array.from({ length: deviceCount }, () => []);
    this.#firstSlot = new Uint32Array(deviceCount + 1);
    for (let d = 0; d < deviceCount; d++) this.#firstSlot[d + 1] = this.#firstSlot[d]! + slots[d]!;
    this.#gaps = new TimelineGaps(this.#firstSlot[deviceCount]!);
  }

  /** Gives all back. */
  clear(): void {
    for (let d = 0; d < this.#taken.length; d++) this.giveBack(d, this.#taken[d]!.length / 3);
  }

  /** Gives back the `count` that were taken last on `device`. */
  giveBack(device: number, count: number): void {
    if (count === 0) return;
    const taken = this.#taken[device]!;
    taken.length -= 3 * count;
    for (let slot = this.#firstSlot[device]!; slot < this.#firstSlot[device + 1]!; slot++) this.#gaps.clear(slot);
    for (let i = 0; i < taken.length; i += 3) this.#gaps.occupy(this.#firstSlot[device]! + taken[i]!, taken[i + 1]!, taken[i + 2]! - taken[i + 1]!);
  }

  /** Takes `duration` ticks on `device`, which must be idle from `start` on. */
  take(device: number, start: number, duration: number): void {
    this.earliest(device, start, duration);
    this.#taken[device]!.push(this.#slot, start, start + duration);
    this.#gaps.occupy(this.#firstSlot[device]! + this.#slot, start, duration);
  }

  /** Earliest start on `device` from `ready` on of `duration` ticks that are neither planned nor taken. */
  earliest(device: number, ready: number, duration: number): number {
    let earliest = Infinity;
    for (let slot = 0; slot < this.#view.slots[device]!; slot++) {
      const start = this.#earliestIn(device, slot, ready, duration);
      if (start >= earliest) continue;
      earliest = start;
      this.#slot = slot;
      if (start === ready) break;
    }
    return earliest;
  }

  #earliestIn(device: number, slot: number, ready: number, duration: number): number {
    let start = this.#eft.startInSlot(device, slot, ready, duration);
    for (;;) {
      const untaken = this.#gaps.earliest(this.#firstSlot[device]! + slot, start, duration);
      if (untaken === start) return start;
      start = this.#eft.startInSlot(device, slot, untaken, duration);
    }
  }
}
