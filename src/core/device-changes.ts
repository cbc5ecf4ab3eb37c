import { IdBuffer } from "./id-buffer.ts";
import type { Instance } from "./instance.ts";

/** The columns of an instance whose devices change. */
export type ChangingInstance = Instance & Required<Pick<Instance, "changeTicks" | "changeDevice" | "changeSpeed">>;

/** True where some device is slowed, lost or joins. */
export function hasChanges(instance: Instance): instance is ChangingInstance {
  return instance.changeTicks !== undefined && instance.changeTicks.length > 0;
}

/**
 * How fast each device runs, and which are there: a step function of time with the value 0 where a device is absent.
 * Exists only in runs in which a device changes.
 */
export class DeviceChanges {
  readonly #instance: ChangingInstance;
  /** By device: 1 = normal, 0 = not there. */
  readonly speed: Float64Array;
  /**
   * As `Instance.costTicks`, with Infinity where the device is absent; of a class that no present device can run, the
   * costs are left, so that it can be placed where it will have to wait.
   */
  readonly possibleTicks: Float64Array;
  /** By op: 1 = it was placed in `prepare`, so the scheduler may never look at it again. */
  readonly isPlanned: Uint8Array;
  /** Devices lost and joined in this round. */
  readonly lost = new IdBuffer();
  readonly joined = new IdBuffer();
  /** Ops that were taken off the devices lost in this round, and those of them that ran. */
  readonly unplaced = new IdBuffer();
  readonly aborted = new IdBuffer();
  /** Ops that the engine placed instead of the scheduler. */
  redirected = 0;

  /** What is due at tick 0 holds from the start. */
  constructor(instance: ChangingInstance) {
    this.#instance = instance;
    this.speed = new Float64Array(instance.deviceCount).fill(1);
    this.possibleTicks = instance.costTicks.slice();
    this.isPlanned = new Uint8Array(instance.opCount);
    const { changeTicks, changeDevice, changeSpeed } = instance;
    for (let i = 0; i < changeTicks.length; i++) if (changeTicks[i] === 0) this.speed[changeDevice[i]!] = changeSpeed[i]!;
    this.listPossible();
  }

  isPresent(device: number): boolean {
    return this.speed[device]! > 0;
  }

  /** Brings `possibleTicks` up to date. */
  listPossible(): void {
    const { classCount, deviceCount, costTicks } = this.#instance;
    const { possibleTicks, speed } = this;
    for (let c = 0, at = 0; c < classCount; c++, at += deviceCount) {
      let runs = false;
      for (let d = 0; d < deviceCount; d++) if (speed[d]! > 0 && costTicks[at + d]! < Infinity) runs = true;
      for (let d = 0; d < deviceCount; d++) possibleTicks[at + d] = speed[d]! > 0 || !runs ? costTicks[at + d]! : Infinity;
    }
  }
}
