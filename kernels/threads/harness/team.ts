import { Worker } from "node:worker_threads";
import { centralBarrier } from "../primitives/central-barrier.ts";
import { sharedWords, type Words } from "../primitives/words.ts";
import { sharedMemory, type SharedMemory } from "../wasm/kernels.ts";
import { nowNs } from "./clock.ts";
import type { Figures, Params } from "./program.ts";
import { programNamed } from "../programs/programs.ts";

/** A program to be run by so many threads. */
export interface TeamRequest {
  /** Name of the program. */
  readonly program: string;
  readonly params: Params;
  readonly threads: number;
  /** Repetitions that count. */
  readonly repeats: number;
  /** Repetitions before, by all threads together. */
  readonly warmUps: number;
}

/** What one thread did in one repetition. */
export interface Repetition {
  readonly startNs: number;
  readonly endNs: number;
  readonly figures: Figures;
}

/** What came of a {@link TeamRequest}. */
export interface TeamResult {
  /** From the first start to the last end, by repetition. */
  readonly makespanNs: readonly number[];
  /** By thread, then repetition. */
  readonly figures: readonly (readonly Figures[])[];
  /** From asking for each thread to its first instruction. */
  readonly threadStartNs: readonly number[];
}

/** What a worker is given. */
export interface WorkerData extends TeamRequest {
  readonly thread: number;
  readonly words: Words;
  readonly gate: Words;
  readonly memory: SharedMemory | undefined;
}

/** What a worker sends back. */
export interface WorkerReport {
  readonly bornNs: number;
  readonly repetitions: readonly Repetition[];
}

/**
 * Starts the threads, lets them run the program in step, and ends them. New threads for every request: code that was
 * compiled for another lock would be slower.
 * @param entry the compiled worker
 */
export async function runTeam(request: TeamRequest, entry: URL): Promise<TeamResult> {
  const program = programNamed(request.program);
  const pages = program.pages?.(request.params, request.threads) ?? 0;
  const shared = { words: sharedWords(program.words(request.params, request.threads)), gate: sharedWords(centralBarrier.words(request.threads)), memory: pages > 0 ? sharedMemory(pages) : undefined };
  const reports = await Promise.all(Array.from({ length: request.threads }, async (_, thread) => {
    const askedNs = nowNs();
    const { bornNs, repetitions } = await reportOf(new Worker(entry, { workerData: { ...request, ...shared, thread } satisfies WorkerData }));
    return { threadStartNs: bornNs - askedNs, repetitions };
  }));
  return {
    makespanNs: Array.from({ length: request.repeats }, (_, repeat) => {
      const all = reports.map(({ repetitions }) => repetitions[repeat]!);
      return Math.max(...all.map(({ endNs }) => endNs)) - Math.min(...all.map(({ startNs }) => startNs));
    }),
    figures: reports.map(({ repetitions }) => repetitions.map(({ figures }) => figures)),
    threadStartNs: reports.map(({ threadStartNs }) => threadStartNs),
  };
}

/** The report of a worker, which ends afterwards. */
function reportOf(worker: Worker): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    let report: WorkerReport | undefined;
    worker.once("message", (message: WorkerReport) => (report = message));
    worker.once("error", reject);
    worker.once("exit", () => (report === undefined ? reject(new Error("a thread ended without a report")) : resolve(report)));
  });
}
