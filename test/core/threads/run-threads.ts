import { emptyInstance } from "../../../src/core/empty-instance.ts";
import { Simulation } from "../../../src/core/simulation.ts";
import type { ThreadHost } from "../../../src/core/threads/thread-host.ts";
import type { ThreadTrace } from "../../../src/core/threads/thread-trace.ts";
import type { ThreadPolicy } from "../../../src/plugin.ts";
import { threadSpec, type ThreadSpecInput } from "../../../src/programs/index.ts";
import { threadPolicies } from "../../../src/threads/index.ts";

export interface ThreadRun {
  readonly simulation: Simulation;
  readonly makespan: number;
  /** What the trace keeps, and the host with all it knows. */
  readonly threads: ThreadTrace & { readonly host: ThreadHost };
}

/** Runs threads alone, without costs unless `input` says so. */
export function runThreads(input: ThreadSpecInput, policy: string | ThreadPolicy = "fifo", options: { readonly seed?: number; readonly tickNs?: number; readonly with?: Record<string, unknown> } = {}): ThreadRun {
  const spec = threadSpec({ threadCosts: "none", ...input });
  const policyName = typeof policy === "string" ? policy : "custom";
  const simulation = new Simulation({
    instance: emptyInstance("threads", options.tickNs ?? 1), scheduler: { dispatch: () => undefined }, seed: options.seed ?? 0,
    threads: { spec, policyName, policy: typeof policy === "string" ? threadPolicies.get(policy).create(options.with ?? {}) : policy },
  });
  const trace = simulation.run();
  return { simulation, makespan: trace.makespanTicks, threads: { ...trace.threads!, host: simulation.threads! } };
}
