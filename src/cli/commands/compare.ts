import { isAbsolute, join, resolve } from "node:path";
import { InputError } from "../../base/errors.ts";
import { resolveScenario, type ResolvedScenario } from "../../scenario/resolve-scenario.ts";
import { compareOverSeeds } from "../../sweep/compare-over-seeds.ts";
import { comparisonData } from "../../sweep/comparison-data.ts";
import type { Comparison } from "../../sweep/comparison.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { sourceOf } from "../../scenario/load-workload.ts";
import { isThreadObjective, objectives, type RankedBy } from "../../trace/objective.ts";
import { wholeNumber, type Command, type Values } from "../command.ts";
import { checkPicture, checkWritable, writeWhole } from "../files.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { Progress } from "../progress.ts";
import { hasForeignPolicy, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";
import { TimeLeft } from "../time-left.ts";

const { scheduler: _, ...flags } = scenarioFlags;

export const compare: Command = {
  name: "compare",
  summary: "Rank schedulers or thread policies on a scenario, or on a model and a machine",
  usage: "FILE|MODEL",
  description: [
    "Every scheduler runs on the same compiled scenario with the same luck, so that they differ by their decisions only.",
    "Which ones: --schedulers, else the scenario's compare list, else all that need no options. With --seeds N each runs",
    "with N seeds, and the result has confidence intervals, win probabilities, regret, and ranks that only significant",
    "differences part. Where jobs arrive over time they are ranked by the mean latency and not by the makespan, which the",
    "last arrival decides most of; --by chooses. Where threads are all that runs, or run the operators, thread policies are",
    "compared instead: --thread-policies, else the scenario's compareThreads list, else all; --by also takes what the programs",
    "measure: span:NAME, counter:NAME (the time for each), response:GROUP. One that fails or loops for ever is listed last, and makes the exit code 1; the others are compared",
    "without it.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    ...flags,
    schedulers: { type: "string", short: "s", value: "A,B,…", help: "Schedulers to rank: names or ./mine.mjs, with commas between; or all", choices: "schedulers" },
    "thread-policies": { type: "string", value: "A,B,…", help: "Thread policies to rank instead: names or ./mine.mjs, with commas between; or all", choices: "threads" },
    seeds: { type: "string", value: "N", help: "Run each with that many seeds, from --seed on (default 1)" },
    by: { type: "string", value: "WHAT", help: `Rank by ${objectives.join(", ")}, span:NAME:p99, counter:NAME or response:GROUP:max (default makespan; latency-mean where jobs arrive over time)`, choices: objectives },
    baseline: { type: "string", value: "NAME", help: "The one that win probabilities are against (default the first)", choices: "schedulers" },
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
    ["heddle compare scenarios/runtime-settings.yaml --thread-policies fair,eevdf,fifo", "which thread policy suits a runtime"],
    ["heddle compare resnet50 -m mixed -s heft,peft,dmda --sensitivity", "would another one win on a slightly different machine?"],
  ],
  async run({ positionals, values, args }, io) {
    const wanted = wantedPolicies(values);
    const seeds = wholeNumber(values, "seeds", 1, 1_000_000) ?? 1;
    const by = objectiveFrom(values);
    const workers = wholeNumber(values, "workers", 1, 1024);
    const scenario = await comparedScenario(positionals[0]!, values, wanted);
    const files = plannedFiles(values, positionals[0]!);
    const foreign = isGuarded() || (await hasForeignPolicy(scenario));
    if (foreign && !isGuarded()) return runGuarded(args, io, policyTimeoutMs(values));

    const progress = new Progress(io, guardedProgress());
    progress.show(`reading ${scenario.name}`);
    const resolved = await resolveScenario(scenario, { onLoadPolicy: (use) => enterPhase(`loading policy ${use}`) });
    enterPhase(undefined);
    const timeLeft = new TimeLeft();
    // Starting a thread takes longer than a few small runs, but only there can a policy of the user's be ended.
    const here = !foreign && workers === undefined && resolved.graph.opCount * resolved.arrivalsNs.length * resolved.compare.length * seeds < worthThreads && (resolved.threads === undefined || (resolved.compareThreads.length || resolved.compare.length) * seeds <= worthThreadsOfThreads);
    const sensitivity = values["sensitivity"] === true;
    const comparison = await compareOverSeeds(resolved, {
      seeds, sensitivity, policyTimeoutMs: policyTimeoutMs(values), ...(here ? { workers: 0 } : workers !== undefined && { workers }),
      ...(resolved.compareThreads.length > 0 && { threadPolicies: resolved.compareThreads }), ...(by !== undefined && { by }), ...(values["baseline"] !== undefined && { baseline: values["baseline"] as string }),
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
/** Runs of thread programs from which they do, however long each takes. */
const worthThreadsOfThreads = 32;

function objectiveFrom(values: Values): RankedBy | undefined {
  const by = values["by"] as string | undefined;
  if (by !== undefined && isThreadObjective(by)) return by;
  const known = objectives.find((objective) => objective === by);
  if (by !== undefined && known === undefined) throw new InputError({ code: "bad-flag", message: `--by takes one of: ${objectives.join(", ")}; not "${by}"`, hint: "of threads also span:NAME:p99, counter:NAME, response:GROUP:max" });
  return known;
}

/** What the flags say is to be compared. */
interface Wanted {
  readonly schedulers?: string;
  readonly threadPolicies?: string;
}

function wantedPolicies(values: Values): Wanted {
  const schedulers = values["schedulers"] as string | undefined;
  const threadPolicies = values["thread-policies"] as string | undefined;
  if (schedulers !== undefined && threadPolicies !== undefined) throw new InputError({ code: "conflicting-flags", message: "--schedulers and --thread-policies exclude each other: one thing differs at a time" });
  return { ...(schedulers !== undefined && { schedulers }), ...(threadPolicies !== undefined && { threadPolicies }) };
}

/** The scenario with what is compared on it: what the flags say, else its own lists, else everything there is. */
async function comparedScenario(file: string, values: Values, { schedulers, threadPolicies }: Wanted): Promise<Scenario> {
  const plain = await scenarioFromArgs(file, values);
  const { spec } = plain;
  if (threadPolicies !== undefined) return scenarioFromArgs(file, values, { compareThreads: threadPolicies });
  const threaded = spec.threads !== undefined || spec.runtime !== undefined;
  const onGraph = spec.runtime !== undefined || (threaded && sourceOf(spec.workload) === undefined) || (threaded && (await runsGraph(plain)));
  if (!onGraph) return schedulers === undefined && spec.compare !== undefined ? plain : scenarioFromArgs(file, values, { compare: schedulers ?? "all" });
  if (schedulers !== undefined) throw new InputError({ code: "no-scheduler-decides", message: `${sourceOf(spec.workload) === undefined ? "threads are all that runs" : "threads run the operators"} in ${file}: no scheduler decides anything`, hint: "compare thread policies: --thread-policies fair,eevdf" });
  return spec.compareThreads === undefined ? scenarioFromArgs(file, values, { compareThreads: "all" }) : plain;
}

/** True where the programs run the operators. */
async function runsGraph(scenario: Scenario): Promise<boolean> {
  return (await resolveScenario(scenario)).threads?.device !== undefined;
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
    if (kind === "plot") checkPicture(file);
    else checkWritable(file);
  }
  return files;
}

async function writeOutputs(files: OutputFiles, comparison: Comparison, { machine }: ResolvedScenario): Promise<void> {
  if (files.plot !== undefined) {
    const { renderComparison } = await import("../../render/comparison-plot.ts");
    await writeWhole(files.plot, [await renderComparison(comparison, { title: machine.name === "machine" ? comparison.name : `${comparison.name} on ${machine.name}` })]);
  }
  if (files.json !== undefined) await writeWhole(files.json, [`${JSON.stringify(comparisonData(comparison), null, 2)}\n`]);
  if (files.csv !== undefined) await writeWhole(files.csv, [(await import("../../sweep/comparison-csv.ts")).comparisonCsv(comparison)]);
}
