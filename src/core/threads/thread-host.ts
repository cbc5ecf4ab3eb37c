import { SimulationError } from "../../base/errors.ts";
import { randomSource } from "../../base/random.ts";
import { formatNs } from "../../base/units.ts";
import { EventKind, eventKey } from "../event-key.ts";
import { ceilTicks } from "../ticks.ts";
import { Computations } from "./computations.ts";
import { CoreDispatcher } from "./core-dispatcher.ts";
import { CoreTable } from "./core-table.ts";
import { Draws } from "./draws.ts";
import { DueThreads } from "./due-threads.ts";
import { FileTransfers } from "./file-transfers.ts";
import { lockCycle, sourceOf, stuck, type ThreadFinding } from "./findings.ts";
import type { GraphPort } from "./graph-port.ts";
import { Interpreter } from "./interpreter.ts";
import { Inversions } from "./inversions.ts";
import { LoneRounds } from "./lone-rounds.ts";
import type { MemoryModel } from "./memory-model.ts";
import { ObjectIds } from "./objects.ts";
import { ObjectUse } from "./object-use.ts";
import { PendingMarks } from "./pending-marks.ts";
import { Primitives } from "./primitives/primitives.ts";
import { RaceDetector, touchesData } from "./race-detector.ts";
import { THREAD_ORDER, ThreadActivities, TRANSFER_ORDER } from "./thread-activities.ts";
import type { IntervalLog, WakeLog } from "./thread-log.ts";
import { ThreadMeasures } from "./thread-measures.ts";
import { ThreadPolicyPort, type ThreadPolicyHost } from "./thread-policy-port.ts";
import { ThreadRows } from "./thread-rows.ts";
import { ThreadRunner, type RunnerHost } from "./thread-runner.ts";
import type { ThreadEngine, ThreadSetting } from "./thread-setting.ts";
import type { ThreadSpec } from "./thread-spec.ts";
import { ThreadState, ThreadTable, type Use } from "./thread-table.ts";
import { LiveThreadView } from "./thread-view.ts";
import { ThreadWaits } from "./thread-waits.ts";
import { TimeUse } from "./time-use.ts";
import { WaitLists } from "./wait-lists.ts";
import { Watchdog } from "./watchdog.ts";

/** Most threads of a run, those that have ended included. */
const mostThreads = 1_000_000;

/**
 * The threads of a simulation: who runs where, what each does, and what it waits for. The engine hands it the events of
 * a round, then lets it act once: threads whose time has come run their instructions, in the order of the events and
 * then of what they set off; slices that ended take cores away; idle cores are given to threads, and threads that should
 * give way do.
 */
export class ThreadHost implements RunnerHost, ThreadPolicyHost {
  readonly spec: ThreadSpec;
  readonly table: ThreadTable;
  readonly cores: CoreTable;
  readonly objects: ObjectIds;
  readonly lists: WaitLists;
  readonly use: ObjectUse;
  readonly measures: ThreadMeasures;
  readonly rows: ThreadRows;
  readonly races: RaceDetector | undefined;
  readonly inversions: Inversions;
  readonly primitives: Primitives;
  readonly view: LiveThreadView;
  readonly random: () => number;
  /** Why the threads can not go on; the run is over then. */
  outcome: ThreadFinding | undefined;
  /** Since when the threads can not go on, where nothing could happen any more: the run ended then. */
  stuckTicks: number | undefined;
  /** When the last thread ended. */
  lastEnd = 0;
  now = 0;

  readonly #engine: ThreadEngine;
  readonly #memory: MemoryModel | undefined;
  readonly #marks: PendingMarks;
  readonly #time: TimeUse;
  readonly #activities: ThreadActivities;
  readonly #policy: ThreadPolicyPort;
  readonly #dispatcher: CoreDispatcher;
  readonly #waits: ThreadWaits;
  readonly #computations: Computations;
  readonly #transfers: FileTransfers;
  readonly #runner: ThreadRunner;
  readonly #watchdog: Watchdog;
  readonly #loneRounds: LoneRounds;
  #endedCount = 0;
  /** Of the last round before which more was to come than ends of slices. */
  #movingTicks = 0;

  constructor(setting: ThreadSetting, engine: ThreadEngine, graph?: (host: ThreadHost) => GraphPort) {
    const { spec, memory } = setting;
    const { queue, resources, at, seed } = engine;
    this.spec = spec;
    this.#engine = engine;
    this.#memory = memory;
    this.table = new ThreadTable(spec);
    this.cores = new CoreTable(spec.cores);
    this.objects = new ObjectIds(spec);
    this.lists = new WaitLists(this.objects.count);
    this.use = new ObjectUse(this.objects.count);
    this.measures = new ThreadMeasures(spec);
    this.rows = new ThreadRows(this.cores.count);
    this.races = touchesData(spec.program) ? new RaceDetector(this.table, this.objects, spec.program) : undefined;
    this.inversions = new Inversions(this);
    this.view = new LiveThreadView(this, randomSource(seed, `threads/${setting.policyName}`), engine.tickNs);
    this.random = randomSource(seed, "threads/locks");
    this.#marks = new PendingMarks(this.table, this.cores.spec.speed, this.measures, (ticks) => this.#watchdog.progress(ticks));
    this.#time = new TimeUse(this.table, this.cores, this.rows, this.#marks);
    this.#activities = new ThreadActivities(this.table, this.cores, queue, resources, at, this.#time, memory);
    this.#policy = new ThreadPolicyPort(setting.policy, setting.policyName, this);
    const due = new DueThreads(this, this.#activities);
    this.#dispatcher = new CoreDispatcher(this, this.#policy, queue, this.#activities, due, memory !== undefined);
    this.#waits = new ThreadWaits(this, queue, this.#activities, due, this.#dispatcher);
    this.#computations = new Computations(this, memory);
    this.#transfers = new FileTransfers(this, resources, at.files, this.#waits);
    this.primitives = new Primitives(this, (ticks, message) => queue.push(ceilTicks(ticks), eventKey(EventKind.message, message), 0));
    const interpreter = new Interpreter(this, this.primitives, new Draws(seed, spec), this.measures, this.races, graph?.(this));
    this.#runner = new ThreadRunner(this, interpreter, this.#activities, due, this.#dispatcher, this.#waits);
    this.#watchdog = new Watchdog(this, queue, resources);
    const advance = (ticks: number): void => {
      engine.advance(ticks);
      this.now = ticks;
    };
    this.#loneRounds = new LoneRounds(this, queue, resources, this.#runner, advance, this.#act);
    this.#dispatcher.prepare();
    for (let thread = 0; thread < this.table.count; thread++) this.#waits.startTimer(thread, spec.groups[this.table.group[thread]!]!.startTicks);
    this.#watchdog.watch();
  }

  get costs() {
    return this.spec.costs;
  }
  get tickNs(): number {
    return this.#engine.tickNs;
  }
  get allEnded(): boolean {
    return this.#endedCount === this.table.count;
  }
  /** Times in which threads could run and had no core, with the core that they came to. */
  get readyLog(): IntervalLog {
    return this.#dispatcher.readyLog;
  }
  get wakes(): WakeLog {
    return this.#waits.wakes;
  }
  get migrationCount(): number {
    return this.#dispatcher.migrationCount;
  }
  get preemptionCount(): number {
    return this.#dispatcher.preemptionCount;
  }

  // ── what the engine tells ──

  /** One event of this round. */
  handle(kind: EventKind, entity: number, generation: number): void {
    this.now = this.#engine.now();
    switch (kind) {
      case EventKind.threadTimer:
        this.#waits.timeOut(entity, generation);
        return;
      case EventKind.threadDone:
        this.#runner.workDone(entity, generation);
        return;
      case EventKind.message:
        this.primitives.channels.arrive(entity);
        return;
      case EventKind.fileEnd:
        this.#transfers.end(entity);
        return;
      case EventKind.slice:
        this.#dispatcher.sliceEnded(entity, generation);
        return;
      default:
        this.outcome ??= this.#watchdog.lookOut();
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
    this.now = this.#engine.now();
    this.#policy.guarded(this.#act);
  }

  /** Goes on, round after round, as long as threads are alone. @returns how many rounds there were, one event each */
  goOnAlone(untilTicks: number): number {
    let rounds = 0;
    this.#policy.guarded(() => (rounds = this.#loneRounds.run(untilTicks)));
    if (rounds > 0) this.#movingTicks = this.now;
    return rounds;
  }

  readonly #act = (): void => {
    this.#watchdog.countRound();
    this.#runner.runDue();
    this.#dispatcher.endSlices();
    while (this.outcome === undefined && this.#dispatcher.dispatch()) this.#runner.runDue();
    if (this.#memory !== undefined && this.outcome === undefined) this.#activities.retime(this.now);
    this.#watchdog.goOn();
  };

  /**
   * True where nothing is to come but ends of slices, and those change nothing: all threads that are left sleep, or spin for
   * as long as it takes, and each of those has had its turn since something changed, for what came while it had no core it
   * sees only then. @param ticks of the next event
   */
  onlySlicesLeft(ticks: number): boolean {
    if (!this.#watchdog.isAllThatComes(this.#dispatcher.pendingSlices)) {
      this.#movingTicks = ticks;
      return false;
    }
    const { state, count, isSpinning, spinLimit, waitTicks, runnableTicks } = this.table;
    let changed = Math.max(this.#movingTicks, this.lastEnd);
    let firstTurn = Infinity;
    for (let thread = 0; thread < count; thread++) {
      if (state[thread] === ThreadState.ended) continue;
      if (state[thread] !== ThreadState.blocked && (isSpinning[thread] === 0 || spinLimit[thread]! < Infinity)) return false;
      if (waitTicks[thread]! > changed) changed = waitTicks[thread]!;
      if (state[thread] === ThreadState.runnable && runnableTicks[thread]! < firstTurn) firstTurn = runnableTicks[thread]!;
    }
    return firstTurn > changed;
  }

  /** Nothing can happen any more, and threads are left. @param movedTicks when something happened last beside the threads */
  stuck(movedTicks: number): void {
    if (this.outcome !== undefined) return;
    this.stuckTicks = this.#lastMove(movedTicks);
    this.outcome = stuck(this, this.stuckTicks);
  }

  /** When a thread did something last: began to wait, spins or has come to a core since, or left one. */
  #lastMove(movedTicks: number): number {
    const { count, state, core, waitTicks, waitsFor, runnableTicks, sinceTicks, isActive, activeTicks } = this.table;
    let last = Math.max(movedTicks, this.#dispatcher.lastLeave);
    for (let thread = 0; thread < count; thread++) {
      if (state[thread] === ThreadState.ended) continue;
      last = Math.max(last, waitsFor[thread]! >= 0 ? waitTicks[thread]! : 0, runnableTicks[thread]!);
      if (core[thread]! >= 0) last = Math.max(last, sinceTicks[thread]!, isActive[thread] === 1 ? activeTicks[thread]! : 0);
    }
    return last;
  }

  /** Operators that become ready without a thread's doing. */
  deliver(group: number, value: number): void {
    this.now = this.#engine.now();
    this.primitives.queues.deliver(this.objects.start[group]!, value);
  }

  /** Nothing more will be delivered there. */
  closeQueue(group: number): void {
    this.now = this.#engine.now();
    this.primitives.queues.close(-1, this.objects.start[group]!);
  }

  /** What a thread waited for without standing in a line has come. */
  wake(thread: number): void {
    this.now = this.#engine.now();
    this.#waits.wake(thread);
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
    this.#waits.wait(thread, object, spins, spinTicks);
    this.outcome ??= lockCycle(this, thread);
  }
  grant(thread: number, delayTicks: number): void {
    this.#waits.grant(thread, delayTicks);
  }
  retry(thread: number, delayTicks: number): void {
    this.#waits.retry(thread, delayTicks);
  }
  endWait(thread: number): void {
    this.#waits.endWait(thread);
  }
  park(thread: number, object: number): void {
    this.#waits.park(thread, object);
  }
  join(thread: number, other: number): boolean {
    return this.#waits.join(thread, other);
  }
  sleepUntil(thread: number, ticks: number): boolean {
    return this.#waits.sleepUntil(thread, ticks);
  }
  compute(thread: number, ticks: number, access: number, data: number, share: number, demand = 0): void {
    this.#computations.add(thread, ticks, access, data, share, demand);
  }
  transfer(thread: number, object: number, bytes: number): void {
    this.#transfers.start(thread, object, bytes);
  }
  progress(): void {
    this.#watchdog.progress(this.now);
  }
  goesAhead(thread: number): boolean {
    return this.races === undefined && this.#activities.goesAhead(thread);
  }

  /** Counts the marks that threads have passed up to this tick, and that are in no table yet. */
  passMarks(ticks: number): void {
    this.#marks.passUntil(ticks);
  }

  isSpinningNow(thread: number): boolean {
    return this.table.isSpinning[thread] === 1 && this.table.core[thread]! >= 0;
  }

  setPriority(thread: number, priority: number): void {
    if (this.table.priority[thread] === priority) return;
    this.table.priority[thread] = priority;
    this.#dispatcher.priorityChanged(thread);
  }

  spawn(spawner: number, group: number, argument: number): number {
    const { table, spec } = this;
    if (table.count >= mostThreads) this.fail(spawner, "too-many-threads", `spawns one more of "${spec.groups[group]!.name}", and there are ${table.count} threads already`, "let a thread spawn others a known number of times, or feed a few by a queue");
    const thread = table.add(spec, group, table.count);
    table.registers[thread * table.registerCount + 2] = argument;
    table.releaseTicks[thread] = this.now;
    table.deadlineTicks[thread] = this.now + spec.groups[group]!.deadlineTicks;
    this.#dispatcher.becomeRunnable(thread, "new");
    return thread;
  }

  ended(thread: number): void {
    this.table.endTicks[thread] = this.lastEnd = this.now;
    this.#endedCount++;
    this.#memory?.ended(thread);
    this.#watchdog.progress(this.now);
  }

  // ── how messages name threads and places ──

  fail(thread: number, code: string, message: string, hint?: string): never {
    throw new SimulationError({
      code, message: `thread ${this.nameOf(thread)} ${message} (at ${formatNs(this.now * this.tickNs)})`, ...sourceOf(this, this.table.pc[thread]!), ...(hint !== undefined && { hint }),
    });
  }

  placeOf(pc: number): string {
    const { file, line, column } = sourceOf(this, pc);
    return line === undefined ? "" : `${file}:${line}:${column}`;
  }

  /** As messages name it: `worker[3]`. */
  nameOf(thread: number): string {
    const group = this.spec.groups[this.table.group[thread]!]!;
    return group.count === 1 && this.table.number[thread] === 0 ? group.name : `${group.name}[${this.table.number[thread]}]`;
  }

  /** Tells what the threads that run have spent their time on since their activities began, which is in no table yet. */
  underWay(now: number, tell: (core: number, thread: number, use: Use, from: number, to: number) => void): void {
    this.cores.running.forEach((thread, core) => {
      if (thread >= 0) this.#time.underWay(thread, now, (use, from, to) => tell(core, thread, use, from, to));
    });
  }
}
