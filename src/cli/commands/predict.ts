import { InputError, type Warning } from "../../base/errors.ts";
import { coresOf } from "../../predict/machine-of.ts";
import { predictRun } from "../../predict/predict-run.ts";
import { formatPrediction } from "../../predict/prediction-text.ts";
import { settingText, type RuntimeSetting } from "../../predict/runtime-setting.ts";
import type { Profile } from "../../cost/profile/profile.ts";
import { loadProfile } from "../../scenario/load-profiles.ts";
import { devices } from "../../machine/library/devices.ts";
import { namesMeant } from "../../machine/library/names-meant.ts";
import { modelRegistry } from "../../graph/models/index.ts";
import { wholeNumber, type Command, type Values } from "../command.ts";
import { loadPredicted } from "../predicted-model.ts";
import { profileNamed } from "../own-profile.ts";
import { Progress } from "../progress.ts";
import { scenarioFlags } from "../scenario-args.ts";

export const predict: Command = {
  name: "predict",
  summary: "Predict how long a model takes on a device that was calibrated",
  usage: "FILE|MODEL",
  description: [
    "Simulates the runtime on a device of which kernels were measured (heddle calibrate, or a profile that comes along), and",
    "prints the latency with an interval, the time of each kind of operator and what limits it, and what rests on no measurement.",
    "An ONNX file goes through ONNX Runtime's own optimization first where the profile was measured with it.",
  ].join(" "),
  positionals: [1, 1],
  flags: {
    profile: { type: "string", value: "NAME|FILE", help: "Cost profile: one that comes along (heddle list profiles), or a file (default: the one that heddle calibrate made of this machine here)" },
    device: { type: "string", value: "NAME", help: "For --profile gpu-unseen: the GPU that was not measured, by its name in the library (heddle list devices) or without the maker: H100-SXM5" },
    threads: { type: "string", short: "t", value: "N", help: "Threads that share the work of an operator (default all cores of the profile)" },
    executor: { type: "string", value: "NAME", help: "sequential: one operator after the other (default); parallel: those that do not depend on each other side by side", choices: ["sequential", "parallel"] },
    "inter-threads": { type: "string", value: "N", help: "Threads between operators in the parallel executor, the calling one included, which waits (default all cores)" },
    dim: scenarioFlags.dim,
    batch: { type: "string", value: "N", help: "Batch size: the option of a built-in model, or the dimension \"batch\" of an ONNX file" },
    set: scenarioFlags.set,
    optimize: { type: "string", value: "ort|none", help: "Whose graph of an ONNX file is costed: the one that ONNX Runtime will run, or the file's own (default ort for profiles that were measured with it)", choices: ["ort", "none"] },
  },
  examples: [
    ["heddle predict model.onnx --threads 2", "on this machine, as heddle calibrate measured it"],
    ["heddle predict resnet50 --profile V100 --batch 8", "a built-in model on a card that others measured"],
    ["heddle predict bert-base --profile gpu-unseen --device H100-SXM5", "on one that nobody measured, from its data sheet"],
    ["heddle predict model.onnx --profile my-cpu.json --format json", "{latencyNs, lowNs, highNs, kinds, gaps, …}"],
  ],
  async run({ positionals, values }, io) {
    const named = profileNamed(values, "predict");
    const profile = await loadProfile(named);
    const device = deviceFrom(values);
    const setting = settingFrom(values, profile);
    const crowd = crowdWarning(setting, profile);
    const progress = new Progress(io, undefined);
    progress.show("reading");
    const model = await loadPredicted(positionals[0]!, withBatch(values, positionals[0]!), profile);
    progress.show("predicting");
    const prediction = await predictRun({ graph: model.graph, nodeCount: model.nodeCount, profile, setting, ...(device !== undefined && { device }) });
    progress.clear();
    const warnings = [...model.warnings, ...crowd];
    const isCpu = profile.device.kind === "cpu";
    if (values["format"] === "json") {
      io.out(`${JSON.stringify({ schemaVersion: 1, model: model.name, device: device ?? profile.device.name, profile: named, optimizedBy: model.optimizer === "ort" ? "onnxruntime" : "heddle", ...(isCpu && { setting }), ...prediction, warnings }, null, 2)}\n`);
      return 0;
    }
    io.out(formatPrediction({ model: model.name, device: device ?? profile.device.name, ...(isCpu && { setting: settingText(setting) }) }, prediction));
    for (const { code, message } of warnings) io.err(`warning[${code}]: ${message}\n`);
    return 0;
  },
};

/** Where more threads compute than there are cores. */
function crowdWarning({ intraThreads, interThreads }: RuntimeSetting, profile: Profile): Warning[] {
  const cores = coresOf(profile);
  if (profile.device.kind !== "cpu" || intraThreads <= cores) return [];
  return [{ code: "more-threads-than-cores", message: `${intraThreads} threads${interThreads > 1 ? " for each operator" : ""} on ${cores} cores of ${profile.device.name}: how they take turns is simulated, and was not measured` }];
}

/** @throws {InputError} for a name that is no device of the library, or may be several. */
function deviceFrom(values: Values): string | undefined {
  const named = values["device"] as string | undefined;
  if (named === undefined) return undefined;
  const [name, ...others] = namesMeant(named, devices.names);
  if (others.length > 0) throw new InputError({ code: "unknown-device", message: `"${named}" may be the device ${[name, ...others].join(" or ")}`, hint: "name one of them" });
  return name ?? devices.get(named).name;
}

/** @throws {InputError} for threads on a device that has none, and numbers that fit nothing. */
function settingFrom(values: Values, profile: Profile): RuntimeSetting {
  const { kind, name } = profile.device;
  const given = ["threads", "executor", "inter-threads"].find((flag) => values[flag] !== undefined);
  if (kind !== "cpu") {
    if (given !== undefined) throw new InputError({ code: "conflicting-flags", message: `--${given} is for CPUs, and the profile is of ${name}` });
    return { executor: "sequential", intraThreads: 1, interThreads: 1 };
  }
  const executor = values["executor"] ?? "sequential";
  if (executor !== "sequential" && executor !== "parallel") throw new InputError({ code: "bad-flag", message: `--executor is sequential or parallel, not "${String(executor)}"` });
  const cores = coresOf(profile);
  const intraThreads = wholeNumber(values, "threads", 1, 1024) ?? cores;
  const interThreads = wholeNumber(values, "inter-threads", 1, 1024);
  if (executor === "sequential" && interThreads !== undefined) throw new InputError({ code: "conflicting-flags", message: "--inter-threads is for the parallel executor", hint: "add --executor parallel" });
  return { executor, intraThreads, interThreads: executor === "parallel" ? (interThreads ?? cores) : 1 };
}

/** `--batch` as the flag that means it for this model. */
function withBatch(values: Values, model: string): Values {
  const batch = wholeNumber(values, "batch", 1);
  if (batch === undefined) return values;
  const flag = modelRegistry.tryGet(model) === undefined ? "dim" : "set";
  return { ...values, [flag]: [...((values[flag] as readonly string[] | undefined) ?? []), flag === "set" ? `workload.batch=${batch}` : `batch=${batch}`] };
}
