import { F64Column } from "../base/columns.ts";
import { IdHeap } from "../base/id-heap.ts";
import { dustTicks, type VerifyContext } from "./verify-context.ts";

/** What is known to have passed through one resource: `amount` within [release, deadline]. */
interface Load {
  readonly release: F64Column;
  readonly deadline: F64Column;
  readonly amount: F64Column;
}

/**
 * No resource served more than its capacity in any interval of time, and links carried what their transfers moved.
 * Transfers count with their bytes between the end of their latency and their end; operators, where there is no noise,
 * with what their cost says they draw from memory and units.
 */
export function verifyCapacity(context: VerifyContext): void {
  const { trace, report } = context;
  const { instance } = trace;
  const limited = instance.resourceCapacity.map((capacity) => (capacity < Infinity ? 1 : 0));
  const loads = new Map<number, Load>();
  const moved = new Float64Array(instance.resourceCount);
  eachUse(context, (resource, release, deadline, amount) => {
    if (deadline === undefined) moved[resource]! += amount;
    else if (limited[resource]) add(loads, resource, release, deadline, amount);
  });
  for (const [resource, load] of [...loads].sort((a, b) => a[0] - b[0])) {
    const late = firstLate(load, instance.resourceCapacity[resource]!);
    if (late !== undefined) report("over-capacity", () => `${instance.resourceNames[resource]} cannot have served what ended by ${load.deadline.get(late)}: that is more than its ${instance.resourceCapacity[resource]} a tick allow`);
  }
  if (!trace.complete) return;
  for (let resource = instance.memoryCount + instance.deviceCount; resource < instance.resourceCount; resource++) {
    const used = trace.resourceUse[resource]!;
    if (Math.abs(used - moved[resource]!) > 1e-6 * Math.max(1, moved[resource]!)) report("bytes-moved", () => `${instance.resourceNames[resource]} is said to have carried ${used} bytes, its transfers moved ${moved[resource]}`);
  }
}

/** Visits every use of a resource; without deadline it is the total of a transfer on a route. */
function eachUse({ trace, speeds, noise, setupTicks, runCount }: VerifyContext, visit: (resource: number, release: number, deadline: number | undefined, amount: number) => void): void {
  const { instance, ops, transfers } = trace;
  const { start, item } = instance.routeResources;
  for (let t = 0; t < transfers.length; t++) {
    const end = transfers.endTicks[t]!;
    if (Number.isNaN(end)) continue;
    const route = transfers.from[t]! * instance.memoryCount + transfers.to[t]!;
    const bytes = instance.tensorBytes[transfers.tensor[t]!]!;
    for (let i = start[route]!; i < start[route + 1]!; i++) {
      visit(item[i]!, 0, undefined, bytes);
      visit(item[i]!, transfers.startTicks[t]! + instance.routeLatencyTicks[route]!, end, bytes);
    }
  }
  if (noise) return;
  for (let op = 0; op < instance.opCount; op++) {
    const end = ops.endTicks[op]!;
    const device = ops.device[op]!;
    if (Number.isNaN(end) || device < 0 || runCount[op] !== 1) continue;
    const cell = instance.classOf[op]! * instance.deviceCount + device;
    // Columns that say nothing may be empty.
    const fixed = instance.fixedTicks[cell] ?? 0;
    const memoryDemand = instance.memoryDemand[cell] ?? 0;
    const shared = instance.costTicks[cell]! - fixed;
    if (!(shared > 0 && shared < Infinity)) continue;
    // At the best speed the device ever has: what is served then is the least.
    const best = speeds === undefined ? 1 : speeds.best(device);
    const release = ops.startTicks[op]! + setupTicks[op]! + fixed / best;
    if (memoryDemand > 0) visit(instance.deviceMemory[device]!, release, end, memoryDemand * shared);
    if (instance.width[device]! * instance.slots[device]! > instance.units[device]!) visit(instance.memoryCount + device, release, end, (instance.width[device]! * shared) / best);
  }
}

function add(loads: Map<number, Load>, resource: number, release: number, deadline: number, amount: number): void {
  let load = loads.get(resource);
  if (load === undefined) loads.set(resource, (load = { release: new F64Column(), deadline: new F64Column(), amount: new F64Column() }));
  load.release.push(release);
  load.deadline.push(deadline);
  load.amount.push(amount);
}

/**
 * Serves the loads with the whole capacity, the earliest deadline first. That meets every deadline whenever anything
 * does, so a load that is late shows an interval with more in it than the capacity allows.
 */
function firstLate(load: Load, capacity: number): number | undefined {
  const [release, deadline] = [load.release.view(), load.deadline.view()];
  const order = Uint32Array.from(release.keys()).sort((a, b) => release[a]! - release[b]!);
  const left = load.amount.view().map((bytes) => bytes * (1 - 1e-9) - dustTicks * capacity);
  const heap = new IdHeap(deadline);
  let now = 0;
  for (let next = 0; next < order.length || heap.length > 0; ) {
    if (heap.length === 0) now = Math.max(now, release[order[next]!]!);
    while (next < order.length && release[order[next]!]! <= now) heap.push(order[next++]!);
    const first = heap.peek();
    const nextRelease = next < order.length ? release[order[next]!]! : Infinity;
    const done = now + Math.max(0, left[first]!) / capacity;
    if (done > nextRelease) {
      left[first]! -= (nextRelease - now) * capacity;
      now = nextRelease;
      continue;
    }
    now = done;
    // Sums of many loads carry a little dust of their own.
    if (now > deadline[first]! + 1e-3 + 1e-9 * now) return first;
    heap.pop();
  }
  return undefined;
}
