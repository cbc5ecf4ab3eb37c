import type { Warning } from "../base/errors.ts";
import { formatPercent } from "../base/units.ts";
import { estimatesOf } from "../core/instance.ts";
import { RowKind, type Trace } from "../core/trace.ts";
import type { EstimateMetrics, EstimateRatio } from "./result.ts";
import { tidy } from "./tidy.ts";

/**
 * How long operators really ran, as a ratio to what the scheduler was told, by device and by operator kind: contention,
 * noise, and estimates that were wrong.
 * Setups are left out, operators that have not ended, and those expected to take no time. Undefined where every operator
 * ran as long as expected, to the tick. O(rows) then, else O(operators · log operators).
 */
export function estimateRatios(trace: Trace): EstimateMetrics | undefined {
  const { instance, rows, ops } = trace;
  const { opCount, deviceCount } = instance;
  const told = estimatesOf(instance);
  const ran = new Float64Array(opCount);
  for (let row = 0; row < rows.length; row++) if (rows.kind[row] === RowKind.run) ran[rows.subject[row]!]! += rows.end[row]! - rows.start[row]!;
  const expected = (op: number): number => (ops.device[op]! < 0 ? 0 : told[instance.classOf[op]! * deviceCount + ops.device[op]!]!);
  const counts = (op: number): boolean => ops.endTicks[op]! >= 0 && expected(op) > 0 && expected(op) < Infinity;
  let differs = false;
  for (let op = 0; op < opCount && !differs; op++) differs = counts(op) && Math.abs(ran[op]! - expected(op)) >= 1;
  if (!differs) return undefined;

  const byDevice = new Map<string, number[]>(instance.deviceNames.map((name) => [name, []]));
  const byKind = new Map<string, number[]>();
  let errors = 0;
  let counted = 0;
  for (let op = 0; op < opCount; op++) {
    if (!counts(op)) continue;
    const ratio = ran[op]! / expected(op);
    errors += Math.abs(ratio - 1);
    counted++;
    const kind = instance.classKinds[instance.classOf[op]!]!;
    byDevice.get(instance.deviceNames[ops.device[op]!]!)!.push(ratio);
    const ofKind = byKind.get(kind);
    if (ofKind === undefined) byKind.set(kind, [ratio]);
    else ofKind.push(ratio);
  }
  return {
    meanError: tidy(errors / counted),
    devices: [...byDevice].filter(([, ratios]) => ratios.length > 0).map(([name, ratios]) => ({ name, ...summary(ratios) })),
    kinds: [...byKind].map(([kind, ratios]) => ({ kind, ...summary(ratios) })),
  };
}

function summary(ratios: readonly number[]): EstimateRatio {
  const sorted = Float64Array.from(ratios).sort();
  return { tasks: sorted.length, mean: tidy(sorted.reduce((a, b) => a + b, 0) / sorted.length), p95: tidy(sorted[Math.ceil(0.95 * sorted.length) - 1]!) };
}

/** Mean error from which estimates are said to be wrong. */
const wrongFrom = 0.25;

/** A warning where operators took much longer or shorter than the scheduler was told. */
export function estimateWarnings(estimates: EstimateMetrics | undefined): Warning[] {
  if (estimates === undefined || estimates.meanError <= wrongFrom) return [];
  return [{ code: "wrong-estimates", message: `operators took ${formatPercent(estimates.meanError)} more or less time, in the mean, than the scheduler was told; ${estimateLine(estimates)}` }];
}

/** "actual / expected time on gpu0 mean 1.05, p95 1.31": the devices whose operators differ most from what was expected, at most three. */
export function estimateLine({ devices }: EstimateMetrics): string {
  const off = ({ mean, p95 }: EstimateRatio): number => Math.max(Math.abs(mean - 1), Math.abs(p95 - 1));
  const worst = [...devices].sort((a, b) => off(b) - off(a)).slice(0, 3).filter((device, i) => i === 0 || off(device) >= 0.005);
  return `actual / expected time on ${worst.map(({ name, mean, p95 }) => `${name} mean ${mean.toFixed(2)}, p95 ${p95.toFixed(2)}`).join("; ")}`;
}
