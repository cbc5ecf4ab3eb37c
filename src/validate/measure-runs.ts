import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { medianLoad } from "../calibrate/measure/busy.ts";
import { othersShare, processorTicks } from "../calibrate/measure/load.ts";
import { OrtFailure, OrtProcess } from "../onnxruntime/ort-process.ts";
import type { RuntimeSetting } from "../predict/runtime-setting.ts";
import { quantile } from "../stats/quantile.ts";

/** A model to be run. */
export interface RunModel {
  readonly file: string;
  readonly dims?: Readonly<Record<string, number>> | undefined;
}

/** How runs are measured. */
export interface MeasureOptions {
  /** Bursts of runs of each setting in each pass. */
  readonly rounds: number;
  /** Length of a burst. */
  readonly burstMs: number;
  /** After which a process that does not answer is ended. */
  readonly timeoutMs: number;
  /** Told after each burst. */
  readonly onBurst?: (done: number, total: number) => void;
}

/** What a setting really took. */
export interface MeasuredRuns {
  /** Median of the medians of all bursts. */
  readonly ns: number;
  /** Relative difference of the two passes, each with processes of its own: what "the same" differs by here. */
  readonly apart: number;
  readonly runs: number;
  /** Median over the bursts of the share of all cores' time that other programs had; absent where the system does not say. */
  readonly load?: number;
}

/** Passes, each of which loads the model anew: memory lies elsewhere, and time has gone by. */
const passes = 2;
/** The system counts processor time in hundredths of a second: over less than this, a share means nothing. */
const shortestNs = 1e8;
/** Threads that still spin when a burst is over would slow the next one: they give up after about so long. */
const pauseMs = 40;

/**
 * Runs a model under several settings of ONNX Runtime, each in a process of its own, in turn: what disturbs the machine
 * for a while disturbs all of them alike. The first runs of a process warm up and do not count.
 * @returns by setting: what it took, or why it could not run
 */
export async function measureRuns({ file, dims }: RunModel, settings: readonly RuntimeSetting[], options: MeasureOptions): Promise<(MeasuredRuns | OrtFailure)[]> {
  const { rounds, burstMs, timeoutMs, onBurst } = options;
  const medians = settings.map(() => Array.from({ length: passes }, (): number[] => []));
  const runs = new Array<number>(settings.length).fill(0);
  const loads = settings.map((): { readonly load?: number }[] => []);
  const failures = new Array<OrtFailure | undefined>(settings.length).fill(undefined);
  let done = 0;
  for (let pass = 0; pass < passes; pass++) {
    const sessions = new Array<OrtProcess | undefined>(settings.length).fill(undefined);
    const attempt = async (i: number, work: () => Promise<void>): Promise<void> => {
      if (failures[i] !== undefined) return;
      try {
        await work();
      } catch (error) {
        if (!(error instanceof OrtFailure)) throw error;
        failures[i] = error;
      }
    };
    try {
      for (const [i, setting] of settings.entries()) {
        await attempt(i, async () => {
          sessions[i] = await OrtProcess.open({ file, setting, dims }, timeoutMs);
          await sessions[i]!.run({ forMs: burstMs / 2, least: 3, most: 1000 }, timeoutMs);
        });
      }
      for (let round = 0; round < rounds; round++) {
        for (const i of settings.keys()) {
          await wait(pauseMs);
          await attempt(i, async () => {
            const session = sessions[i]!;
            const now = async () => ({ cpuNs: await session.cpuNs(timeoutMs), ticks: processorTicks(), ns: process.hrtime.bigint() });
            const before = await now();
            const ns = await session.run({ forMs: burstMs, least: 3, most: 10_000 }, timeoutMs);
            const after = await now();
            const passedNs = Number(after.ns - before.ns);
            const load = othersShare(before.ticks, after.ticks, (after.cpuNs - before.cpuNs) / (passedNs * availableParallelism()));
            if (load !== undefined && passedNs > shortestNs) loads[i]!.push({ load });
            medians[i]![pass]!.push(median(ns));
            runs[i]! += ns.length;
          });
          onBurst?.(++done, passes * rounds * settings.length);
        }
      }
    } finally {
      for (const session of sessions) session?.close();
    }
  }
  return settings.map((_, i) => failures[i] ?? summary(medians[i]!, runs[i]!, medianLoad(loads[i]!)));
}

function summary(byPass: readonly (readonly number[])[], runs: number, load: number | undefined): MeasuredRuns {
  const [first, second] = byPass.map(median);
  return { ns: median(byPass.flat()), apart: Math.abs(first! - second!) / ((first! + second!) / 2), runs, ...(load !== undefined && { load }) };
}

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
