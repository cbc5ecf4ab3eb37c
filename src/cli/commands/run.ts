import { join } from "node:path";
import type { Trace } from "../../core/trace.ts";
import { analyzeRun } from "../../scenario/analyze-run.ts";
import { compareSchedulers } from "../../scenario/compare-schedulers.ts";
import { resolveScenario, type ResolvedScenario } from "../../scenario/resolve-scenario.ts";
import { runScenario } from "../../scenario/run-scenario.ts";
import { metricsJson } from "../../trace/metrics-json.ts";
import type { Metrics } from "../../trace/metrics.ts";
import type { Command, Invocation, Io, Values } from "../command.ts";
import { writeWhole } from "../files.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { Progress } from "../progress.ts";
import { hasForeignPolicy, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";

export const run: Command = {
  name: "run",
  summary: "Simulate a scenario, or a model on a machine",
  usage: "FILE|MODEL",
  description: [
    "FILE is a scenario (.yaml), an ONNX model (.onnx), or a task graph (.tasks.json, .stg, .dot, WfCommons .json);",
    "MODEL is a built-in one, such as resnet50 (heddle list models). A model alone runs on the workstation machine.",
    "Prints the makespan, how far it is from a proven bound, and what each device did; flags override the scenario.",
  ].join("\n"),
  positionals: [1, 1],
  flags: {
    ...scenarioFlags,
    timeline: { type: "string", value: "FILE", help: "Draw the schedule as an SVG", choices: "files" },
    trace: { type: "string", value: "FILE", help: "Write every event, for Perfetto, chrome://tracing, and heddle render/verify/diff", choices: "files" },
    metrics: { type: "string", value: "FILE", help: "Write the result as JSON", choices: "files" },
    csv: { type: "string", value: "FILE", help: "Write one line an operator", choices: "files" },
    out: { type: "string", short: "o", value: "DIR", help: "Folder for all files that are written", choices: "files" },
  },
  examples: [
    ["heddle run scenarios/quickstart.yaml", "the result, and the files that the scenario asks for"],
    ["heddle run model.onnx --machine workstation --timeline out.svg", "any ONNX file, no scenario needed"],
    ["heddle run gpt2 --machine mixed --scheduler peft --set workload.batch=4", "a built-in model, with options"],
    ["heddle run graph.tasks.json --scheduler heft --format json", "a published task graph, for other programs to read"],
  ],
  async run(invocation: Invocation, io: Io): Promise<number> {
    const { positionals, values, args } = invocation;
    const scenario = await scenarioFromArgs(positionals[0]!, values);
    if (!isGuarded() && (await hasForeignPolicy(scenario))) return runGuarded(args, io, policyTimeoutMs(values));

    const progress = new Progress(io, guardedProgress());
    enterPhase("loading the policies");
    const resolved = await resolveScenario(scenario);
    enterPhase(`scheduler "${resolved.scheduler.definition.name}"`);
    progress.show(`simulating ${resolved.name}`);
    const trace = runScenario(resolved, { ...progress.shared });
    enterPhase(undefined);
    const metrics = analyzeRun(resolved, trace);
    const written = await writeOutputs(resolved, trace, metrics, values);
    const rows = resolved.compare.length > 0 && values["format"] !== "json"
      ? compareSchedulers(resolved, { onStart: (name, i, count) => { enterPhase(`scheduler "${name}"`); progress.show(`comparing ${name} (${i + 1} of ${count})`); }, ...progress.shared })
      : [];
    enterPhase(undefined);
    progress.clear();

    if (values["format"] === "json") {
      for (const chunk of metricsJson(metrics)) io.out(chunk);
      return 0;
    }
    const { formatResult } = await import("../../trace/text.ts");
    io.out(formatResult(metrics));
    if (resolved.fused.length > 0) io.out(`\nfused: ${resolved.fused.join(", ")} (switch off with workload.fuse: off)\n`);
    if (rows.length > 0) {
      const { formatComparison } = await import("../../trace/comparison-text.ts");
      io.out(`\nSchedulers on this scenario, best first:\n${formatComparison(rows)}`);
    }
    if (written.length > 0) io.out(`\nwrote ${written.join(", ")}\n`);
    return 0;
  },
};

/** Writes the files that the scenario or the flags ask for; returns their names. */
async function writeOutputs(resolved: ResolvedScenario, trace: Trace, metrics: Metrics, values: Values): Promise<string[]> {
  const { output } = resolved;
  const directory = (values["out"] as string | undefined) ?? output.directory;
  const place = (flag: string, fromScenario: string | undefined): string | undefined => {
    const file = (values[flag] as string | undefined) ?? fromScenario;
    return file === undefined || directory === undefined ? file : join(directory, file);
  };
  const written: string[] = [];
  const write = (file: string, chunks: Iterable<string>): void => {
    writeWhole(file, chunks);
    written.push(file);
  };
  const timeline = place("timeline", output.timeline);
  if (timeline !== undefined) {
    const { timelineOf } = await import("../timeline-of.ts");
    write(timeline, [await timelineOf(trace, { deviceKinds: resolved.machine.devices.map((device) => device.kind) })]);
  }
  const saved = place("trace", output.trace);
  if (saved !== undefined) write(saved, (await import("../../trace/saved-trace.ts")).saveTrace(trace));
  const json = place("metrics", output.metrics);
  if (json !== undefined) write(json, metricsJson(metrics));
  const csv = place("csv", undefined);
  if (csv !== undefined) write(csv, (await import("../../trace/csv.ts")).traceCsv(trace));
  return written;
}
