import type { PolicyView } from "../../plugin.ts";
import { meansOf, type Means } from "./means.ts";

const heftPaper = "H. Topcuoglu, S. Hariri, M.-Y. Wu, \"Performance-effective and low-complexity task scheduling for heterogeneous computing\", IEEE TPDS 13(3), 2002, doi:10.1109/71.993206";
const peftPaper = "H. Arabnejad, J. G. Barbosa, \"List scheduling algorithm for heterogeneous systems by an optimistic cost table\", IEEE TPDS 25(3), 2014, doi:10.1109/TPDS.2013.57";

/** Where the definitions come from. */
export const papers = { heft: heftPaper, peft: peftPaper } as const;

/**
 * Upward rank (bottom level) of each op, in ticks: the length of the longest path from the op, itself included, to the
 * end of the graph: `w̄ᵢ + max over successors j of (c̄ᵢⱼ + rankⱼ)`.
 * @source Topcuoglu, Hariri, Wu 2002, equation 6, doi:10.1109/71.993206
 */
export function upwardRanks(view: PolicyView, means: Means = meansOf(view)): Float64Array {
  const { succ, topo, opCount } = view;
  const rank = new Float64Array(opCount);
  for (let i = opCount - 1; i >= 0; i--) {
    const op = topo[i]!;
    let longest = 0;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const path = means.transfer[succ.edge[k]!]! + rank[succ.node[k]!]!;
      if (path > longest) longest = path;
    }
    rank[op] = means.cost[op]! + longest;
  }
  return rank;
}

/**
 * Downward rank (top level) of each op, in ticks: the length of the longest path from the start of the graph to the
 * op, itself left out: `max over predecessors j of (rankⱼ + w̄ⱼ + c̄ⱼᵢ)`.
 * @source Topcuoglu, Hariri, Wu 2002, equation 8, doi:10.1109/71.993206
 */
export function downwardRanks(view: PolicyView, means: Means = meansOf(view)): Float64Array {
  const { pred, topo, opCount } = view;
  const rank = new Float64Array(opCount);
  for (let i = 0; i < opCount; i++) {
    const op = topo[i]!;
    let longest = 0;
    for (let k = pred.start[op]!; k < pred.start[op + 1]!; k++) {
      const from = pred.node[k]!;
      const path = rank[from]! + means.cost[from]! + means.transfer[pred.edge[k]!]!;
      if (path > longest) longest = path;
    }
    rank[op] = longest;
  }
  return rank;
}

/**
 * Optimistic cost table, in ticks, `table[op * deviceCount + device]`: the longest path from the end of `op` on
 * `device` to the end of the graph, when every later op runs where that path is shortest:
 * `max over successors j of min over devices w of (OCT(j, w) + w(j, w) + c̄ᵢⱼ unless w is the device)`. 0 at the end.
 * @source Arabnejad, Barbosa 2014, equation 3, doi:10.1109/TPDS.2013.57
 */
export function optimisticCosts(view: PolicyView, means: Means = meansOf(view)): Float64Array {
  const { succ, topo, opCount, deviceCount } = view;
  const table = new Float64Array(opCount * deviceCount);
  for (let i = opCount - 1; i >= 0; i--) {
    const op = topo[i]!;
    const row = op * deviceCount;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const next = succ.node[k]!;
      const transfer = means.transfer[succ.edge[k]!]!;
      let elsewhere = Infinity;
      for (let w = 0; w < deviceCount; w++) elsewhere = Math.min(elsewhere, table[next * deviceCount + w]! + view.estimateTicks(next, w));
      elsewhere += transfer;
      for (let d = 0; d < deviceCount; d++) {
        const here = table[next * deviceCount + d]! + view.estimateTicks(next, d);
        table[row + d] = Math.max(table[row + d]!, Math.min(here, elsewhere));
      }
    }
  }
  return table;
}

/** Mean of each op's row of the optimistic cost table over the devices that can run it: the rank that PEFT orders by. */
export function optimisticRanks(view: PolicyView, table: Float64Array): Float64Array {
  const rank = new Float64Array(view.opCount);
  for (let op = 0; op < view.opCount; op++) {
    let sum = 0;
    let devices = 0;
    for (let d = 0; d < view.deviceCount; d++) {
      if (view.estimateTicks(op, d) === Infinity) continue;
      sum += table[op * view.deviceCount + d]!;
      devices++;
    }
    if (devices > 0) rank[op] = sum / devices;
  }
  return rank;
}
