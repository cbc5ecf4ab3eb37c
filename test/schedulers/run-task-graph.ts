import { compile } from "../../src/core/compile.ts";
import type { Instance } from "../../src/core/instance.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { Scheduler, SyncPolicy } from "../../src/plugin.ts";
import { verifyTrace } from "../../src/trace/verify.ts";
import type { TaskGraph } from "./static-view.ts";

/** Compiles a published task graph onto processors of its own: T1, T2 … on P1, P2 … */
export function taskInstance({ costs, edges, slots, reload, kinds, arrivals }: TaskGraph): Instance {
  const deviceCount = slots?.length ?? costs[0]?.length ?? 1;
  const builder = new GraphBuilder("tasks");
  costs.forEach((_, op) => builder.op({ kind: "task" }, `T${op + 1}`));
  for (const [from, to, ticks] of edges) builder.edge(from, to, ticks);
  const names = Array.from({ length: deviceCount }, (_, d) => `P${d + 1}`);
  const instance = compile({
    graph: builder.build(), machine: processorMachine(names, slots ? { slots } : {}), costs: { deviceCount, ns: Float64Array.from(costs.flat()) },
    ...(arrivals && { arrivalsNs: arrivals }),
  });
  if (reload === undefined) return instance;
  const configuration = Int32Array.from(costs.flat(), (_, i) => kinds?.[Math.floor(i / deviceCount)] ?? 0);
  return { ...instance, configuration, setupTicks: Float64Array.from(reload) };
}

/** Runs a published task graph and checks the trace. */
export function runTasks(graph: TaskGraph, scheduler: Scheduler, sync: SyncPolicy = {}, seed = 0): Trace {
  const trace = simulate({ instance: taskInstance(graph), scheduler, sync, seed });
  const problems = verifyTrace(trace);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  return trace;
}
