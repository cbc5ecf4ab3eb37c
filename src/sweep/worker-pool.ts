import { Worker } from "node:worker_threads";
import { thrownText } from "../base/errors.ts";
import { measureColumns } from "./measures.ts";
import type { SweepTask, TaskResult } from "./task.ts";
import type { WorkerSetting } from "./worker-setting.ts";

/** What a worker starts with. */
export interface WorkerData {
  readonly setting: WorkerSetting;
  /** Written by the worker: ops ended, rounds, and the index of the seed that runs. */
  readonly progress: Int32Array;
}

/** How a pool is made. */
export interface PoolOptions {
  /** Threads. */
  readonly size: number;
  /** A task that may hang is given up when its simulation makes no progress for this long. */
  readonly timeoutMs: number;
}

interface Job {
  readonly task: SweepTask;
  /** Whose code runs, as the subject of a sentence, where that may hang; undefined = it is not timed. */
  readonly suspect: string | undefined;
  readonly wanted: () => boolean;
  readonly resolve: (result: TaskResult | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads that run tasks. A task that hangs, ends its thread or takes all memory fails alone: another thread takes the place. */
export class WorkerPool {
  readonly #setting: WorkerSetting;
  readonly #options: PoolOptions;
  readonly #queue: Job[] = [];
  readonly #members = new Set<Member>();
  #closed = false;

  constructor(setting: WorkerSetting, options: PoolOptions) {
    this.#setting = setting;
    this.#options = options;
  }

  /**
   * Runs a task on the next free thread.
   * @param suspect whose code is timed; undefined = nobody's
   * @param wanted asked when its turn has come
   * @returns the result; undefined when it was no longer wanted.
   */
  run(task: SweepTask, suspect: string | undefined, wanted: () => boolean): Promise<TaskResult | undefined> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, suspect, wanted, resolve, reject });
      this.#assign();
    });
  }

  /** Ends all threads; what still runs is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#members].map((member) => member.end()));
  }

  #assign(): void {
    if (this.#closed) return;
    let starting = 0;
    for (const member of this.#members) {
      if (member.state === "idle") this.#next(member);
      else if (member.state === "starting") starting++;
    }
    for (; this.#queue.length > starting && this.#members.size < this.#options.size; starting++) this.#add();
  }

  #add(): void {
    const member: Member = new Member(this.#setting, this.#options.timeoutMs, {
      onIdle: () => this.#next(member),
      onLost: () => {
        this.#members.delete(member);
        this.#assign();
      },
      // None would start then.
      onNoStart: (error) => {
        for (const job of this.#queue.splice(0)) job.reject(error);
      },
    });
    this.#members.add(member);
  }

  #next(member: Member): void {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      if (job.wanted()) return member.take(job);
      job.resolve(undefined);
    }
  }
}

interface MemberEvents {
  onIdle(): void;
  onLost(): void;
  onNoStart(error: unknown): void;
}

/** One thread and what it is doing. */
class Member {
  readonly #worker: Worker;
  readonly #progress = new Int32Array(new SharedArrayBuffer(16));
  readonly #timeoutMs: number;
  readonly #events: MemberEvents;
  #state: "starting" | "idle" | "busy" | "ended" = "starting";
  #job: Job | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(setting: WorkerSetting, timeoutMs: number, events: MemberEvents) {
    this.#timeoutMs = timeoutMs;
    this.#events = events;
    const data: WorkerData = { setting, progress: this.#progress };
    this.#worker = new Worker(new URL("./sweep-worker.js", import.meta.url), { workerData: data });
    this.#worker.on("message", (message: "ready" | TaskResult) => {
      if (this.#state === "ended") return;
      const job = this.#job;
      this.#stopTimer();
      this.#state = "idle";
      this.#job = undefined;
      if (message !== "ready") job?.resolve(message);
      events.onIdle();
    });
    this.#worker.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") this.#lose({ code: "out-of-memory", what: "ran out of memory" }, error);
      else if (this.#job?.suspect !== undefined) this.#lose({ code: "policy-error", what: `failed outside its hooks: ${thrownText(error)}` }, error);
      else this.#lose(undefined, error);
    });
    this.#worker.on("exit", () => this.#lose({ code: "policy-error", what: "ended the process" }, new Error("a worker thread ended before it began")));
  }

  get state(): "starting" | "idle" | "busy" | "ended" {
    return this.#state;
  }

  take(job: Job): void {
    this.#state = "busy";
    this.#job = job;
    Atomics.store(this.#progress, 2, job.task.from);
    if (job.suspect !== undefined) this.#watch();
    this.#worker.postMessage(job.task);
  }

  async end(): Promise<void> {
    this.#state = "ended";
    this.#stopTimer();
    await this.#worker.terminate();
  }

  /** Ticks are counted, not seconds: a machine that sleeps does not make a policy late. */
  #watch(): void {
    const everyMs = Math.max(10, Math.min(250, this.#timeoutMs / 4));
    let quietMs = 0;
    let last = "";
    this.#timer = setInterval(() => {
      const now = `${Atomics.load(this.#progress, 1)}/${Atomics.load(this.#progress, 2)}`;
      quietMs = now === last ? quietMs + everyMs : 0;
      last = now;
      if (quietMs >= this.#timeoutMs) this.#lose({ code: "policy-timeout", what: `made no progress for ${this.#timeoutMs / 1000} s and was ended` }, undefined);
    }, everyMs);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The thread is lost, and its task with it: a failure of that task, or a bug. */
  #lose(failure: { readonly code: string; readonly what: string } | undefined, error: unknown): void {
    if (this.#state === "ended") return;
    const starting = this.#state === "starting";
    const job = this.#job;
    const seed = Atomics.load(this.#progress, 2);
    void this.end().then(() => {
      if (starting) this.#events.onNoStart(error);
      else if (failure === undefined) job?.reject(error);
      else job?.resolve({ ...nothing, failure: { seed, code: failure.code, message: `${job.suspect ?? "the run"} ${failure.what}` } });
      this.#events.onLost();
    });
  }
}

const nothing = { measures: measureColumns(0) };
