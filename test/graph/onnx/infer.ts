import { GraphBuilder } from "../../../src/graph/builder.ts";
import type { Op } from "../../../src/graph/graph.ts";
import { GraphImporter } from "../../../src/graph/onnx/graph-importer.ts";
import { importOnnx } from "../../../src/graph/onnx/import-onnx.ts";
import { Notes } from "../../../src/graph/onnx/notes.ts";
import { readModel } from "../../../src/graph/onnx/read-model.ts";
import { Scope } from "../../../src/graph/onnx/scope.ts";
import { GraphSink } from "../../../src/graph/onnx/sink.ts";
import { elementTypeOf, f32, type Value } from "../../../src/graph/onnx/value.ts";
import { makeModel, type Model } from "./make-model.ts";

/** Every tensor of a model as the importer sees it, and its operators. All extents must be numbers. */
export function infer(model: Model): { tensor: (name: string) => Value; ops: Op[]; warnings: string[] } {
  const { graph, functions, opset } = readModel(makeModel(model));
  const notes = new Notes();
  const importer = new GraphImporter({ opset, functions, notes, symbol: () => undefined });
  const builder = new GraphBuilder("test");
  const scope = new Scope();
  importer.declare(graph, scope);
  for (const { name = "", type } of graph.inputs) {
    const dims = type!.tensor!.shape!.dims.map(({ value }) => value!);
    const element = elementTypeOf(type!.tensor!.elementType) ?? f32;
    const bytes = dims.reduce((a, b) => a * b, 1) * element.bytes;
    scope.set(name, { name, dims, type: element, assumed: false, storage: { name, origin: "input", bytes, id: builder.source("input", bytes, name) } });
  }
  importer.run(graph.nodes, scope, new GraphSink(builder));
  const tensor = (name: string): Value => {
    const value = scope.get(name);
    if (!value) throw new Error(`no tensor ${name}`);
    return value;
  };
  return { tensor, ops: [...builder.build().ops()], warnings: notes.warnings.map(({ message }) => message) };
}

/** Imports a model made in memory. */
export const importModel = (model: Model, options: Parameters<typeof importOnnx>[1] = {}): ReturnType<typeof importOnnx> => importOnnx(makeModel(model), options);
