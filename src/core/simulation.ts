import { SimulationError } from "../base/errors.ts";
import { randomSource } from "../base/random.ts";
import type { Rehearsal, Scheduler, SyncPolicy } from "../plugin.ts";
import { askDuplicates } from "./ask-duplicates.ts";
import { DataMover } from "./data-mover.ts";
import { DecisionLog } from "./decision-log.ts";
import { DeviceChanger } from "./device-changer.ts";
import { MAX_ENTITY } from "./event-key.ts";
import { deadlockError, livelockError, timeOverflow } from "./failures.ts";
import { informed } from "./information.ts";
import { mostUses, type Instance } from "./instance.ts";
import { Jobs } from "./jobs.ts";
import { OpRunner } from "./op-runner.ts";
import { PolicyPort } from "./policy-port.ts";
import { LiveView } from "./policy-view.ts";
import { rehearse } from "./rehearse.ts";
import { Round } from "./round.ts";
import { placementsInEffect, SchedulerHost, takesTime } from "./scheduler-host.ts";
import { SharedResources } from "./shared-resources.ts";
import type { SimulationSpec } from "./simulation-spec.ts";
import { SimulationState } from "./state.ts";
import { ThreadFeed } from "./threads/thread-feed.ts";
import type { ThreadHost } from "./threads/thread-host.ts";
import { resourcesWithThreads } from "./threads/thread-resources.ts";
import { traceThreads } from "./threads/trace-threads.ts";
import { traceDigest } from "./trace-buffer.ts";
import type { Trace } from "./trace.ts";

/** Rounds without anything starting, moving or ending, after which a run is called a livelock. */
const MAX_IDLE_ROUNDS = 100_000;
/** Rounds from one call of `onProgress` to the next. */
const roundsBetweenNews = 65_536;

/**
 * The event loop, one round at a time. `simulate` runs it to the end; debuggers, tests and notebooks step it.
 * @example
 * const simulation = new Simulation({ instance, scheduler });
 * while (simulation.step()) console.log(simulation.nowTicks);
 * const trace = simulation.trace();
 */
export class Simulation {
  private readonly spec: SimulationSpec;
  private readonly instance: Instance;
  private readonly scheduler: Scheduler;
  private readonly sync: SyncPolicy;
  private readonly state: SimulationState;
  private readonly resources: SharedResources;
  private readonly runner: OpRunner;
  private readonly jobs: Jobs;
  /** Undefined where no tensor has a size. */
  private readonly data: DataMover | undefined;
  /** What policies see. */
  readonly view: LiveView;
  private readonly policies: PolicyPort;
  private readonly decisions: DecisionLog | undefined;
  private readonly host: SchedulerHost | undefined;
  /** Undefined where the graph is all there is. */
  private readonly feed: ThreadFeed | undefined;
  /** The threads, for whoever looks at more than the trace keeps; undefined where there are none. */
  readonly threads: ThreadHost | undefined;
  private readonly round: Round;
  /** Rounds, and events among them, that were one thread's alone. */
  #lonelyRounds = 0;
  #roundCount = 0;
  private readonly untilTicks: number;
  /** Rounds up to here need no second look: the run goes on, and time is exact. */
  private readonly lastUsualTick: number;
  /** The run was stopped here, after the last event before it; 0 = it was not. */
  #stopTicks = 0;
  private readonly progress: Int32Array | undefined;

  /** Calls the policies' `prepare`. @throws {SimulationError} when one fails. */
  constructor(spec: SimulationSpec) {
    this.spec = spec;
    const seed = spec.seed ?? 0;
    const workload = informed(spec.instance, spec.information, seed);
    const rehearsed = (scheduler: Scheduler): Rehearsal => rehearse(spec, workload, scheduler, (other) => new Simulation(other).run());
    const instance = askDuplicates(workload, spec.scheduler, this.#schedulerName, seed, rehearsed);
    if (instance.edgeCount > MAX_ENTITY || instance.opCount > MAX_ENTITY) {
      throw new SimulationError({ code: "too-large", message: `the instance has more than ${MAX_ENTITY} operators or edges` });
    }
    this.untilTicks = spec.untilTicks ?? Infinity;
    this.lastUsualTick = spec.threads === undefined ? Math.min(this.untilTicks, Number.MAX_SAFE_INTEGER - 1) : -1;
    this.progress = spec.progress;
    this.instance = instance;
    this.scheduler = spec.scheduler;
    this.sync = spec.sync ?? {};
    const state = (this.state = new SimulationState(instance, this.scheduler, this.sync));
    const threads = spec.threads && { ...spec.threads, ...resourcesWithThreads(instance, spec.threads) };
    this.resources = new SharedResources(threads?.capacity ?? instance.resourceCapacity, Math.max(mostUses(instance), 2 + (threads?.memory?.capacity.length ?? 0)));
    this.runner = new OpRunner(state, this.resources, seed, spec.noise ?? true);
    this.data = state.tracksData ? new DataMover(state, this.resources) : undefined;
    this.view = new LiveView(state, randomSource(seed, `scheduler/${this.#schedulerName}`), rehearsed);
    this.decisions = spec.decisions === true ? new DecisionLog(instance.opCount, instance.deviceCount) : undefined;
    this.host = takesTime(spec.dispatch) ? new SchedulerHost(state, spec.dispatch!) : undefined;
    this.policies = new PolicyPort(this.#schedulerName, this.#syncName, this.sync, state, this.runner, this.data, this.view, this.decisions, this.host);
    const changer = state.changes && new DeviceChanger(state, state.changes, this.runner, this.data);
    this.policies.call("sync.prepare", () => this.sync.prepare?.(this.view));
    this.policies.call("prepare", () => {
      this.scheduler.prepare?.(this.view, this.policies);
      this.policies.fixQueueOrder();
    });
    if (this.resources.changed) this.resources.solve(0);
    this.jobs = new Jobs(state);
    this.feed = threads && new ThreadFeed(threads, { state, runner: this.runner, data: this.data, jobs: this.jobs, policies: this.policies }, this.resources, seed);
    this.threads = this.feed?.host;
    changer?.schedule();
    this.round = new Round({
      state, scheduler: this.scheduler, sync: this.sync, policies: this.policies, view: this.view, resources: this.resources, runner: this.runner, jobs: this.jobs, data: this.data,
      host: this.host, changer, feed: this.feed,
    });
  }

  get nowTicks(): number {
    return this.state.now;
  }
  /** Every job, and so every op, has ended. */
  get done(): boolean {
    return this.jobs.allEnded && (this.threads === undefined || this.threads.allEnded);
  }
  /** Runs to the end, or to `untilTicks`. @throws {SimulationError} on a deadlock, livelock or policy error. */
  run(): Trace {
    const { onProgress } = this.spec;
    let tellAt = roundsBetweenNews;
    while (this.step()) {
      if (this.feed !== undefined) this.#goOnWithThreads(this.feed);
      if (onProgress !== undefined && this.#roundCount >= tellAt) {
        tellAt = this.#roundCount + roundsBetweenNews;
        onProgress(this.state.endedCount, this.instance.opCount, this.state.now * this.instance.tickNs);
      }
    }
    return this.trace();
  }

  /**
   * One round: all events of the next (time, round), then each policy once. False when nothing was left to do.
   * @throws {SimulationError} on a deadlock, livelock or policy error.
   */
  step(): boolean {
    const state = this.state;
    const next = Math.min(state.queue.headTime, this.resources.nextEnd);
    if ((this.jobs.allEnded || !(next <= this.lastUsualTick)) && !this.#goesOn(next)) return false;
    state.idleRounds++;
    this.round.run(next);
    this.#roundCount++;
    const progress = this.progress;
    if (progress !== undefined) {
      progress[0] = state.endedCount;
      progress[1] = this.#roundCount;
    }
    if (state.idleRounds > MAX_IDLE_ROUNDS) throw livelockError(this.#schedulerName, state.now, MAX_IDLE_ROUNDS, this.instance.tickNs);
    return true;
  }

  /** Whether there is a round at `next`. @throws {SimulationError} on a deadlock, or when time is too large to be exact. */
  #goesOn(next: number): boolean {
    const state = this.state;
    if (this.done || this.threads?.outcome !== undefined) return false;
    if (this.threads !== undefined && (next === Infinity || this.threads.onlySlicesLeft(next)) && !this.threads.allEnded) {
      this.threads.stuck(Math.max(this.round.lastEnd, state.transfers.lastEnd));
      return false;
    }
    if (next === Infinity && state.transfers.lastEnd <= this.untilTicks) {
      // What still moves, for operators that are not ready, arrives first.
      state.now = Math.max(state.now, state.transfers.lastEnd);
      throw deadlockError(state, this.#schedulerName, this.#syncName);
    }
    if (next > this.untilTicks) {
      this.#stopTicks = this.untilTicks;
      return false;
    }
    if (!(next < Number.MAX_SAFE_INTEGER)) throw timeOverflow(this.instance.tickNs);
    return true;
  }

  /** Takes a running op off its slot; returns the fraction of it that is left. @throws {SimulationError} when it is not running. */
  pause(op: number): number {
    const fraction = this.runner.pause(op);
    this.resources.solve(this.state.now);
    return fraction;
  }

  /**
   * Goes on with a paused op on a free slot of `device` (default: where it was).
   * @throws {SimulationError} when it is not paused, or the device has no free slot or cannot run it.
   */
  resume(op: number, device: number = this.state.ops.device[op]!): void {
    this.runner.resume(op, device);
    this.resources.solve(this.state.now);
  }

  /** Everything that happened so far. */
  trace(): Trace {
    const { ops, rows, transfers, replicas } = this.state;
    const rowsSoFar = rows.soFar();
    const resourceUse = this.state.resourceUse.slice();
    const seenTicks = Math.max(this.threads?.stuckTicks ?? this.state.now, this.#stopTicks);
    this.data?.addRouteUse(resourceUse, seenTicks);
    replicas.notePeaks();
    const { device, slot, readyTicks, placedTicks, dataTicks, startTicks, endTicks } = ops;
    const trace = {
      instance: this.instance, scheduler: this.#schedulerName, sync: this.#syncName, seed: this.spec.seed ?? 0,
      complete: this.done, makespanTicks: Math.max(this.round.lastEnd, this.threads?.lastEnd ?? 0),
      ops: { device: this.host === undefined ? device : placementsInEffect(device), slot, readyTicks, placedTicks, dataTicks, startTicks, endTicks },
      transfers: transfers.take(seenTicks), jobs: { arrivalTicks: this.jobs.arrivalTicks, endTicks: this.jobs.endTicks },
      peakBytes: replicas.peakBytes, resourceUse,
      eventCount: this.round.eventCount + this.#lonelyRounds, roundCount: this.#roundCount, dispatchCount: this.round.dispatchCount,
      ...(this.decisions !== undefined && { decisions: this.decisions.decisions() }),
      ...(this.state.changes !== undefined && { redirectedCount: this.state.changes.redirected }),
      ...(this.threads !== undefined && { threads: traceThreads(this.threads, this.spec.threads!, this.done ? Math.max(this.round.lastEnd, this.threads.lastEnd) : seenTicks) }),
      ...(this.host !== undefined && { host: this.host.use(this.done ? this.round.lastEnd : this.state.now) }),
    };
    let digest: string | undefined;
    return { ...trace, get rows() { return rowsSoFar(); }, get digest() { return (digest ??= traceDigest(trace)); } };
  }

  get #schedulerName(): string {
    return this.spec.schedulerName ?? "scheduler";
  }

  get #syncName(): string {
    return this.spec.syncName ?? (this.spec.sync === undefined ? "dataflow" : "custom");
  }

  /** Rounds that are the threads' alone. */
  #goOnWithThreads(feed: ThreadFeed): void {
    const rounds = feed.goOnAlone(this.untilTicks);
    this.#lonelyRounds += rounds;
    this.#roundCount += rounds;
  }
}
