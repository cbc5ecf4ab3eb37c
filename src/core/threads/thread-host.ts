import { randomSource } from "../../base/random.ts";
import { EventKind, eventKey } from "../event-key.ts";
import { ceilTicks } from "../ticks.ts";
import { Computations } from "./computations.ts";
import { CoreDispatcher } from "./core-dispatcher.ts";
import { Draws } from "./draws.ts";
import { DueThreads } from "./due-threads.ts";
import { FileTransfers } from "./file-transfers.ts";
import type { ThreadFinding } from "./findings.ts";
import type { GraphPort } from "./graph-port.ts";
import { Interpreter } from "./interpreter.ts";
import { Inversions } from "./inversions.ts";
import { Liveness } from "./liveness.ts";
import type { MemoryModel } from "./memory-model.ts";
import { Primitives } from "./primitives/primitives.ts";
import { RunAhead } from "./run-ahead.ts";
import { THREAD_ORDER, ThreadActivities, TRANSFER_ORDER } from "./thread-activities.ts";
import { ThreadPolicyPort, type ThreadPolicyHost } from "./thread-policy-port.ts";
import { ThreadRounds } from "./thread-rounds.ts";
import { ThreadRunner, type RunnerHost } from "./thread-runner.ts";
import type { ThreadEngine, ThreadSetting } from "./thread-setting.ts";
import type { Use } from "./thread-table.ts";
import { LiveThreadView } from "./thread-view.ts";
import { ThreadWaits } from "./thread-waits.ts";
import { ThreadWorld } from "./thread-world.ts";
import { TimeUse } from "./time-use.ts";

/** Most threads of a run, those that have ended included. */
const mostThreads = 1_000_000;

/**
 * The threads of a simulation: who runs where, what each does, and what it waits for. The engine hands it the events of
 * a round, then lets it act once: threads whose time has come run their instructions, in the order of the events and
 * then of what they set off; slices that ended take cores away; idle cores are given to threads, and threads that should
 * give way do.
 */
export class ThreadHost extends ThreadWorld implements RunnerHost, ThreadPolicyHost {
  readonly inversions: Inversions;
  readonly primitives: Primitives;
  readonly dispatcher: CoreDispatcher;
  readonly waits: ThreadWaits;
  readonly view: LiveThreadView;
  private readonly engine: ThreadEngine;
  private readonly memory: MemoryModel | undefined;
  private readonly ahead: RunAhead;
  private readonly time: TimeUse;
  private readonly activities: ThreadActivities;
  private readonly policy: ThreadPolicyPort;
  private readonly computations: Computations;
  private readonly transfers: FileTransfers;
  private readonly runner: ThreadRunner;
  private readonly liveness: Liveness;
  private readonly rounds: ThreadRounds;

  constructor(setting: ThreadSetting, engine: ThreadEngine, graph?: (host: ThreadHost) => GraphPort) {
    const { spec, memory } = setting;
    const { queue, resources, at, seed } = engine;
    super(spec, engine.tickNs, seed);
    this.engine = engine;
    this.memory = memory;
    this.inversions = new Inversions(this);
    this.view = new LiveThreadView(this, randomSource(seed, `threads/${setting.policyName}`), engine.tickNs);
    const sharesCoresOnly = memory === undefined && at.opMemory < 0;
    // Races are looked for in the order of time.
    const mayGoAhead = (setting.goAhead ?? true) && sharesCoresOnly && this.races === undefined;
    this.ahead = new RunAhead(this.table, this.cores, this.measures, mayGoAhead);
    this.time = new TimeUse(this, this.table, this.cores, this.rows, this.ahead);
    this.activities = new ThreadActivities(this, this.table, this.cores, queue, resources, at, this.time, memory);
    this.policy = new ThreadPolicyPort(setting.policy, setting.policyName, this);
    const due = new DueThreads(this.table, this.activities);
    this.dispatcher = new CoreDispatcher(this, this.policy, queue, this.activities, due, memory !== undefined);
    this.waits = new ThreadWaits(this, queue, this.activities, due, this.dispatcher);
    this.computations = new Computations(this, memory);
    this.transfers = new FileTransfers(this, resources, at.files, this.waits);
    this.primitives = new Primitives(this, (ticks, message) => queue.push(ceilTicks(ticks), eventKey(EventKind.message, message), 0));
    const interpreter = new Interpreter(this, this.primitives, new Draws(seed, spec), this.measures, this.races, graph?.(this));
    this.runner = new ThreadRunner(this, interpreter, this.ahead, this.activities, due, this.dispatcher, this.waits);
    this.liveness = new Liveness(this, this.dispatcher, queue, resources);
    this.rounds = new ThreadRounds({
      queue, resources, runner: this.runner, dispatcher: this.dispatcher, retimed: memory && this.activities, liveness: this.liveness,
      advance: (ticks) => {
        engine.advance(ticks);
        this.now = ticks;
      },
    });
    this.dispatcher.prepare();
    for (let thread = 0; thread < this.table.count; thread++) this.waits.startTimer(thread, ceilTicks(spec.groups[this.table.group[thread]!]!.startTicks));
    this.liveness.watchdog.watch();
  }

  get allEnded(): boolean {
    return this.liveness.allEnded;
  }
  /** Why the threads can not go on; the run is over then. */
  get outcome(): ThreadFinding | undefined {
    return this.liveness.outcome;
  }
  /** Since when the threads can not go on, where nothing could happen any more: the run ended then. */
  get stuckTicks(): number | undefined {
    return this.liveness.stuckTicks;
  }
  /** When the last thread ended. */
  get lastEnd(): number {
    return this.liveness.lastEnd;
  }

  // ── what the engine tells ──

  /** One event of this round. */
  handle(kind: EventKind, entity: number, generation: number): void {
    this.now = this.engine.now();
    switch (kind) {
      case EventKind.threadTimer:
        this.waits.timeOut(entity, generation);
        return;
      case EventKind.threadDone:
        this.runner.workDone(entity, generation);
        return;
      case EventKind.message:
        this.primitives.channels.arrive(entity);
        return;
      case EventKind.fileEnd:
        this.transfers.end(entity);
        return;
      case EventKind.slice:
        this.dispatcher.slices.end(entity, generation);
        return;
      default:
        this.liveness.watchdog.call();
    }
  }

  /** Key of the event that is the end of an activity with shared resources; and its generation. */
  sharedEndKey(order: number): number {
    return order < TRANSFER_ORDER ? eventKey(EventKind.threadDone, order - THREAD_ORDER) : eventKey(EventKind.fileEnd, order - TRANSFER_ORDER);
  }
  sharedEndGeneration(order: number): number {
    return order < TRANSFER_ORDER ? this.table.generation[order - THREAD_ORDER]! : 0;
  }

  readonly #act = (): void => this.rounds.act();

  /** Lets everybody act whose time has come. */
  round(): void {
    this.now = this.engine.now();
    this.policy.guarded(this.#act);
  }

  /** Goes on, round after round, as long as threads are alone. @returns how many rounds there were, one event each */
  goOnAlone(untilTicks: number): number {
    let rounds = 0;
    this.policy.guarded(() => (rounds = this.rounds.goOnAlone(untilTicks)));
    return rounds;
  }

  /** True where nothing is to come that changes anything. @param ticks of the next event */
  onlySlicesLeft(ticks: number): boolean {
    return this.liveness.onlySlicesLeft(ticks);
  }

  /** Nothing can happen any more, and threads are left. @param movedTicks when something happened last beside the threads */
  stuck(movedTicks: number): void {
    this.liveness.stuck(movedTicks);
  }

  /** An operator that became ready without a thread's doing goes to the queue that takes them. */
  deliver(op: number): void {
    this.now = this.engine.now();
    const { readyQueue, readyCondition } = this.spec;
    this.primitives.queues.deliver(this.objects.start[readyQueue]!, op);
    if (readyCondition >= 0) this.primitives.conditions.wakeOne(this.objects.start[readyCondition]!);
  }

  /** No more operators will be delivered. */
  closeReady(): void {
    this.now = this.engine.now();
    const { readyQueue, readyCondition } = this.spec;
    this.primitives.queues.close(-1, this.objects.start[readyQueue]!);
    while (readyCondition >= 0 && this.primitives.conditions.wakeOne(this.objects.start[readyCondition]!));
  }

  /** What a thread waited for without standing in a line has come. */
  wake(thread: number): void {
    this.now = this.engine.now();
    this.waits.wake(thread);
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
    this.waits.wait(thread, object, spins, spinTicks);
    this.liveness.beganToWait(thread);
  }
  grant(thread: number, delayTicks: number): void {
    this.waits.grant(thread, delayTicks);
  }
  retry(thread: number, delayTicks: number): void {
    this.waits.retry(thread, delayTicks);
  }
  endWait(thread: number): void {
    this.waits.endWait(thread);
  }
  park(thread: number, object: number): void {
    this.waits.park(thread, object);
  }
  join(thread: number, other: number): boolean {
    return this.waits.join(thread, other);
  }
  sleepUntil(thread: number, ticks: number): boolean {
    return this.waits.sleepUntil(thread, ticks);
  }
  compute(thread: number, ticks: number, access: number, data: number, share: number, demand = 0): void {
    this.computations.add(thread, ticks, access, data, share, demand);
  }
  transfer(thread: number, object: number, bytes: number): void {
    this.transfers.start(thread, object, bytes);
  }
  progress(): void {
    this.liveness.watchdog.progress(this.now);
  }
  goesAhead(thread: number): boolean {
    return this.ahead.begin(thread);
  }

  /** What threads that have gone ahead have come to, up to this tick, is in the tables after that. */
  catchUp(ticks: number): void {
    this.ahead.catchUp(ticks);
  }

  isSpinningNow(thread: number): boolean {
    return this.table.isSpinning[thread] === 1 && this.table.core[thread]! >= 0;
  }

  setPriority(thread: number, priority: number): void {
    if (this.table.priority[thread] === priority) return;
    this.table.priority[thread] = priority;
    this.dispatcher.priorityChanged(thread);
  }

  spawn(spawner: number, group: number, argument: number): number {
    const { table, spec } = this;
    if (table.count >= mostThreads) this.fail(spawner, "too-many-threads", `spawns one more of "${spec.groups[group]!.name}", and there are ${table.count} threads already`, "let a thread spawn others a known number of times, or feed a few by a queue");
    const thread = table.add(spec, group, table.count);
    table.registers[thread * table.registerCount + 2] = argument;
    table.releaseTicks[thread] = this.now;
    table.deadlineTicks[thread] = this.now + spec.groups[group]!.deadlineTicks;
    this.dispatcher.becomeRunnable(thread, "new");
    return thread;
  }

  ended(thread: number): void {
    this.memory?.ended(thread);
    this.liveness.ended(thread);
  }

  fail(thread: number, code: string, message: string, hint?: string): never {
    throw this.names.failure(thread, this.now * this.tickNs, code, message, hint);
  }

  /** Tells what the threads that run have spent their time on since their activities began, which is in no table yet. */
  underWay(now: number, tell: (core: number, thread: number, use: Use, from: number, to: number) => void): void {
    this.cores.running.forEach((thread, core) => {
      if (thread >= 0) this.time.underWay(thread, now, (use, from, to) => tell(core, thread, use, from, to));
    });
  }
}
