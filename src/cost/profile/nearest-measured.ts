import type { OpClass } from "../../graph/graph.ts";
import { categoryOf } from "../../graph/op-kinds.ts";
import { opOfShape } from "../../graph/op-of-shape.ts";
import type { ProfileEntry } from "./profile.ts";
import { bytesOf } from "./work.ts";

/** The operator of the nearest extents that were measured, and what another one has of its work. */
export interface NearestMeasured {
  readonly op: OpClass;
  /** Flops of the other over those of this one; bytes, where it computes little. */
  readonly times: number;
  readonly computes: boolean;
}

/**
 * Where an operator lies beyond the extents that were measured: the one at their edge. An extent that was never varied
 * has an edge on both sides. `undefined` within them, and for kinds whose work does not follow from their extents.
 */
export function nearestMeasured({ kind, dtype, shape }: OpClass, { extents }: ProfileEntry["range"]): NearestMeasured | undefined {
  const edge: Record<string, number> = { ...shape };
  let beyond = false;
  for (const [name, [least, most]] of Object.entries(extents)) {
    const extent = shape[name] ?? 1;
    if (extent >= least && extent <= most) continue;
    edge[name] = extent < least ? least : most;
    beyond = true;
  }
  const [own, there] = beyond ? [workOf(kind, dtype, shape), workOf(kind, dtype, edge)] : [];
  if (own === undefined || there === undefined) return undefined;
  const computes = categoryOf(kind) === "compute";
  const times = computes ? own.flops / there.flops : bytesOf(own) / bytesOf(there);
  return times > 0 && times < Infinity ? { op: there, times, computes } : undefined;
}

function workOf(kind: string, dtype: OpClass["dtype"], shape: OpClass["shape"]): OpClass | undefined {
  const init = opOfShape(kind, shape, dtype);
  return init && { kind, dtype, shape, flops: init.flops ?? 0, macs: init.macs ?? 0, readBytes: init.readBytes ?? 0, writeBytes: init.writeBytes ?? 0, parameterBytes: init.parameterBytes ?? 0 };
}
