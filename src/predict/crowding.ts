import type { CostModel } from "../cost/cost-model.ts";
import type { Profile } from "../cost/profile/profile.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import { simulateRuntime } from "../scenario/simulate-runtime.ts";
import { machineOf } from "./machine-of.ts";
import type { OperatorCosts } from "./operator-costs.ts";
import type { RuntimeSetting } from "./runtime-setting.ts";

/** Simulated time over which threads take turns: some fifty time slices. */
const observedNs = 200e6;
/** Operators that are simulated for it, at most. */
const mostOperators = 50_000;

/**
 * By how much operators are slower because the runtime's threads are more than the cores: who waits for work spins, who
 * computes waits a time slice for a core, and the rest of its operator with it. The graph is simulated twice as the
 * runtime's threads run it, on the cores there are and on one for each thread; the quotient of the two is the answer. What
 * threads cost that have cores is in the measured times already.
 * @returns 1 where there are cores enough
 */
export async function crowding(graph: OperatorGraph, profile: Profile, operators: OperatorCosts, setting: RuntimeSetting, cores: number): Promise<number> {
  const threads = awakeThreads(setting);
  if (threads <= cores || graph.opCount === 0) return 1;
  const costs: CostModel = { name: "profile", estimate: (op, device) => operators.of(op, device, 1)?.estimate };
  const makespan = async (on: number, instances: number): Promise<number> => {
    const trace = await simulateRuntime({ graph, machine: machineOf(profile, setting, on), costs, runtime: runtimeOf(setting), instances });
    return trace.makespanTicks;
  };
  // A run may be shorter than a time slice: many of them, one after the other, meet slices of all kinds.
  const alone = await makespan(threads, 1);
  const instances = Math.max(1, Math.min(Math.ceil(observedNs / alone), Math.ceil(mostOperators / graph.opCount)));
  return Math.max(1, (await makespan(cores, instances)) / (instances * alone));
}

/** Threads that compute, or spin while they wait: those between operators, the one that calls included, and the helpers inside them. */
function awakeThreads({ executor, intraThreads, interThreads }: RuntimeSetting): number {
  return executor === "parallel" ? interThreads + intraThreads - 1 : intraThreads;
}

function runtimeOf({ executor, intraThreads, interThreads }: RuntimeSetting): { readonly use: string; readonly [knob: string]: unknown } {
  // What the executor does beside kernels is known from the profile.
  const knobs = { intra_op_num_threads: intraThreads, node_overhead: "0ns" };
  return executor === "sequential" ? { use: "onnxruntime-sequential", ...knobs } : { use: "onnxruntime-parallel", inter_op_num_threads: interThreads, ...knobs };
}
