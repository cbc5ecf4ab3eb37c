import { compile } from "../../src/core/compile.ts";
import { Simulation } from "../../src/core/simulation.ts";
import type { ThreadHost } from "../../src/core/threads/thread-host.ts";
import type { ThreadTrace } from "../../src/core/threads/thread-trace.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import { threadSpec, type ThreadSpecInput, type ThreadSpecOptions } from "../../src/programs/index.ts";
import { schedulers } from "../../src/schedulers/index.ts";
import { threadPolicies } from "../../src/threads/index.ts";

/** How to run threads without a graph. */
export interface ThreadRunOptions {
  /** Name of the thread policy, and its options. Default fifo. */
  readonly policy?: string;
  readonly options?: object;
  readonly seed?: number;
  /** Ticks of 1 ns after which the run stops. */
  readonly until?: number;
  readonly loopPolicies?: ThreadSpecOptions["loopPolicies"];
}

/** An instance without operators. */
const nothing = compile({ graph: new GraphBuilder("nothing").build(), machine: processorMachine(["host"]), costs: { deviceCount: 1, ns: new Float64Array(0) } });

/** What the trace keeps of threads that run alone, and the host with all it knows; nothing costing anything unless the sections say so. */
export function runThreads(sections: ThreadSpecInput, { policy = "fifo", options = {}, seed = 1, until = Infinity, loopPolicies }: ThreadRunOptions = {}): ThreadTrace & { readonly host: ThreadHost } {
  const definition = threadPolicies.get(policy);
  const parsed = (definition.options as { parse?(value: unknown): unknown } | undefined)?.parse?.(options) ?? {};
  const spec = threadSpec({ threadCosts: "none", ...sections }, { ...(loopPolicies && { loopPolicies }) });
  const simulation = new Simulation({ instance: nothing, scheduler: schedulers.get("fifo").create({}), seed, untilTicks: until, threads: { spec, policy: definition.create(parsed), policyName: policy } });
  return { ...simulation.run().threads!, host: simulation.threads! };
}
