import { InputError } from "../../base/errors.ts";
import { elementwise } from "../catalogue.ts";
import type { OpInit } from "../builder.ts";
import { importControlFlow, type Aside } from "./control-flow.ts";
import { blockedDomain, channelBlock } from "./channel-block.ts";
import { constantData, foldNode } from "./fold.ts";
import { inlineFunction } from "./inline-function.ts";
import { NodeView, type Outcome, type Output } from "./node-view.ts";
import { Notes, nodesText } from "./notes.ts";
import { headLength } from "./protobuf.ts";
import { neverConstant, ruleOf } from "./rules/index.ts";
import { nodeName, orderNodes, Scope } from "./scope.ts";
import type { FunctionProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from "./schema.ts";
import type { Sink } from "./sink.ts";
import { bytesOf, checkDims, elementsOf, elementTypeOf, f32, located, maxRank, ShapeProblem, weight, type Storage, type Value } from "./value.ts";

/** What the file says of a symbolic extent; undefined when it is not set. */
export type ResolveSymbol = (symbol: string) => number | undefined;

const maxInlining = 32;
/** What may be written out of functions, in nodes, names and attributes: a chain in which each calls the next twice doubles at every step. */
const maxWritten = 1_000_000;

/** Domains in which a runtime keeps the operators that compute in a memory layout of its own, with the name of the variant. */
const layoutOf: Readonly<Record<string, string>> = { [blockedDomain]: "nchwc", "com.ms.internal.nhwc": "nhwc" };

/** Turns nodes into operators, one graph (or body, or function) at a time; the rules know the operators, this the rest. */
export class GraphImporter {
  #notes: Notes;
  /** Operators that no rule or function explains: `domain:opType` → count. */
  readonly unknown = new Map<string, { opType: string; domain: string; count: number }>();
  readonly #opset: number;
  readonly #symbol: ResolveSymbol;
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #declared = new Map<string, ValueInfoProto>();
  #channelBlock = 1;
  #written = 0;
  #repeated = 0;
  #contradictions = 0;
  #depth = 0;

  constructor(options: { opset: number; functions: readonly FunctionProto[]; notes: Notes; symbol: ResolveSymbol }) {
    this.#opset = options.opset;
    this.#symbol = options.symbol;
    this.#functions = new Map(options.functions.map((fn) => [`${fn.domain ?? ""}:${fn.name ?? ""}`, fn]));
    this.#notes = options.notes;
  }

  get notes(): Notes {
    return this.#notes;
  }

  /** Shapes that contradict each other because of what was assumed. */
  get contradictions(): number {
    return this.#contradictions;
  }

  /** Runs something whose notes and contradictions count only if they are kept. */
  aside<T>(work: () => T): Aside<T> {
    const [outer, before, depth] = [this.#notes, this.#contradictions, this.#depth];
    const notes = (this.#notes = new Notes());
    try {
      return { result: work(), notes, contradictions: this.#contradictions - before };
    } finally {
      [this.#notes, this.#contradictions] = [outer, before];
      // Work that was broken off has not come back up.
      this.#depth = depth;
    }
  }

  keep({ notes, contradictions }: Aside<unknown>): void {
    this.#notes.merge(notes);
    this.#contradictions += contradictions;
  }

  /** Room for the operators of repeated bodies, while there is any. */
  claim(operators: number): boolean {
    if (this.#repeated + operators > maxWritten) return false;
    this.#repeated += operators;
    return true;
  }

  /** Reads the weights of a graph, and what it states of shapes, into the scope. */
  declare(graph: GraphProto, scope: Scope): void {
    this.#channelBlock = Math.max(this.#channelBlock, channelBlock(graph));
    for (const info of [...graph.valueInfo, ...graph.outputs]) if (info.name) this.#declared.set(info.name, info);
    for (const tensor of graph.initializers) if (tensor.name) scope.set(tensor.name, this.constant(tensor, tensor.name));
    for (const { values, dims } of graph.sparseInitializers) {
      if (!values?.name) continue;
      const stored = this.constant(values, values.name);
      // The indices of the non-zero elements are stored beside them.
      const storage = weight(values.name, stored.storage.bytes + 8 * elementsOf(stored.dims));
      scope.set(values.name, { name: values.name, dims, type: stored.type, storage, assumed: false });
    }
  }

  /** A weight. @throws {InputError} for a shape that is not possible. */
  constant(tensor: TensorProto, name: string): Value {
    const type = elementTypeOf(tensor.type) ?? f32;
    try {
      checkDims(tensor.dims);
    } catch (error) {
      throw located(error, `weight "${name}"`);
    }
    const data = constantData(tensor);
    return { name, dims: tensor.dims, type, storage: weight(name, bytesOf(tensor.dims, type)), assumed: false, ...(data && { data }) };
  }

  /** Imports nodes in an order that respects their dependencies. */
  run(nodes: readonly NodeProto[], scope: Scope, sink: Sink, prefix = ""): void {
    if (++this.#depth > maxInlining) throw new InputError({ code: "too-deep", message: `functions or bodies are nested more than ${maxInlining} deep` });
    for (const node of orderNodes(nodes, scope)) this.#node(node, scope, sink, prefix + nodeName(node));
    this.#depth--;
  }

  #node(node: NodeProto, scope: Scope, sink: Sink, name: string): void {
    const inputs = node.inputs.map((input) => (input === "" ? undefined : scope.get(input)));
    const view = new NodeView(node, inputs, { opset: this.#opset, channelBlock: this.#channelBlock, declared: (output) => this.#declaredDims(output) });
    const domain = node.domain ?? "";
    try {
      this.#translate(node, view, domain, scope, sink, name);
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error;
      // The file is wrong only if nothing in the way of this contradiction was assumed.
      const place = `node "${name}" (${node.opType ?? "?"})`;
      if (!error.undetermined && !inputs.some((value) => value?.assumed)) throw located(error, place);
      if (!error.undetermined) this.#contradictions++;
      const label = node.opType ?? "?";
      this.#notes.add(`${label}: ${error.message}`, name, (count, first) => ({ code: "assumed-shape", message: `${label}, ${nodesText(count, first)}: ${error.message}; taken as element-wise` }));
      try {
        this.#apply(node, view, this.#elementwise(view), scope, sink, name);
      } catch (again) {
        throw located(again, place);
      }
    }
  }

  #translate(node: NodeProto, view: NodeView, domain: string, scope: Scope, sink: Sink, name: string): void {
    if (node.opType === "Constant") return this.#define(node, 0, this.#literal(view, node.outputs[0] ?? name), scope);
    if (importControlFlow(this, view, scope, sink, name, (outputs) => outputs.forEach((value, i) => this.#define(node, i, value, scope)))) return;
    const rule = ruleOf(domain, node.opType ?? "");
    const fn = rule ? undefined : this.#functions.get(`${domain}:${node.opType ?? ""}`);
    if (fn) return this.#call(fn, node, view.inputs, scope, sink, name);
    this.#apply(node, view, rule ? this.#checked(rule(view)) : this.#unknownOp(view, domain, name), scope, sink, name);
  }

  /** Makes the outputs of a node known, and emits its work. */
  #apply(node: NodeProto, view: NodeView, outcome: Outcome, scope: Scope, sink: Sink, name: string): void {
    const { op, assumption } = outcome;
    if (assumption) this.#notes.add(`${node.opType ?? ""}: ${assumption}`, name, (count, first) => ({ code: "assumed-shape", message: `${node.opType ?? ""}, ${nodesText(count, first)}: ${assumption}` }));
    const present = view.inputs.filter((value): value is Value => value !== undefined);
    const assumed = assumption !== undefined || present.some((value) => value.assumed);
    const fallbackType = present[0]?.type ?? f32;
    const outputs = node.outputs.map((outputName, i): Value => {
      const output: Output = outcome.outputs[i] ?? { dims: this.#declaredDims(outputName) ?? [] };
      const type = output.type ?? fallbackType;
      const data = output.data ?? (assumption === undefined && outcome.outputs[i] ? foldNode(view, i, output.dims) : undefined);
      const storage = output.viewOf?.storage ?? weight(outputName, bytesOf(output.dims, type));
      return { name: outputName, dims: output.dims, type, storage, assumed, ...(data && { data }) };
    });
    const folded = !neverConstant.has(node.opType ?? "") && (outputs.every((value) => value.data) || (present.length > 0 && present.every((value) => value.storage.origin === "weight")));
    if (op && !folded) this.#emit(node, op, outcome, outputs, present, sink, name);
    outputs.forEach((value, i) => this.#define(node, i, value, scope));
  }

  #emit(node: NodeProto, op: OpInit, outcome: Outcome, outputs: Value[], present: readonly Value[], sink: Sink, name: string): void {
    const reads = (outcome.reads ?? present).filter((value): value is Value => value !== undefined);
    const named = outputs.filter((_, i) => node.outputs[i] !== "" && !outcome.outputs[i]?.viewOf);
    // A tensor that is read twice still has to be read once only.
    const storages = [...new Set(reads.map((value) => value.storage))];
    const sum = (list: readonly Storage[]): number => list.reduce((bytes, storage) => bytes + storage.bytes, 0);
    const traffic = outcome.ownBytes
      ? { readBytes: op.readBytes ?? 0, writeBytes: op.writeBytes ?? 0, parameterBytes: op.parameterBytes ?? 0 }
      : { readBytes: sum(storages), writeBytes: sum(named.map((value) => value.storage)), parameterBytes: sum(storages.filter(({ origin }) => origin === "weight")) };
    const dtype = (reads[0] ?? outputs[0])?.type.dtype ?? "f32";
    const variant = op.variant ?? layoutOf[node.domain ?? ""];
    const work = sink.op({ ...op, dtype, ...traffic, ...(variant !== undefined && { variant }) }, name, storages);
    outputs.forEach((value, i) => {
      if (node.outputs[i] === "" || outcome.outputs[i]?.viewOf) return;
      outputs[i] = { ...value, storage: sink.output(work, value.storage.bytes, value.name) };
    });
  }

  #define(node: NodeProto, index: number, value: Value | undefined, scope: Scope): void {
    const name = node.outputs[index];
    if (name && value) scope.set(name, { ...value, name });
  }

  /** Inlines a function of the model: its nodes run with the caller's tensors and attributes. */
  #call(fn: FunctionProto, node: NodeProto, inputs: readonly (Value | undefined)[], scope: Scope, sink: Sink, name: string): void {
    const body = inlineFunction(fn, node, name);
    this.#written += body.size;
    if (this.#written > maxWritten) throw new InputError({ code: "too-large", message: `the functions of the model grow without bound when they are written out (at node "${name.slice(0, 200)}")` });
    const inner = new Scope();
    body.inputs.forEach((input, i) => {
      const value = inputs[i];
      if (value) inner.set(input, value);
    });
    this.run(body.nodes, inner, sink, `${name}/`);
    body.outputs.forEach((output, i) => {
      const value = inner.get(output);
      if (!value && node.outputs[i]) throw new InputError({ code: "missing-tensor", message: `function ${node.opType ?? ""} of node "${name}" does not make its output "${fn.outputs[i]!}"` });
      this.#define(node, i, value, scope);
    });
  }

  #unknownOp(view: NodeView, domain: string, name: string): Outcome {
    const key = `${domain}:${view.opType}`;
    const entry = this.unknown.get(key) ?? { opType: view.opType, domain, count: 0 };
    entry.count++;
    this.unknown.set(key, entry);
    const label = domain === "" ? view.opType : `${domain}.${view.opType}`;
    this.#notes.add(`unknown ${key}`, name, (count, first) => ({
      code: "unknown-operator", message: `operator ${label} is not known (${nodesText(count, first)}): costed as element-wise over its inputs and outputs`,
    }));
    return this.#elementwise(view);
  }

  /** The stated fallback: outputs as the file states them, or like the largest input that is data; one flop an element. */
  #elementwise(view: NodeView): Outcome {
    const present = view.inputs.filter((value): value is Value => value !== undefined);
    const data = present.filter((value) => value.storage.origin !== "weight");
    const like = (data.length > 0 ? data : present).reduce<readonly number[]>((dims, value) => (elementsOf(value.dims) > elementsOf(dims) ? value.dims : dims), []);
    const outputs = Array.from({ length: view.outputCount }, (_, i) => ({ dims: view.declared(i) ?? like }));
    const elements = outputs.reduce((most, { dims }) => Math.max(most, elementsOf(dims)), elementsOf(like));
    return { outputs, op: elementwise("unknown", { elements }), assumption: "" };
  }

  /** @throws {ShapeProblem} when a rule was led to something that no tensor or operator can be. */
  #checked(outcome: Outcome): Outcome {
    for (const output of outcome.outputs) if (output) checkDims(output.dims);
    const { flops = 0, macs = 0 } = outcome.op ?? {};
    if (!(flops >= 0 && macs >= 0 && flops < Infinity && macs < Infinity)) throw new ShapeProblem("the work is beyond all bounds");
    return outcome;
  }

  #literal(view: NodeView, name: string): Value {
    const tensor = view.tensor("value");
    if (tensor) return this.constant(tensor, name);
    const sparse = view.attribute("sparse_value")?.sparse;
    if (sparse?.values) return { ...this.constant(sparse.values, name), dims: sparse.dims };
    const float = view.attribute("value_float")?.f;
    const floats = view.floats("value_floats");
    const int = view.attribute("value_int")?.i;
    const ints = view.ints("value_ints") ?? [];
    const [data, dims, code] = float !== undefined ? [[float], [], 1] : floats && floats.length > 0 ? [floats, [floats.length], 1] : int !== undefined ? [[int], [], 7] : [ints, [ints.length], 7];
    const type = elementTypeOf(code)!;
    return { name, dims, type, storage: weight(name, bytesOf(dims, type)), assumed: false, ...(data.length <= headLength && { data }) };
  }

  #declaredDims(name: string): readonly number[] | undefined {
    const dims = this.#declared.get(name)?.type?.tensor?.shape?.dims;
    if (!dims || dims.length > maxRank) return undefined;
    const known = dims.map(({ value, symbol }) => value ?? (symbol === undefined ? undefined : this.#symbol(symbol)));
    const extents = known.filter((dim): dim is number => dim !== undefined && dim >= 0);
    return extents.length === known.length && Number.isSafeInteger(extents.reduce((a, b) => a * b, 1)) ? extents : undefined;
  }
}
