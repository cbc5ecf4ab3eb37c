import { formatNs, formatPercent } from "../base/units.ts";
import type { CostLimit, Estimate } from "../cost/cost-model.ts";
import type { ResolvedScenario } from "../scenario/resolve-scenario.ts";
import { textTable } from "../trace/table-text.ts";

/** What the operators of one kind cost on one device, each alone. */
export interface CostRow {
  readonly device: string;
  readonly kind: string;
  /** Operators of the kind that can run there; of one instance of the workload. */
  readonly count: number;
  /** Their times, summed. */
  readonly totalNs: number;
  /** Shares of the time (of the count, where that is 0) by what limits the operators, largest first. */
  readonly limits: Readonly<Partial<Record<CostLimit, number>>>;
  /** Which models answered, and on what figures. */
  readonly sources: readonly string[];
}

/** One row a device and operator kind, in the order of the machine, the longest kinds first; kinds that cannot run on a device have none. */
export function costTable({ graph, machine, costs }: Pick<ResolvedScenario, "graph" | "machine" | "costs">): CostRow[] {
  const deviceCount = machine.devices.length;
  return machine.devices.flatMap((device) => {
    const estimates = "ns" in costs ? undefined : graph.classes.map((opClass) => costs.estimate(opClass, device, device.width));
    const sums = new Map<string, Sum>();
    for (let op = 0; op < graph.opCount; op++) {
      const c = graph.classOf[op]!;
      const estimate = "ns" in costs ? givenBy(costs.ns[op * deviceCount + device.id]!) : estimates![c];
      if (estimate === undefined) continue;
      const { kind } = graph.classes[c]!;
      let sum = sums.get(kind);
      if (sum === undefined) sums.set(kind, (sum = { count: 0, totalNs: 0, limits: new Map(), sources: new Set() }));
      const limit = sum.limits.get(estimate.limit) ?? { count: 0, ns: 0 };
      sum.limits.set(estimate.limit, { count: limit.count + 1, ns: limit.ns + estimate.ns });
      sum.count++;
      sum.totalNs += estimate.ns;
      sum.sources.add(estimate.source);
    }
    return [...sums].map(([kind, sum]) => rowOf(device.name, kind, sum)).sort((a, b) => b.totalNs - a.totalNs || (a.kind < b.kind ? -1 : 1));
  });
}

interface Sum {
  count: number;
  totalNs: number;
  readonly limits: Map<CostLimit, { readonly count: number; readonly ns: number }>;
  readonly sources: Set<string>;
}

function rowOf(device: string, kind: string, { count, totalNs, limits, sources }: Sum): CostRow {
  const shares = [...limits].map(([limit, part]) => [limit, totalNs > 0 ? part.ns / totalNs : part.count / count] as const);
  return { device, kind, count, totalNs, limits: Object.fromEntries(shares.sort((a, b) => b[1] - a[1])), sources: [...sources] };
}

/** A duration of a task graph. */
function givenBy(ns: number): Pick<Estimate, "ns" | "limit" | "source"> | undefined {
  return ns < Infinity ? { ns, limit: "given", source: "workload file" } : undefined;
}

/** The table as text, with a closing line break. */
export function formatCostTable(rows: readonly CostRow[]): string {
  const cells = rows.map(({ device, kind, count, totalNs, limits, sources }) => [
    device, kind, String(count), formatNs(totalNs), Object.entries(limits).map(([limit, share]) => `${limit} ${formatPercent(share)}`).join(", "), sources.join("; "),
  ]);
  const lines = textTable([{ header: "device" }, { header: "kind" }, { header: "count", align: "right" }, { header: "time alone", align: "right" }, { header: "limited by" }, { header: "source" }], cells);
  return `${lines.join("\n")}\n`;
}
