import { resized } from "../../base/columns.ts";
import { STRIDE } from "./opcode.ts";
import type { ThreadSpec } from "./thread-spec.ts";

/** Where a thread is in its life. */
export const ThreadState = { unborn: 0, runnable: 1, running: 2, blocked: 3, ended: 4 } as const;
export type ThreadState = (typeof ThreadState)[keyof typeof ThreadState];

/** How far the instruction of a thread has come. */
export const Phase = {
  /** It has not begun, or begins anew. */
  fresh: 0,
  /** It waits in the list of an object, spinning or parked. */
  waiting: 1,
  /** What it waited for was given to it. */
  granted: 2,
  /** `wait`: signalled, and now after its lock. */
  relock: 3,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** What the time of a thread on a core went into. */
export const Use = { compute: 0, sync: 1, spin: 2, switching: 3 } as const;
export type Use = (typeof Use)[keyof typeof Use];

/** The generation of events that are timers of spinning threads; those of activities are below it. */
export const SPIN_TIMER = 2 ** 20 - 1;

/** Everything about the threads, one column each; grows as threads are spawned. Times in ticks. */
export class ThreadTable {
  readonly registerCount: number;
  count = 0;

  group = new Uint32Array(0);
  /** Within its group. */
  number = new Uint32Array(0);
  state = new Uint8Array(0);
  /** Position of its instruction in the code. */
  pc = new Int32Array(0);
  phase = new Uint8Array(0);
  /** {@link ThreadTable.registerCount} each. */
  registers = new Float64Array(0);
  /** What a grant brought: the item of a queue. */
  mailbox = new Float64Array(0);

  // ── on cores ──
  /** -1 = not running. */
  core = new Int32Array(0);
  lastCore = new Int32Array(0);
  /** When it got its core this time, and when it began to wait for one. */
  sinceTicks = new Float64Array(0);
  runnableTicks = new Float64Array(0);
  /** Time on cores before this time, and time spent waiting for a core. */
  ranTicks = new Float64Array(0);
  readyWaitTicks = new Float64Array(0);
  /** Times that it came to a core where another ran before it; of those, where it ran on another core before. */
  switches = new Uint32Array(0);
  migrations = new Uint32Array(0);
  /** Work still to do before the next instruction: switching, synchronizing, computing; ticks alone at speed 1. */
  switchLeft = new Float64Array(0);
  syncLeft = new Float64Array(0);
  computeLeft = new Float64Array(0);
  /** 1 = its program has gone on beyond {@link syncLeft}, and what it computes after that is in {@link computeLeft} already. */
  isAhead = new Uint8Array(0);
  /** What was added to {@link syncLeft} of one that is ahead, so that it takes whole ticks. */
  syncPad = new Float64Array(0);
  /** What one that was ahead shall compute when it has worked off the rest of {@link syncLeft}: it was interrupted before. */
  heldBack = new Float64Array(0);
  /** The counter of a mark that it passes when it has worked off {@link syncLeft}; -1 = none. */
  pendingMark = new Int32Array(0);
  /** Where in the code it is until it has worked off {@link syncLeft}, its program having gone on; -1 = at {@link pc}. */
  behindPc = new Int32Array(0);
  /** The memory access of what it computes; -1 = none. */
  access = new Int32Array(0);
  /** What it draws on the memory of the cores while it computes an operator at full speed, in bytes a tick. */
  demand = new Float64Array(0);
  /** When its activity began; and the activity itself where it shares resources, -1 = it does not. */
  activeTicks = new Float64Array(0);
  activity = new Int32Array(0);
  /** 1 = its activity is on its way. */
  isActive = new Uint8Array(0);
  /** Its place among those whose instructions are to be run in this round; 0 = it is none of them. */
  dueTicket = new Uint32Array(0);
  /** Events of an earlier generation are stale. */
  generation = new Uint32Array(0);

  // ── waiting ──
  /** The object it waits for, by its number among all; -1 = none. */
  waitsFor = new Int32Array(0);
  waitTicks = new Float64Array(0);
  /** The phase in which it tries again when it is told to. */
  retryPhase = new Uint8Array(0);
  /** 1 = it waits on its core. */
  isSpinning = new Uint8Array(0);
  /** For how long it spins before it parks; Infinity = until it gets what it waits for. */
  spinLimit = new Float64Array(0);
  /** When it has spun for long enough, where its core is its own; Infinity = never. And the next timer of the thread. */
  spinEndTicks = new Float64Array(0);
  spinTimerTicks = new Float64Array(0);
  /** 1 = it pays for going to sleep, and is about to leave its core. */
  isParking = new Uint8Array(0);

  // ── scheduling ──
  basePriority = new Float64Array(0);
  priority = new Float64Array(0);
  weight = new Float64Array(0);
  releaseTicks = new Float64Array(0);
  deadlineTicks = new Float64Array(0);
  /** Locks it holds: the first of a list; -1 = none. */
  firstHeld = new Int32Array(0);
  /** Instructions run since time last passed for it, and when that was. */
  steps = new Uint32Array(0);
  stepTicks = new Float64Array(0);
  /** When it was first runnable, and when it ended; NaN = not yet. */
  bornTicks = new Float64Array(0);
  endTicks = new Float64Array(0);

  constructor(spec: ThreadSpec) {
    this.registerCount = spec.program.registerCount;
    const total = spec.groups.reduce((sum, group) => sum + group.count, 0);
    this.#grow(Math.max(16, total));
    spec.groups.forEach((group, g) => {
      for (let i = 0; i < group.count; i++) this.add(spec, g, i);
    });
  }

  /** A thread that has not begun; returns its id. */
  add(spec: ThreadSpec, group: number, number: number): number {
    const thread = this.count++;
    if (thread === this.pc.length) this.#grow(thread * 2);
    const { program, registers, priority, weight, startTicks, deadlineTicks } = spec.groups[group]!;
    const size = this.registerCount;
    this.group[thread] = group;
    this.number[thread] = number;
    this.pc[thread] = spec.program.entry[program]! * STRIDE;
    const template = Math.min(number, Math.max(0, registers.length / size - 1)) * size;
    for (let r = 0; r < size; r++) this.registers[thread * size + r] = registers[template + r] ?? 0;
    this.registers[thread * size] = number;
    this.registers[thread * size + 1] = thread;
    this.core[thread] = -1;
    this.lastCore[thread] = -1;
    this.sinceTicks[thread] = NaN;
    this.pendingMark[thread] = -1;
    this.behindPc[thread] = -1;
    this.access[thread] = -1;
    this.activity[thread] = -1;
    this.waitsFor[thread] = -1;
    this.spinTimerTicks[thread] = Infinity;
    this.basePriority[thread] = priority;
    this.priority[thread] = priority;
    this.weight[thread] = weight;
    this.releaseTicks[thread] = startTicks;
    this.deadlineTicks[thread] = startTicks + deadlineTicks;
    this.firstHeld[thread] = -1;
    this.bornTicks[thread] = NaN;
    this.endTicks[thread] = NaN;
    return thread;
  }

  /** What the events of the thread so far were meant for is no more. */
  outdate(thread: number): void {
    const next = this.generation[thread]! + 1;
    this.generation[thread] = next === SPIN_TIMER ? 0 : next;
  }

  #grow(size: number): void {
    this.group = resized(this.group, size);
    this.number = resized(this.number, size);
    this.state = resized(this.state, size);
    this.pc = resized(this.pc, size);
    this.phase = resized(this.phase, size);
    this.registers = resized(this.registers, size * this.registerCount);
    this.mailbox = resized(this.mailbox, size);
    this.core = resized(this.core, size);
    this.lastCore = resized(this.lastCore, size);
    this.sinceTicks = resized(this.sinceTicks, size);
    this.runnableTicks = resized(this.runnableTicks, size);
    this.ranTicks = resized(this.ranTicks, size);
    this.readyWaitTicks = resized(this.readyWaitTicks, size);
    this.switches = resized(this.switches, size);
    this.migrations = resized(this.migrations, size);
    this.switchLeft = resized(this.switchLeft, size);
    this.syncLeft = resized(this.syncLeft, size);
    this.computeLeft = resized(this.computeLeft, size);
    this.isAhead = resized(this.isAhead, size);
    this.syncPad = resized(this.syncPad, size);
    this.heldBack = resized(this.heldBack, size);
    this.pendingMark = resized(this.pendingMark, size);
    this.behindPc = resized(this.behindPc, size);
    this.access = resized(this.access, size);
    this.demand = resized(this.demand, size);
    this.spinLimit = resized(this.spinLimit, size);
    this.spinEndTicks = resized(this.spinEndTicks, size);
    this.spinTimerTicks = resized(this.spinTimerTicks, size);
    this.activeTicks = resized(this.activeTicks, size);
    this.activity = resized(this.activity, size);
    this.isActive = resized(this.isActive, size);
    this.dueTicket = resized(this.dueTicket, size);
    this.generation = resized(this.generation, size);
    this.waitsFor = resized(this.waitsFor, size);
    this.waitTicks = resized(this.waitTicks, size);
    this.retryPhase = resized(this.retryPhase, size);
    this.isSpinning = resized(this.isSpinning, size);
    this.isParking = resized(this.isParking, size);
    this.basePriority = resized(this.basePriority, size);
    this.priority = resized(this.priority, size);
    this.weight = resized(this.weight, size);
    this.releaseTicks = resized(this.releaseTicks, size);
    this.deadlineTicks = resized(this.deadlineTicks, size);
    this.firstHeld = resized(this.firstHeld, size);
    this.steps = resized(this.steps, size);
    this.stepTicks = resized(this.stepTicks, size);
    this.bornTicks = resized(this.bornTicks, size);
    this.endTicks = resized(this.endTicks, size);
  }
}
