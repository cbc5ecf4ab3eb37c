import { HeddleError, InputError, type Issue } from "../base/errors.ts";
import { nearest } from "../base/registry.ts";
import { formatIssues } from "./issue-text.ts";
import { eraseProgress } from "./progress.ts";
import { issuesOf } from "./thrown-at.ts";
import { parseCommandLine, type Command, type Io } from "./command.ts";
import { formatHelp } from "./help.ts";

/** Loaded one at a time, so that starting costs only what the command needs. */
export const commands: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  run: { summary: "simulate a scenario or a model", load: async () => (await import("./commands/run.ts")).run },
  compare: { summary: "rank schedulers on a scenario or a model", load: async () => (await import("./commands/compare.ts")).compare },
  adversary: { summary: "search for the instance on which a scheduler loses most", load: async () => (await import("./commands/adversary.ts")).adversary },
  tune: { summary: "find the thread settings of a runtime that are fastest", load: async () => (await import("./commands/tune.ts")).tune },
  calibrate: { summary: "measure real kernels on this machine, and fit a profile", load: async () => (await import("./commands/calibrate.ts")).calibrate },
  check: { summary: "check scenarios without running them", load: async () => (await import("./commands/check.ts")).check },
  import: { summary: "show what a model or task graph contains", load: async () => (await import("./commands/import.ts")).importCommand },
  predict: { summary: "predict how long a model takes on a calibrated device", load: async () => (await import("./commands/predict.ts")).predict },
  validate: { summary: "run models for real, beside their predictions", load: async () => (await import("./commands/validate.ts")).validate },
  list: { summary: "list schedulers, machines, models …", load: async () => (await import("./commands/list.ts")).list },
  render: { summary: "draw a saved trace as an SVG timeline", load: async () => (await import("./commands/render.ts")).render },
  verify: { summary: "check that a saved trace obeys every rule", load: async () => (await import("./commands/verify.ts")).verify },
  explain: { summary: "say why a run took so long, and what would help", load: async () => (await import("./commands/explain.ts")).explain },
  diff: { summary: "say what changed between two saved traces", load: async () => (await import("./commands/diff.ts")).diff },
  completion: { summary: "print a completion script for your shell", load: async () => (await import("./commands/completion.ts")).completion },
};

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 the simulation failed, 2 wrong input or usage.
 * @example
 * process.exitCode = await main(["run", "scenarios/quickstart.yaml"], io);
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const json = args.some((arg, i) => arg === "--format=json" || (arg === "--format" && args[i + 1] === "json"));
  try {
    return await dispatch(args, io);
  } catch (error) {
    eraseProgress(io);
    if (!(error instanceof HeddleError)) throw error;
    reportIssues(issuesOf(error), json, io);
    return error.exitCode;
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const name = args[0];
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const topic = name === "help" ? args[1] : undefined;
    if (topic !== undefined) io.out(formatHelp(await loadCommand(topic)));
    else if (name === undefined) io.err(overview());
    else io.out(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    const { version } = await import("./version.ts");
    io.out(`heddle ${version()}\n`);
    return 0;
  }
  const command = await loadCommand(name);
  const { positionals, values } = parseCommandLine(command, args.slice(1));
  if (values["help"] === true) {
    io.out(formatHelp(command));
    return 0;
  }
  return command.run({ args, positionals, values }, io);
}

async function loadCommand(name: string): Promise<Command> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry !== undefined) return entry.load();
  const near = nearest(name, Object.keys(commands));
  const looksLikeFile = /[./\\]/.test(name);
  const hint = looksLikeFile ? `to simulate a file: heddle run ${name}` : near.length > 0 ? `did you mean heddle ${near.join(" or heddle ")}?` : "see heddle --help";
  throw new InputError({ code: "unknown-command", message: `there is no command "${name}"`, hint });
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    "Heddle simulates how a scheduler runs a deep-learning model on mixed hardware.", "",
    "Usage: heddle COMMAND …", "",
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`), "",
    "Start here:",
    "  heddle run scenarios/quickstart.yaml",
    "  heddle run model.onnx --machine workstation",
    "  heddle compare resnet50 --machine mixed",
    "  heddle COMMAND --help", "",
    "Every command takes --help and --format json. heddle --version says which Heddle this is.",
    "Exit codes: 0 done, 1 the simulation failed (deadlock, policy error …), 2 wrong input or usage.", "",
  ].join("\n");
}

/** Text on stderr, or one JSON object on stdout, where the result would have been. */
function reportIssues(issues: readonly Issue[], json: boolean, io: Io): void {
  if (json) {
    io.out(`${JSON.stringify({ schemaVersion: 1, errors: issues }, null, 2)}\n`);
    return;
  }
  io.err(formatIssues(issues));
}
