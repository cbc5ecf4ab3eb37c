import { availableParallelism } from "node:os";
import { join } from "node:path";
import { InputError, type Issue } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";
import { parseQuantity } from "../../base/units.ts";
import { backendNames } from "../../calibrate/backends/names.ts";
import { checkTarget, fitMeasured, fitSampleFiles } from "../calibrate-fit.ts";
import { describeBackends, measureBackends, measuredText, measuredWarnings } from "../calibrate-measure.ts";
import { wholeNumber, type Command, type Io, type Values } from "../command.ts";
import { checkWritable } from "../files.ts";

const deviceKinds = ["cpu", "gpu", "tpu", "fpga", "npu"];

/** What is measured where nothing else is asked for. */
const usualBackends = ["ort", "host"];

export const calibrate: Command = {
  name: "calibrate",
  summary: "Measure real kernels on this machine, and fit a cost profile to them",
  usage: "",
  description: [
    "Runs kernels for real, in processes of their own, notes every time that was measured in calibration/raw/<device>/, and",
    "fits a profile to them, which heddle predict and scenarios use (what threads cost goes into one of its own). It stops when the time is over, and can be stopped before",
    "(Ctrl-C) with nothing lost: the same command goes on where it was, on the same machine with the same versions. With --from, nothing is measured: samples of another",
    "run, or a table of your own, are fitted.",
  ].join(" "),
  positionals: [0, 0],
  flags: {
    backend: { type: "string", short: "b", value: "A,B,…", help: `What runs the kernels: ${backendNames.join(", ")} (default ${usualBackends.join(",")})`, choices: backendNames },
    budget: { type: "string", value: "TIME", help: "How long to measure, all in all (default 5m)" },
    threads: { type: "string", short: "t", value: "A,B,…", help: "Numbers of threads of one operator (default 1, 2, 4 … and all cores)" },
    out: { type: "string", value: "FOLDER", help: "Folder of the samples (default calibration/raw/<device>); one of another machine is refused", choices: "files" },
    profile: { type: "string", value: "FILE", help: "Where the profile goes (default calibration/profiles/<device>.json, which never replaces one of another machine)", choices: "files" },
    rounds: { type: "string", value: "N", help: "Measure a kernel in N rounds at most (default 5)" },
    timeout: { type: "string", value: "TIME", help: "Give up a kernel that says nothing for so long (default 20s)" },
    "no-fit": { type: "boolean", help: "Measure alone" },
    list: { type: "boolean", help: "Measure nothing: list the backends, whether they can measure here, and what to install" },
    from: { type: "string", multiple: true, value: "FILE", help: "Measure nothing: fit the samples of a file; a table of your own (.csv) needs --map", choices: "files" },
    map: { type: "string", value: "NAME=COLUMN,…", help: "For --from table.csv: what its columns are, such as kind='matmul',m=M,n=N,k=K,time=latency:ms" },
    device: { type: "string", value: "NAME", help: "For --from table.csv: what was measured (default: the name of the file)" },
    "device-kind": { type: "string", value: deviceKinds.join("|"), help: "For --from table.csv: what that is (default gpu)", choices: deviceKinds },
    interference: { type: "string", value: "ALONE,LOADED", help: "Measure nothing: fit what the stages of a pipeline do to each other, from two tables (.csv) of stage times in ms by processor, alone and with everything else busy" },
    scenario: { type: "string", value: "FILE", help: "For --interference: where the scenario goes that was fitted (default: printed)", choices: "files" },
    bandwidth: { type: "string", value: "BANDWIDTH", help: "For --interference: what the shared memory gives, 51.2GB/s (default 1GB/s; predictions do not depend on it)" },
  },
  examples: [
    ["heddle calibrate", "five minutes, then calibration/profiles/<this cpu>.json"],
    ["heddle calibrate --list", "what can be measured here"],
    ["heddle calibrate --backend ort --budget 30m --threads 1,2,4", "longer, and with these numbers of threads"],
    ["heddle calibrate --from calibration/raw/my-cpu/ort.jsonl", "fit again what was measured"],
    [`heddle calibrate --from a100.csv --device A100 --map "kind='matmul',m=M,n=N,k=K,time=latency:ms"`, "a table that others measured"],
    ["heddle calibrate --interference alone.csv,loaded.csv --scenario phone.yaml", "a pipeline whose stages slow each other as measured"],
  ],
  async run({ values }, io) {
    if (values["list"] === true) return list(values, io);
    if (values["interference"] !== undefined) return (await import("../calibrate-interference.ts")).fitInterferenceFiles(values, io);
    const lonely = ["bandwidth", "scenario"].find((flag) => values[flag] !== undefined);
    if (lonely !== undefined) throw new InputError({ code: "bad-flag", message: `--${lonely} goes with --interference`, hint: "heddle calibrate --interference alone.csv,loaded.csv --bandwidth 51.2GB/s" });
    if (values["from"] !== undefined) return fitSampleFiles(values["from"] as readonly string[], values, io);
    return measure(values, io);
  },
};

async function measure(values: Values, io: Io): Promise<number> {
  for (const flag of ["map", "device", "device-kind"]) if (values[flag] !== undefined) throw new InputError({ code: "bad-flag", message: `--${flag} goes with --from`, hint: "heddle calibrate --from table.csv --map …" });
  const wish = {
    backends: backendsFrom(values), budgetMs: milliseconds(values, "budget", "5m"), threads: threadsFrom(values), out: values["out"] as string | undefined,
    timeoutMs: milliseconds(values, "timeout", "20s"), rounds: wholeNumber(values, "rounds", 1, 1000),
  };
  const operatorBackends = wish.backends.filter((name) => name !== "host");
  const fitting = operatorBackends.length > 0 ? operatorBackends : wish.backends;
  if (values["profile"] !== undefined && fitting.length > 1) throw new InputError({ code: "bad-flag", message: `--profile names one file, and ${fitting.join(" and ")} make a profile each`, hint: "measure them one by one" });
  if (wish.out !== undefined) checkWritable(join(wish.out, "samples.jsonl"));
  if (values["profile"] !== undefined) checkWritable(values["profile"] as string);
  const fit = values["no-fit"] !== true;
  const profileOf = (name: string): string | undefined => (fitting.includes(name) ? (values["profile"] as string | undefined) : undefined);
  const { backends: measured, stopped } = await measureBackends({
    ...wish,
    onBegin(header) {
      if (fit && profileOf(header.backend) === undefined) checkTarget(header);
    },
  }, io);
  if (measured.every(({ available }) => !available.ok)) throw new InputError(measured.flatMap(({ name, available }) => (available.ok ? [] : [{ code: "no-backend", message: `${name} cannot measure here: ${available.why}`, hint: available.install }])));
  const json = values["format"] === "json";
  if (!json) io.out(measuredText(measured));
  const fitted: unknown[] = [];
  const unfit: Issue[] = [];
  const fresh = measured.filter(({ result }) => result !== undefined && (result.samples > 0 || result.end === "done"));
  if (stopped) {
    if (!json) io.err("stopped; the same command goes on where it was\n");
  } else if (fit) {
    for (const { name, file } of fresh) {
      try {
        fitted.push(await fitMeasured(file!, profileOf(name), io, json));
      } catch (error) {
        // What one backend measured may be too little; the others' profiles are made all the same.
        if (!(error instanceof InputError)) throw error;
        unfit.push(...error.issues.map((issue) => ({ file: file!, ...issue })));
      }
    }
  }
  if (unfit.length > 0) throw new InputError(unfit);
  const warnings = measuredWarnings(measured);
  if (json) io.out(`${JSON.stringify({ schemaVersion: 1, stopped, backends: measured, profiles: fitted, warnings }, null, 2)}\n`);
  else for (const { code, message } of warnings) io.err(`warning[${code}]: ${message}\n`);
  return stopped || measured.some(({ result }) => result?.end === "given-up") ? 1 : 0;
}

async function list(values: Values, io: Io): Promise<number> {
  const names = backendNames;
  const found = await describeBackends(names, [1], milliseconds(values, "timeout", "20s"));
  if (values["format"] === "json") {
    io.out(`${JSON.stringify({ schemaVersion: 1, backends: names.map((name, i) => ({ name, summary: found[i]!.summary, ...found[i]!.available })) }, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...names.map((name) => name.length));
  for (const [i, name] of names.entries()) {
    const { summary, available } = found[i]!;
    io.out(`${name.padEnd(width)}  ${summary}\n${" ".repeat(width)}  ${available.ok ? `available: ${available.device} (${Object.entries(available.versions).map(([what, version]) => `${what} ${version}`).join(", ")})` : `not available: ${available.why}\n${" ".repeat(width)}  to have it: ${available.install}`}\n`);
  }
  return 0;
}

function backendsFrom(values: Values): string[] {
  const names = listed(values, "backend") ?? usualBackends;
  const unknown = names.filter((name) => !(backendNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new InputError(unknown.map((name) => {
      const near = nearest(name, backendNames);
      return { code: "unknown-backend", message: `there is no backend "${name}"`, hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are ${backendNames.join(", ")}` };
    }));
  }
  return names;
}

function threadsFrom(values: Values): number[] {
  const cores = availableParallelism();
  const texts = listed(values, "threads");
  if (texts === undefined) {
    const counts = [];
    for (let count = 1; count < cores; count *= 2) counts.push(count);
    return [...counts, cores];
  }
  return texts.map((text) => {
    const count = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(count >= 1 && count <= 1024)) throw new InputError({ code: "bad-flag", message: `--threads takes whole numbers from 1, not "${text}"`, hint: "for example --threads 1,2,4" });
    return count;
  });
}

function listed(values: Values, name: string): string[] | undefined {
  const text = values[name] as string | undefined;
  if (text === undefined) return undefined;
  const items = [...new Set(text.split(",").map((item) => item.trim()).filter((item) => item !== ""))];
  if (items.length === 0) throw new InputError({ code: "bad-flag", message: `--${name} is empty` });
  return items;
}

/** A time; minutes may be written as people do: 5m. */
function milliseconds(values: Values, name: string, usual: string): number {
  const text = ((values[name] as string | undefined) ?? usual).trim();
  const time = parseQuantity(text.replace(/^([\d.]+)\s*m$/, "$1min"), "time");
  if (!time.ok) throw new InputError({ code: "bad-flag", message: `--${name}: ${time.message}`, hint: `for example ${usual}` });
  if (!(time.value > 0)) throw new InputError({ code: "bad-flag", message: `--${name} must be more than 0` });
  return time.value / 1e6;
}

