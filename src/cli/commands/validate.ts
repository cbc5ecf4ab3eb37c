import { availableParallelism } from "node:os";
import { InputError, type Warning } from "../../base/errors.ts";
import { formatPercent, parseQuantity } from "../../base/units.ts";
import { busyWarning, medianLoad } from "../../calibrate/measure/busy.ts";
import { loadProfile } from "../../scenario/load-profiles.ts";
import { wholeNumber, type Command, type Values } from "../command.ts";
import { checkPicture, checkWritable, writeWhole } from "../files.ts";
import { isOnnx, loadPredicted, type PredictedModel } from "../predicted-model.ts";
import { profileNamed } from "../own-profile.ts";
import { Progress } from "../progress.ts";
import { scenarioFlags } from "../scenario-args.ts";
import type { Profile } from "../../cost/profile/profile.ts";
import { predictRun } from "../../predict/predict-run.ts";
import { settingsFor, type RuntimeSetting } from "../../predict/runtime-setting.ts";
import type { ModelFolder } from "../../onnxruntime/model-folder.ts";
import { sampleModels } from "../../validate/sample-models.ts";
import type { MeasuredRuns } from "../../validate/measure-runs.ts";
import type { ValidatedRun } from "../../validate/judge.ts";
import type { SpeedWatch } from "../speed-watch.ts";
import type { FailedRun } from "../../validate/validation-text.ts";

export const validate: Command = {
  name: "validate",
  summary: "Run models for real on this machine, beside their predictions",
  usage: "[FILE|NAME…]",
  description: [
    "Runs ONNX models with ONNX Runtime under several settings (executors, numbers of threads), each in a process of its own",
    "and in turn, and prints the measured beside the predicted times: errors, what two measurements of the same differ by,",
    `rank agreement, and what choosing the setting by prediction costs. Without files, or by name: small networks that are made in memory (${sampleModels.map(({ name }) => name).join(", ")}).`,
    "The calibration knows none of these runs. Before and after them some kernels of the profile are measured again, so that a machine",
    "that is slower than when it was calibrated can be told from a profile that is wrong.",
  ].join(" "),
  positionals: [0, 1000],
  flags: {
    profile: { type: "string", value: "NAME|FILE", help: "Cost profile of this machine (default: the one that heddle calibrate made here)" },
    threads: { type: "string", short: "t", value: "N", help: "Most threads (default all cores)" },
    executor: { type: "string", value: "NAME", help: "Only this executor: sequential or parallel (default both)", choices: ["sequential", "parallel"] },
    rounds: { type: "string", value: "N", help: "Bursts of runs of each setting, in each of two passes (default 3)" },
    burst: { type: "string", value: "TIME", help: "Length of a burst (default 300ms)" },
    speed: { type: "string", value: "TIME", help: "How long to measure kernels of the profile again, before the runs and after them (default 10s; 0s: not at all)" },
    timeout: { type: "string", value: "TIME", help: "Give up a process that does not answer for so long (default 2min)" },
    dim: scenarioFlags.dim,
    plot: { type: "string", value: "FILE", help: "Draw predicted over measured times as an SVG", choices: "files" },
    out: { type: "string", short: "o", value: "FILE", help: "Write the result as JSON, too", choices: "files" },
  },
  examples: [
    ["heddle validate", "four small networks, with the profile that heddle calibrate made here"],
    ["heddle validate a.onnx b.onnx sample-transformer --plot validation.svg", "your own and one of them, with a picture"],
    ["heddle validate a.onnx --profile my-cpu.json --rounds 10 --executor sequential", "longer, and one executor"],
  ],
  async run({ positionals, values }, io) {
    const named = profileNamed(values, "validate");
    if (values["plot"] !== undefined) checkPicture(values["plot"] as string);
    if (values["out"] !== undefined) checkWritable(values["out"] as string);
    const profile = await loadProfile(named);
    if (profile.device.kind !== "cpu" || profile.provenance.backend !== "ort") throw new InputError({ code: "wrong-profile", message: `the profile is of ${profile.device.name}, measured with ${profile.provenance.backend ?? "something else"}: models are run with ONNX Runtime on the CPU`, hint: "heddle calibrate --backend ort" });
    const strange = positionals.filter((file) => !isOnnx(file) && !sampleModels.some(({ name }) => name === file));
    if (strange.length > 0) throw new InputError(strange.map((file) => ({ code: "not-onnx", message: `${file} is no ONNX file`, hint: `models are run with ONNX Runtime: name .onnx files, or ${sampleModels.map(({ name }) => name).join(", ")}` })));
    const settings = settingsFrom(values);
    const options = { rounds: wholeNumber(values, "rounds", 1, 1000) ?? 3, burstMs: milliseconds(values, "burst", "300ms"), timeoutMs: milliseconds(values, "timeout", "2min") };
    const speedMs = milliseconds(values, "speed", "10s", 0);
    const progress = new Progress(io, undefined);

    const [{ ModelFolder }, { measureRuns }, { OrtFailure }, { judge }, { formatValidation }, { speedWarning }] = await Promise.all([
      import("../../onnxruntime/model-folder.ts"), import("../../validate/measure-runs.ts"), import("../../onnxruntime/ort-process.ts"), import("../../validate/judge.ts"), import("../../validate/validation-text.ts"), import("../../validate/validated-speed.ts"),
    ]);
    const watch = speedMs === 0 ? undefined : await speedWatch(profile, settings, speedMs, options.timeoutMs);
    const folder = new ModelFolder();
    const runs: ValidatedRun[] = [];
    const failures: FailedRun[] = [];
    const warnings: Warning[] = [];
    const loads: Pick<MeasuredRuns, "load">[] = [];
    try {
      const models = await modelFiles(positionals.length > 0 ? positionals : sampleModels.map(({ name }) => name), folder);
      for (const [at, file] of models.entries()) {
        const tell = (text: string): void => progress.show(`${text} (model ${at + 1} of ${models.length})`);
        tell(`reading ${file}`);
        const model = await readModel(file, values, profile, failures);
        if (model === undefined) continue;
        warnings.push(...model.warnings);
        const predictions = await Promise.all(settings.map((setting) => predictRun({ graph: model.graph, nodeCount: model.nodeCount, profile, setting, cores: availableParallelism() })));
        tell("measuring kernels of the profile");
        await watch?.before();
        const measured = await measureRuns({ file: folder.complete(file), dims: model.dims }, settings, { ...options, onBurst: (done, total) => tell(`running ${model.name}: ${Math.floor((100 * done) / total)} %`) });
        for (const [i, setting] of settings.entries()) {
          const result = measured[i]!;
          if (result instanceof OrtFailure) failures.push({ model: model.name, setting, why: result.message });
          else {
            loads.push(result);
            const { latencyNs, lowNs, highNs } = predictions[i]!;
            runs.push({ model: model.name, setting, measuredNs: result.ns, apart: result.apart, predictedNs: latencyNs, lowNs, highNs });
          }
        }
      }
      progress.show("measuring kernels of the profile");
      if (runs.length > 0) await watch?.after();
    } finally {
      watch?.close();
      folder.remove();
      progress.clear();
    }
    const verdict = runs.length > 0 ? judge(runs) : undefined;
    if (verdict !== undefined && verdict.apart > noisy) warnings.push({ code: "noisy-machine", message: `two measurements of the same differ by ${formatPercent(verdict.apart)} (A/A): errors of that size say nothing of the predictions` });
    const load = medianLoad(loads);
    const speed = verdict && watch?.result(runs);
    const disturbed = busyWarning("the runs", load, "predictions are for a machine that does nothing else") ?? (speed && speedWarning(speed));
    if (disturbed !== undefined) warnings.push(disturbed);
    const result = { schemaVersion: 1, device: profile.device.name, profile: named, runs, ...(load !== undefined && { load }), ...(speed && { speed }), ...(verdict && { verdict }), failures, warnings };
    const json = `${JSON.stringify(result, null, 2)}\n`;
    if (values["out"] !== undefined) await writeWhole(values["out"] as string, [json]);
    if (values["plot"] !== undefined && verdict !== undefined) await writeWhole(values["plot"] as string, [await plotOf(runs, profile.device.name)]);
    if (values["format"] === "json") io.out(json);
    else {
      io.out(formatValidation(profile.device.name, runs, verdict, failures, speed));
      for (const { code, message } of warnings) io.err(`warning[${code}]: ${message}\n`);
    }
    return failures.length > 0 ? 1 : 0;
  },
};

/** From this difference of two measurements of the same on, errors of a few per cent cannot be seen. */
const noisy = 0.05;

async function speedWatch(profile: Profile, settings: readonly RuntimeSetting[], forMs: number, timeoutMs: number): Promise<SpeedWatch> {
  const [{ SpeedWatch }, { MeasureProcess }, { thisMachine }] = await Promise.all([import("../speed-watch.ts"), import("../../calibrate/measure/measure-process.ts"), import("../../calibrate/measure/this-machine.ts")]);
  const threads = [...new Set(settings.map(({ intraThreads }) => intraThreads))];
  return SpeedWatch.open(profile, threads, { port: new MeasureProcess("ort", timeoutMs), forMs, machine: thisMachine(), now: () => performance.now() });
}

/** The networks that come along are written into the folder. */
async function modelFiles(names: readonly string[], folder: ModelFolder): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    const sample = sampleModels.find((other) => other.name === name);
    files.push(sample === undefined ? name : folder.write(`${name}.onnx`, await sample.build().bytes()));
  }
  return files;
}

/** A model that cannot be read does not end the others. */
async function readModel(file: string, values: Values, profile: Profile, failures: FailedRun[]): Promise<PredictedModel | undefined> {
  try {
    return await loadPredicted(file, { dim: values["dim"], optimize: "ort" }, profile);
  } catch (error) {
    if (!(error instanceof InputError) || error.issues.some(({ code }) => code === "no-onnxruntime")) throw error;
    failures.push({ model: file, why: error.issues.map(({ message }) => message).join("; ") });
    return undefined;
  }
}

async function plotOf(runs: readonly ValidatedRun[], device: string): Promise<string> {
  const [{ renderScatter }, { settingText }] = await Promise.all([import("../../render/scatter-plot.ts"), import("../../predict/runtime-setting.ts")]);
  return renderScatter({
    title: `Predicted and measured on ${device}`, x: "measured", y: "predicted",
    points: runs.map(({ model, setting, measuredNs, predictedNs, lowNs, highNs }) => ({ group: model, name: `${model}, ${settingText(setting)}`, x: measuredNs, y: predictedNs, low: lowNs, high: highNs })),
  });
}

function settingsFrom(values: Values): RuntimeSetting[] {
  const executor = values["executor"];
  if (executor !== undefined && executor !== "sequential" && executor !== "parallel") throw new InputError({ code: "bad-flag", message: `--executor is sequential or parallel, not "${String(executor)}"` });
  const settings = settingsFor(wholeNumber(values, "threads", 1, 1024) ?? availableParallelism()).filter((setting) => executor === undefined || setting.executor === executor);
  if (settings.length === 0) throw new InputError({ code: "bad-flag", message: "the parallel executor needs two threads" });
  return settings;
}

function milliseconds(values: Values, name: string, usual: string, least = Number.MIN_VALUE): number {
  const time = parseQuantity((values[name] as string | undefined) ?? usual, "time");
  if (!time.ok) throw new InputError({ code: "bad-flag", message: `--${name}: ${time.message}`, hint: time.hint });
  if (time.value < least) throw new InputError({ code: "bad-flag", message: `--${name} must be more than 0` });
  return time.value / 1e6;
}
