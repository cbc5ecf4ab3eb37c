import type { DType, OpClass, Shape } from "../graph/graph.ts";
import type { Device } from "../machine/machine.ts";
import type { CostModel } from "./cost-model.ts";

/** One line of a table of durations. What it leaves out matches anything. */
export interface TableRow {
  readonly kind: string;
  /** Extents that must be equal; others are not looked at. */
  readonly shape?: Shape;
  readonly dtype?: DType;
  /** Name, library model or kind of a device. */
  readonly device?: string;
  readonly ns: number;
  /** Relative standard deviation; default 0. */
  readonly sigma?: number;
}

/**
 * Durations as they are given, whatever the width. Of the rows that match an operator and device the first one counts,
 * so write the particular ones before the general ones. `undefined` where none matches.
 * @param name - Where the rows come from, for `source`: a file, "scenario".
 */
export function tableModel(rows: readonly TableRow[], name = "scenario"): CostModel {
  const byKind = new Map<string, TableRow[]>();
  for (const row of rows) {
    const others = byKind.get(row.kind);
    if (others) others.push(row);
    else byKind.set(row.kind, [row]);
  }
  return {
    name: "table",
    estimate(op, device) {
      const row = byKind.get(op.kind)?.find((candidate) => matches(candidate, op, device));
      return row && { ns: row.ns, fixedNs: 0, sigma: row.sigma ?? 0, memoryBytesPerNs: 0, limit: "given", source: `table ${name}`, extrapolated: false };
    },
  };
}

function matches(row: TableRow, op: OpClass, device: Device): boolean {
  if (row.dtype !== undefined && row.dtype !== op.dtype) return false;
  if (row.device !== undefined && row.device !== device.name && row.device !== device.model && row.device !== device.kind) return false;
  return row.shape === undefined || Object.entries(row.shape).every(([extent, size]) => op.shape[extent] === size);
}
