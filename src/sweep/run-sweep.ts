import type { SchedulerDefinition } from "../plugin.ts";
import { mayDuplicate } from "../scenario/fresh-policy.ts";
import type { ChosenPolicy } from "../scenario/load-policy.ts";
import { syncPolicies } from "../sync/index.ts";
import { threadPolicies } from "../threads/index.ts";
import { CellRunner, type CellSetting } from "./cell-runner.ts";
import { copyMeasures, measureColumns, repeatFirst, type MeasureColumns } from "./measures.ts";
import { runTask, type SweepTask, type TaskFailure, type TaskResult } from "./task.ts";
import { WorkerPool } from "./worker-pool.ts";
import { isBuiltIn, registryOf, shareSetting } from "./worker-setting.ts";

/** How to run the cells of a comparison. */
export interface SweepOptions {
  readonly seedCount: number;
  /** Threads; 0 = in the caller's. */
  readonly workers: number;
  readonly timeoutMs: number;
  /** Names of the schedulers, for messages. */
  readonly names: readonly string[];
  /** Nothing but the schedulers draws random numbers. */
  readonly random: boolean;
  /** Told when a task ended: runs and bounds that are done or will not be needed, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Everything by index, whoever ran it. */
export interface SweepResult {
  /** `[variation][scheduler]`, by seed. */
  readonly measures: readonly (readonly MeasureColumns[])[];
  /** By seed, without variation: lower bounds of schedules that run every operator once. */
  readonly boundTicks: Float64Array;
  /** By scheduler: may run operators several times. */
  readonly mayDuplicate: readonly boolean[];
  /** As `boundTicks`, of schedules that run operators several times, too; where some scheduler may. */
  readonly duplicationBoundTicks?: Float64Array;
  /** `[variation][scheduler]`: that of the first seed. */
  readonly failures: readonly (readonly (TaskFailure | undefined)[])[];
}

/**
 * Runs every scheduler with every seed under every variation, and the bound of every seed, in threads or here. Results
 * stand by their index, so that neither the number of threads nor the order of events shows in them. A scheduler that
 * fails with a seed is not run with later ones, nor under variations.
 *
 * Where nothing in the scenario is random, a built-in scheduler that draws no random numbers runs with one seed alone.
 */
export async function runSweep(setting: CellSetting, options: SweepOptions): Promise<SweepResult> {
  const sweep = new Sweep(setting, options);
  try {
    return await sweep.run();
  } finally {
    await sweep.close();
  }
}

class Sweep {
  readonly #setting: CellSetting;
  readonly #options: SweepOptions;
  readonly #here: CellRunner;
  readonly #pool: WorkerPool | undefined;
  /** Which schedulers the workers can load. */
  readonly #portable: readonly boolean[];
  readonly #result: Omit<SweepResult, "failures"> & { readonly failures: (TaskFailure | undefined)[][] };
  #done = 0;

  constructor(setting: CellSetting, options: SweepOptions) {
    const { seedCount, workers, timeoutMs } = options;
    this.#setting = setting;
    this.#options = options;
    this.#here = new CellRunner(setting);
    const shared = workers > 0 ? shareSetting(setting) : undefined;
    this.#pool = shared && new WorkerPool(shared, { size: workers, timeoutMs });
    this.#portable = setting.schedulers.map((_, i) => shared?.schedulers[i] !== undefined);
    const duplicating = setting.schedulers.map((chosen) => chosen !== undefined && mayDuplicate(setting.scheduler ?? (chosen as ChosenPolicy<SchedulerDefinition>)));
    this.#result = { measures: setting.variations.map(() => setting.schedulers.map(() => measureColumns(seedCount))), boundTicks: new Float64Array(seedCount), mayDuplicate: duplicating, ...(duplicating.includes(true) && { duplicationBoundTicks: new Float64Array(seedCount) }), failures: setting.variations.map(() => setting.schedulers.map(() => undefined)) };
  }

  async run(): Promise<SweepResult> {
    const { variations, schedulers } = this.#setting;
    const { boundTicks, duplicationBoundTicks } = this.#result;
    const work: Promise<void>[] = [this.#bounds(boundTicks, false)];
    if (duplicationBoundTicks !== undefined) work.push(this.#bounds(duplicationBoundTicks, true));
    for (let variation = 0; variation < variations.length; variation++) {
      for (let scheduler = 0; scheduler < schedulers.length; scheduler++) if (schedulers[scheduler] !== undefined) work.push(this.#scheduler(variation, scheduler));
    }
    await Promise.all(work);
    return this.#result;
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }

  async #bounds(boundTicks: Float64Array, duplication: boolean): Promise<void> {
    const needed = this.#options.random ? this.#options.seedCount : 1;
    await this.#chunks({ scheduler: -1, variation: 0, from: 0, to: needed, bound: { quick: needed > 1, duplication } }, (from, result) => boundTicks.set(result.boundTicks!, from));
    if (!this.#options.random) boundTicks.fill(boundTicks[0]!);
  }

  async #scheduler(variation: number, scheduler: number): Promise<void> {
    const { seedCount, random } = this.#options;
    const { threads } = this.#setting;
    const columns = this.#result.measures[variation]![scheduler]!;
    const failures = this.#result.failures[variation]!;
    const keep = (from: number, { measures, failure }: TaskResult): void => {
      copyMeasures(columns, from, measures);
      if (failure !== undefined && failure.seed < (failures[scheduler]?.seed ?? Infinity)) failures[scheduler] = failure;
    };
    let first = 0;
    if (!random && isBuiltIn(this.#setting.schedulers[scheduler]!, registryOf(this.#setting)) && isBuiltIn(this.#setting.sync, syncPolicies) && (threads === undefined || isBuiltIn(threads.policy, threadPolicies))) {
      const result = await this.#task({ scheduler, variation, from: 0, to: 1, watch: true });
      if (result === undefined) return;
      keep(0, result);
      if (result.drew !== true) {
        repeatFirst(columns);
        this.#advance(seedCount - 1);
        return;
      }
      first = 1;
    }
    await this.#chunks({ scheduler, variation, from: first, to: seedCount }, keep);
  }

  /** A task in pieces: enough of them to keep all threads busy to the end. */
  async #chunks(whole: SweepTask, keep: (from: number, result: TaskResult) => void): Promise<void> {
    const size = Math.max(1, Math.ceil((whole.to - whole.from) / (4 * Math.max(1, this.#options.workers))));
    const tasks: Promise<void>[] = [];
    for (let from = whole.from; from < whole.to; from += size) {
      tasks.push(this.#task({ ...whole, from, to: Math.min(whole.to, from + size) }).then((result) => {
        if (result !== undefined) keep(from, result);
      }));
    }
    await Promise.all(tasks);
  }

  async #task(task: SweepTask): Promise<TaskResult | undefined> {
    const { scheduler, variation, from, to } = task;
    const { failures } = this.#result;
    const wanted = (): boolean => scheduler < 0 || (from < (failures[variation]![scheduler]?.seed ?? Infinity) && (variation === 0 || failures[0]![scheduler] === undefined));
    let result: TaskResult | undefined;
    if (this.#pool !== undefined && (scheduler < 0 || this.#portable[scheduler]!)) result = await this.#pool.run(task, this.#suspect(scheduler), wanted);
    else {
      await Promise.resolve();
      if (wanted()) result = runTask(this.#here, task);
    }
    this.#advance(to - from);
    return result;
  }

  /** Whose code may hang: only that which does not come with Heddle. */
  #suspect(scheduler: number): string | undefined {
    if (scheduler < 0) return undefined;
    const { schedulers, sync } = this.#setting;
    if (!isBuiltIn(schedulers[scheduler]!, registryOf(this.#setting))) return `${this.#setting.scheduler === undefined ? "scheduler" : "thread policy"} "${schedulers[scheduler]!.definition.name}"`;
    return isBuiltIn(sync, syncPolicies) ? undefined : `sync policy "${sync.definition.name}"`;
  }

  #advance(runs: number): void {
    const { seedCount, random, onProgress } = this.#options;
    const { variations, schedulers } = this.#setting;
    this.#done += runs;
    onProgress?.(this.#done, variations.length * schedulers.filter((chosen) => chosen !== undefined).length * seedCount + (this.#result.duplicationBoundTicks === undefined ? 1 : 2) * (random ? seedCount : 1));
  }
}
