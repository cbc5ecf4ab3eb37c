import { InputError } from "../../base/errors.ts";
import { compareSchedulers } from "../../scenario/compare-schedulers.ts";
import { resolveScenario } from "../../scenario/resolve-scenario.ts";
import { formatComparison, rankRows } from "../../trace/comparison-text.ts";
import type { Command } from "../command.ts";
import { enterPhase, guardedProgress, isGuarded, runGuarded } from "../guard.ts";
import { Progress } from "../progress.ts";
import { hasForeignPolicy, policyTimeoutMs, scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";

const { scheduler: _, ...flags } = scenarioFlags;

export const compare: Command = {
  name: "compare",
  summary: "Rank schedulers on a scenario, or on a model and a machine",
  usage: "FILE|MODEL",
  description: [
    "Every scheduler runs on the same compiled scenario with the same luck, so that they differ by their decisions only.",
    "Which ones: --schedulers, else the scenario's compare list, else all that need no options.",
    "One that fails is listed last, and makes the exit code 1. One of your own that loops for ever ends the whole",
    "comparison, with a message that names it.",
  ].join(" "),
  positionals: [1, 1],
  flags: { ...flags, schedulers: { type: "string", short: "s", value: "A,B,…", help: "Schedulers to rank: names or ./mine.mjs, with commas between; or all", choices: "schedulers" } },
  examples: [
    ["heddle compare scenarios/quickstart.yaml", "the schedulers that the scenario lists"],
    ["heddle compare resnet50 --machine mixed --schedulers heft,peft,dmda,./mine.mjs", "your own beside the built-in ones"],
  ],
  async run({ positionals, values, args }, io) {
    const wanted = values["schedulers"] as string | undefined;
    let scenario = await scenarioFromArgs(positionals[0]!, values, wanted === undefined ? {} : { compare: wanted });
    if (scenario.spec.compare === undefined) scenario = await scenarioFromArgs(positionals[0]!, values, { compare: "all" });
    if (!isGuarded() && (await hasForeignPolicy(scenario))) return runGuarded(args, io, policyTimeoutMs(values));

    const progress = new Progress(io, guardedProgress());
    progress.show(`reading ${scenario.name}`);
    const resolved = await resolveScenario(scenario, { onLoadPolicy: (use) => enterPhase(`loading policy ${use}`) });
    enterPhase(undefined);
    if (resolved.compare.length === 0) throw new InputError({ code: "nothing-to-compare", message: "there is no scheduler to compare", hint: "for example --schedulers heft,fifo" });
    const rows = compareSchedulers(resolved, {
      onStart: (name, i, count) => {
        enterPhase(`scheduler "${name}"`);
        progress.show(`${name} (${i + 1} of ${count})`);
      },
      ...progress.shared,
    });
    enterPhase(undefined);
    progress.clear();
    const failed = rows.some((row) => row.metrics === undefined);
    if (values["format"] === "json") {
      const ranked = rankRows(rows).map(({ rank, name, metrics, vsBest, failure }) => ({ rank, name, makespanNs: metrics?.makespanNs, vsBest, gap: metrics?.gap, utilization: metrics?.utilization, failure }));
      io.out(`${JSON.stringify({ schemaVersion: 1, name: resolved.name, seed: resolved.seed, schedulers: ranked, warnings: resolved.warnings }, null, 2)}\n`);
    } else {
      io.out(formatComparison(rows));
      for (const { code, message } of resolved.warnings) io.err(`warning[${code}]: ${message}\n`);
    }
    return failed ? 1 : 0;
  },
};
