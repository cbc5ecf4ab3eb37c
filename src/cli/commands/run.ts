import { isAbsolute, join, resolve } from "node:path";
import { InputError } from "../../base/errors.ts";
import type { Trace } from "../../core/trace.ts";
import { analyzeRun } from "../../scenario/analyze-run.ts";
import { compareSchedulers } from "../../scenario/compare-schedulers.ts";
import { chosenPolicies } from "../../scenario/repeat-run.ts";
import { resolveScenario, type ResolvedScenario } from "../../scenario/resolve-scenario.ts";
import { compileScenario, runScenario } from "../../scenario/run-scenario.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { metricsJson } from "../../trace/metrics-json.ts";
import type { Metrics } from "../../trace/metrics.ts";
import { findingIssues } from "../../trace/threads/thread-findings.ts";
import type { Command, Invocation, Io, Values } from "../command.ts";
import { checkPicture, checkWritable, writeWhole } from "../files.ts";
import { fusedSummary } from "../fused-text.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { formatIssues } from "../issue-text.ts";
import { Progress } from "../progress.ts";
import { hasForeignPolicy, policyPhase, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";
import { refuseIdleScheduler } from "../scheduler-decides.ts";

export const run: Command = {
  name: "run",
  summary: "Simulate a scenario, or a model on a machine",
  usage: "FILE|MODEL",
  description: [
    "FILE is a scenario (.yaml), an ONNX model (.onnx), or a task graph (.tasks.json, .stg, .dot, WfCommons .json);",
    "MODEL is a built-in one, such as resnet50 (heddle list models). A model alone runs on the workstation machine.",
    "Prints the makespan, how far it is from a proven bound, and what each device did; flags override the scenario.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    ...scenarioFlags,
    timeline: { type: "string", value: "FILE", help: "Draw the schedule as an SVG", choices: "files" },
    trace: { type: "string", value: "FILE", help: "Write every event, for Perfetto, chrome://tracing, and heddle render/verify/diff/explain", choices: "files" },
    decisions: { type: "boolean", help: "Record every placement with its alternatives and their predicted ends, for heddle explain --op; kept in the trace, which is trace.json if none is named" },
    metrics: { type: "string", value: "FILE", help: "Write the result as JSON", choices: "files" },
    csv: { type: "string", value: "FILE", help: "Write one line an operator; of threads alone, one a lock", choices: "files" },
    out: { type: "string", short: "o", value: "DIR", help: "Folder for the files, made if needed; with none named, it gets timeline.svg, trace.json and metrics.json", choices: "files" },
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

    const files = plannedFiles(scenario.spec.output ?? {}, values);
    checkFiles(files, positionals[0]!);
    const progress = new Progress(io, guardedProgress());
    progress.show(`reading ${scenario.name}`);
    const resolved = await resolveScenario(scenario, { onLoadPolicy: (use) => enterPhase(`loading policy ${use}`) });
    enterPhase(undefined);
    refuseIdleScheduler(resolved, values, positionals[0]!);
    progress.show(`simulating ${resolved.name}`);
    const instance = compileScenario(resolved);
    enterPhase(await policyPhase(resolved, scenario));
    const trace = runScenario(resolved, { instance, decisions: values["decisions"] === true, ...progress.shared });
    enterPhase(undefined);
    const metrics = analyzeRun(resolved, trace);
    const rows = resolved.compare.length > 0 && values["format"] !== "json"
      ? compareSchedulers(resolved, { instance, onStart: (name, i, count) => { enterPhase(`scheduler "${name}"`); progress.show(`comparing ${name} (${i + 1} of ${count})`); }, ...progress.shared })
      : [];
    enterPhase(undefined);
    const result = { ...metrics, fused: resolved.fused };
    progress.show("writing");
    await writeOutputs(files, scenario, resolved, trace, result);
    progress.clear();

    const written = Object.values(files);
    const errors = trace.threads === undefined ? [] : findingIssues(trace.threads, true);
    const exitCode = errors.length > 0 ? 1 : 0;
    if (values["format"] === "json") {
      const withFiles = { ...result, written, ...(errors.length > 0 && { errors }) };
      for (const chunk of metricsJson(withFiles)) io.out(chunk);
      return exitCode;
    }
    const { formatResult } = await import("../../trace/text.ts");
    io.out(formatResult(metrics));
    if (resolved.fused.length > 0) io.out(`\n${fusedSummary(resolved.fused)}  (without: --set workload.fuse=off)\n`);
    if (rows.length > 0) {
      const { formatComparison } = await import("../../trace/comparison-text.ts");
      io.out(`\nSchedulers on this scenario, best first:\n${formatComparison(rows)}`);
    }
    if (written.length > 0) io.out(`\nwrote ${written.join(", ")}\n`);
    io.err(formatIssues(errors));
    return exitCode;
  },
};

type OutputKind = "timeline" | "trace" | "metrics" | "csv";
type OutputFiles = Readonly<Partial<Record<OutputKind, string>>>;

/** Where each output goes: flags count from --out or from here, the scenario's own names from --out or from its folder. */
function plannedFiles(output: ResolvedScenario["output"], values: Values): OutputFiles {
  const files: Partial<Record<OutputKind, string>> = {};
  const out = values["out"] as string | undefined;
  const kinds = ["timeline", "trace", "metrics", "csv"] as const;
  const named = kinds.some((kind) => values[kind] !== undefined || (kind !== "csv" && output[kind] !== undefined));
  if (out !== undefined && !named) output = { timeline: "timeline.svg", trace: "trace.json", metrics: "metrics.json" };
  if (values["decisions"] === true) output = { trace: "trace.json", ...output };
  for (const kind of kinds) {
    const flag = values[kind] as string | undefined;
    const file = flag ?? (kind === "csv" ? undefined : output[kind]);
    const folder = out ?? (flag === undefined ? output.directory : undefined);
    if (file !== undefined) files[kind] = folder === undefined || isAbsolute(file) ? file : join(folder, file);
  }
  return files;
}

/** A run may take long: what cannot be written is better known before it. */
function checkFiles(files: OutputFiles, input: string): void {
  const taken = new Map([[resolve(input), "the input"]]);
  for (const [kind, file] of Object.entries(files)) {
    const other = taken.get(resolve(file));
    if (other !== undefined && !file.startsWith("/dev/")) throw new InputError({ code: "conflicting-outputs", message: `the ${kind} would be written over ${other}: ${file}` });
    taken.set(resolve(file), `the ${kind}`);
    if (kind === "timeline") checkPicture(file);
    else checkWritable(file);
  }
}

async function writeOutputs(files: OutputFiles, scenario: Scenario, resolved: ResolvedScenario, trace: Trace, result: Metrics): Promise<void> {
  if (files.timeline !== undefined) {
    const { timelineOf } = await import("../timeline-of.ts");
    await writeWhole(files.timeline, [await timelineOf(trace, { deviceKinds: resolved.machine.devices.map((device) => device.kind) })]);
  }
  if (files.trace !== undefined) await writeWhole(files.trace, (await import("../../trace/saved-trace.ts")).saveTrace(trace, chosenPolicies(scenario.spec)));
  if (files.metrics !== undefined) await writeWhole(files.metrics, metricsJson(result));
  if (files.csv !== undefined) await writeWhole(files.csv, result.threads !== undefined && result.counts.tasks === 0 ? (await import("../../trace/threads/thread-csv.ts")).threadsCsv(result.threads) : (await import("../../trace/csv.ts")).traceCsv(trace));
}
