import { InputError } from "../../base/errors.ts";
import { shippedRuntimes } from "../../scenario/runtime-file.ts";
import { tuneObjectives, tuneScenario, type TuneObjective } from "../../tune/tune-scenario.ts";
import type { Tries } from "../../tune/dimensions.ts";
import { wholeNumber, type Command, type Values } from "../command.ts";
import { Progress } from "../progress.ts";
import { scenarioFlags, scenarioFromArgs } from "../scenario-args.ts";

const { scheduler: _, sync: __, processors: ___, "policy-timeout": ____, ...flags } = scenarioFlags;

/** What a model alone is tuned for. */
const usualRuntimes = ["onnxruntime-sequential", "onnxruntime-parallel"];

export const tune: Command = {
  name: "tune",
  summary: "Find the thread settings with which a model runs fastest on a machine",
  usage: "FILE|MODEL",
  description: [
    "Simulates a runtime (heddle list runtimes) with other numbers of threads, ways to wait, pinning and locks, ranks what",
    "was tried, and says what to tell the real runtime to have the best. All settings are tried where there are no more than the",
    "budget; else they are searched by coordinate descent, the same way each time. Without --runtime, the scenario's own is",
    "tuned; for a model alone, both executors of ONNX Runtime.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    ...flags,
    runtime: { type: "string", short: "r", value: "A,B,…", help: "Runtimes to tune: names or ./mine.yaml, with commas between", choices: shippedRuntimes },
    try: { type: "string", multiple: true, value: "KNOB=A,B,…", help: "Values to try for a knob, also for one that is not tuned otherwise: --try queue_lock=none,ticket" },
    budget: { type: "string", value: "N", help: "Most simulations of each runtime (default 300)" },
    by: { type: "string", value: "WHAT", help: `Make this small: ${tuneObjectives.join(", ")} (default makespan; latency-mean where jobs arrive over time)`, choices: tuneObjectives },
    top: { type: "string", value: "N", help: "Settings to show (default 10)" },
  },
  examples: [
    ["heddle tune resnet50 --machine workstation", "which executor, and how many threads in which pool"],
    ["heddle tune model.onnx -m laptop --runtime openmp,pytorch", "any ONNX file, under other runtimes"],
    ["heddle tune serving.yaml --by latency-p99", "the runtime of a scenario, for the slowest requests"],
    ["heddle tune bert-base -m server -r tensorflow --budget 50 --format json", "a shorter search, for other programs to read"],
  ],
  async run({ positionals, values }, io) {
    const scenario = await scenarioFromArgs(positionals[0]!, values);
    const runtimes = runtimesFrom(values) ?? (scenario.spec.runtime === undefined && !/\.ya?ml$/i.test(positionals[0]!) ? usualRuntimes : undefined);
    const by = values["by"] as TuneObjective | undefined;
    if (by !== undefined && !tuneObjectives.includes(by)) throw new InputError({ code: "bad-flag", message: `--by takes one of: ${tuneObjectives.join(", ")}; not "${String(by)}"` });
    const budget = wholeNumber(values, "budget", 1, 1_000_000);
    const top = wholeNumber(values, "top", 1, 1_000_000);
    const progress = new Progress(io, undefined);
    const tuned = await tuneScenario(scenario, {
      ...(runtimes && { runtimes }), tries: triesFrom(values), ...(budget !== undefined && { budget }), ...(by && { by }),
      ...(io.interactive && { onTrial: (done) => progress.show(`simulating setting ${done}`) }),
    });
    progress.clear();
    if (values["format"] === "json") {
      const { tunedJson } = await import("../../tune/tune-json.ts");
      io.out(`${JSON.stringify(tunedJson(tuned), null, 2)}\n`);
    } else {
      const { formatTuned } = await import("../../tune/tune-text.ts");
      io.out(formatTuned(tuned, top));
      for (const { code, message } of tuned.warnings) io.err(`warning[${code}]: ${message}\n`);
    }
    return tuned.settings[0]!.ns < Infinity ? 0 : 1;
  },
};

function runtimesFrom(values: Values): string[] | undefined {
  const names = (values["runtime"] as string | undefined)?.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names === undefined) return undefined;
  if (names.length === 0) throw new InputError({ code: "bad-flag", message: "--runtime names no runtime", hint: "see heddle list runtimes" });
  return [...new Set(names)];
}

/** From `--try KNOB=A,B`. @throws {InputError} where one says nothing. */
function triesFrom(values: Values): Tries {
  const tries: Record<string, (string | number | boolean)[]> = {};
  for (const text of (values["try"] as readonly string[] | undefined) ?? []) {
    const [, knob, list] = /^\s*([A-Za-z_]\w*)\s*=(.*)$/.exec(text) ?? [];
    const given = (list ?? "").split(",").map((value) => value.trim()).filter((value) => value !== "");
    if (knob === undefined || given.length === 0) throw new InputError({ code: "bad-flag", message: `--try needs KNOB=A,B,…, not "${text}"`, hint: "for example --try intra_op_num_threads=1,2,4" });
    tries[knob] = given.map((value) => (value === "true" ? true : value === "false" ? false : /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value));
  }
  return tries;
}
