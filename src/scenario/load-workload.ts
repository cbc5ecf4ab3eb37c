import { InputError } from "../base/errors.ts";
import type { CostModel } from "../cost/cost-model.ts";
import type { Workload } from "../graph/workload.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import { buildModel, modelRegistry } from "../graph/models/index.ts";
import type { UnknownOperator } from "../graph/onnx/import-onnx.ts";
import { castGraph } from "./cast-graph.ts";
import { generateWorkload } from "./generate-workload.ts";
import { buildInlineGraph, type InlineWorkload } from "./inline-graph.ts";
import { workloadSources, type WorkloadSource } from "./merge.ts";
import { buildPipeline } from "../pipeline/pipeline.ts";
import { pipelineOf } from "./pipeline-schema.ts";
import { phaseWorkload } from "./phases.ts";
import { readOrdinaryFile, type ReadFile } from "./read-file.ts";
import type { Scenario } from "./scenario.ts";
import { unpack } from "./unpack.ts";
import type { WorkloadSpec } from "./workload-schema.ts";

/** A workload as it was read or built, before anything is fused. */
export interface LoadedWorkload extends Workload {
  readonly source: WorkloadSource;
  /** Set for a graph written in the scenario. */
  readonly inline?: InlineWorkload;
  /** Set for a pipeline: times of its stages, by the name of a device. */
  readonly stageTimes?: CostModel;
  /** Set for ONNX files: nodes of the file, with those that cost nothing, and operators that are not known. */
  readonly nodeCount?: number;
  readonly unknown?: readonly UnknownOperator[];
}

type FileWorkload = Omit<LoadedWorkload, "source">;

/** Sources that are files. */
const importers = {
  onnx: async (bytes: Uint8Array, file: string, spec: WorkloadSpec): Promise<FileWorkload> => (await import("../graph/onnx/import-onnx.ts")).importOnnx(bytes, { file, dims: spec.dims ?? {} }),
  tasks: async (bytes: Uint8Array, file: string): Promise<FileWorkload> => (await import("../graph/import/tasks.ts")).importTasks(bytes, { file }),
  stg: async (bytes: Uint8Array, file: string, _: WorkloadSpec, processors?: number): Promise<FileWorkload> => (await import("../graph/import/stg.ts")).importStg(bytes, { file, processors: processors! }),
  dot: async (bytes: Uint8Array, file: string, _: WorkloadSpec, processors?: number): Promise<FileWorkload> => (await import("../graph/import/dot.ts")).importDot(bytes, { file, processors: processors! }),
  estee: async (bytes: Uint8Array, file: string, spec: WorkloadSpec, processors?: number): Promise<FileWorkload> => (await import("../graph/import/estee.ts")).importEstee(bytes, { file, processors: processors!, ...(spec.graph !== undefined && { graph: spec.graph as unknown as string | number }) }),
  wfformat: async (bytes: Uint8Array, file: string, _: WorkloadSpec, processors?: number): Promise<FileWorkload> => (await import("../graph/import/wfformat.ts")).importWfformat(bytes, { file, ...(processors !== undefined && { processors }) }),
} as const;

/** The one source that a checked workload names; undefined where threads are all that runs. */
export function sourceOf(spec: WorkloadSpec): WorkloadSource | undefined {
  return workloadSources.find((source) => spec[source] !== undefined);
}

/**
 * Reads the file that the workload names, or builds its model or its inline graph.
 * @param processors from `machine: {processors: …}`
 * @throws {InputError} with positions in the workload file, or in the scenario.
 */
export async function loadWorkload(scenario: Scenario, processors: number | undefined, readFile: ReadFile = readOrdinaryFile): Promise<LoadedWorkload> {
  const spec = scenario.spec.workload;
  const source = sourceOf(spec)!;
  const path = source === "model" ? ["workload"] : ["workload", source];
  try {
    if (source === "graph") {
      const inline = buildInlineGraph(scenario.name, spec.graph!);
      return { source, graph: inline.graph, inline, warnings: [] };
    }
    if (source === "pipeline") {
      const { graph, machine, costs } = buildPipeline(scenario.name, pipelineOf(spec.pipeline!, scenario.keys([...path, "stages"])));
      return { source, graph, machine, stageTimes: costs, warnings: [] };
    }
    if (source === "model") return { source, ...modelOf(spec, (option) => scenario.has(["workload", option])) };
    if (source === "generate") return { source, ...generateWorkload(spec.generate!, { processors, seed: scenario.spec.seed ?? 0 }) };
    if ((source === "stg" || source === "dot" || source === "estee") && processors === undefined) throw missingProcessors(scenario, source);
    const file = scenario.path(spec[source]!, path);
    return { source, ...cast(await importers[source](await unpack(await readFile(file), file), file, spec, processors), spec) };
  } catch (error) {
    throw scenario.blame(source === "estee" ? withWayToChoose(error) : error, path);
  }
}

/** Where a data set holds several graphs: the importer lists them, and here it is known how one is chosen. */
function withWayToChoose(error: unknown): unknown {
  if (!(error instanceof InputError)) return error;
  return new InputError(error.issues.map((issue) => (issue.code === "no-graph" ? { ...issue, hint: `write graph: NAME beside it, or --set workload.graph=NAME; ${issue.hint}` } : issue)));
}

/** The graph of each phase, in their order, built once where phases agree; `loaded` is what the workload says without them. */
export function loadPhases(scenario: Scenario, loaded: LoadedWorkload): OperatorGraph[] {
  const spec = scenario.spec.workload;
  const built = new Map<string, OperatorGraph>();
  return spec.phases!.map((phase, i) => {
    if (loaded.source !== "model") return loaded.graph;
    const own = phaseWorkload(spec, phase);
    const key = JSON.stringify(Object.keys(modelRegistry.get(spec.model!).options.shape).map((option) => own[option]));
    try {
      if (!built.has(key)) built.set(key, modelOf(own, (option) => [["workload", option], ["workload", "phases", i, option]].some((at) => scenario.has(at))).graph);
    } catch (error) {
      throw scenario.blame(error, ["workload", "phases", i]);
    }
    return built.get(key)!;
  });
}

/** Builds a model; the keys of the workload that are its options go to it where somebody wrote them. */
function modelOf(spec: WorkloadSpec, isWritten: (option: string) => boolean): Workload {
  const model = modelRegistry.get(spec.model!);
  const options = Object.fromEntries(Object.keys(model.options.shape).filter(isWritten).map((key) => [key, spec[key]]));
  return { graph: buildModel(model, options), warnings: [] };
}

function cast(workload: FileWorkload, spec: WorkloadSpec): FileWorkload {
  return spec.dtype === undefined ? workload : { ...workload, graph: castGraph(workload.graph, spec.dtype) };
}

function missingProcessors(scenario: Scenario, source: WorkloadSource): InputError {
  return new InputError({
    code: "missing-processors", message: `${source === "estee" ? "an" : "a"} ${source} file does not say how many processors there are`, hint: "write machine: {processors: 4}, or --processors 4",
    ...scenario.position(scenario.spec.machine ? ["machine"] : ["workload", source]), path: scenario.spec.machine ? ["machine"] : ["workload", source],
  });
}
