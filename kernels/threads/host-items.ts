import { cacheMicros } from "./micro/caches.ts";
import type { Micro } from "./micro/micro.ts";
import { micros } from "./micro/micros.ts";

/** One item that can be measured, for `heddle calibrate`. */
export interface HostItem {
  readonly name: string;
  /** Name of the measurement that gives it, with others. */
  readonly micro: string;
  /** "ns", or "B/ns": how many bytes in a nanosecond. */
  readonly unit: "ns" | "B/ns";
  readonly threads: number;
}

/** What gives them. */
export const hostMicros: readonly Micro[] = [...micros, ...cacheMicros];

/** Every item, with those of one measurement side by side. */
export const hostItems: readonly HostItem[] = hostMicros.flatMap(({ name: micro, items, threads }) => items.map(({ name, unit }) => ({ name, micro, unit, threads })));
