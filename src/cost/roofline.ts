import { ownValue } from "../base/own-value.ts";
import { categoryOf } from "../graph/op-kinds.ts";
import type { OpClass } from "../graph/graph.ts";
import type { Device } from "../machine/machine.ts";
import type { CostModel, Estimate } from "./cost-model.ts";
import { tileUtilization } from "./occupancy.ts";
import { peakFlopsPerNs } from "./precision.ts";

/** What the models from data sheets let a scenario replace, for all devices at once. */
export interface RooflineOptions {
  /** Share of peak by operator kind ("conv", "conv/i8"), category or `default`; looked up before the device's own. */
  readonly efficiency?: Readonly<Record<string, number>>;
  readonly memoryEfficiency?: number;
  readonly launchNs?: number;
}

/**
 * The roofline from the figures of a device: a launch, and then the longer of arithmetic and memory traffic.
 *
 * - arithmetic: flops / (peak of the element type × width / units × efficiency of the operator kind × utilisation of
 *   the tiles, see {@link tileUtilization});
 * - memory: bytes (softmax and norms read their input twice) / (min(bandwidth of the memory, width × bandwidth of one unit) × memory efficiency).
 *
 * The launch is the fixed phase; in the rest the operator draws bytes / time from its memory, which is what others then
 * lack. Views (no arithmetic, no bytes) are free. `undefined` where the device has no arithmetic for the element type.
 * @source S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model for multicore
 * architectures", CACM 52(4), 2009.
 */
export function rooflineModel(options: RooflineOptions = {}): CostModel {
  return {
    name: "roofline",
    estimate(op, device, width) {
      const peak = peakFlopsPerNs(device.peakFlopsPerNs, op.dtype);
      if (peak === undefined) return undefined;
      if (isFree(op)) return freeEstimate("roofline");
      const share = efficiencyOf(op, device, options) * tileUtilization(op, device, width);
      const computeNs = op.flops === 0 ? 0 : op.flops / ((peak * width * share) / device.units);
      return phases(op, device, width, options, { source: sourceName("roofline", device), fixedNs: options.launchNs ?? device.launchNs, computeNs });
    },
  };
}

/**
 * Share of peak that an operator reaches: by kind, then category, each first for its element type alone ("matmul/i8"),
 * then `default`; options before the device.
 */
export function efficiencyOf({ kind, dtype }: Pick<OpClass, "kind" | "dtype">, device: Device, options: RooflineOptions): number {
  const category = categoryOf(kind) ?? "default";
  for (const table of [options.efficiency, device.efficiency]) {
    const share = table?.[`${kind}/${dtype}`] ?? ownValue(table, kind) ?? table?.[`${category}/${dtype}`] ?? table?.[category] ?? table?.["default"];
    if (share !== undefined) return share;
  }
  return 1;
}

/**
 * Operators that need a statistic of their input before they can use it read it twice: once for the statistic, once for
 * the result.
 */
const readPasses: Readonly<Record<string, number>> = { softmax: 2, "layer-norm": 2, "rms-norm": 2, "group-norm": 2, "instance-norm": 2, "lp-norm": 2 };

/** Joins the fixed phase, the arithmetic and the memory traffic into an estimate. */
export function phases(
  op: OpClass, device: Device, width: number, options: RooflineOptions,
  { source, fixedNs, computeNs, configuration }: { source: string; fixedNs: number; computeNs: number; configuration?: string },
): Estimate {
  const bytes = op.readBytes * (ownValue(readPasses, op.kind) ?? 1) + op.writeBytes;
  const bandwidth = Math.min(device.memoryBytesPerNs ?? Infinity, width * device.unitBytesPerNs) * (options.memoryEfficiency ?? device.memoryEfficiency);
  const memoryNs = bytes / bandwidth;
  const sharedNs = Math.max(computeNs, memoryNs);
  return {
    ns: fixedNs + sharedNs, fixedNs, sigma: 0,
    memoryBytesPerNs: sharedNs > 0 ? bytes / sharedNs : 0,
    limit: fixedNs > sharedNs ? "launch" : computeNs >= memoryNs ? "compute" : "memory",
    source, extrapolated: false,
    ...(configuration !== undefined && { configuration }),
  };
}

/** Views and empty tasks: nothing is computed and nothing moves. */
export function isFree(op: OpClass): boolean {
  return op.flops === 0 && op.readBytes + op.writeBytes === 0 && categoryOf(op.kind) === "view";
}

export function freeEstimate(model: string): Estimate {
  return { ns: 0, fixedNs: 0, sigma: 0, memoryBytesPerNs: 0, limit: "launch", source: `${model}(nothing to do)`, extrapolated: false };
}

/** "roofline(nvidia-t4 data sheet)", or "roofline(figures given)" for a device written inline. */
export function sourceName(model: string, device: Device): string {
  return `${model}(${device.model === undefined ? "figures given" : `${device.model} data sheet`})`;
}
