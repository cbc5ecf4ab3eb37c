import { dustTicks, type VerifyContext } from "./verify-context.ts";

/** What is known to have passed through one resource: `amount` within [release, deadline]. */
interface Load {
  readonly release: Float64Array;
  readonly deadline: Float64Array;
  readonly amount: Float64Array;
  length: number;
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
    if (late !== undefined) report("over-capacity", () => `${instance.resourceNames[resource]} cannot have served what ended by ${load.deadline[late]}: that is more than its ${instance.resourceCapacity[resource]} a tick allow`);
  }
  if (!trace.complete) return;
  for (let resource = instance.memoryCount + instance.deviceCount; resource < instance.resourceCount; resource++) {
    const used = trace.resourceUse[resource]!;
    if (Math.abs(used - moved[resource]!) > 1e-6 * Math.max(1, moved[resource]!)) report("bytes-moved", () => `${instance.resourceNames[resource]} is said to have carried ${used} bytes, its transfers moved ${moved[resource]}`);
  }
}

/** Visits every use of a resource; without deadline it is the total of a transfer on a route. */
function eachUse({ trace, noise, setupTicks, runCount }: VerifyContext, visit: (resource: number, release: number, deadline: number | undefined, amount: number) => void): void {
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
    const release = ops.startTicks[op]! + setupTicks[op]! + fixed;
    if (memoryDemand > 0) visit(instance.deviceMemory[device]!, release, end, memoryDemand * shared);
    if (instance.width[device]! * instance.slots[device]! > instance.units[device]!) visit(instance.memoryCount + device, release, end, instance.width[device]! * shared);
  }
}

function add(loads: Map<number, Load>, resource: number, release: number, deadline: number, amount: number): void {
  let load = loads.get(resource);
  if (load === undefined || load.length === load.release.length) {
    const grow = (old?: Float64Array): Float64Array => {
      const bigger = new Float64Array(Math.max(64, 2 * (old?.length ?? 0)));
      if (old) bigger.set(old);
      return bigger;
    };
    load = { release: grow(load?.release), deadline: grow(load?.deadline), amount: grow(load?.amount), length: load?.length ?? 0 };
    loads.set(resource, load);
  }
  load.release[load.length] = release;
  load.deadline[load.length] = deadline;
  load.amount[load.length++] = amount;
}

/**
 * Serves the loads with the whole capacity, the earliest deadline first. That meets every deadline whenever anything
 * does, so a load that is late shows an interval with more in it than the capacity allows.
 */
function firstLate(load: Load, capacity: number): number | undefined {
  const { release, deadline, amount } = load;
  const order = Uint32Array.from({ length: load.length }, (_, i) => i).sort((a, b) => release[a]! - release[b]!);
  const left = amount.subarray(0, load.length).map((bytes) => bytes * (1 - 1e-9) - dustTicks * capacity);
  const heap = new EarliestFirst(deadline, load.length);
  let now = 0;
  for (let next = 0; next < order.length || heap.length > 0; ) {
    if (heap.length === 0) now = Math.max(now, release[order[next]!]!);
    while (next < order.length && release[order[next]!]! <= now) heap.push(order[next++]!);
    const first = heap.top;
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

/** A binary heap of ids, the smallest key on top. */
class EarliestFirst {
  readonly #key: Float64Array;
  readonly #ids: Uint32Array;
  length = 0;

  constructor(key: Float64Array, capacity: number) {
    this.#key = key;
    this.#ids = new Uint32Array(capacity);
  }

  get top(): number {
    return this.#ids[0]!;
  }

  push(id: number): void {
    let i = this.length++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#key[this.#ids[parent]!]! <= this.#key[id]!) break;
      this.#ids[i] = this.#ids[parent]!;
      i = parent;
    }
    this.#ids[i] = id;
  }

  pop(): void {
    const last = this.#ids[--this.length]!;
    let i = 0;
    for (let child = 1; child < this.length; child = 2 * i + 1) {
      if (child + 1 < this.length && this.#key[this.#ids[child + 1]!]! < this.#key[this.#ids[child]!]!) child++;
      if (this.#key[this.#ids[child]!]! >= this.#key[last]!) break;
      this.#ids[i] = this.#ids[child]!;
      i = child;
    }
    this.#ids[i] = last;
  }
}
