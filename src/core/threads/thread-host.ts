import { resized } from "../../base/columns.ts";
import { SimulationError } from "../../base/errors.ts";
import { randomSource } from "../../base/random.ts";
import { counted, formatNs } from "../../base/units.ts";
import type { RunnableReason, ThreadPolicy } from "../../plugin.ts";
import { EventKind, eventKey } from "../event-key.ts";
import type { EventQueue } from "../event-queue.ts";
import type { SharedResources } from "../shared-resources.ts";
import { ceilTicks } from "../ticks.ts";
import { CoreTable } from "./core-table.ts";
import { Draws } from "./draws.ts";
import type { GraphPort } from "./graph-port.ts";
import { Interpreter, Next, type InterpreterHost } from "./interpreter.ts";
import { Inversions } from "./inversions.ts";
import type { MemoryModel } from "./memory-model.ts";
import { ObjectIds } from "./objects.ts";
import { ObjectUse } from "./object-use.ts";
import { Channels } from "./primitives/channels.ts";
import { Heaps } from "./primitives/heaps.ts";
import { RaceDetector, touchesData } from "./race-detector.ts";
import { RunnableNews } from "./runnable-news.ts";
import { lockCycle, positionOf, starved, stuck, noProgress, type ThreadFinding } from "./findings.ts";
import { THREAD_ORDER, ThreadActivities, TRANSFER_ORDER, type ThreadResources } from "./thread-activities.ts";
import { sectionFactor } from "./section-factor.ts";
import type { ThreadKernel } from "./thread-kernel.ts";
import { IntervalLog, WakeLog } from "./thread-log.ts";
import { ThreadMeasures } from "./thread-measures.ts";
import { MAX_ROWS, ThreadRows } from "./thread-rows.ts";
import type { ThreadSpec } from "./thread-spec.ts";
import type { Use } from "./thread-table.ts";
import { Phase, ThreadState, ThreadTable } from "./thread-table.ts";
import { LiveThreadView } from "./thread-view.ts";
import { WaitLists } from "./wait-lists.ts";

/** Most threads of a run, those that have ended included. */
const mostThreads = 1_000_000;
/** More than so many preemptions at one tick are taken for a policy that goes round in circles. */
const mostPreemptions = 100_000;

/** Threads, as a simulation is given them. */
export interface ThreadSetting {
  readonly spec: ThreadSpec;
  readonly policy: ThreadPolicy;
  readonly policyName: string;
  readonly memory?: MemoryModel | undefined;
  /** The device whose operators threads run on their cores; undefined = the graph, if there is one, is no business of theirs. */
  readonly device?: number | undefined;
}

/** What the host needs of the engine that it is part of. */
export interface ThreadEngine {
  readonly queue: EventQueue;
  readonly resources: SharedResources;
  readonly at: ThreadResources;
  readonly tickNs: number;
  readonly seed: number;
  /** The tick of the round. */
  now(): number;
}

/**
 * The threads of a simulation: who runs where, what each does, and what it waits for. The engine hands it the events of
 * a round, then lets it act once: threads whose time has come run their instructions, in the order of the events and
 * then of what they set off; slices that ended take cores away; idle cores are given to threads, and threads that should
 * give way do.
 */
export class ThreadHost implements InterpreterHost, ThreadKernel {
  readonly spec: ThreadSpec;
  readonly table: ThreadTable;
  readonly cores: CoreTable;
  readonly objects: ObjectIds;
  readonly lists: WaitLists;
  readonly use: ObjectUse;
  readonly measures: ThreadMeasures;
  readonly rows: ThreadRows;
  readonly wakes = new WakeLog();
  /** Times in which threads could run and had no core, with the core that they came to. */
  readonly readyLog = new IntervalLog(MAX_ROWS);
  readonly races: RaceDetector | undefined;
  readonly inversions: Inversions;
  readonly interpreter: Interpreter;
  readonly heaps: Heaps;
  readonly view: LiveThreadView;
  /** Why the threads can not go on; the run is over then. */
  outcome: ThreadFinding | undefined;
  endedCount = 0;
  /** When the last thread ended. */
  lastEnd = 0;
  switchCount = 0;
  migrationCount = 0;
  preemptionCount = 0;

  readonly #engine: ThreadEngine;
  readonly #policy: ThreadPolicy;
  readonly #policyName: string;
  readonly #memory: MemoryModel | undefined;
  readonly #activities: ThreadActivities;
  readonly #channels: Channels;
  readonly #chance: () => number;
  /** Whose instructions run just now; -1 = nobody's. */
  #acting = -1;
  #switchTicks = 0;
  /** Threads whose instructions are to be run, first come first; a ring would do, but it is short. */
  #due = new Int32Array(256);
  #dueHead = 0;
  #dueTail = 0;
  readonly #news: RunnableNews;
  /** Cores whose slice has ended in this round, with the tenure that it belongs to. */
  readonly #slices: number[] = [];
  /** Threads that wait for a core. */
  #waitingForCore = 0;
  /** Somebody became runnable, stopped, or has another priority. */
  #mustDispatch = false;
  /** The hook of the policy that is being called; "" = none. */
  #hook = "";
  readonly #joiners = new Map<number, number[]>();
  #lastProgress = 0;
  /** How many preemptions there were at the tick of the last one. */
  #preemptedOnce = 0;
  #preemptedTicks = -1;
  #roundCount = 0;
  now = 0;

  constructor(setting: ThreadSetting, engine: ThreadEngine, graph?: (host: ThreadHost) => GraphPort) {
    const { spec } = setting;
    this.spec = spec;
    this.#engine = engine;
    this.#policy = setting.policy;
    this.#policyName = setting.policyName;
    this.#memory = setting.memory;
    this.table = new ThreadTable(spec);
    this.cores = new CoreTable(spec.cores);
    this.objects = new ObjectIds(spec);
    this.lists = new WaitLists(this.objects.count);
    this.use = new ObjectUse(this.objects.count);
    this.measures = new ThreadMeasures(spec);
    this.rows = new ThreadRows(this.cores.count);
    this.races = touchesData(spec.program) ? new RaceDetector(this.table, this.objects, spec.program) : undefined;
    this.inversions = new Inversions(this);
    this.view = new LiveThreadView(this, randomSource(engine.seed, `threads/${setting.policyName}`), engine.tickNs);
    this.#chance = randomSource(engine.seed, "threads/locks");
    this.#activities = new ThreadActivities(this.table, this.cores, engine.queue, engine.resources, engine.at, this.rows, setting.memory);
    this.#channels = new Channels(this, (ticks, message) => engine.queue.push(ceilTicks(ticks), eventKey(EventKind.message, message), 0));
    this.#news = new RunnableNews();
    this.heaps = new Heaps(this);
    this.interpreter = new Interpreter(this, new Draws(engine.seed, spec), this.measures, this.#channels, this.heaps, this.races, graph?.(this));
    this.#guarded(() => {
      this.#hook = "prepare";
      this.#policy.prepare?.(this.view);
      this.#switchTicks = this.#policy.switchTicks ?? spec.costs.switchTicks;
      this.#hook = "";
      if (!(this.#switchTicks >= 0 && this.#switchTicks < Infinity)) this.#policyError(`switchTicks: a switch takes ${String(this.#switchTicks)} ticks`);
    });
    for (let thread = 0; thread < this.table.count; thread++) this.#timer(thread, spec.groups[this.table.group[thread]!]!.startTicks);
    this.#watch();
  }

  get costs() {
    return this.spec.costs;
  }

  get allEnded(): boolean {
    return this.endedCount === this.table.count;
  }

  // ── events ──

  /** One event of this round. */
  handle(kind: EventKind, entity: number, generation: number): void {
    this.now = this.#engine.now();
    const { table } = this;
    switch (kind) {
      case EventKind.threadTimer:
        if (table.generation[entity] !== generation) return;
        table.generation[entity] = (generation + 1) & 0xfffff;
        this.#becomeRunnable(entity, table.state[entity] === ThreadState.unborn ? "new" : "woken");
        return;
      case EventKind.threadDone:
        if (table.generation[entity] === generation) this.#workDone(entity);
        return;
      case EventKind.message:
        this.#channels.arrive(entity);
        return;
      case EventKind.fileEnd:
        this.#transferDone(entity);
        return;
      case EventKind.slice:
        if ((this.cores.tenure[entity]! & 0xfffff) === generation) this.#slices.push(entity);
        return;
      default:
        this.#lookOut();
    }
  }

  /** Key of the event that is the end of an activity with shared resources; and its generation. */
  sharedEndKey(order: number): number {
    return order < TRANSFER_ORDER ? eventKey(EventKind.threadDone, order - THREAD_ORDER) : eventKey(EventKind.fileEnd, order - TRANSFER_ORDER);
  }
  sharedEndGeneration(order: number): number {
    return order < TRANSFER_ORDER ? this.table.generation[order - THREAD_ORDER]! : 0;
  }

  /** Lets everybody act whose time has come. */
  round(): void {
    this.#guarded(this.#act);
  }

  readonly #act = (): void => {
    this.now = this.#engine.now();
    if (++this.#roundCount > this.spec.watch.roundBudget) this.#notOver();
    this.#runDue();
    this.#endSlices();
    while (this.#mustDispatch && this.outcome === undefined) {
      this.#mustDispatch = false;
      this.#tellNews();
      this.#returnToCores();
      if (this.cores.idleCount > 0 && this.#waitingForCore > 0) this.#fillIdleCores();
      if (this.#policy.preempt !== undefined && this.#waitingForCore > 0) this.#preempt();
      this.#runDue();
    }
    if (this.#memory !== undefined && this.outcome === undefined) this.#activities.retime(this.now);
  };

  /** Nothing can happen any more, and threads are left. */
  stuck(): void {
    this.outcome ??= stuck(this);
  }

  // ── what primitives and the interpreter ask for ──

  charge(thread: number, ticks: number): void {
    this.table.syncLeft[thread]! += ticks;
  }

  delay(thread: number, ticks: number): void {
    const { syncLeft } = this.table;
    if (ticks > syncLeft[thread]!) syncLeft[thread] = ticks;
  }

  wait(thread: number, object: number, spins: boolean, spinTicks = Infinity): void {
    const { table } = this;
    if (table.waitsFor[thread] !== object) {
      table.waitsFor[thread] = object;
      table.waitTicks[thread] = this.now;
    }
    this.lists.append(object, thread);
    table.phase[thread] = Phase.waiting;
    table.isSpinning[thread] = spins && spinTicks > 0 ? 1 : 0;
    table.spinLimit[thread] = spinTicks;
    if (table.isSpinning[thread] === 0) this.#beginParking(thread);
    this.outcome ??= lockCycle(this, thread);
  }

  grant(thread: number, delayTicks: number): void {
    const { table } = this;
    const object = table.waitsFor[thread]!;
    this.lists.remove(object, thread);
    this.endWait(thread);
    this.#resume(thread, Phase.granted, delayTicks);
  }

  retry(thread: number, delayTicks: number): void {
    this.lists.remove(this.table.waitsFor[thread]!, thread);
    this.#resume(thread, this.table.retryPhase[thread]! as Phase, delayTicks);
  }

  endWait(thread: number): void {
    const { table } = this;
    this.use.waited(table.waitsFor[thread]!, thread, table.waitTicks[thread]!, this.now, table.isSpinning[thread] === 0);
    table.waitsFor[thread] = -1;
  }

  park(thread: number, object: number): void {
    this.table.waitsFor[thread] = object;
    this.table.waitTicks[thread] = this.now;
    this.table.phase[thread] = Phase.waiting;
    this.#beginParking(thread);
  }

  isSpinningNow(thread: number): boolean {
    return this.table.isSpinning[thread] === 1 && this.table.core[thread]! >= 0;
  }

  setPriority(thread: number, priority: number): void {
    if (this.table.priority[thread] === priority) return;
    this.table.priority[thread] = priority;
    this.#hook = "priorityChanged";
    this.#policy.priorityChanged?.(this.view, thread);
    this.#hook = "";
    this.#mustDispatch = true;
  }

  random(): number {
    return this.#chance();
  }

  sleepUntil(thread: number, ticks: number): boolean {
    const at = ceilTicks(ticks);
    if (at <= this.now) return false;
    this.#timer(thread, at);
    return true;
  }

  spawn(spawner: number, group: number, argument: number): number {
    const { table, spec } = this;
    if (table.count >= mostThreads) this.fail(spawner, "too-many-threads", `spawns one more of "${spec.groups[group]!.name}", and there are ${table.count} threads already`, "let a thread spawn others a known number of times, or feed a few by a queue");
    const thread = table.add(spec, group, table.count);
    table.registers[thread * table.registerCount + 2] = argument;
    table.releaseTicks[thread] = this.now;
    table.deadlineTicks[thread] = this.now + spec.groups[group]!.deadlineTicks;
    this.#becomeRunnable(thread, "new");
    return thread;
  }

  join(thread: number, other: number): boolean {
    if (this.table.state[other] === ThreadState.ended) return false;
    const joiners = this.#joiners.get(other);
    if (joiners === undefined) this.#joiners.set(other, [thread]);
    else joiners.push(thread);
    this.park(thread, -1);
    return true;
  }

  compute(thread: number, ticks: number, access: number, data: number, share: number, demand = 0): void {
    const { table } = this;
    if (!(ticks >= 0 && ticks < Infinity)) this.fail(thread, "bad-duration", `computes for ${ticks} ticks`, "durations must be finite and not negative");
    table.access[thread] = access;
    table.demand[thread] = demand;
    const factor = this.spec.sections === undefined ? 1 : sectionFactor(this, thread);
    table.computeLeft[thread]! += access >= 0 && this.#memory !== undefined ? this.#beginTouching(thread, access, data, share * factor, ticks * factor) : ticks * factor;
  }

  #beginTouching(thread: number, access: number, data: number, share: number, ticks: number): number {
    try {
      return this.#memory!.begin(thread, this.table.core[thread]!, access, data, share, ticks);
    } catch (cause) {
      if (!(cause instanceof SimulationError)) throw cause;
      const { code, message, hint } = cause.issues[0]!;
      return this.fail(thread, code, `finds no memory: ${message}`, hint);
    }
  }

  transfer(thread: number, object: number, bytes: number): void {
    const { resources, at } = this.#engine;
    const group = this.objects.group(object, "file");
    this.use.taken[object]!++;
    this.park(thread, object);
    const key = TRANSFER_ORDER + thread;
    const bundle = resources.bundle(key, this.now);
    resources.use(bundle, at.files + object, group.bytesPerTick);
    this.#transfers.set(thread, resources.open(bundle, key, bytes / group.bytesPerTick + group.latencyTicks, this.now));
  }

  progress(): void {
    this.#lastProgress = this.now;
  }

  fail(thread: number, code: string, message: string, hint?: string): never {
    throw new SimulationError({
      code, message: `thread ${this.nameOf(thread)} ${message} (at ${formatNs(this.now * this.#engine.tickNs)})`, ...this.#at(thread), ...(hint !== undefined && { hint }),
    });
  }

  /** Where the thread's instruction is written. */
  #at(thread: number): { readonly file?: string; readonly line?: number; readonly column?: number } {
    const { line, column } = positionOf(this, this.table.pc[thread]!);
    return line > 0 ? { file: this.spec.program.file, line, column } : {};
  }

  placeOf(pc: number): string {
    const { line, column } = positionOf(this, pc);
    return line > 0 ? `${this.spec.program.file}:${line}:${column}` : "";
  }

  /** As messages name it: `worker[3]`. */
  nameOf(thread: number): string {
    const group = this.spec.groups[this.table.group[thread]!]!;
    return group.count === 1 && this.table.number[thread] === 0 ? group.name : `${group.name}[${this.table.number[thread]}]`;
  }

  get tickNs(): number {
    return this.#engine.tickNs;
  }

  /** Operators that become ready without a thread's doing. */
  deliver(group: number, value: number): void {
    this.now = this.#engine.now();
    this.interpreter.queues.deliver(this.objects.start[group]!, value);
  }

  /** Nothing more will be delivered there. */
  closeQueue(group: number): void {
    this.now = this.#engine.now();
    this.interpreter.queues.close(-1, this.objects.start[group]!);
  }

  /** What a thread waited for without standing in a line has come. */
  wake(thread: number): void {
    this.now = this.#engine.now();
    this.table.waitsFor[thread] = -1;
    this.#resume(thread, Phase.granted, 0);
  }

  // ── threads ──

  /** The transfer of each thread that waits for one. */
  readonly #transfers = new Map<number, number>();

  #timer(thread: number, ticks: number): void {
    this.#engine.queue.push(ticks, eventKey(EventKind.threadTimer, thread), this.table.generation[thread]!);
  }

  #becomeRunnable(thread: number, why: RunnableReason): void {
    this.table.state[thread] = ThreadState.runnable;
    this.table.runnableTicks[thread] = this.now;
    if (why === "new") this.table.bornTicks[thread] = this.now;
    this.#waitingForCore++;
    this.#news.push(thread, why);
    this.#mustDispatch = true;
  }

  #beginParking(thread: number): void {
    const { table } = this;
    table.isSpinning[thread] = 0;
    table.isParking[thread] = 1;
    table.syncLeft[thread]! += this.costs.parkTicks;
  }

  /** What the thread waited for has come: it goes on as soon as it notices. */
  #resume(thread: number, phase: Phase, delayTicks: number): void {
    const { table } = this;
    table.phase[thread] = phase;
    if (table.isSpinning[thread] === 1) {
      this.#activities.settle(thread, this.now, false);
      table.isSpinning[thread] = 0;
      this.delay(thread, delayTicks);
      if (table.core[thread]! >= 0) this.#goOn(thread);
    } else if (table.isParking[thread] === 1 || table.state[thread] !== ThreadState.blocked) {
      // It has not gone to sleep yet, or is on its way to a core: it will notice by itself.
      table.isParking[thread] = 0;
    } else {
      this.wakes.push(this.#acting, thread, this.now);
      const delay = ceilTicks(delayTicks + this.costs.wakeLatencyTicks);
      if (delay > 0) this.#timer(thread, this.now + delay);
      else this.#becomeRunnable(thread, "woken");
    }
  }

  #workDone(thread: number): void {
    const { table } = this;
    const hasSpun = table.isSpinning[thread] === 1 && this.#activities.owed(thread) === 0;
    this.#activities.settle(thread, this.now, true);
    if (hasSpun) this.#beginParking(thread);
    this.#goOn(thread);
  }

  #transferDone(thread: number): void {
    this.#engine.resources.close(this.#transfers.get(thread)!);
    this.#transfers.delete(thread);
    this.endWait(thread);
    this.#resume(thread, Phase.granted, 0);
  }

  /** The thread has its core: it works off what it owes, or runs its instructions. */
  #goOn(thread: number): void {
    if (this.#activities.owed(thread) > 0) {
      this.#activities.start(thread, this.now);
      return;
    }
    // What it waited for may come in the very round in which its work has ended: then it goes on when that has come.
    this.table.dueTicket[thread] = this.#dueTail + 1;
    if (this.#dueTail === this.#due.length) this.#due = resized(this.#due, this.#due.length * 2);
    this.#due[this.#dueTail++] = thread;
  }

  #runDue(): void {
    while (this.#dueHead < this.#dueTail && this.outcome === undefined) {
      const thread = this.#due[this.#dueHead++]!;
      if (this.table.dueTicket[thread] !== this.#dueHead) continue;
      this.table.dueTicket[thread] = 0;
      // It may have lost its core meanwhile, or been given something to work off first.
      if (this.table.core[thread]! >= 0 && this.table.isActive[thread] === 0) this.#step(thread);
    }
    if (this.#dueHead === this.#dueTail) this.#dueHead = this.#dueTail = 0;
  }

  /** Runs instructions until the thread needs time. */
  #step(thread: number): void {
    const { table } = this;
    if (table.isParking[thread] === 1) {
      table.isParking[thread] = 0;
      if (table.phase[thread] === Phase.waiting) {
        this.#leaveCore(thread, "blocked", ThreadState.blocked);
        return;
      }
    }
    this.#acting = thread;
    const next = this.interpreter.run(thread);
    this.#acting = -1;
    switch (next) {
      case Next.work:
        this.#goOn(thread);
        return;
      case Next.spin:
        this.#spin(thread);
        return;
      case Next.park:
        this.#goOn(thread);
        return;
      case Next.block:
        this.#leaveCore(thread, "blocked", ThreadState.blocked);
        return;
      case Next.yield:
        this.#leaveCore(thread, "yielded", ThreadState.runnable);
        this.#becomeRunnable(thread, "yielded");
        return;
      case Next.end:
        this.#end(thread);
    }
  }

  /** Who spins for a while only first works off what it owes, so that the while begins then; and so does who shares its core, since what it owes takes longer there. */
  #spin(thread: number): void {
    const limit = this.table.spinLimit[thread]!;
    const paysFirst = (limit < Infinity || this.cores.siblings[this.table.core[thread]!]! > 1) && this.#activities.owed(thread) > 0;
    this.#activities.start(thread, this.now, paysFirst ? 0 : limit);
  }

  #end(thread: number): void {
    this.#leaveCore(thread, "blocked", ThreadState.ended);
    this.table.endTicks[thread] = this.lastEnd = this.now;
    this.endedCount++;
    this.#memory?.ended(thread);
    this.progress();
    const joiners = this.#joiners.get(thread);
    if (joiners === undefined) return;
    this.#joiners.delete(thread);
    this.#acting = thread;
    for (const joiner of joiners) this.wake(joiner);
    this.#acting = -1;
  }

  // ── cores ──

  #leaveCore(thread: number, why: RunnableReason | "blocked", state: ThreadState): void {
    const { table, cores } = this;
    const core = table.core[thread]!;
    this.#activities.settle(thread, this.now, false);
    table.switchLeft[thread] = 0;
    const ran = this.now - table.sinceTicks[thread]!;
    table.ranTicks[thread]! += ran;
    table.sinceTicks[thread] = NaN;
    table.core[thread] = -1;
    table.lastCore[thread] = core;
    table.state[thread] = state;
    cores.running[core] = -1;
    cores.idleCount++;
    cores.tenure[core]!++;
    this.#hook = "stopped";
    this.#policy.stopped?.(this.view, thread, core, ran, why);
    this.#hook = "";
    if (table.firstHeld[thread]! >= 0) this.inversions.ownerStopped(thread, this.now);
    this.#mustDispatch = true;
  }

  #tellNews(): void {
    this.#news.sort();
    for (let i = 0; i < this.#news.length; i++) {
      this.#hook = "runnable";
      this.#policy.runnable(this.view, this.#news.thread(i), this.#news.why(i));
    }
    this.#hook = "";
  }

  /** The cores where those that came ran last are asked first, if they are idle: nobody need move. */
  #returnToCores(): void {
    for (let i = 0; i < this.#news.length && this.cores.idleCount > 0; i++) {
      const core = this.table.lastCore[this.#news.thread(i)]!;
      if (core >= 0 && this.cores.running[core]! < 0) this.#giveCore(core);
    }
    this.#news.clear();
  }

  #endSlices(): void {
    if (this.#slices.length === 0) return;
    for (const core of this.#slices) {
      const thread = this.cores.running[core]!;
      if (thread < 0 || this.#stillSwitches(thread, core)) continue;
      // Who came in this round stands in line before the one whose slice has ended.
      this.#leaveCore(thread, "slice", ThreadState.runnable);
      this.#becomeRunnable(thread, "slice");
    }
    this.#slices.length = 0;
  }

  /** Sharing its core made the switch take longer than expected: the slice begins anew, with what is left of it. */
  #stillSwitches(thread: number, core: number): boolean {
    const { table } = this;
    if (table.switchLeft[thread] === 0) return false;
    this.#activities.settle(thread, this.now, false);
    if (table.switchLeft[thread]! < 1e-9) return false;
    this.#armSlice(thread, core);
    this.#activities.start(thread, this.now);
    return true;
  }

  #fillIdleCores(): void {
    const { running, count } = this.cores;
    for (let core = 0; core < count && this.#waitingForCore > 0 && this.cores.idleCount > 0; core++) if (running[core]! < 0) this.#giveCore(core);
  }

  #preempt(): void {
    for (let round = 0; round <= this.cores.count; round++) {
      this.#hook = "preempt";
      const core = this.#policy.preempt!(this.view);
      this.#hook = "";
      if (core < 0) return;
      const thread = this.cores.running[core] ?? -1;
      if (thread < 0) this.#policyError(`preempt: ${shown(core, "core")} has no thread to preempt`);
      this.#leaveCore(thread, "preempted", ThreadState.runnable);
      this.preemptionCount++;
      if (this.#preemptedTicks !== this.now) [this.#preemptedTicks, this.#preemptedOnce] = [this.now, 0];
      if (++this.#preemptedOnce > mostPreemptions) this.#policyError(`preempt: took cores away ${mostPreemptions} times at one instant; it must say -1 when the thread on the core shall keep it`);
      this.#waitingForCore++;
      this.table.runnableTicks[thread] = this.now;
      this.#hook = "runnable";
      this.#policy.runnable(this.view, thread, "preempted");
      this.#hook = "";
      this.#giveCore(core);
    }
  }

  #giveCore(core: number): void {
    this.#hook = "next";
    const thread = this.#policy.next(this.view, core);
    this.#hook = "";
    if (thread < 0) return;
    const { table, cores, costs } = this;
    if (table.state[thread] !== ThreadState.runnable) this.#policyError(`next: ${shown(thread, "thread")} does not wait for a core`);
    if (!this.view.mayRun(thread, core)) this.#policyError(`next: thread ${this.nameOf(thread)} may not run on core ${core}`);
    this.#waitingForCore--;
    const readySince = table.runnableTicks[thread]!;
    if (this.now > readySince) {
      table.readyWaitTicks[thread]! += this.now - readySince;
      this.readyLog.push(thread, core, readySince, this.now, 0);
    }
    table.state[thread] = ThreadState.running;
    table.core[thread] = core;
    table.sinceTicks[thread] = this.now;
    cores.running[core] = thread;
    cores.idleCount--;
    if (cores.lastThread[core] !== thread) {
      this.switchCount++;
      table.switches[thread]!++;
      table.switchLeft[thread] = this.#switchTicks;
      const before = table.lastCore[thread]!;
      if (before >= 0 && before !== core) {
        this.migrationCount++;
        table.migrations[thread]!++;
        table.switchLeft[thread]! += costs.migrateTicks;
        // Of a thread that says how it touches memory, the model knows what is cold.
        if (this.#memory === undefined || table.access[thread]! < 0) table.switchLeft[thread]! += this.spec.groups[table.group[thread]!]!.workingSetBytes / costs.refillBytesPerTick;
      }
      if (table.firstHeld[thread]! >= 0) this.inversions.ownerRuns(thread, this.now, cores.lastThread[core]!);
      cores.lastThread[core] = thread;
    }
    table.lastCore[thread] = core;
    this.#armSlice(thread, core);
    this.#goOn(thread);
  }

  /** How long the thread may keep the core from when the switch to it is paid. */
  #armSlice(thread: number, core: number): void {
    if (this.#policy.slice === undefined) return;
    this.#hook = "slice";
    const slice = this.#policy.slice(this.view, thread, core);
    this.#hook = "";
    if (!(slice > 0)) this.#policyError(`slice: ${String(slice)} ticks for ${this.nameOf(thread)}, and a slice is longer than 0`);
    if (slice === Infinity) return;
    const switching = this.table.switchLeft[thread]! / this.cores.spec.speed[core]!;
    this.#engine.queue.push(ceilTicks(this.now + switching + slice), eventKey(EventKind.slice, core), this.cores.tenure[core]! & 0xfffff);
  }

  /** Runs what may call the policy; what that throws is told as its fault. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (cause) {
      if (cause instanceof SimulationError || this.#hook === "") throw cause;
      throw new SimulationError({ code: "policy-error", message: `thread policy "${this.#policyName}" failed in ${this.#hook}: ${cause instanceof Error ? cause.message : String(cause)}` }, cause);
    }
  }

  #policyError(what: string): never {
    throw new SimulationError({ code: "policy-error", message: `thread policy "${this.#policyName}": ${what} (at ${formatNs(this.now * this.tickNs)}, ${counted(this.table.count, "thread")})` });
  }

  // ── looking out for runs that get nowhere ──

  #notOver(): never {
    const { table } = this;
    const left = table.state.subarray(0, table.count).reduce((sum, state) => sum + (state === ThreadState.ended ? 0 : 1), 0);
    const first = table.state.indexOf(ThreadState.running);
    throw new SimulationError({
      code: "round-budget", message: `the run is not over after ${this.spec.watch.roundBudget} rounds (at ${formatNs(this.now * this.tickNs)}): ${counted(left, "thread")} of ${table.count} ${left === 1 ? "has" : "have"} not ended${first < 0 ? "" : `, ${this.nameOf(first)} among them`}`,
      ...(first >= 0 && this.#at(first)), hint: "let the threads end, simulate less, or raise watch.roundBudget",
    });
  }

  #watch(): void {
    const { livelockTicks, starvationTicks } = this.spec.watch;
    const window = Math.min(livelockTicks, starvationTicks);
    if (window < Infinity && !this.allEnded) this.#engine.queue.push(ceilTicks(this.now + Math.max(1, window / 2)), eventKey(EventKind.watch, 0), 0);
  }

  #lookOut(): void {
    const { livelockTicks, starvationTicks } = this.spec.watch;
    if (this.allEnded || this.outcome !== undefined) return;
    if (this.now - this.#lastProgress >= livelockTicks) this.outcome = noProgress(this, this.#lastProgress);
    else this.outcome = starved(this, starvationTicks);
    this.#watch();
  }

  /** Tells what the threads that run have spent their time on since their activities began, which is in no table yet. */
  underWay(now: number, tell: (core: number, thread: number, use: Use, from: number, to: number) => void): void {
    this.cores.running.forEach((thread, core) => {
      if (thread >= 0) this.#activities.underWay(thread, now, (use, from, to) => tell(core, thread, use, from, to));
    });
  }

  /** What the cores did with their time, in ticks; idle is what is left of (cores × time). */
  usedTicks(use: Use): number {
    let sum = 0;
    for (let core = 0; core < this.cores.count; core++) sum += this.cores.useTicks[core * 4 + use]!;
    return sum;
  }
}

/** What a policy answered, as messages show it. */
function shown(answer: unknown, what: string): string {
  return Number.isInteger(answer) ? `${what} ${answer as number}` : `${typeof answer === "number" ? String(answer) : (JSON.stringify(answer) ?? "undefined")}, which is no ${what},`;
}
