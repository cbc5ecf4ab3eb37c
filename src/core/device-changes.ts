import { estimatesOf, type Instance } from "./instance.ts";

/** The columns of an instance whose devices change. */
export type ChangingInstance = Instance & Required<Pick<Instance, "changeTicks" | "changeDevice" | "changeSpeed">>;

/**
 * The instance as it is known before the run: only what holds from tick 0 on changes its devices. Where something can run
 * on none of those that are there, all of them are, since they must come.
 */
export function withoutSurprises(instance: Instance): Instance {
  if (!hasChanges(instance)) return instance;
  const { classCount, deviceCount, costTicks, changeTicks, changeDevice, changeSpeed } = instance;
  let known = changeTicks.filter((ticks) => ticks === 0).length;
  const { speed } = new DeviceChanges(instance);
  for (let c = 0; c < classCount; c++) {
    const row = costTicks.subarray(c * deviceCount, (c + 1) * deviceCount);
    if (row.some((ticks) => ticks < Infinity) && !row.some((ticks, d) => ticks < Infinity && speed[d]! > 0)) known = 0;
  }
  return { ...instance, changeTicks: changeTicks.subarray(0, known), changeDevice: changeDevice.subarray(0, known), changeSpeed: changeSpeed.subarray(0, known) };
}

/** True where some device is slowed, lost or joins. */
export function hasChanges(instance: Instance): instance is ChangingInstance {
  return instance.changeTicks !== undefined && instance.changeTicks.length > 0;
}

/** A device that was lost or joined. */
export interface DeviceNews {
  readonly device: number;
  /** What was taken off it, by id, and what of that ran; absent = it joined. */
  readonly lost?: { readonly ops: readonly number[]; readonly aborted: readonly number[] };
}

/**
 * How fast each device runs, and which are there: a step function of time with the value 0 where a device is absent.
 * Exists only in runs in which a device changes.
 */
export class DeviceChanges {
  private readonly instance: ChangingInstance;
  /** By device: 1 = normal, 0 = not there. */
  readonly speed: Float64Array;
  /**
   * What schedulers are told of the expected times, with Infinity where the device is absent; of a class that no
   * present device can run, those on the device that joins first are left, so that it can be placed where it will have to
   * wait, and all of them where none ever joins.
   */
  readonly possibleTicks: Float64Array;
  private readonly estimates: Float64Array;
  /** By op: 1 = it was placed before it was ready, so the scheduler may not expect to be offered it. */
  readonly isPlanned: Uint8Array;
  /** What policies are to be told of this round, in the order in which it happened. */
  readonly news: DeviceNews[] = [];
  /** Ops that the engine placed ahead of all others, in that order; those that have started are left out in time. */
  readonly ahead: number[] = [];
  /** Ops that the engine placed instead of the scheduler. */
  redirected = 0;

  /** What is due at tick 0 holds from the start. */
  constructor(instance: ChangingInstance) {
    this.instance = instance;
    this.speed = new Float64Array(instance.deviceCount).fill(1);
    this.estimates = estimatesOf(instance);
    this.possibleTicks = this.estimates.slice();
    this.isPlanned = new Uint8Array(instance.opCount);
    const { changeTicks, changeDevice, changeSpeed } = instance;
    let known = 0;
    for (; known < changeTicks.length && changeTicks[known] === 0; known++) this.speed[changeDevice[known]!] = changeSpeed[known]!;
    this.listPossible(known);
  }

  isPresent(device: number): boolean {
    return this.speed[device]! > 0;
  }

  /** Brings `possibleTicks` up to date. @param next the first change that is still to come */
  listPossible(next: number): void {
    const { classCount, deviceCount } = this.instance;
    const { possibleTicks, estimates } = this;
    const since = this.#thereSince(next);
    for (let c = 0, at = 0; c < classCount; c++, at += deviceCount) {
      let soonest = Infinity;
      for (let d = 0; d < deviceCount; d++) if (estimates[at + d]! < Infinity && since[d]! < soonest) soonest = since[d]!;
      for (let d = 0; d < deviceCount; d++) possibleTicks[at + d] = since[d] === soonest ? estimates[at + d]! : Infinity;
    }
  }

  /** By device: 0 = it is there, else when it joins; Infinity = it does not. */
  #thereSince(next: number): Float64Array {
    const { changeTicks, changeDevice, changeSpeed } = this.instance;
    const since = this.speed.map((speed) => (speed > 0 ? 0 : Infinity));
    for (let i = changeTicks.length - 1; i >= next; i--) {
      const device = changeDevice[i]!;
      if (this.speed[device] === 0 && changeSpeed[i]! > 0) since[device] = changeTicks[i]!;
    }
    return since;
  }
}
