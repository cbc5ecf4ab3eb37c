import { extname } from "node:path";
import { InputError } from "../base/errors.ts";
import { suggestion } from "../base/registry.ts";
import { modelRegistry } from "../graph/models/index.ts";
import { workloadSources, type WorkloadSource } from "./merge.ts";
import { openScenario } from "./open-scenario.ts";
import { applyOverrides, type Override } from "./overrides.ts";
import { readOrdinaryFile, type ReadFile } from "./read-file.ts";
import type { Scenario } from "./scenario.ts";
import { fromPlain, type SourceEntry, type SourceMap } from "./source-tree.ts";
import { unpack } from "./unpack.ts";

/** What may be said without a scenario file; every field is a flag of the command line. */
export interface DefaultScenarioOptions {
  /** Values of symbolic dimensions of an ONNX file. */
  readonly dims?: Readonly<Record<string, number>>;
  /** A machine of the library. */
  readonly machine?: string;
  /** That many equal processors, for task graphs. */
  readonly processors?: number;
  readonly scheduler?: string;
  readonly sync?: string;
  readonly compare?: "all" | readonly string[];
  readonly seed?: number;
  readonly overrides?: readonly Override[];
  /** Default: from disk. */
  readonly readFile?: ReadFile;
}

/**
 * A scenario for one workload, from flags alone: `heddle run model.onnx --machine workstation`. The result is as if it
 * had been written in YAML; messages name the flags.
 * @param workload a file (its ending tells the format, of JSON files the content), or the name of a model builder
 * @throws {InputError} when the format is not known, or a flag does not fit.
 * @example
 * const scenario = await defaultScenario("resnet50", { machine: "workstation" });
 */
export async function defaultScenario(workload: string, options: DefaultScenarioOptions = {}): Promise<Scenario> {
  const source = await workloadSourceOf(workload, options.readFile);
  const entries = new Map<string, SourceEntry>();
  const set = (key: string, flag: string, value: unknown): void => {
    if (value !== undefined) entries.set(key, { keyAt: { file: flag }, node: fromPlain(value, { file: flag }) });
  };
  set("workload", workload, { [source]: workload, dims: options.dims });
  if (options.machine !== undefined && options.processors !== undefined) throw new InputError({ code: "conflicting-keys", message: "--machine and --processors exclude each other" });
  set("machine", "--machine", options.machine);
  set("machine", "--processors", options.processors === undefined ? undefined : { processors: options.processors });
  set("scheduler", "--scheduler", options.scheduler);
  set("sync", "--sync", options.sync);
  set("compare", "--schedulers", options.compare);
  set("seed", "--seed", options.seed);
  const map: SourceMap = { kind: "map", entries, at: { file: workload } };
  return openScenario(applyOverrides(map, options.overrides ?? []) as SourceMap, workload, options.readFile);
}

const byEnding: Readonly<Record<string, WorkloadSource>> = { ".onnx": "onnx", ".stg": "stg", ".dot": "dot", ".gv": "dot" };

/**
 * Which source of a workload a file or name is.
 * @throws {InputError} when it is none.
 * @example
 * await workloadSourceOf("gpt2");           // "model"
 * await workloadSourceOf("net.onnx");       // "onnx"
 */
export async function workloadSourceOf(name: string, readFile: ReadFile = readOrdinaryFile): Promise<WorkloadSource> {
  // What is packed is read as what it was.
  const bare = name.replace(/\.gz$/i, "");
  if (/\.tasks\.json$/i.test(bare)) return "tasks";
  const ending = extname(bare).toLowerCase();
  const known = byEnding[ending];
  if (known) return known;
  if (ending === ".json") return jsonSource(name, new TextDecoder().decode((await unpack(await readFile(name), name)).subarray(0, 1 << 16)));
  if (modelRegistry.tryGet(name)) return "model";
  if (/\.ya?ml$/i.test(name)) throw new InputError({ code: "unknown-workload", message: `${name} is a scenario, not a workload` });
  throw new InputError({ code: "unknown-workload", message: `"${name}" is neither a workload file nor a model`, hint: ending === "" ? suggestion(name, modelRegistry.names) : `files end in .onnx, .tasks.json, .json, .stg, .dot or .gv, and .gz where packed` });
}

function jsonSource(name: string, head: string): WorkloadSource {
  if (head.trim() === "") throw new InputError({ code: "empty-file", message: "the file is empty", file: name });
  if (/"heddle-tasks\//.test(head)) return "tasks";
  if (/"schemaVersion"\s*:\s*"|"workflow"\s*:/.test(head)) return "wfformat";
  if (/^\s*\{\s*"displayTimeUnit"/.test(head)) throw new InputError({ code: "unknown-workload", message: `${name} is the trace of a run, not a workload`, file: name, hint: "heddle explain, render, verify and diff read traces" });
  if (/"makespanNs"\s*:/.test(head)) throw new InputError({ code: "unknown-workload", message: `${name} is the result of a run, not a workload`, file: name, hint: "run the scenario or model that it came from" });
  if (/"graph_name"|"graph"\s*:/.test(head)) return "estee";
  throw new InputError({ code: "unknown-workload", message: `${name} is neither a heddle-tasks/1 file, nor a WfFormat workflow, nor a data set of Estee`, file: name, hint: `say which in a scenario: workload: {${workloadSources.filter((source) => source === "tasks" || source === "wfformat" || source === "estee").join(": FILE} or {")}: FILE}` });
}
