import { InputError } from "../../base/errors.ts";
import { fuseGraph } from "../../graph/fuse.ts";
import { formatSummary, summarize, type GraphSummary } from "../../graph/summary.ts";
import { loadWorkload, sourceOf } from "../../scenario/load-workload.ts";
import { resolveScenario } from "../../scenario/resolve-scenario.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { defaultScheduler, defaultSync } from "../../scenario/schema.ts";
import type { Command, Io, Values } from "../command.ts";
import { wholeNumber } from "../command.ts";
import { costTable, formatCostTable } from "../cost-table.ts";
import { fusedSummary } from "../fused-text.ts";
import { importOptimized, optimizerFrom } from "../predicted-model.ts";
import { mostProcessors, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";

export const importCommand: Command = {
  name: "import",
  summary: "Show what a model or a task graph contains",
  usage: "FILE|MODEL",
  description: [
    "Reads an ONNX model, a task graph or a built-in model and prints operators by kind, multiply-accumulates, and the",
    "bytes of parameters and activations. Operators that are not known are named, with what is assumed for them.",
    "With --costs: how long the operators take on each device of a machine, and what limits them.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    dim: scenarioFlags.dim, processors: scenarioFlags.processors, set: scenarioFlags.set,
    optimize: { type: "string", value: "ort", help: "Show the graph that ONNX Runtime will run of an ONNX file: it is asked itself (needs onnxruntime-node)", choices: ["ort"] },
    fuse: { type: "boolean", help: "Merge operators as runtimes do, and list what was merged" },
    machine: { ...scenarioFlags.machine, help: "For --costs: machine of the library (heddle list machines), or the one in a file: ./mine.yaml" },
    costs: { type: "boolean", help: "Print instead, for each device and operator kind, count, time alone, what limits it, and whose figures these are; fused as in a run" },
  },
  examples: [
    ["heddle import model.onnx --dim batch=8", "counts at batch size 8"],
    ["heddle import model.onnx --format json", "{nodes, kinds, macs, parameterBytes, activationBytes, unknown, …}"],
    ["heddle import resnet50 --fuse", "what fusion merges"],
    ["heddle import model.onnx --optimize ort", "what ONNX Runtime makes of the model"],
    ["heddle import resnet50 --machine workstation --costs", "where the time of operators comes from"],
  ],
  async run({ positionals, values }, io) {
    if (values["costs"] === true && values["optimize"] !== undefined) throw new InputError({ code: "conflicting-flags", message: "--costs and --optimize exclude each other", hint: "heddle predict costs the optimized graph" });
    if (values["costs"] === true) return printCosts(positionals[0]!, values, io);
    const scenario = await scenarioFromArgs(positionals[0]!, values);
    refuseThreadsAlone(scenario, positionals[0]!);
    const optimized = optimizerFrom(values, positionals[0]!) === "ort" ? await importOptimized(positionals[0]!, scenario.spec.workload.dims ?? {}) : undefined;
    // Their durations are for one processor; how many there are makes no difference here.
    const { stg, dot, estee, generate } = scenario.spec.workload;
    const processors = wholeNumber(values, "processors", 1, mostProcessors) ?? ([stg, dot, estee, generate].some((source) => source !== undefined) ? 1 : undefined);
    const loaded = optimized ?? (await loadWorkload(scenario, processors));
    const fused = values["fuse"] === true ? fuseGraph(loaded.graph) : undefined;
    const summary: GraphSummary = summarize(fused?.graph ?? loaded.graph, { ...(loaded.nodeCount !== undefined && { nodes: loaded.nodeCount }), ...(loaded.unknown && { unknown: loaded.unknown }) });
    if (values["format"] === "json") {
      io.out(`${JSON.stringify({ schemaVersion: 1, ...summary, ...(fused && { merged: fused.merged }), warnings: loaded.warnings }, null, 2)}\n`);
      return 0;
    }
    io.out(`${formatSummary(summary)}\n`);
    if (fused !== undefined) {
      io.out(fused.merged.length === 0 ? "\nnothing to fuse\n" : `\n${fusedSummary(fused.merged)}\n`);
      for (const { into, members, pattern } of fused.merged) io.out(`  ${into}: ${members.join(" + ")} (${pattern})\n`);
    }
    for (const { code, message } of loaded.warnings) io.err(`warning[${code}]: ${message}\n`);
    return 0;
  },
};

/** Threads alone bring nothing that could be counted. */
function refuseThreadsAlone({ spec }: Scenario, file: string): void {
  if (sourceOf(spec.workload) !== undefined) return;
  throw new InputError({ code: "no-workload", message: `${file} has threads and no workload: there are no operators to count`, hint: `heddle check ${file} counts its threads and cores` });
}

/** No policy is asked, and none of the user's own is loaded. */
async function printCosts(file: string, values: Values, io: Io): Promise<number> {
  const { fuse, ...flags } = values;
  const sets = [...((flags["set"] as readonly string[] | undefined) ?? []), ...(fuse === true ? ["workload.fuse=on"] : [])];
  const scenario = await scenarioFromArgs(file, { ...flags, set: sets, scheduler: defaultScheduler, sync: defaultSync }, { compare: defaultScheduler });
  refuseThreadsAlone(scenario, file);
  const resolved = await resolveScenario(scenario);
  const costs = costTable(resolved);
  if (values["format"] === "json") io.out(`${JSON.stringify({ schemaVersion: 1, name: resolved.name, machine: resolved.machine.name, costs, warnings: resolved.warnings }, null, 2)}\n`);
  else {
    io.out(formatCostTable(costs));
    for (const { code, message } of resolved.warnings) io.err(`warning[${code}]: ${message}\n`);
  }
  return 0;
}
