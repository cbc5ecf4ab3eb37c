import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { ChildReport } from "./child.ts";
import { nowNs } from "./clock.ts";
import { othersShare, processorTicks, quietMoment } from "./load.ts";
import { pinCommand } from "./pinning.ts";
import type { TeamRequest, TeamResult } from "./team.ts";

/** Something to measure again and again, each time in a process of its own. */
export interface Job extends TeamRequest {
  readonly name: string;
  readonly pinned?: boolean;
}

/** One run of a job. */
export interface JobRun extends TeamResult {
  /** From 0. */
  readonly round: number;
  /** Share of the cores' time that other programs had meanwhile; undefined where the system does not say. */
  readonly others: number | undefined;
}

/** All runs of a job, and why there are no more of them. */
export interface JobRuns {
  readonly runs: readonly JobRun[];
  /** Why it was given up. */
  readonly failure?: string;
}

/** So many rounds are made whatever the budget, so that a measurement can be held against itself. */
const leastRounds = 2;

/** How long to measure. */
export interface RoundOptions {
  /** At most so many rounds. */
  readonly rounds: number;
  /** No further run after so long, but for the first two rounds, which are made in any case. */
  readonly budgetMs: number;
  /** A run that takes longer is ended, and its job given up. */
  readonly timeoutMs: number;
  /** Before each run, how long to wait at most for a moment in which other programs leave the cores alone; never beyond the budget. */
  readonly waitMs: number;
  /** Folder of the compiled `child.mjs` and `worker.mjs`. */
  readonly code: URL;
  /** Told before each run. */
  progress?(text: string): void;
}

/**
 * Runs all jobs in turn, round by round, every other round from the last to the first, so that what changes slowly meets
 * all alike. A job that hangs or fails is given up; the others go on.
 * @returns by job, in their order
 */
export async function runRounds(jobs: readonly Job[], { rounds, budgetMs, timeoutMs, waitMs, code, progress }: RoundOptions): Promise<JobRuns[]> {
  const runs = jobs.map(() => [] as JobRun[]);
  const failures: (string | undefined)[] = [];
  const pin = jobs.some(({ pinned }) => pinned) ? pinCommand() : undefined;
  const endNs = nowNs() + budgetMs * 1e6;
  for (let round = 0; round < rounds; round++) {
    for (const at of round % 2 === 0 ? jobs.keys() : [...jobs.keys()].reverse()) {
      const job = jobs[at]!;
      const leftMs = (endNs - nowNs()) / 1e6;
      if (failures[at] !== undefined || (round >= leastRounds && leftMs <= 0)) continue;
      progress?.(`round ${round + 1}: ${job.name}`);
      if (job.pinned && pin === undefined) failures[at] = "cannot run on one core alone here: there is no taskset";
      else {
        await quietMoment(Math.min(waitMs, leftMs));
        const outcome = await runJob(job, job.pinned ? pin! : [], timeoutMs, code);
        if (typeof outcome === "string") failures[at] = outcome;
        else runs[at]!.push({ ...outcome, round });
      }
    }
  }
  return jobs.map((_, at) => ({ runs: runs[at]!, ...(failures[at] !== undefined && { failure: failures[at] }) }));
}

/** One run in a process of its own; a text where it failed. */
function runJob({ program, params, threads, repeats, warmUps }: Job, pin: readonly string[], timeoutMs: number, code: URL): Promise<Omit<JobRun, "round"> | string> {
  const [command, ...args] = [...pin, process.execPath, fileURLToPath(new URL("child.mjs", code))];
  const before = processorTicks();
  const startNs = nowNs();
  const child = spawn(command!, args, { stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs, killSignal: "SIGKILL" });
  const texts = [child.stdout, child.stderr].map((stream) => {
    const chunks: string[] = [];
    stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
    return chunks;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify({ program, params, threads, repeats, warmUps } satisfies TeamRequest));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, signal) => {
      const [output, errors] = texts.map((chunks) => chunks.join(""));
      if (signal !== null) return resolve(nowNs() - startNs >= timeoutMs * 1e6 ? `did not end within ${timeoutMs / 1000} s` : `was ended by ${signal}`);
      if (status !== 0) return resolve(/^\w*Error: .*/m.exec(errors!)?.[0] ?? `ended with status ${status}`);
      const { cpuNs, ...result } = JSON.parse(output!) as ChildReport;
      resolve({ ...result, others: othersShare(before, processorTicks(), cpuNs / ((nowNs() - startNs) * availableParallelism())) });
    });
  });
}
