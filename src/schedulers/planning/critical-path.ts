import type { PolicyView } from "../../plugin.ts";

/** By op: the device of the critical path that the op is on; -1 for the others. */
export function criticalPathDevices(view: PolicyView, upward: Float64Array, transfer: Float64Array): Int32Array {
  const device = new Int32Array(view.opCount).fill(-1);
  for (const path of criticalPaths(view, upward, transfer)) {
    const fastest = fastestDevice(view, path);
    for (const op of path) device[op] = fastest;
  }
  return device;
}

/** The critical path of each job, entry first: longest by the given upward ranks and mean transfers. Ties by id. */
export function criticalPaths(view: PolicyView, upward: Float64Array, transfer: Float64Array): number[][] {
  return criticalEntries(view, upward).map((entry) => criticalPath(view, entry, upward, transfer));
}

/** Of each job, the op without predecessors from which the longest path starts; ties by id. */
function criticalEntries(view: PolicyView, upward: Float64Array): number[] {
  const entries = new Map<number, number>();
  for (let op = 0; op < view.opCount; op++) {
    if (view.pred.start[op + 1]! > view.pred.start[op]!) continue;
    const best = entries.get(view.jobOf(op));
    if (best === undefined || upward[op]! > upward[best]!) entries.set(view.jobOf(op), op);
  }
  return [...entries.values()];
}

/** Follows the longest way to the end; ties by id. Comparing ways out of one op needs no tolerance, unlike sums of ranks. */
function criticalPath(view: PolicyView, entry: number, upward: Float64Array, transfer: Float64Array): number[] {
  const { succ } = view;
  const path = [entry];
  for (let op = entry; succ.start[op]! < succ.start[op + 1]!; ) {
    let best = -1;
    let longest = -1;
    for (let k = succ.start[op]!; k < succ.start[op + 1]!; k++) {
      const next = succ.node[k]!;
      const way = transfer[succ.edge[k]!]! + upward[next]!;
      if (way > longest || (way === longest && next < best)) [best, longest] = [next, way];
    }
    path.push(best);
    op = best;
  }
  return path;
}

/** The device that can run most ops of the path, then in the shortest time, setups included; ties by id. */
function fastestDevice(view: PolicyView, path: readonly number[]): number {
  let best = -1;
  let fewest = Infinity;
  let shortest = Infinity;
  for (let d = 0; d < view.deviceCount; d++) {
    let impossible = 0;
    let time = 0;
    let loaded = -1;
    for (const op of path) {
      const cost = view.estimateTicks(op, d);
      if (cost === Infinity) {
        impossible++;
        continue;
      }
      const needed = view.configuration(op, d);
      time += needed < 0 || needed === loaded ? cost : cost + view.reloadTicks(d);
      if (needed >= 0) loaded = needed;
    }
    if (impossible < fewest || (impossible === fewest && time < shortest)) [best, fewest, shortest] = [d, impossible, time];
  }
  return best;
}
