import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { HeddleError, InputError, type Issue } from "../../src/base/errors.ts";
import { nearest } from "../../src/base/registry.ts";
import { parseQuantity } from "../../src/base/units.ts";
import { threadCases } from "./cases/cases.ts";
import { agreement, compareCases } from "./cases/compare.ts";
import { measureCases } from "./cases/measure.ts";
import { readCases, readCosts, readSamples, writeJson, writeText, type MeasuredCases } from "./files.ts";
import { costsOf, measureCosts, thisMachine } from "./micro/costs.ts";
import { micros } from "./micro/micros.ts";
import type { RoundOptions } from "./harness/rounds.ts";
import { casesText, costsText } from "./report.ts";

const help = `node kernels/threads/run.mjs [cases|costs|list] [options]

Runs thread programs for real and measures them (cases, the default), or measures what
synchronization and scheduling cost on this machine (costs), or lists both (list).

  --cases NAME,…   cases or items whose names contain one of these; default all
  --rounds N       at most so many rounds, each in new processes; default 10
  --budget TIME    after so long only the first two rounds go on, such as 5min; default 60s
  --timeout TIME   a run that takes longer is given up; default 20s
  --wait TIME      before each run, wait so long at most until other programs leave the
                   cores alone; default 0s
  --costs FILE     cases: simulate them too, with the costs that were measured on this
                   machine, and print both
  --measured FILE  cases: take what --json wrote before, and measure nothing
  --json FILE      write the results as JSON
  --raw FILE       costs: write every sample as JSON lines
  --from FILE,…    costs: sum up samples that --raw wrote, and measure nothing
  --source TEXT    costs: where the figures come from, for the profile
`;

/** Options of the command line. */
interface Options extends RoundOptions {
  readonly action: "cases" | "costs" | "list";
  readonly wanted: readonly string[];
  readonly costs: string | undefined;
  readonly measured: string | undefined;
  readonly json: string | undefined;
  readonly raw: string | undefined;
  readonly from: string | undefined;
  readonly source: string;
}

/**
 * Runs one command line.
 * @param code folder of the compiled `child.mjs` and `worker.mjs`
 * @returns the exit code: 0 all was measured, 1 something was given up, 2 wrong usage
 */
export async function main(args: readonly string[], code: URL): Promise<number> {
  try {
    if (args.includes("--help")) process.stdout.write(help);
    else return await perform(readOptions(args, code));
    return 0;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

async function perform(options: Options): Promise<number> {
  const cases = threadCases(availableParallelism());
  switch (options.action) {
    case "list":
      for (const name of [...cases.map((one) => one.name), ...micros.flatMap(({ items }) => items.map((item) => item.name))]) process.stdout.write(`${name}\n`);
      return 0;
    case "cases": {
      const profile = options.costs === undefined ? undefined : readCosts(options.costs);
      const before = options.measured === undefined ? undefined : readCases(options.measured, threadCases);
      const machine = before?.machine ?? thisMachine();
      if (profile !== undefined && profile.machine.cores !== machine.cores) throw new InputError({ code: "other-machine", message: `the costs are of ${profile.machine.cores} cores, and the cases of ${machine.cores}`, file: options.costs!, hint: "measure both on the same machine" });
      const measured = before === undefined
        ? await measureCases(chosen(cases, options.wanted, (one) => [one.name]), options)
        : chosen(before.results, options.wanted, (result) => [result.case.name]);
      const results = profile === undefined ? measured : compareCases(measured, profile);
      const file: MeasuredCases = { format: "heddle-thread-cases/1", date: before?.date ?? today(), machine, results };
      if (options.json !== undefined) writeJson(options.json, { ...file, ...(profile !== undefined && { agreement: agreement(results) }) });
      process.stdout.write(casesText(results));
      return results.some(({ failure }) => failure !== undefined) ? 1 : 0;
    }
    case "costs": {
      const wanted = chosen(micros, options.wanted, ({ items }) => items.map((item) => item.name));
      const { raw, failures } = options.from === undefined ? await measureCosts(wanted, options) : { raw: readSamples(options.from), failures: {} };
      const profile = costsOf(wanted, raw, { source: options.source, failures });
      if (options.json !== undefined) writeJson(options.json, profile);
      if (options.raw !== undefined) writeText(options.raw, raw.map((line) => `${JSON.stringify(line)}\n`).join(""));
      process.stdout.write(costsText(profile));
      return 0;
    }
  }
}

/** Those with a name that contains one of the wanted texts. */
function chosen<T>(all: readonly T[], wanted: readonly string[], namesOf: (one: T) => readonly string[]): readonly T[] {
  if (wanted.length === 0) return all;
  const names = all.flatMap(namesOf);
  const unknown = wanted.filter((text) => !names.some((name) => name.includes(text)));
  const parts = [...new Set(names.flatMap((name) => name.split(/[/.]/)))];
  if (unknown.length > 0) {
    throw new InputError(unknown.map((text) => {
      const [near] = nearest(text, parts);
      return { code: "unknown-case", message: `nothing has "${text}" in its name`, hint: near === undefined ? "node kernels/threads/run.mjs list shows all names" : `did you mean "${near}"?` };
    }));
  }
  return all.filter((one) => namesOf(one).some((name) => wanted.some((text) => name.includes(text))));
}

function readOptions(args: readonly string[], code: URL): Options {
  const { values, positionals } = parsed(args);
  const issues: Issue[] = [];
  const [action = "cases", ...rest] = positionals;
  if (action !== "cases" && action !== "costs" && action !== "list") issues.push({ code: "usage", message: `"${action}" is none of cases, costs and list` });
  if (rest.length > 0) issues.push({ code: "usage", message: `"${rest[0]!}" is one argument too many`, hint: "names of cases come after --cases" });
  if (!/^[1-9]\d{0,5}$/.test(values.rounds)) issues.push({ code: "usage", message: `--rounds is a whole number from 1, not "${values.rounds}"` });
  for (const key of ["raw", "source", "from"] as const) if (values[key] !== undefined && action !== "costs") issues.push({ code: "usage", message: `--${key} is for costs alone` });
  for (const key of ["costs", "measured"] as const) if (values[key] !== undefined && action !== "cases") issues.push({ code: "usage", message: `--${key} is for cases alone` });
  const [budgetMs, timeoutMs, waitMs] = (["budget", "timeout", "wait"] as const).map((key) => {
    const time = parseQuantity(values[key], "time");
    if (time.ok && (time.value > 0 || key === "wait")) return time.value / 1e6;
    issues.push(time.ok ? { code: "usage", message: `--${key} is more than 0` } : { code: "bad-unit", message: `--${key}: ${time.message}`, hint: time.hint });
    return 0;
  });
  if (issues.length > 0) throw new InputError(issues);
  return {
    action: action as Options["action"],
    wanted: (values.cases ?? "").split(",").filter((text) => text !== ""),
    rounds: Number(values.rounds), budgetMs: budgetMs!, timeoutMs: timeoutMs!, waitMs: waitMs!, code,
    costs: values.costs, measured: values.measured, json: values.json, raw: values.raw, from: values.from,
    source: values.source ?? "measured by kernels/threads",
    ...(process.stderr.isTTY && { progress: (text) => void process.stderr.write(`\r\u001b[K${text}\r`) }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args], allowPositionals: true,
      options: {
        cases: { type: "string" }, rounds: { type: "string", default: "10" }, budget: { type: "string", default: "60s" }, timeout: { type: "string", default: "20s" }, wait: { type: "string", default: "0s" },
        costs: { type: "string" }, measured: { type: "string" }, json: { type: "string" }, raw: { type: "string" }, source: { type: "string" }, from: { type: "string" },
      },
    });
  } catch (error) {
    throw new InputError({ code: "usage", message: (error as Error).message, hint: "node kernels/threads/run.mjs --help shows the options" });
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
