import { compile } from "../core/compile.ts";
import { simulate } from "../core/simulate.ts";
import type { Trace } from "../core/trace.ts";
import type { Costs } from "../cost/cost-model.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { Machine } from "../machine/machine.ts";
import { costsOfThreads, machineOfThreads } from "./graph-threads.ts";
import { resolveThreads } from "./resolve-threads.ts";
import { threadSetting } from "./run-scenario.ts";
import { Scenario } from "./scenario.ts";
import { fromPlain, type SourceMap } from "./source-tree.ts";
import { cpuOf, withRuntime } from "./with-runtime.ts";

/** A graph under a runtime, without a scenario. */
export interface RuntimeRun {
  readonly graph: OperatorGraph;
  /** Its first CPU is the one whose cores the runtime's threads run on. */
  readonly machine: Machine;
  /** Of operators on one core: the runtime's threads share the work. */
  readonly costs: Costs;
  /** Name of a runtime ({@link runtimeList}) or its file, and knobs beside it as in a scenario. */
  readonly runtime: { readonly use: string; readonly [knob: string]: unknown };
  /** How often the graph runs, one after the other; default 1. */
  readonly instances?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Simulates a graph as a runtime's threads run it on the cores of a CPU.
 * @throws {InputError} for an unknown runtime, wrong knobs, a machine without a CPU, and costs that are wrong or missing
 * @throws {SimulationError} when the threads cannot go on
 * @example
 * const machine = buildMachine({ devices: { cpu: { kind: "cpu", units: 4, peak: { f32: 100 }, memory: {} } } });
 * const trace = await simulateRuntime({ graph, machine, costs, runtime: { use: "onnxruntime-parallel", inter_op_num_threads: 2 } });
 * console.log(trace.makespanTicks); // in nanoseconds
 */
export async function simulateRuntime({ graph, machine, costs, runtime, instances = 1, seed = 0 }: RuntimeRun): Promise<Trace> {
  const tickNs = 1;
  const source = fromPlain({ runtime }, { file: runtime.use }) as SourceMap;
  const { scenario, setting } = await withRuntime(new Scenario(source, runtime.use), { machine, operators: graph.opCount * instances, instances });
  const cpu = cpuOf(machine, scenario)!;
  const { resolved } = await resolveThreads(scenario, tickNs, machine, {});
  const threads = { ...resolved, device: cpu.id };
  const instance = compile({ graph, machine: machineOfThreads(machine, cpu), costs: costsOfThreads(costs, resolved.spec, cpu.id), tickNs, arrivalsNs: Array.from({ length: instances }, (_, i) => (i === 0 ? 0 : Infinity)) });
  return simulate({ instance, scheduler: { dispatch: () => undefined }, schedulerName: setting.use, seed, noise: false, threads: threadSetting(threads, tickNs) });
}
