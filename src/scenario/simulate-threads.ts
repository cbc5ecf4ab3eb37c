import { emptyInstance } from "../core/empty-instance.ts";
import { simulate } from "../core/simulate.ts";
import type { Trace } from "../core/trace.ts";
import type { ThreadSpec } from "../core/threads/thread-spec.ts";
import type { ThreadTrace } from "../core/threads/thread-trace.ts";
import { threadMemory, type MemorySystemSpec } from "../memory/system/index.ts";
import type { ThreadPolicy, ThreadPolicyDefinition } from "../plugin.ts";
import { threadSpec, type ThreadSpecInput } from "../programs/index.ts";
import { threadPolicies } from "../threads/index.ts";
import { threadMetrics } from "../trace/threads/thread-metrics.ts";
import type { ThreadMetrics } from "../trace/threads/thread-result.ts";
import { createPolicy } from "./create-policy.ts";
import { freshThreadPolicy } from "./fresh-policy.ts";
import { defaultThreadPolicy } from "./schema.ts";

/** A thread policy by its name, with options beside it, or as a definition of one's own. */
export type ThreadPolicyChoice = string | { readonly use: string; readonly [option: string]: unknown } | ThreadPolicyDefinition;

/** How to simulate threads; everything is optional. */
export interface ThreadRunOptions {
  /** Default `fair`. */
  readonly policy?: ThreadPolicyChoice;
  /** Default 0. */
  readonly seed?: number;
  /** Nanoseconds of a tick, for which a finished `ThreadSpec` was built too. Default 1. */
  readonly tickNs?: number;
  /** Stop before the first event after this time; programs that never end need it. Default: run to the end. */
  readonly untilNs?: number;
  /** What lies under the cores. Default: memory that is never short. */
  readonly memory?: MemorySystemSpec;
}

/** What came of a simulation of threads. */
export interface ThreadRun {
  /** In ticks, column by column. */
  readonly trace: Trace & { readonly threads: ThreadTrace };
  /** In nanoseconds, as the JSON of a result has it. */
  readonly metrics: ThreadMetrics;
}

/**
 * Simulates threads that run programs, without a scenario file and without operators. A run in which threads cannot go on
 * (a deadlock, say) ends there, and says so in `metrics.findings`.
 * @param threads the sections of a scenario with programs by `ProgramBuilder` or as lists of instructions, or what `threadSpec` made of them
 * @throws {InputError} with everything that is wrong with the threads or the policy's options
 * @throws {SimulationError} when a program does what must not be, or the policy fails
 * @example
 * const worker = new ProgramBuilder("worker").repeat(1000, (p) => p.compute("10us").lock("m").compute("5us").unlock("m"));
 * const { metrics } = simulateThreads({ programs: [worker], threads: { worker: 2 }, locks: { m: "ticket" }, cores: 2 }, { policy: { use: "round-robin", quantum: "1ms" } });
 * console.log(metrics.objects[0].acquisitions); // 2000
 */
export function simulateThreads(threads: ThreadSpecInput | ThreadSpec, { policy = defaultThreadPolicy, seed = 0, tickNs = 1, untilNs, memory }: ThreadRunOptions = {}): ThreadRun {
  const spec = "program" in threads ? threads : threadSpec(threads, { tickNs, mustEnd: untilNs === undefined });
  const trace = simulate({
    instance: emptyInstance("threads", tickNs), scheduler: { dispatch: () => undefined }, seed, ...(untilNs !== undefined && { untilTicks: untilNs / tickNs }),
    threads: { spec, ...chosen(policy), ...(memory && { memory: threadMemory(memory, spec, tickNs) }) },
  });
  return { trace: trace as ThreadRun["trace"], metrics: threadMetrics(trace.threads!, tickNs) };
}

function chosen(choice: ThreadPolicyChoice): { readonly policy: ThreadPolicy; readonly policyName: string } {
  if (typeof choice === "object" && !("use" in choice)) return { policy: freshThreadPolicy({ definition: choice, options: {} }), policyName: choice.name };
  const { use, ...options } = typeof choice === "string" ? { use: choice } : choice;
  return { policy: createPolicy(threadPolicies.get(use), options), policyName: use };
}
