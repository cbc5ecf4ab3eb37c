import { cacheMicros } from "./micro/caches.ts";
import { measureCosts } from "./micro/costs.ts";
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

const all = [...micros, ...cacheMicros];

/** Every item, with those of one measurement side by side. */
export const hostItems: readonly HostItem[] = all.flatMap(({ name: micro, items, threads }) => items.map(({ name, unit }) => ({ name, micro, unit, threads })));

/**
 * One round of one measurement.
 * @param code folder of the compiled `child.mjs` and `worker.mjs`
 * @returns samples by item, with the share of the cores that others had; or why there are none
 */
export async function measureHostItems(micro: string, timeoutMs: number, code: URL): Promise<{ readonly runs: ReadonlyMap<string, { readonly samples: readonly number[]; readonly others: number | null }>; readonly failure?: string }> {
  const { raw, failures } = await measureCosts(all.filter(({ name }) => name === micro), { rounds: 1, budgetMs: timeoutMs, timeoutMs, waitMs: 0, code });
  const [failure] = Object.values(failures);
  return { runs: new Map(raw.map(({ item, samples, others }) => [item, { samples, others }])), ...(failure !== undefined && { failure }) };
}
