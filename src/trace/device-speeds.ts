import type { Instance } from "../core/instance.ts";

/** A span of time in which a device ran at one speed; 0 = it was not there. Times in ticks. */
export interface SpeedSpan {
  readonly from: number;
  /** The last one has no end: Infinity. */
  readonly to: number;
  readonly speed: number;
}

/** How fast each device was over time, worked out from the changes of an instance alone. */
export class DeviceSpeeds {
  /** By device, in the order of time. One span from 0 where nothing changes. */
  readonly spans: readonly (readonly SpeedSpan[])[];
  /** By device: when it was lost, also where it joined or was lost again at the same tick. */
  readonly #lostAt: readonly (readonly number[])[];

  constructor({ deviceCount, changeTicks, changeDevice, changeSpeed }: Pick<Instance, "deviceCount" | "changeTicks" | "changeDevice" | "changeSpeed">) {
    const steps: { at: number; speed: number }[][] = Array.from({ length: deviceCount }, () => [{ at: 0, speed: 1 }]);
    const lostAt: number[][] = Array.from({ length: deviceCount }, () => []);
    const speeds = new Float64Array(deviceCount).fill(1);
    changeTicks?.forEach((at, i) => {
      const device = changeDevice![i]!;
      if (at > 0 && speeds[device]! > 0 && changeSpeed![i] === 0) lostAt[device]!.push(at);
      speeds[device] = changeSpeed![i]!;
    });
    this.#lostAt = lostAt;
    changeTicks?.forEach((at, i) => {
      const own = steps[changeDevice![i]!]!;
      const speed = changeSpeed![i]!;
      // Of several at one tick the last holds; but a device that was lost and joined at once was lost.
      if (own.at(-1)!.at === at && (at === 0 || own.at(-1)!.speed > 0)) own.pop();
      if (own.at(-1)?.speed !== speed) own.push({ at, speed });
    });
    this.spans = steps.map((own) => own.map(({ at, speed }, i) => ({ from: at, to: own[i + 1]?.at ?? Infinity, speed })));
  }

  /** ∫ speed dt: ticks of work at normal speed that the device can do between two times. */
  work(device: number, start: number, end: number): number {
    let sum = 0;
    for (const { from, to, speed } of this.spans[device]!) sum += Math.max(0, Math.min(end, to) - Math.max(start, from)) * speed;
    return sum;
  }

  /** Ticks between two times in which the device was not there. */
  absentTicks(device: number, start: number, end: number): number {
    let sum = 0;
    for (const { from, to, speed } of this.spans[device]!) if (speed === 0) sum += Math.max(0, Math.min(end, to) - Math.max(start, from));
    return sum;
  }

  /** How often the device was lost at `start` or later, and at `end` or before. */
  losses(device: number, start: number, end: number): number {
    return this.#lostAt[device]!.filter((at) => at >= start && at <= end).length;
  }

  /** The highest speed that the device ever has; 0 = it is never there. */
  best(device: number): number {
    return Math.max(...this.spans[device]!.map(({ speed }) => speed));
  }
}
