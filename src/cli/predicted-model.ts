import { InputError, type Issue, type Warning } from "../base/errors.ts";
import type { Profile } from "../cost/profile/profile.ts";
import { fuseGraph } from "../graph/fuse.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import type { OnnxImport } from "../graph/onnx/import-onnx.ts";
import { readOrdinaryFile } from "../scenario/read-file.ts";
import { loadWorkload, sourceOf } from "../scenario/load-workload.ts";
import type { Values } from "./command.ts";
import { scenarioFromArgs } from "./scenario-args.ts";

/** Where the graph of a model comes from: ONNX Runtime's own optimization, or Heddle's reading of the file. */
export type Optimizer = "ort" | "none";

/** A model as a prediction takes it. */
export interface PredictedModel {
  readonly name: string;
  readonly graph: OperatorGraph;
  /** Nodes that the runtime steps through. */
  readonly nodeCount: number;
  readonly optimizer: Optimizer;
  /** Symbolic dimensions of an ONNX file, with the extents used. */
  readonly dims?: Readonly<Record<string, number>>;
  readonly warnings: readonly Warning[];
}

/** True for what is read as an ONNX file. */
export function isOnnx(file: string): boolean {
  return /\.onnx$/i.test(file);
}

/** From `--optimize`. @throws {InputError} for another word, or a model that is no ONNX file. */
export function optimizerFrom(values: Values, model: string): Optimizer | undefined {
  const text = values["optimize"] as string | undefined;
  if (text === undefined) return undefined;
  if (text !== "ort" && text !== "none") throw new InputError({ code: "bad-flag", message: `--optimize is ort or none, not "${text}"` });
  if (text === "ort" && !isOnnx(model)) throw new InputError({ code: "conflicting-flags", message: `--optimize ort asks ONNX Runtime, which takes ONNX files, and ${model} is none` });
  return text;
}

/**
 * The graph that ONNX Runtime makes of a file, read again.
 * @throws {InputError} when it is not installed or does not take the model, and as `importOnnx`.
 */
export async function importOptimized(file: string, dims: Readonly<Record<string, number>>): Promise<OnnxImport> {
  const [{ optimizeModel }, { importOnnx }] = await Promise.all([import("../onnxruntime/optimize-model.ts"), import("../graph/onnx/import-onnx.ts")]);
  // Read as it is first: what is wrong with it, or with --dim, is told best from the file that the user knows.
  const plain = await importOnnx(await readOrdinaryFile(file), { file, dims });
  // ONNX Runtime leaves symbolic dimensions open, as in the file: what it will run serves every extent.
  const optimized = await importOnnx(await optimizeModel(file), { file, dims: plain.dims });
  const unset: readonly Issue[] = plain.warnings.filter(({ code }) => code === "unset-dimension");
  return { ...optimized, dims: plain.dims, warnings: [...unset, ...optimized.warnings.filter(({ code }) => code !== "unset-dimension")] };
}

/**
 * Reads a model for a prediction. ONNX files go through ONNX Runtime where the profile was measured with it and nothing
 * else is asked for; if that cannot be done, a warning says so and operators are merged by Heddle's own rules.
 * @throws {InputError} when the file or a flag is wrong.
 */
export async function loadPredicted(model: string, values: Values, profile: Profile): Promise<PredictedModel> {
  const measuredWithOrt = profile.provenance.backend === "ort";
  const asked = optimizerFrom(values, model);
  const warnings: Warning[] = [];
  const scenario = await scenarioFromArgs(model, values);
  if (sourceOf(scenario.spec.workload) === undefined) throw new InputError({ code: "no-workload", message: `${model} has threads and no workload: there is nothing to predict` });
  if (isOnnx(model) && (asked ?? (measuredWithOrt ? "ort" : "none")) === "ort") {
    try {
      const { graph, nodeCount, dims, warnings: told } = await importOptimized(model, scenario.spec.workload.dims ?? {});
      return { name: graph.name, graph, nodeCount, optimizer: "ort", dims, warnings: told };
    } catch (error) {
      if (asked !== undefined || !(error instanceof InputError) || !error.issues.every(({ code }) => code === "ort-refused" || code === "no-onnxruntime")) throw error;
      warnings.push({ code: "not-optimized", message: `${error.issues[0]!.message}: operators are merged by Heddle's own rules` });
    }
  }
  const loaded = await loadWorkload(scenario, undefined);
  const graph = measuredWithOrt ? fuseGraph(loaded.graph).graph : loaded.graph;
  return { name: graph.name, graph, nodeCount: graph.opCount, optimizer: "none", warnings: [...warnings, ...loaded.warnings] };
}
