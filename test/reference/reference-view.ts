import type { Instance } from "../../src/core/instance.ts";
import type { PlanningView, ReadyList, SchedulerView } from "../../src/plugin.ts";
import type { Op, Tensor, World } from "./world.ts";

/** What a policy sees of the reference simulator: every answer is worked out from the state when asked. */
export function referenceView(instance: Instance, world: World, dataflow: boolean): SchedulerView & PlanningView {
  const { ops, tensors, edges, devices } = world;
  const memoryOf = (device: number): number => devices[device]!.memory;
  const routeTicks = (from: number, to: number, bytes: number): number => {
    const route = from * instance.memoryCount + to;
    return from === to || bytes === 0 ? 0 : Math.max(0, Math.ceil(instance.routeLatencyTicks[route]! + bytes * instance.routeTicksPerByte[route]! - 1e-6));
  };
  const told = (op: number, device: number): number => (instance.estimateTicks ?? instance.costTicks)[ops[op]!.class * instance.deviceCount + device]!;
  /** When the device is there: 0 = now, Infinity = never again. */
  const thereAt = (device: number): number => {
    if (devices[device]!.speed > 0) return 0;
    const { changeTicks = new Float64Array(0), changeDevice, changeSpeed } = instance;
    const joins = [...changeTicks].filter((ticks, i) => changeDevice![i] === device && changeSpeed![i]! > 0 && ticks > world.now);
    return Math.min(...joins);
  };
  /** What is not there can run nothing, unless it is the next to come of those that can run the op. */
  const estimate = (op: number, device: number): number => {
    const able = devices.filter(({ id }) => told(op, id) < Infinity);
    return thereAt(device) === Math.min(...able.map(({ id }) => thereAt(id))) ? told(op, device) : Infinity;
  };
  const freeSlots = (device: number): number => (devices[device]!.speed > 0 ? devices[device]!.slots.filter((slot) => slot.op < 0).length : 0);
  const configuration = (op: number, device: number): number => (instance.setupTicks[device]! > 0 ? (instance.configuration[ops[op]!.class * instance.deviceCount + device] ?? -1) : -1);
  /** What the slots that an op placed now may get will have loaded when it starts. */
  const loadedFor = (device: number): number[] => {
    const { slots } = devices[device]!;
    const free = devices[device]!.speed > 0 ? slots.filter((slot) => slot.op < 0) : [];
    const ahead = queuedOn(device).length;
    if (free.length > ahead) return [free[ahead]!.configuration];
    const placed = ops.filter((op) => op.device === device && op.expectedOrder >= devices[device]!.lostAfter && configuration(op.id, device) >= 0).sort((a, b) => b.expectedOrder - a.expectedOrder);
    const last = placed.slice(0, 1).map((op) => configuration(op.id, device));
    return slots.length === 1 ? last : [...last, ...slots.map((slot) => slot.configuration)];
  };
  const queuedOn = (device: number): Op[] => ops.filter((op) => op.device === device && Number.isNaN(op.start));
  const runningOn = (device: number): Op[] => ops.filter((op) => op.device === device && !Number.isNaN(op.start) && Number.isNaN(op.end));
  /** Without a sync policy of its own an edge is visible as soon as its producer has ended, even before the hooks of that round. */
  const isVisible = (op: number, tensor: Tensor): boolean =>
    !tensor.everywhere && (tensor.producer < 0 || (dataflow ? !Number.isNaN(ops[tensor.producer]!.end) : edges.some((edge) => edge.to === op && edge.tensor === tensor.id && edge.visible)));
  /** Memories with a replica; the home of an input counts even before its job arrives. */
  const holders = (tensor: Tensor): number[] => [...new Set([...tensor.complete, ...(tensor.producer < 0 && tensor.home >= 0 ? [tensor.home] : [])])];
  /** Inputs that the op may see and that are not in the device's memory yet. */
  const missing = (op: number, device: number): Tensor[] =>
    ops[op]!.inputs.map((id) => tensors[id]!).filter((tensor) => tensor.bytes > 0 && isVisible(op, tensor) && !holders(tensor).includes(memoryOf(device)));

  const backlog = (device: number): number =>
    sum(queuedOn(device).map((op) => told(op.id, device) + op.expectedSetup)) + sum(runningOn(device).map((op) => Math.max(0, op.runStart + told(op.id, device) - world.now)));
  const wait = (device: number): number => (freeSlots(device) > queuedOn(device).length ? 0 : backlog(device) / instance.slots[device]!);

  return {
    get nowTicks() {
      return world.now;
    },
    rehearse() {
      throw new Error("the reference simulator holds no rehearsals");
    },
    isDataflow: dataflow,
    tickNs: instance.tickNs,
    opCount: instance.opCount,
    deviceCount: instance.deviceCount,
    edgeCount: instance.edgeCount,
    succ: instance.succ,
    pred: instance.pred,
    topo: instance.topo,
    slots: instance.slots,
    jobCount: instance.jobCount,
    jobOf: (op) => ops[op]!.job,
    arrivalTicks: (job) => instance.jobArrivalTicks[job]!,
    deadlineTicks: (op) => {
      const { job } = ops[op]!;
      const { due, arrival } = world.jobs[job]!;
      return (due < Infinity ? due : Number.isNaN(arrival) ? Infinity : arrival) + Math.min(instance.opDeadlineTicks?.[op] ?? Infinity, instance.jobDeadlineTicks?.[job] ?? Infinity);
    },
    tensors: { bytes: instance.tensorBytes, producer: instance.tensorProducer, home: instance.tensorHome, uses: instance.tensorUses, inputs: instance.inputs },
    deviceMemory: instance.deviceMemory,
    memoryBytes: instance.memoryBytes,
    edgeBytes: (edge) => instance.tensorBytes[edges[edge]!.tensor]!,
    estimateTicks: estimate,
    get estimates() {
      return Float64Array.from({ length: ops.length * devices.length }, (_, i) => estimate(Math.floor(i / devices.length), i % devices.length));
    },
    estimatesFrom: (op) => op * devices.length,
    isPresent: (device) => devices[device]!.speed > 0,
    setupTicks: (op, device) => {
      const needed = configuration(op, device);
      return needed < 0 || loadedFor(device).includes(needed) ? 0 : instance.setupTicks[device]!;
    },
    configuration,
    reloadTicks: (device) => (instance.configuration.length > 0 ? instance.setupTicks[device]! : 0),
    transferTicks: (edge, from, to) => routeTicks(memoryOf(from), memoryOf(to), instance.tensorBytes[edges[edge]!.tensor]!),
    dataTicks: (op, device) => sum(missing(op, device).map((tensor) => Math.min(...holders(tensor).map((from) => routeTicks(from, memoryOf(device), tensor.bytes))))),
    dataBytes: (op, device) => sum(missing(op, device).map((tensor) => tensor.bytes)),
    freeSlots,
    queued: (device) => queuedOn(device).length,
    devicesWithRoom: (out) => {
      const roomy = devices.map((_, d) => d).filter((d) => freeSlots(d) > queuedOn(d).length);
      out.set(roomy);
      return roomy.length;
    },
    backlogTicks: backlog,
    waitTicks: wait,
    waitsInto: (out) => out.forEach((_, d) => (out[d] = wait(d))),
    freeBytes: (device) => instance.memoryBytes[memoryOf(device)]! - world.memories[memoryOf(device)]!.liveBytes,
    busyTicks: (device) => devices[device]!.abortedTicks + sum(ops.filter((op) => op.device === device && !Number.isNaN(op.start)).map((op) => (Number.isNaN(op.end) ? world.now : op.end) - op.start)),
    placement: (op) => ops[op]!.device,
    startTicks: (op) => ops[op]!.start,
    endTicks: (op) => ops[op]!.end,
    random: () => {
      throw new Error("the reference simulator has no random stream: policies under test bring their own");
    },
    opName: (op) => instance.opNames.at(op),
    opKind: (op) => instance.classKinds[ops[op]!.class]!,
    deviceName: (device) => instance.deviceNames[device]!,
    ready: readyList(world),
  };
}

function readyList(world: World): ReadyList {
  const list = (): Op[] => world.ops.filter((op) => !Number.isNaN(op.ready) && op.device < 0).sort((a, b) => a.readyRound - b.readyRound || a.id - b.id);
  return {
    get length() {
      return list().length;
    },
    first: () => list()[0]?.id ?? -1,
    next: (op) => {
      const all = list();
      const at = all.findIndex((entry) => entry.id === op);
      if (at < 0) throw new Error(`op ${op} is not in the ready list`);
      return all[at + 1]?.id ?? -1;
    },
    has: (op) => list().some((entry) => entry.id === op),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
