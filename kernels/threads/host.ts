import { hostMicros } from "./host-items.ts";
import { measureCosts } from "./micro/costs.ts";

export { hostItems, type HostItem } from "./host-items.ts";

/**
 * One round of one measurement.
 * @param code folder of the compiled `child.mjs` and `worker.mjs`
 * @returns samples by item, with the share of the cores that others had; or why there are none
 */
export async function measureHostItems(micro: string, timeoutMs: number, code: URL): Promise<{ readonly runs: ReadonlyMap<string, { readonly samples: readonly number[]; readonly others: number | null }>; readonly failure?: string }> {
  const { raw, failures } = await measureCosts(hostMicros.filter(({ name }) => name === micro), { rounds: 1, budgetMs: timeoutMs, timeoutMs, waitMs: 0, code });
  const [failure] = Object.values(failures);
  return { runs: new Map(raw.map(({ item, samples, others }) => [item, { samples, others }])), ...(failure !== undefined && { failure }) };
}
