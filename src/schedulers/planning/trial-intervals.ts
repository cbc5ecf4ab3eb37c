import type { PolicyView } from "../../plugin.ts";
import type { EarliestFinish } from "./earliest-finish.ts";

/** Time taken on trial, on top of a plan that stays as it is. */
export class TrialIntervals {
  readonly #view: PolicyView;
  readonly #eft: Pick<EarliestFinish, "startInSlot">;
  /** By device: slot, start, end, slot … of what is taken. */
  readonly #taken: number[][];
  /** Slot of the last {@link earliest}. */
  #slot = 0;

  constructor(view: PolicyView, eft: Pick<EarliestFinish, "startInSlot">) {
    this.#view = view;
    this.#eft = eft;
    this.#taken = Array.from({ length: view.deviceCount }, () => []);
  }

  /** Gives all back. */
  clear(): void {
    for (const taken of this.#taken) taken.length = 0;
  }

  /** Gives back what was taken last on `device`. */
  giveBack(device: number): void {
    this.#taken[device]!.length -= 3;
  }

  /** Takes `duration` ticks on `device`, which must be idle from `start` on. */
  take(device: number, start: number, duration: number): void {
    this.earliest(device, start, duration);
    this.#taken[device]!.push(this.#slot, start, start + duration);
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
    const taken = this.#taken[device]!;
    let start = this.#eft.startInSlot(device, slot, ready, duration);
    for (let i = 0; i < taken.length; ) {
      const overlaps = taken[i] === slot && taken[i + 1]! < start + duration && start < taken[i + 2]!;
      if (overlaps) start = this.#eft.startInSlot(device, slot, taken[i + 2]!, duration);
      i = overlaps ? 0 : i + 3;
    }
    return start;
  }
}
