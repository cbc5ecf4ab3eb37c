import type { OpInit } from "../builder.ts";
import type { NodeView } from "./node-view.ts";
import { nodesText, type Notes } from "./notes.ts";
import { Scope } from "./scope.ts";
import type { GraphProto, NodeProto } from "./schema.ts";
import { BodySink, type Sink } from "./sink.ts";
import { bool, bytesOf, elementTypeOf, f32, i64, ShapeProblem, weight, type Storage, type Value } from "./value.ts";

/** What bodies need of the importer of the graph around them. */
interface BodyImporter {
  readonly notes: Notes;
  declare(graph: GraphProto, scope: Scope): void;
  run(nodes: readonly NodeProto[], scope: Scope, sink: Sink, prefix: string): void;
}

/** What one run of a body costs and gives. */
interface Body {
  readonly work: BodySink;
  readonly outputs: readonly Value[];
}

/**
 * Imports If, Loop and Scan. An If whose condition is known is replaced by its branch; otherwise it is one operator at
 * the cost of its dearer branch. Loop and Scan are one operator at the cost of all iterations; a number of iterations
 * that only the run decides counts as 1, with a warning.
 * @returns false when the node is none of them.
 */
export function importControlFlow(importer: BodyImporter, node: NodeView, scope: Scope, sink: Sink, name: string, define: (outputs: readonly Value[]) => void): boolean {
  if (node.opType === "If") define(conditional(importer, node, scope, sink, name));
  else if (node.opType === "Loop") define(loop(importer, node, scope, sink, name));
  else if (node.opType === "Scan") define(scan(importer, node, scope, sink, name));
  else return false;
  return true;
}

function conditional(importer: BodyImporter, node: NodeView, scope: Scope, sink: Sink, name: string): readonly Value[] {
  const branches = [node.graph("then_branch"), node.graph("else_branch")];
  const [yes, no] = branches;
  if (!yes || !no) throw new ShapeProblem("a branch is missing");
  const known = node.data(0)?.[0];
  if (known !== undefined) {
    const body = known === 0 ? no : yes;
    const inner = new Scope(scope);
    importer.declare(body, inner);
    importer.run(body.nodes, inner, sink, `${name}/`);
    return outputsOf(body, inner);
  }
  const [a, b] = [runBody(importer, yes, scope, name, []), runBody(importer, no, scope, name, [])];
  const [dearer, other] = b.work.flops > a.work.flops ? [b, a] : [a, b];
  importer.notes.add("if", name, (count, first) => ({ code: "assumed-control-flow", message: `If, ${nodesText(count, first)}: the condition is computed at run time: costed as the dearer branch` }));
  const reads = [node.input(0).storage, ...dearer.work.captured, ...other.work.captured];
  return emit(sink, "if", name, dearer.work, 1, reads, dearer.outputs);
}

/** Inputs: trip count, condition, carried values. Body: iteration, condition, carried → condition, carried, scanned. */
function loop(importer: BodyImporter, node: NodeView, scope: Scope, sink: Sink, name: string): readonly Value[] {
  const body = node.graph("body");
  if (!body) throw new ShapeProblem("the body is missing");
  const carried = node.inputs.slice(2);
  const given = [scalar("iteration", i64), scalar("condition", bool), ...carried];
  const { work, outputs } = runBody(importer, body, scope, name, given);
  const known = node.data(0)?.[0];
  const trips = known !== undefined && known >= 0 && known <= 1e9 ? known : assumeOne(importer, "Loop", name);
  const results = outputs.slice(1).map((value, i) => (i < carried.length ? value : { ...value, dims: [trips, ...value.dims] }));
  return emit(sink, "loop", name, work, trips, [...carried.flatMap((value) => (value ? [value.storage] : [])), ...work.captured], results);
}

/** Inputs: states, then sequences that are cut along an axis. Body: states, one element of each → states, scanned. */
function scan(importer: BodyImporter, node: NodeView, scope: Scope, sink: Sink, name: string): readonly Value[] {
  if (node.opset < 9) throw new ShapeProblem("the form of Scan before opset 9 is not known", true);
  const body = node.graph("body");
  const count = node.int("num_scan_inputs", 0);
  const inputs = node.inputs.filter((value): value is Value => value !== undefined);
  if (!body || !(count >= 1 && count <= inputs.length)) throw new ShapeProblem("the body or its scan inputs are missing");
  const states = inputs.slice(0, -count);
  const axes = node.ints("scan_input_axes") ?? [];
  const sequences = inputs.slice(-count);
  const axis = (i: number, rank: number): number => Math.max(0, Math.min(rank - 1, (axes[i] ?? 0) < 0 ? (axes[i] ?? 0) + rank : (axes[i] ?? 0)));
  const trips = sequences[0]!.dims[axis(0, sequences[0]!.dims.length)] ?? 1;
  const elements = sequences.map((value, i) => ({ ...scalar(value.name, value.type), dims: value.dims.filter((_, at) => at !== axis(i, value.dims.length)) }));
  const { work, outputs } = runBody(importer, body, scope, name, [...states, ...elements]);
  const results = outputs.map((value, i) => (i < states.length ? value : { ...value, dims: [trips, ...value.dims] }));
  return emit(sink, "loop", name, work, trips, [...inputs.map((value) => value.storage), ...work.captured], results);
}

function assumeOne(importer: BodyImporter, opType: string, name: string): number {
  importer.notes.add(opType, name, (count, first) => ({ code: "assumed-control-flow", message: `${opType}, ${nodesText(count, first)}: the number of iterations is decided at run time: 1 is assumed` }));
  return 1;
}

function runBody(importer: BodyImporter, body: GraphProto, scope: Scope, name: string, given: readonly (Value | undefined)[]): Body {
  const inner = new Scope(scope);
  const work = new BodySink();
  importer.declare(body, inner);
  body.inputs.forEach((info, i) => {
    const value = given[i] ?? scalar(info.name ?? "", elementTypeOf(info.type?.tensor?.elementType) ?? f32);
    // Values that change from one iteration to the next are not known, whatever the first one is.
    const { data: _, ...rest } = value;
    if (info.name) inner.set(info.name, { ...rest, storage: work.own({ ...value.storage, origin: "op" }), assumed: true });
  });
  importer.run(body.nodes, inner, work, `${name}/`);
  return { work, outputs: outputsOf(body, inner) };
}

function outputsOf(body: GraphProto, scope: Scope): Value[] {
  return body.outputs.map(({ name = "" }) => {
    const value = scope.get(name);
    if (!value) throw new ShapeProblem(`the body's output "${name}" is made by nothing`);
    return value;
  });
}

function scalar(name: string, type: Value["type"]): Value {
  return { name, dims: [], type, storage: weight(name, type.bytes), assumed: true };
}

function emit(sink: Sink, kind: "if" | "loop", name: string, work: BodySink, times: number, reads: readonly Storage[], results: readonly Value[]): readonly Value[] {
  const init: OpInit = {
    kind, shape: { times }, dtype: results[0]?.type.dtype ?? "f32", macs: times * work.macs, flops: times * work.flops,
    readBytes: times * work.readBytes, writeBytes: times * work.writeBytes, parameterBytes: times * work.parameterBytes,
  };
  const op = sink.op(init, name, [...new Set(reads)]);
  return results.map((value) => {
    const { data: _, ...rest } = value;
    return { ...rest, assumed: true, storage: sink.output(op, bytesOf(value.dims, value.type), value.name) };
  });
}
