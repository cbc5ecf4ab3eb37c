import type { Instance } from "../../src/core/instance.ts";
import type { PolicyView, Scheduler, SchedulerView, SyncPolicy } from "../../src/plugin.ts";
import { makeRandom, type Random } from "./random.ts";
import { range } from "./world.ts";

/** Makes a fresh policy for one run. */
export interface PolicyMaker<P> {
  readonly name: string;
  readonly make: () => P;
}

/** One of several plain schedulers that between them use everything a scheduler may do. */
export function randomScheduler(random: Random, instance: Instance): PolicyMaker<Scheduler> {
  const [name, make] = random.pick(Object.entries(schedulers));
  const seed = random.int(0, 2 ** 30);
  const inOrder = random.chance(0.5);
  return { name, make: () => make(makeRandom(seed), instance, inOrder) };
}

/** One of several plain sync policies. */
export function randomSync(random: Random, instance: Instance): PolicyMaker<SyncPolicy> {
  const [name, make] = random.chance(0.5) ? (["dataflow", () => ({})] as const) : random.pick(Object.entries(syncs));
  const seed = random.int(0, 2 ** 30);
  return { name, make: () => make(makeRandom(seed), instance) };
}

const schedulers: Record<string, (random: Random, instance: Instance, inOrder: boolean) => Scheduler> = {
  "random placing": (random) => ({
    dispatch: (view, out) => eachReady(view, (op) => out.place(op, anyDevice(random, view, op), random.int(0, 3))),
  }),
  "blind placing": (random, instance) => {
    // Of those that could run the op, whether they are there or not.
    const capable = (op: number): number[] => range(instance.deviceCount).filter((device) => instance.costTicks[instance.classOf[op]! * instance.deviceCount + device]! < Infinity);
    return { dispatch: (view, out) => eachReady(view, (op) => out.place(op, random.pick(capable(op)), random.int(0, 1))) };
  },
  "own recovery": (random) => {
    const again = new Set<number>();
    return {
      prepare(view, out) {
        for (const op of view.topo) if (random.chance(0.7)) out.place(op, anyDevice(random, view, op));
      },
      lost: (_, _device, ops) => ops.forEach((op) => again.add(op)),
      joined: (_, device) => void again.delete(device),
      dispatch(view, out) {
        for (const op of again) if (random.chance(0.8)) out.place(op, anyDevice(random, view, op));
        again.clear();
        eachReady(view, (op) => out.place(op, anyDevice(random, view, op)));
      },
    };
  },
  "all at prepare": (random, instance, inOrder) => ({
    queueOrder: inOrder ? "in-order" : "ready-first",
    prepare(view, out) {
      const place = (op: number, priority?: number): void => out.place(op, anyDevice(random, view, op), priority);
      const order = feasibleOrder(instance);
      if (!inOrder) for (const op of random.shuffle(order)) place(op, random.int(-2, 2));
      else if (random.chance(0.5)) for (const op of order) place(op);
      else for (const op of random.shuffle(order)) place(op, -order.indexOf(op));
    },
    dispatch() {},
  }),
  "late placing": (random) => ({
    prepare: (_, out) => out.wakeAt(random.int(0, 5)),
    dispatch(view, out) {
      eachReady(view, (op) => {
        if (random.chance(0.5)) out.place(op, anyDevice(random, view, op));
      });
      if (view.ready.length > 0) out.wakeAt(view.nowTicks + random.int(0, 7));
    },
  }),
  "ahead of readiness": (random) => {
    const ended: number[] = [];
    return {
      completed: (_, op) => void ended.push(op),
      dispatch(view, out) {
        eachReady(view, (op) => out.place(op, anyDevice(random, view, op), random.int(0, 1)));
        for (const op of ended.splice(0)) {
          for (const next of successors(view, op)) {
            if (view.placement(next) < 0 && random.chance(0.5)) out.place(next, anyDevice(random, view, next), random.int(0, 1));
          }
        }
      },
    };
  },
  "start at once": (random) => ({
    dispatch(view, out) {
      eachReady(view, (op) => {
        const device = anyDevice(random, view, op);
        const go = view.freeSlots(device) > 0 && view.dataBytes(op, device) === 0 && random.chance(0.8);
        out.place(op, device, random.int(0, 2));
        if (go) out.start(op);
      });
    },
  }),
  "earliest finish": () => ({
    dispatch(view, out) {
      eachReady(view, (op) => {
        // Rounded, so that sums taken in another order choose the same device.
        const finish = (device: number): number => Math.round((view.backlogTicks(device) / view.slots[device]! + view.dataTicks(op, device) + view.setupTicks(op, device) + view.estimateTicks(op, device)) * 1e6) / 1e6;
        const choices = range(view.deviceCount).filter((device) => finish(device) < Infinity);
        out.place(op, choices.reduce((best, device) => (finish(device) < finish(best) ? device : best)));
      });
    },
  }),
  "only free slots": () => {
    let busiest = 0;
    return {
      completed: (view, op, actualTicks) => void (busiest = Math.max(busiest, actualTicks, view.busyTicks(view.placement(op)))),
      dispatch(view, out) {
        eachReady(view, (op) => {
          const free = range(view.deviceCount).filter((device) => view.estimateTicks(op, device) < Infinity && view.freeSlots(device) > view.queued(device));
          if (free.length > 0) out.place(op, free[busiest % free.length]!, Math.round(view.freeBytes(free[0]!)) % 3);
        });
      },
    };
  },
};

const syncs: Record<string, (random: Random, instance: Instance) => SyncPolicy> = {
  "delayed signals": (random) => ({
    // Short delays make ties; long ones let a tensor arrive for one consumer before another may see it.
    ended: (view, op, gate) => eachEdge(view, op, (edge) => gate.signal(edge, view.nowTicks + (random.chance(0.3) ? random.int(5, 90) : random.int(0, 4)))),
  }),
  "level barrier": (_, instance) => {
    const level = new Array<number>(instance.opCount).fill(0);
    for (const op of instance.topo) for (let i = instance.pred.start[op]!; i < instance.pred.start[op + 1]!; i++) level[op] = Math.max(level[op]!, level[instance.pred.node[i]!]! + 1);
    const left = new Map<string, number>();
    const group = (op: number): string => `${instance.jobOf[op]}:${level[op]}`;
    for (const op of range(instance.opCount)) left.set(group(op), (left.get(group(op)) ?? 0) + 1);
    const jobRank = range(instance.jobCount).sort((a, b) => comparable(instance.jobArrivalTicks[a]!) - comparable(instance.jobArrivalTicks[b]!) || a - b);
    return {
      phase: (op) => jobRank.indexOf(instance.jobOf[op]!) * instance.opCount + level[op]!,
      ended(view, op, gate) {
        left.set(group(op), left.get(group(op))! - 1);
        if (left.get(group(op)) === 0) for (const peer of range(instance.opCount)) if (group(peer) === group(op)) eachEdge(view, peer, (edge) => gate.signal(edge));
      },
    };
  },
  "one running": () => {
    let running = 0;
    const held: number[] = [];
    return {
      started: () => void running++,
      lost(view, _, ops, gate) {
        running -= ops.length;
        if (running <= 1) for (const edge of held.splice(0)) gate.signal(edge, view.nowTicks);
      },
      ended(view, op, gate) {
        running--;
        eachEdge(view, op, (edge) => held.push(edge));
        if (running <= 1) for (const edge of held.splice(0)) gate.signal(edge, view.nowTicks + (edge % 3));
      },
    };
  },
};

function eachReady(view: SchedulerView, visit: (op: number) => void): void {
  for (let op = view.ready.first(), next; op >= 0; op = next) {
    next = view.ready.next(op);
    visit(op);
  }
}

function eachEdge(view: PolicyView, op: number, visit: (edge: number) => void): void {
  for (let i = view.succ.start[op]!; i < view.succ.start[op + 1]!; i++) visit(view.succ.edge[i]!);
}

function successors(view: PolicyView, op: number): number[] {
  return [...new Set(view.succ.node.slice(view.succ.start[op], view.succ.start[op + 1]))];
}

function anyDevice(random: Random, view: PolicyView, op: number): number {
  return random.pick(range(view.deviceCount).filter((device) => view.estimateTicks(op, device) < Infinity));
}

/** An order in which an in-order queue never waits for something behind it: jobs as they come, then dependencies. */
function feasibleOrder(instance: Instance): number[] {
  const due = (op: number): number => comparable(instance.jobArrivalTicks[instance.jobOf[op]!]!);
  const position = new Map([...instance.topo].map((op, at) => [op, at]));
  return [...instance.topo].sort((a, b) => due(a) - due(b) || instance.jobOf[a]! - instance.jobOf[b]! || position.get(a)! - position.get(b)!);
}


/** Infinity − Infinity is not 0: the largest number stands for it. */
function comparable(ticks: number): number {
  return Math.min(ticks, Number.MAX_VALUE);
}
