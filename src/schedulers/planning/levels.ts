import type { PolicyView } from "../../plugin.ts";
import { meanCosts } from "./means.ts";
import { upwardRanks } from "./ranks.ts";

/** Where levels and the list schedulers that use them are compared. */
export const surveyPaper = "Y.-K. Kwok, I. Ahmad, \"Static scheduling algorithms for allocating directed task graphs to multiprocessors\", ACM Computing Surveys 31(4), 1999, doi:10.1145/344588.344618";

/**
 * Static level of each op, in ticks: the longest way from it, itself included, to the end of the graph when transfers
 * take no time.
 * @param cost By op; by default the mean over the devices that can run it.
 */
export function staticLevels(view: PolicyView, cost: Float64Array = meanCosts(view)): Float64Array {
  return upwardRanks(view, { cost, transfer: new Float64Array(view.edgeCount) });
}

/** By op: the median of its estimates over the devices that can run it, of an even number the mean of the middle two; 0 where none can. */
export function medianCosts(view: PolicyView): Float64Array {
  const median = new Float64Array(view.opCount);
  const row = new Float64Array(view.deviceCount);
  for (let op = 0; op < view.opCount; op++) {
    let count = 0;
    for (let d = 0; d < view.deviceCount; d++) {
      const cost = view.estimateTicks(op, d);
      if (cost === Infinity) continue;
      // By hand: rows are short, and a call of sort for each op costs more.
      let at = count++;
      for (; at > 0 && row[at - 1]! > cost; at--) row[at] = row[at - 1]!;
      row[at] = cost;
    }
    if (count > 0) median[op] = (row[(count - 1) >> 1]! + row[count >> 1]!) / 2;
  }
  return median;
}
