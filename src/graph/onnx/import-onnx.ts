import { InputError, type Issue } from "../../base/errors.ts";
import { ownValue } from "../../base/own-value.ts";
import { suggestion } from "../../base/registry.ts";
import { GraphBuilder } from "../builder.ts";
import type { OperatorGraph } from "../graph.ts";
import { GraphImporter } from "./graph-importer.ts";
import { Notes } from "./notes.ts";
import { readModel, type OnnxModel } from "./read-model.ts";
import { Scope } from "./scope.ts";
import type { ValueInfoProto } from "./schema.ts";
import { GraphSink } from "./sink.ts";
import { bytesOf, checkDims, elementTypeOf, f32, located } from "./value.ts";

/** How to read an ONNX file; everything is optional. */
export interface OnnxOptions {
  /** Name of the file, for messages and as the graph's name. */
  readonly file?: string;
  /**
   * Extents of symbolic dimensions: { batch: 8 }; "input:0" names the first axis of an input that has no symbol there.
   * Default: 1 for each, or the least power of two that fits the model where 1 does not, for all but the first axes.
   */
  readonly dims?: Readonly<Record<string, number>>;
}

/** An operator that is not known, and how often it occurs. */
export interface UnknownOperator {
  readonly opType: string;
  /** Empty for the standard domain. */
  readonly domain: string;
  readonly count: number;
}

/** An ONNX file as it was read. */
export interface OnnxImport {
  readonly graph: OperatorGraph;
  /** Unset dimensions, unknown operators, assumed shapes. */
  readonly warnings: readonly Issue[];
  readonly unknown: readonly UnknownOperator[];
  /** Nodes of the file's own graph, with those that cost nothing. */
  readonly nodeCount: number;
  /** Version of the standard operator set. */
  readonly opset: number;
  /** Symbolic dimensions of the inputs, with the extents used. */
  readonly dims: Readonly<Record<string, number>>;
}

/**
 * Reads an ONNX model of any operator-set version into an operator graph: shapes are inferred, arithmetic on shapes is
 * evaluated, and each node that does work becomes one operator.
 *
 * Weights, constants and everything computed from them alone become weight tensors, not operators. Nodes that only
 * look at the same bytes differently (Reshape, Squeeze, Identity, Dropout at inference …) are aliases: no runtime
 * launches anything for them. An operator that is not known is costed as element-wise, with a warning. Functions of the
 * model are written out. Weights are neither copied nor read, in the file or beside it.
 *
 * @throws {InputError} for a damaged or contradictory file, naming the file and the node.
 * @example
 * const { graph, warnings } = await importOnnx(await readFile("model.onnx"), { file: "model.onnx", dims: { batch: 8 } });
 */
export async function importOnnx(bytes: Uint8Array, options: OnnxOptions = {}): Promise<OnnxImport> {
  const { file } = options;
  try {
    return importModel(bytes, options);
  } catch (error) {
    if (!(error instanceof InputError) || file === undefined) throw error;
    throw new InputError(error.issues.map((issue): Issue => ({ ...issue, file })));
  }
}

/** Extents that are tried for dimensions that are not set, where 1 does not fit the model. */
const tried = Array.from({ length: 14 }, (_, i) => 2 ** (i + 1));
/** Models of more operators are not read again and again. */
const maxTriedOps = 20_000;
/** Of more dimensions than these, all are changed together. */
const maxTriedAlone = 4;

function importModel(bytes: Uint8Array, options: OnnxOptions): OnnxImport {
  const model = readModel(bytes, options.file);
  const first = importWith(model, options, new Map());
  const { unset, imported } = first;
  if (first.contradictions === 0 || unset.length === 0 || Math.max(imported.nodeCount, imported.graph.opCount) > maxTriedOps) return imported;
  // The first axis is a batch, which may well be 1, unless nothing else is open.
  const inner = unset.filter(({ leading }) => !leading);
  const keys = (inner.length > 0 ? inner : unset).map(({ key }) => key);
  // One dimension alone, where that is enough; an image has two.
  const choices = keys.length === 1 || keys.length > maxTriedAlone ? [keys] : [...keys.map((key) => [key]), keys];
  for (const extent of tried) {
    for (const choice of choices) {
      const attempt = importWith(model, options, new Map(choice.map((key) => [key, extent])));
      if (attempt.contradictions === 0) return attempt.imported;
    }
  }
  return imported;
}

/** A dimension that nobody set. */
interface UnsetDimension {
  readonly key: string;
  /** True where it is the first axis of an input. */
  readonly leading: boolean;
}

/** `extents` of dimensions that are not set; others of them are 1. */
function importWith({ graph: model, functions, opset }: OnnxModel, { file, dims = {} }: OnnxOptions, extents: ReadonlyMap<string, number>): { imported: OnnxImport; contradictions: number; unset: readonly UnsetDimension[] } {
  const symbols = new Map<string, number>();
  const unset = new Map<string, UnsetDimension>();
  const notes = new Notes();
  const importer = new GraphImporter({ opset, functions, notes, symbol: (symbol) => ownValue(dims, symbol) ?? symbols.get(symbol) });
  const name = file?.split(/[\\/]/).at(-1)?.replace(/\.onnx$/i, "") || model.name || "onnx";
  const builder = new GraphBuilder(name);
  const scope = new Scope();

  importer.declare(model, scope);
  for (const info of model.inputs) if (info.name && !scope.owns(info.name)) declareInput(info, { scope, builder, dims, extents, symbols, unset, notes });
  checkRequested(dims, symbols);
  importer.run(model.nodes, scope, new GraphSink(builder));
  for (const { name: output = "" } of model.outputs) {
    const storage = scope.get(output)?.storage;
    if (storage?.origin === "op" && storage.id >= 0) builder.keep(storage.id);
  }
  const graph = builder.build();
  if (graph.opCount === 0) notes.add("empty", name, () => ({ code: "no-work", message: "no node of the model does any work at run time: everything follows from its constants" }));
  const imported = { graph, warnings: notes.warnings, unknown: [...importer.unknown.values()], nodeCount: model.nodes.length, opset, dims: Object.fromEntries(symbols) };
  return { imported, contradictions: importer.contradictions, unset: [...unset.values()] };
}

interface InputContext {
  readonly scope: Scope;
  readonly builder: GraphBuilder;
  readonly dims: Readonly<Record<string, number>>;
  /** Of dimensions that are not set, where they are not 1. */
  readonly extents: ReadonlyMap<string, number>;
  /** Filled in: symbol → extent used. */
  readonly symbols: Map<string, number>;
  /** Filled in, by symbol. */
  readonly unset: Map<string, UnsetDimension>;
  readonly notes: Notes;
}

function declareInput(info: ValueInfoProto, { scope, builder, dims, extents: others, symbols, unset, notes }: InputContext): void {
  const name = info.name!;
  const tensor = info.type?.tensor;
  const shape = tensor?.shape?.dims;
  let assumed = false;
  if (!shape) {
    assumed = true;
    notes.add(`shape of ${name}`, name, () => ({ code: "unset-dimension", message: `input "${name}" has no shape in the file: taken as one element` }));
  }
  const extents = (shape ?? []).map(({ value, symbol }, axis) => {
    if (value !== undefined) return value;
    const key = symbol || `${name}:${axis}`;
    const extent = ownValue(dims, key) ?? others.get(key) ?? 1;
    symbols.set(key, extent);
    if (ownValue(dims, key) === undefined) {
      assumed = true;
      unset.set(key, { key, leading: axis === 0 || (unset.get(key)?.leading ?? false) });
      const used = others.has(key) ? `1 does not fit the model, ${extent} is used` : `${extent} is used`;
      notes.add(`dimension ${key}`, name, () => ({ code: "unset-dimension", message: `dimension "${key}" of input "${name}" is not set: ${used}; set it with --dim ${key}=N` }));
    }
    return extent;
  });
  try {
    checkDims(extents);
    const type = elementTypeOf(tensor?.elementType) ?? f32;
    const bytes = bytesOf(extents, type);
    scope.set(name, { name, dims: extents, type, assumed, storage: { name, origin: "input", bytes, id: builder.source("input", bytes, name) } });
  } catch (error) {
    throw located(error, `input "${name}"`);
  }
}

/** @throws {InputError} for a dimension that the file does not have, or an extent that is none. */
function checkRequested(dims: Readonly<Record<string, number>>, symbols: ReadonlyMap<string, number>): void {
  const issues = Object.entries(dims).flatMap(([name, extent]): Issue[] => {
    if (!symbols.has(name)) {
      const hint = symbols.size === 0 ? "all its extents are fixed" : suggestion(name, [...symbols.keys()]);
      return [{ code: "unknown-dimension", message: `the model has no symbolic dimension "${name}"`, hint }];
    }
    return Number.isSafeInteger(extent) && extent >= 1 ? [] : [{ code: "bad-dimension", message: `dimension "${name}" cannot be ${extent}`, hint: "give a whole number from 1 on" }];
  });
  if (issues.length > 0) throw new InputError(issues);
}
