import type { PolicyView } from "../../plugin.ts";
import { KeyedHeap } from "./keyed-heap.ts";
import { byArrival } from "./memory-orders.ts";

/**
 * Always the ready op that adds the fewest bytes: its outputs less the inputs that it is the last to read. Of equal
 * ones the one that became ready last, so that what was begun is finished first; then by id. The greedy order that
 * register allocators use, where a tensor is a register of its size.
 */
export function greedyOrder(view: PolicyView, outputBytes: Float64Array): Uint32Array {
  const { opCount, pred, succ, tensors, topo } = view;
  const { start, item } = tensors.inputs;
  const { bytes, producer, home } = tensors;
  const usesLeft = tensors.uses.slice();
  const waiting = new Uint32Array(opCount);
  const done = new Uint8Array(opCount);
  /** The later an op became ready, the smaller. */
  const since = new Float64Array(opCount);
  const heap = new KeyedHeap(since);
  const staysResident = (tensor: number): boolean => producer[tensor]! < 0 && home[tensor]! < 0;
  const addedBytes = (op: number): number => {
    let sum = outputBytes[op]!;
    for (let i = start[op]!; i < start[op + 1]!; i++) if (usesLeft[item[i]!] === 1 && !staysResident(item[i]!)) sum -= bytes[item[i]!]!;
    return sum;
  };
  let turn = 0;
  const enter = (op: number): void => {
    since[op] = --turn;
    heap.push(op, addedBytes(op));
  };
  /** The last reader of a tensor frees it, and is worth more than when it entered; the older entry is passed over. */
  const raise = (tensor: number): void => {
    const from = producer[tensor]!;
    if (from < 0) return;
    for (let k = succ.start[from]!; k < succ.start[from + 1]!; k++) {
      const reader = succ.node[k]!;
      if (done[reader] === 0 && waiting[reader] === 0 && reads(view, reader, tensor)) heap.push(reader, addedBytes(reader));
    }
  };

  const order = new Uint32Array(opCount);
  let count = 0;
  for (const op of topo) waiting[op] = pred.start[op + 1]! - pred.start[op]!;
  for (let i = opCount - 1; i >= 0; i--) if (waiting[topo[i]!] === 0) enter(topo[i]!);
  for (let op = heap.op; op >= 0; op = heap.op) {
    heap.pop();
    if (done[op] === 1) continue;
    done[op] = 1;
    order[count++] = op;
    for (let i = start[op]!; i < start[op + 1]!; i++) if (--usesLeft[item[i]!]! === 1) raise(item[i]!);
    for (let k = succ.start[op + 1]! - 1; k >= succ.start[op]!; k--) if (--waiting[succ.node[k]!]! === 0) enter(succ.node[k]!);
  }
  return byArrival(view, order);
}

function reads({ tensors: { inputs } }: PolicyView, op: number, tensor: number): boolean {
  for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) if (inputs.item[i] === tensor) return true;
  return false;
}
