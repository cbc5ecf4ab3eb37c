import type { BarrierLoop } from "../programs/barrier-loop.ts";
import type { LockLoop } from "../programs/lock-loop.ts";
import type { ParallelFor } from "../programs/parallel-for.ts";
import type { StealLoop } from "../programs/steal-loop.ts";
import type { StreamLoop } from "../programs/stream-loop.ts";

/** What several threads do, with all its parameters: a simulator can do the same. */
export type CaseProgram =
  | { readonly program: "lock-loop"; readonly params: LockLoop }
  | { readonly program: "barrier-loop"; readonly params: BarrierLoop }
  | { readonly program: "steal-loop"; readonly params: StealLoop }
  | { readonly program: "parallel-for"; readonly params: ParallelFor }
  | { readonly program: "stream-loop"; readonly params: StreamLoop };

/** A program whose measured time is compared with a simulated one: from when all threads start to when the last one ends. */
export type ThreadCase = CaseProgram & {
  /** From the parameters that differ: `ticket/w400-c400/n2`. */
  readonly name: string;
  readonly threads: number;
  /** Repetitions that count in one process. */
  readonly repeats: number;
};

/** What throughput counts, and how many of it one repetition has; of a lock, its threads say how many they `done`. */
export function operationsOf(one: ThreadCase, done: readonly number[]): { readonly unit: string; readonly count: number } {
  switch (one.program) {
    case "lock-loop":
      return { unit: "acquisitions", count: done.reduce((sum, count) => sum + count, 0) };
    case "barrier-loop":
      return { unit: "rounds", count: one.params.rounds };
    case "steal-loop":
      return { unit: "tasks", count: one.params.tasks };
    case "parallel-for":
      return { unit: "iterations", count: one.params.iterations * one.params.loops };
    case "stream-loop":
      return { unit: "MiB passed", count: one.params.mebibytes * one.params.passes };
  }
}
