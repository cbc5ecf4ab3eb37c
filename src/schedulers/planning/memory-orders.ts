import type { PolicyView } from "../../plugin.ts";
import { sortByKey } from "./sort-by-key.ts";

/**
 * Orders in which to run ops one at a time so that few bytes are live at once; each respects every dependency. Only what ops make is counted, not where it is.
 */

/**
 * Depth first from the ends of the graph: all that an op reads is made just before it, first the input whose making
 * needs most beyond what it leaves. On trees no other order that finishes one branch before the next has a lower peak
 * (Liu), and for equal sizes it is the order of Sethi and Ullman that needs fewest registers. What several ops read is
 * made for the first of them.
 * @source J. W. H. Liu, "On the storage requirement in the out-of-core multifrontal method for sparse factorization", ACM TOMS 12(3), 1986, doi:10.1145/7921.11325; R. Sethi, J. D. Ullman, "The generation of optimal code for arithmetic expressions", JACM 17(4), 1970, doi:10.1145/321607.321620
 */
export function depthFirstOrder(view: PolicyView, outputBytes: Float64Array): Uint32Array {
  const { opCount, pred, succ, topo } = view;
  // A list of inputs for each op, those with the largest (peak − what stays) first: inputs[pred.start[op] …].
  const inputs = pred.node.slice();
  const peak = new Float64Array(opCount);
  const surplus = (op: number): number => peak[op]! - outputBytes[op]!;
  const bySurplus = (a: number, b: number): number => surplus(b) - surplus(a) || a - b;
  for (let i = 0; i < opCount; i++) {
    const op = topo[i]!;
    const own = inputs.subarray(pred.start[op], pred.start[op + 1]);
    if (own.length > 1) own.sort(bySurplus);
    let held = 0;
    for (let k = 0; k < own.length; k++) {
      // An op read through several tensors is there several times, side by side.
      if (k > 0 && own[k] === own[k - 1]) continue;
      peak[op] = Math.max(peak[op]!, held + peak[own[k]!]!);
      held += outputBytes[own[k]!]!;
    }
    peak[op] = Math.max(peak[op]!, held + outputBytes[op]!);
  }

  const order = new Uint32Array(opCount);
  const visited = new Uint8Array(opCount);
  const next = pred.start.slice(0, opCount);
  const stack = new Uint32Array(opCount);
  let count = 0;
  const ends = Uint32Array.from(topo).filter((op) => succ.start[op] === succ.start[op + 1]).sort(bySurplus);
  for (const end of ends) {
    let depth = 1;
    stack[0] = end;
    visited[end] = 1;
    while (depth > 0) {
      const op = stack[depth - 1]!;
      if (next[op] === pred.start[op + 1]) {
        order[count++] = op;
        depth--;
        continue;
      }
      const input = inputs[next[op]!++]!;
      if (visited[input] === 1) continue;
      visited[input] = 1;
      stack[depth++] = input;
    }
  }
  return jobByJob(view, order);
}

/** As they become ready, first in first out: what fits in this order, which most runtimes follow, is known to fit. */
export function breadthFirstOrder(view: PolicyView): Uint32Array {
  const { opCount, pred, succ, topo } = view;
  const waiting = new Uint32Array(opCount);
  const order = new Uint32Array(opCount);
  let count = 0;
  for (const op of topo) if ((waiting[op] = pred.start[op + 1]! - pred.start[op]!) === 0) order[count++] = op;
  for (let i = 0; i < count; i++) {
    for (let k = succ.start[order[i]!]!; k < succ.start[order[i]! + 1]!; k++) if (--waiting[succ.node[k]!]! === 0) order[count++] = succ.node[k]!;
  }
  return byArrival(view, order);
}

/** The ops in topological order by id: what is written in an order that fits is known to fit. */
export function givenOrder(view: PolicyView): Uint32Array {
  return byArrival(view, view.topo);
}

/** The ops of each job before those of the next; within a job the order stays. */
function jobByJob(view: PolicyView, order: Uint32Array): Uint32Array {
  return view.jobCount === 1 ? order : sortByKey(order, Float64Array.from({ length: view.opCount }, (_, op) => view.jobOf(op)));
}

/**
 * The ops of jobs that arrive together before those that arrive later; those that arrive one when another ends come
 * last, one after the other. Otherwise the order stays.
 */
export function byArrival(view: PolicyView, order: Uint32Array): Uint32Array {
  if (view.jobCount === 1) return order;
  const key = (job: number): number => (view.arrivalTicks(job) < Infinity ? view.arrivalTicks(job) : 2 ** 60 * (1 + job));
  return sortByKey(order, Float64Array.from({ length: view.opCount }, (_, op) => key(view.jobOf(op))));
}
