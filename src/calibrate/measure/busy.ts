import type { Warning } from "../../base/errors.ts";
import { formatPercent } from "../../base/units.ts";
import { quantile } from "../../stats/quantile.ts";

/** Where other programs have more than this share of the cores, times are no longer those of the machine alone. */
const busyShare = 0.1;

/** The median share that others had while these were measured, to three digits; undefined where none of them says. */
export function medianLoad(samples: Iterable<{ readonly load?: number }>): number | undefined {
  const loads = [...samples].flatMap(({ load }) => (load === undefined ? [] : [load]));
  return loads.length === 0 ? undefined : Math.round(1000 * quantile(Float64Array.from(loads).sort(), 0.5)) / 1000;
}

/**
 * What to tell of a machine that was busy meanwhile; undefined for one that was not, or does not say.
 * @param what was measured, at the beginning of the sentence
 * @param load median share of the cores that other programs had
 * @param remedy what to do
 */
export function busyWarning(what: string, load: number | undefined, remedy: string): Warning | undefined {
  if (load === undefined || load <= busyShare) return undefined;
  return { code: "busy-machine", message: `${what}: other programs had ${formatPercent(load)} of all cores (median) meanwhile, so times are longer than on a quiet machine, and less sure; ${remedy}` };
}
