/**
 * A second simulator, written only to be read: plain objects, linear scans, everything worked out again at each step.
 * It follows docs/decisions/engine-semantics.md and knows nothing of the engine but the types it is given.
 */
import type { Instance } from "../../src/core/instance.ts";
import type { DispatchCost } from "../../src/core/scheduler-host.ts";
import type { Dispatch, Gate, Scheduler, SyncPolicy } from "../../src/plugin.ts";
import { maxMinRates } from "./max-min.ts";
import { operatorPhases, transferPhases, type Phases } from "./phases.ts";
import { referenceView } from "./reference-view.ts";
import { makeWorld, type Activity, type Device, type Op, type ReferenceResult, type Tensor, type World } from "./world.ts";

const EventKind = { arrival: 0, signal: 1, latencyEnded: 2, transferEnded: 3, fixedEnded: 4, opEnded: 5, wake: 6, change: 7, host: 8 } as const;

interface Event {
  readonly time: number;
  readonly round: number;
  readonly kind: number;
  readonly id: number;
  readonly apply: () => void;
}

/**
 * Runs the instance to its end.
 * @throws {Error} when it cannot go on, or a policy does what it may not.
 */
export function referenceSimulate(instance: Instance, scheduler: Scheduler, sync: SyncPolicy = {}, { perOpTicks = 0, perCallTicks = 0, minIntervalTicks = 0 }: DispatchCost = {}): ReferenceResult {
  const world: World = makeWorld(instance);
  const { ops, tensors, edges, devices, jobs, transfers } = world;
  const view = referenceView(instance, world, sync.ended === undefined);
  let events: Event[] = [];
  let activities: Activity[] = [];
  // Before the first round: what `prepare` schedules for tick 0 belongs to round 0.
  let round = -1;
  let placedCount = 0;
  let dispatchCount = 0;
  let redirectedCount = 0;
  let roundCount = 0;

  // The host thread: decisions that it works off, what it has to tell the scheduler, and when it may next.
  let decisions: { readonly op: Op; readonly due: number; ahead: boolean }[] = [];
  let untold: { ended: Op[]; ready: Op[]; wake: boolean } = { ended: [], ready: [], wake: false };
  let nextTurn = 0;
  let placedInTurn = 0;
  let inDispatch = false;

  // What happened in the current round.
  let endedOps: Op[] = [];
  let readyOps: Op[] = [];
  let wakeDue = false;
  let activitiesChanged = false;
  const news: { readonly device: Device; readonly ops?: readonly number[]; readonly aborted?: readonly number[] }[] = [];

  function schedule(time: number, kind: number, id: number, apply: () => void): Event {
    const event = { time, round: time === world.now ? round + 1 : 0, kind, id, apply };
    events.push(event);
    return event;
  }

  const isBound = (op: Op): boolean => op.device >= 0 && !op.held;

  // ── jobs and signals ──

  function arrive(job: number): void {
    jobs[job]!.arrival = world.now;
    for (const op of ops) if (op.job === job) receiveInputs(op);
    for (const op of ops) if (op.job === job) becomeReadyIfDue(op);
    if (jobs[job]!.opsLeft === 0) endJob(job);
  }

  /** What the op reads and nobody makes is at its home from now on, and moves if the op is placed. */
  function receiveInputs(op: Op): void {
    for (const tensor of op.inputs.map((id) => tensors[id]!).filter(({ producer, home }) => producer < 0 && home >= 0)) {
      takeSpace(tensor, tensor.home);
      tensor.complete.add(tensor.home);
      if (isBound(op)) moveTensor(tensor, devices[op.device]!.memory, op);
    }
  }

  function endJob(job: number): void {
    jobs[job]!.end = world.now;
    const next = jobs.findIndex((candidate) => candidate.due === Infinity && !candidate.letIn);
    if (next < 0) return;
    jobs[next]!.letIn = true;
    schedule(world.now, EventKind.arrival, next, () => arrive(next));
  }

  function signal(edgeId: number): void {
    const edge = edges[edgeId]!;
    edge.visible = true;
    const consumer = ops[edge.to]!;
    if (isBound(consumer)) moveTensor(tensors[edge.tensor]!, devices[consumer.device]!.memory, consumer);
    becomeReadyIfDue(consumer);
  }

  function becomeReadyIfDue(op: Op): void {
    if (Number.isNaN(jobs[op.job]!.arrival) || edges.some((edge) => edge.to === op.id && !edge.visible)) return;
    op.ready = world.now;
    op.readyRound = roundCount;
    readyOps.push(op);
  }

  // ── data ──

  function moveTensor(tensor: Tensor, memory: number, forOp: Op): void {
    if (tensor.bytes === 0 || tensor.everywhere || tensor.requested.has(memory)) return;
    const alone = (from: number): number => routeTicks(from, memory, tensor.bytes);
    const sources = [...tensor.complete].filter((from) => alone(from) < Infinity).sort((a, b) => alone(a) - alone(b) || a - b);
    if (sources.length === 0) throw new Error(`tensor ${tensor.id} has no route to memory ${memory}`);
    const from = sources[0]!;
    const transfer = { id: transfers.length, tensor: tensor.id, from, to: memory, forOp: forOp.id, start: world.now, end: NaN };
    transfers.push(transfer);
    takeSpace(tensor, memory);

    transmit(transferPhases(instance, from, memory, tensor.bytes), transfer.id, () => {
      transfer.end = world.now;
      tensor.complete.add(memory);
    });
  }

  function routeTicks(from: number, to: number, bytes: number): number {
    const route = from * instance.memoryCount + to;
    return instance.routeLatencyTicks[route]! + bytes * instance.routeTicksPerByte[route]!;
  }

  function takeSpace(tensor: Tensor, memory: number): void {
    if (tensor.requested.has(memory)) return;
    tensor.requested.add(memory);
    const state = world.memories[memory]!;
    state.liveBytes += tensor.bytes;
  }

  /** An instant is over: what is live now takes room for some time. */
  function notePeaks(): void {
    for (const memory of world.memories) memory.peakBytes = Math.max(memory.peakBytes, memory.liveBytes);
  }

  const hasData = (op: Op): boolean => {
    const memory = devices[op.device]!.memory;
    return op.inputs.every((id) => tensors[id]!.bytes === 0 || tensors[id]!.everywhere || tensors[id]!.complete.has(memory));
  };
  const canStart = (op: Op): boolean => isBound(op) && Number.isNaN(op.start) && !Number.isNaN(op.ready) && hasData(op) && devices[op.device]!.speed > 0 && devices[op.device]!.slots.some((slot) => slot.op < 0);

  // ── operators ──

  function start(op: Op): void {
    const device = devices[op.device]!;
    op.slot = device.slots.findIndex((slot) => slot.op < 0);
    const slot = device.slots[op.slot]!;
    slot.op = op.id;
    op.start = world.now;
    for (const tensor of tensors) if (tensor.producer === op.id || (tensor.everywhere && op.inputs.includes(tensor.id))) takeSpace(tensor, device.memory);

    const configuration = instance.configuration[op.class * instance.deviceCount + op.device] ?? -1;
    const setup = configuration >= 0 && configuration !== slot.configuration ? instance.setupTicks[op.device]! : 0;
    if (configuration >= 0) slot.configuration = configuration;
    op.runStart = world.now + setup;
    const { fixedTicks, demands } = operatorPhases(instance, op.class, op.device, device.speed);
    const ends = demands.length === 0;
    op.own = { work: fixedTicks, since: op.runStart, kind: ends ? EventKind.opEnded : EventKind.fixedEnded, then: () => (ends ? end(op) : share(op)), event: undefined };
    if (!ends && op.runStart + ceilTicks(fixedTicks / device.speed) === world.now) share(op);
    else scheduleOwn(op);
    sync.started?.(view, op.id);
  }

  function scheduleOwn(op: Op): void {
    const { work, since, kind, then } = op.own!;
    op.own!.event = schedule(since + ceilTicks(work / devices[op.device]!.speed), kind, op.id, then);
  }

  function share(op: Op): void {
    op.own = undefined;
    const { workTicks, demands } = operatorPhases(instance, op.class, op.device, devices[op.device]!.speed);
    joinSharing({ order: 1, id: op.id, work: workTicks, rate: NaN, since: world.now, demands, endKind: EventKind.opEnded, finish: () => end(op) });
  }

  // ── devices that change ──

  function change(device: Device, speed: number): void {
    const before = device.speed;
    if (speed === before) return;
    if (speed === 0) lose(device);
    device.speed = speed;
    if (before === 0) news.push({ device });
    else if (speed > 0) for (const op of ops) if (op.device === device.id && isRunning(op)) retime(op, before, speed);
  }

  const isRunning = (op: Op): boolean => !Number.isNaN(op.start) && Number.isNaN(op.end);

  function retime(op: Op, before: number, after: number): void {
    if (op.own !== undefined) {
      op.own.work = Math.max(0, op.own.work - Math.max(0, world.now - op.own.since) * before);
      op.own.since = Math.max(world.now, op.own.since);
      events = events.filter((event) => event !== op.own!.event);
      scheduleOwn(op);
      return;
    }
    const activity = leaveSharing(op);
    if (activity === undefined) return;
    const { demands } = operatorPhases(instance, op.class, op.device, after);
    joinSharing({ ...activity, work: (remaining(activity) * before) / after, rate: NaN, since: world.now, demands });
  }

  function lose(device: Device): void {
    const aborted = ops.filter((op) => op.device === device.id && isRunning(op));
    for (const op of aborted) {
      leaveSharing(op);
      events = events.filter((event) => !((event.kind === EventKind.fixedEnded || event.kind === EventKind.opEnded) && event.id === op.id));
      device.abortedTicks += world.now - op.start;
      for (const tensor of tensors) {
        if (tensor.producer !== op.id) continue;
        tensor.requested.delete(device.memory);
        world.memories[device.memory]!.liveBytes -= tensor.bytes;
      }
      op.own = undefined;
      op.start = op.runStart = NaN;
      op.slot = -1;
    }
    const off = ops.filter((op) => op.device === device.id && !op.held && Number.isNaN(op.end));
    for (const op of off) {
      op.device = -1;
      op.placed = op.data = NaN;
      op.ahead = false;
      if (Number.isNaN(op.ready)) continue;
      op.readyRound = roundCount;
      if (!readyOps.includes(op)) readyOps.push(op);
    }
    for (const slot of device.slots) slot.op = slot.configuration = -1;
    device.lostAfter = placedCount;
    news.push({ device, ops: off.map((op) => op.id), aborted: aborted.map((op) => op.id) });
  }

  /** Where `op` should end first; its own device is not there. */
  function instead(op: number, ahead = false): number {
    const before = (device: number): Op[] => ops.filter((other) => other.device === device && other.ahead && Number.isNaN(other.start));
    const left = (device: number): number => ops.filter((other) => other.device === device && isRunning(other)).reduce((sum, other) => sum + Math.max(0, other.runStart + view.estimateTicks(other.id, device) - world.now), 0);
    const wait = (device: number): number => ahead ? (view.freeSlots(device) > before(device).length ? 0 : before(device).reduce((sum, other) => sum + view.estimateTicks(other.id, device), left(device)) / view.slots[device]!) : (view.freeSlots(device) > view.queued(device) ? 0 : view.backlogTicks(device) / view.slots[device]!);
    // Its data may be out of reach for now; even then it goes where it can run.
    const able = devices.map(({ id }) => id).filter((id) => view.estimateTicks(op, id) < Infinity);
    const finish = (id: number): number => Math.max(wait(id), view.dataTicks(op, id)) + view.setupTicks(op, id) + view.estimateTicks(op, id);
    redirectedCount++;
    return able.reduce((best, id) => (finish(id) < finish(best) ? id : best));
  }

  /** Tells the policies of devices that left and came, and places what they had planned for those that left. */
  function tellNews(): void {
    for (const { device, ops: lost, aborted } of news.splice(0)) {
      untold.wake = true;
      if (lost === undefined) {
        scheduler.joined?.(view, device.id);
        continue;
      }
      sync.lost?.(view, device.id, aborted!, gate);
      scheduler.lost?.(view, device.id, lost);
    }
    if (scheduler.lost !== undefined) return;
    for (const op of readyOps.filter((one) => one.device < 0 && one.planned).sort(byId)) {
      dispatch.place(op.id, instead(op.id, true), Number.MAX_VALUE);
      op.ahead = true;
    }
  }

  function end(op: Op): void {
    const device = devices[op.device]!;
    op.end = world.now;
    device.slots[op.slot]!.op = -1;
    endedOps.push(op);
    for (const tensor of tensors) {
      if (tensor.producer === op.id) tensor.complete.add(device.memory);
      if (!op.inputs.includes(tensor.id)) continue;
      tensor.readersLeft--;
      if (tensor.readersLeft === 0 && !tensor.kept && !tensor.everywhere) for (const memory of tensor.requested) world.memories[memory]!.liveBytes -= tensor.bytes;
    }
    jobs[op.job]!.opsLeft--;
    if (jobs[op.job]!.opsLeft === 0) endJob(op.job);
  }

  // ── activities ──

  /** Sends a transfer through its phases. */
  function transmit({ fixedTicks, workTicks, demands }: Phases, id: number, finish: () => void): void {
    if (demands.length === 0) {
      schedule(world.now + ceilTicks(fixedTicks + workTicks), EventKind.transferEnded, id, finish);
      return;
    }
    const join = (): void => joinSharing({ order: 0, id, work: workTicks, rate: NaN, since: world.now, demands, endKind: EventKind.transferEnded, finish });
    const fixed = ceilTicks(fixedTicks);
    if (fixed > 0) schedule(world.now + fixed, EventKind.latencyEnded, id, join);
    else join();
  }

  const remaining = (activity: Activity): number => (Number.isNaN(activity.rate) ? activity.work : Math.max(0, activity.work - activity.rate * (world.now - activity.since)));

  function leaveSharing(op: Op): Activity | undefined {
    const activity = activities.find((one) => one.order === 1 && one.id === op.id);
    if (activity === undefined) return undefined;
    activities = activities.filter((one) => one !== activity);
    events = events.filter((event) => event !== activity.ends);
    activitiesChanged = true;
    return activity;
  }

  function joinSharing(activity: Activity): void {
    if (activity.work <= 0) {
      schedule(world.now, activity.endKind, activity.id, activity.finish);
      return;
    }
    activities.push(activity);
    activitiesChanged = true;
  }

  function solveRates(): void {
    activities.sort((a, b) => a.order - b.order || a.id - b.id);
    const rates = maxMinRates(activities.map((activity) => activity.demands), instance.resourceCapacity);
    for (const [i, activity] of activities.entries()) {
      if (activity.rate === rates[i]) continue;
      activity.work = remaining(activity);
      activity.since = world.now;
      activity.rate = rates[i]!;
      events = events.filter((event) => event !== activity.ends);
      activity.ends = schedule(world.now + ceilTicks(activity.work / activity.rate), activity.endKind, activity.id, () => {
        activities = activities.filter((other) => other !== activity);
        activitiesChanged = true;
        activity.finish();
      });
    }
  }

  // ── policies ──

  const gate: Gate = {
    signal(edge, atTicks = world.now) {
      if (edges[edge]!.signalled || atTicks < world.now) throw new Error(`edge ${edge} cannot be signalled at ${atTicks}`);
      edges[edge]!.signalled = true;
      if (atTicks === world.now) signal(edge);
      else schedule(atTicks, EventKind.signal, edge, () => signal(edge));
    },
  };

  const dispatch: Dispatch = {
    place(id, device, priority = 0) {
      const op = ops[id]!;
      if (op.device >= 0) throw new Error(`op ${id} was placed before`);
      if (instance.costTicks[op.class * instance.deviceCount + device] === Infinity) throw new Error(`op ${id} cannot run on device ${device}`);
      if (view.estimateTicks(id, device) === Infinity) device = instead(id);
      op.planned ||= Number.isNaN(op.ready);
      op.expectedSetup = view.setupTicks(id, device);
      op.device = device;
      op.priority = priority;
      op.placedOrder = op.expectedOrder = placedCount++;
      const due = inDispatch ? world.now + ceilTicks(perCallTicks + ++placedInTurn * perOpTicks) : world.now;
      op.held = due > world.now;
      if (!op.held) bind(op);
      else {
        decisions.push({ op, due, ahead: false });
        schedule(due, EventKind.host, 0, () => {});
      }
    },
    start(id) {
      const held = decisions.find((decision) => decision.op.id === id);
      if (held) {
        held.ahead = true;
        return;
      }
      if (!canStart(ops[id]!)) throw new Error(`op ${id} cannot start`);
      noteData();
      start(ops[id]!);
    },
    wakeAt(ticks) {
      if (ticks < world.now) throw new Error(`wake-up at ${ticks} is past`);
      schedule(ticks, EventKind.wake, 0, () => (wakeDue = true));
    },
  };

  /** The placement takes effect. */
  function bind(op: Op): void {
    op.held = false;
    op.placed = world.now;
    for (const tensor of op.inputs) {
      const edge = edges.find((candidate) => candidate.to === op.id && candidate.tensor === tensor);
      if (edge === undefined ? !Number.isNaN(jobs[op.job]!.arrival) : edge.visible) moveTensor(tensors[tensor]!, devices[op.device]!.memory, op);
    }
  }

  function workOffDecisions(): void {
    for (const { op, ahead } of decisions.filter(({ due }) => due <= world.now)) {
      if (view.estimateTicks(op.id, op.device) === Infinity) {
        const device = instead(op.id);
        op.expectedSetup = view.setupTicks(op.id, device);
        op.device = device;
        op.expectedOrder = placedCount++;
      }
      bind(op);
      if (!ahead || !canStart(op)) continue;
      noteData();
      start(op);
    }
    decisions = decisions.filter(({ due }) => due > world.now);
  }

  function tellScheduler(): void {
    if (untold.ended.length + untold.ready.length === 0 && !untold.wake) return;
    if (world.now < nextTurn) {
      schedule(nextTurn, EventKind.host, 0, () => {});
      return;
    }
    const { ended, ready } = untold;
    untold = { ended: [], ready: [], wake: false };
    placedInTurn = 0;
    for (const op of ended) scheduler.completed?.(view, op.id, op.end - op.start);
    for (const op of ready) scheduler.ready?.(view, op.id);
    dispatchCount++;
    inDispatch = true;
    scheduler.dispatch(view, dispatch);
    inDispatch = false;
    nextTurn = world.now + Math.max(ceilTicks(perCallTicks + placedInTurn * perOpTicks), Math.ceil(minIntervalTicks));
  }

  function startQueued(): void {
    for (const device of devices) {
      for (;;) {
        const queue = ops.filter((op) => op.device === device.id && isBound(op) && Number.isNaN(op.start)).sort((a, b) => a.phase - b.phase || b.priority - a.priority || a.placedOrder - b.placedOrder);
        const next = scheduler.queueOrder === "in-order" ? queue.slice(0, 1).find(canStart) : queue.find(canStart);
        if (next === undefined) break;
        start(next);
      }
    }
  }

  function noteData(): void {
    for (const op of ops) if (Number.isNaN(op.data) && isBound(op) && !Number.isNaN(op.ready) && hasData(op)) op.data = world.now;
  }

  // ── the loop ──

  const byId = (a: Op, b: Op): number => a.id - b.id;

  function runRound(due: Event[]): void {
    roundCount++;
    endedOps = [];
    readyOps = [];
    wakeDue = false;
    due.sort((a, b) => a.kind - b.kind || a.id - b.id);
    for (const event of due) event.apply();

    endedOps.sort(byId);
    for (const op of endedOps) {
      if (sync.ended) sync.ended(view, op.id, gate);
      else for (const edge of edges) if (edge.from === op.id) gate.signal(edge.id);
    }
    tellNews();
    workOffDecisions();
    untold.ended.push(...endedOps);
    untold.ready.push(...readyOps.filter((op) => op.device < 0).sort(byId));
    untold.wake ||= wakeDue;
    tellScheduler();
    noteData();
    startQueued();
    if (activitiesChanged) solveRates();
    activitiesChanged = false;
  }

  const { changeTicks = new Float64Array(0), changeDevice, changeSpeed } = instance;
  for (const [id, at] of changeTicks.entries()) {
    const device = devices[changeDevice![id]!]!;
    if (at === 0) device.speed = changeSpeed![id]!;
    else schedule(at, EventKind.change, id, () => change(device, changeSpeed![id]!));
  }
  sync.prepare?.(view);
  for (const op of ops) op.phase = sync.phase?.(op.id) ?? 0;
  scheduler.prepare?.(view, dispatch);
  for (const job of jobs) if (job.due < Infinity) schedule(job.due, EventKind.arrival, job.id, () => arrive(job.id));
  schedule(0, EventKind.arrival, -1, () => {}); // Round 0 takes place even if no job arrives then.
  while (events.length > 0 && ops.some((op) => Number.isNaN(op.end))) {
    const first = events.reduce((a, b) => (b.time < a.time || (b.time === a.time && b.round < a.round) ? b : a));
    const due = events.filter((event) => event.time === first.time && event.round === first.round);
    events = events.filter((event) => !due.includes(event));
    if (first.time > world.now) notePeaks();
    world.now = first.time;
    round = first.round;
    runRound(due);
  }
  notePeaks();
  const waiting = ops.filter((op) => Number.isNaN(op.end));
  if (waiting.length > 0) throw new Error(`deadlock: ops ${waiting.map((op) => op.id).join(", ")} never end`);
  return { ops, transfers, jobs, makespan: Math.max(0, ...ops.map((op) => op.end)), peakBytes: world.memories.map((memory) => memory.peakBytes), dispatchCount, roundCount, redirectedCount };
}

/** Rounds a duration up to whole ticks, forgiving a little float dust. */
function ceilTicks(duration: number): number {
  return Math.max(0, Math.ceil(duration - 1e-6));
}
