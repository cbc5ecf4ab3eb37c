import { isAbsolute, join, resolve } from "node:path";
import { InputError } from "../../base/errors.ts";
import { resolveScenario, type ResolvedScenario } from "../../scenario/resolve-scenario.ts";
import { compareOverSeeds } from "../../sweep/compare-over-seeds.ts";
import { comparisonData } from "../../sweep/comparison-data.ts";
import type { Comparison } from "../../sweep/comparison.ts";
import { objectives, type Objective } from "../../trace/objective.ts";
import { wholeNumber, type Command, type Values } from "../command.ts";
import { checkWritable, writeWhole } from "../files.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { Progress } from "../progress.ts";
import { hasForeignPolicy, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";
import { TimeLeft } from "../time-left.ts";

const { scheduler: _, ...flags } = scenarioFlags;

export const compare: Command = {
  name: "compare",
  summary: "Rank schedulers on a scenario, or on a model and a machine",
  usage: "FILE|MODEL",
  description: [
    "Every scheduler runs on the same compiled scenario with the same luck, so that they differ by their decisions only.",
    "Which ones: --schedulers, else the scenario's compare list, else all that need no options. With --seeds N each runs",
    "with N seeds, and the result has confidence intervals, win probabilities, regret, and ranks that only significant",
    "differences part. Where jobs arrive over time they are ranked by the mean latency and not by the makespan, which the",
    "last arrival decides most of; --by chooses. One that fails or loops for ever is listed last, and makes the exit code 1; the others are compared",
    "without it.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    ...flags,
    schedulers: { type: "string", short: "s", value: "A,B,…", help: "Schedulers to rank: names or ./mine.mjs, with commas between; or all", choices: "schedulers" },
    seeds: { type: "string", value: "N", help: "Run each with that many seeds, from --seed on (default 1)" },
    by: { type: "string", value: "WHAT", help: `Rank by ${objectives.join(", ")} (default makespan; latency-mean where jobs arrive over time)`, choices: objectives },
    baseline: { type: "string", value: "NAME", help: "The scheduler that win probabilities are against (default the first)", choices: "schedulers" },
    sensitivity: { type: "boolean", help: "Vary operator times, launch overhead, links … by ±20 % each, and say which one changes the winner" },
    workers: { type: "string", value: "N", help: "Threads (default one a core); the result is the same with any number" },
    plot: { type: "string", value: "FILE", help: "Draw means and intervals as an SVG", choices: "files" },
    out: { type: "string", short: "o", value: "DIR", help: "Folder for comparison.json, comparison.csv and comparison.svg, made if needed", choices: "files" },
    format: { type: "string", value: "text|json|csv", help: "How the result is printed, and errors but for csv (default text)", choices: ["text", "json", "csv"] },
  },
  examples: [
    ["heddle compare scenarios/quickstart.yaml", "the schedulers that the scenario lists"],
    ["heddle compare resnet50 --machine mixed --schedulers heft,peft,dmda,./mine.mjs", "your own beside the built-in ones"],
    ["heddle compare resnet50 -m mixed -s heft,peft,dmda --set noise=10% --seeds 100 --plot a.svg", "which differences are more than luck"],
    ["heddle compare scenarios/requests-at-a-rate.yaml --by latency-p99", "which one serves requests best"],
    ["heddle compare resnet50 -m mixed -s heft,peft,dmda --sensitivity", "would another one win on a slightly different machine?"],
  ],
  async run({ positionals, values, args }, io) {
    const wanted = values["schedulers"] as string | undefined;
    const seeds = wholeNumber(values, "seeds", 1, 1_000_000) ?? 1;
    const by = objectiveFrom(values);
    const workers = wholeNumber(values, "workers", 1, 1024);
    let scenario = await scenarioFromArgs(positionals[0]!, values, wanted === undefined ? {} : { compare: wanted });
    if (scenario.spec.compare === undefined) scenario = await scenarioFromArgs(positionals[0]!, values, { compare: "all" });
    const files = plannedFiles(values, positionals[0]!);
    const foreign = isGuarded() || (await hasForeignPolicy(scenario));
    if (foreign && !isGuarded()) return runGuarded(args, io, policyTimeoutMs(values));

    const progress = new Progress(io, guardedProgress());
    progress.show(`reading ${scenario.name}`);
    const resolved = await resolveScenario(scenario, { onLoadPolicy: (use) => enterPhase(`loading policy ${use}`) });
    enterPhase(undefined);
    const timeLeft = new TimeLeft();
    // Starting a thread takes longer than a few small runs, but only there can a policy of the user's be ended.
    const here = !foreign && workers === undefined && resolved.graph.opCount * resolved.arrivalsNs.length * resolved.compare.length * seeds < worthThreads;
    const sensitivity = values["sensitivity"] === true;
    const comparison = await compareOverSeeds(resolved, {
      seeds, sensitivity, policyTimeoutMs: policyTimeoutMs(values), ...(here ? { workers: 0 } : workers !== undefined && { workers }),
      ...(by !== undefined && { by }), ...(values["baseline"] !== undefined && { baseline: values["baseline"] as string }),
      ...(io.interactive && { onProgress: (done, total) => progress.show(`comparing: ${Math.floor((100 * done) / total)} %${timeLeft.text(done, total)}`) }),
    });
    progress.show("writing");
    await writeOutputs(files, comparison, resolved);
    progress.clear();

    const written = Object.values(files);
    if (values["format"] === "json") io.out(`${JSON.stringify({ ...comparisonData(comparison), ...(written.length > 0 && { written }) }, null, 2)}\n`);
    else if (values["format"] === "csv") io.out((await import("../../sweep/comparison-csv.ts")).comparisonCsv(comparison));
    else {
      const { formatComparisonOverSeeds } = await import("../../sweep/comparison-over-seeds-text.ts");
      io.out(formatComparisonOverSeeds(comparison));
      if (written.length > 0) io.out(`\nwrote ${written.join(", ")}\n`);
    }
    if (values["format"] !== "json") for (const { code, message } of comparison.warnings) io.err(`warning[${code}]: ${message}\n`);
    return comparison.failures.length > 0 ? 1 : 0;
  },
};

/** Operator executions from which threads pay. */
const worthThreads = 100_000;

function objectiveFrom(values: Values): Objective | undefined {
  const by = values["by"] as string | undefined;
  const known = objectives.find((objective) => objective === by);
  if (by !== undefined && known === undefined) throw new InputError({ code: "bad-flag", message: `--by takes one of: ${objectives.join(", ")}; not "${by}"` });
  return known;
}

type OutputKind = "plot" | "json" | "csv";
type OutputFiles = Readonly<Partial<Record<OutputKind, string>>>;

/** @throws {InputError} when one cannot be written: better known before a long run. */
function plannedFiles(values: Values, input: string): OutputFiles {
  const out = values["out"] as string | undefined;
  const plot = (values["plot"] as string | undefined) ?? (out === undefined ? undefined : "comparison.svg");
  const files: Partial<Record<OutputKind, string>> = {};
  if (plot !== undefined) files.plot = out === undefined || isAbsolute(plot) ? plot : join(out, plot);
  if (out !== undefined) Object.assign(files, { json: join(out, "comparison.json"), csv: join(out, "comparison.csv") });
  for (const [kind, file] of Object.entries(files)) {
    if (resolve(file) === resolve(input)) throw new InputError({ code: "conflicting-outputs", message: `the ${kind} would be written over the input: ${file}` });
    checkWritable(file);
  }
  return files;
}

async function writeOutputs(files: OutputFiles, comparison: Comparison, { machine }: ResolvedScenario): Promise<void> {
  if (files.plot !== undefined) {
    const { renderComparison } = await import("../../render/comparison-plot.ts");
    writeWhole(files.plot, [await renderComparison(comparison, { title: machine.name === "machine" ? comparison.name : `${comparison.name} on ${machine.name}` })]);
  }
  if (files.json !== undefined) writeWhole(files.json, [`${JSON.stringify(comparisonData(comparison), null, 2)}\n`]);
  if (files.csv !== undefined) writeWhole(files.csv, [(await import("../../sweep/comparison-csv.ts")).comparisonCsv(comparison)]);
}
