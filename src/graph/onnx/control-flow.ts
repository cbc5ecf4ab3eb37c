import { InputError } from "../../base/errors.ts";
import type { OpInit } from "../builder.ts";
import type { NodeView } from "./node-view.ts";
import { nodesText, type Notes } from "./notes.ts";
import { RecordedBody, type Bindings } from "./recorded-body.ts";
import { Scope } from "./scope.ts";
import type { GraphProto, NodeProto } from "./schema.ts";
import type { Sink } from "./sink.ts";
import { axisOf, bool, bytesOf, elementsOf, elementTypeOf, f32, i64, ShapeProblem, weight, type Storage, type Value } from "./value.ts";

/** What was imported to see what comes of it. */
export interface Aside<T> {
  readonly result: T;
  readonly notes: Notes;
  /** Shapes that contradicted each other. */
  readonly contradictions: number;
}

/** What bodies need of the importer of the graph around them. */
interface BodyImporter {
  readonly notes: Notes;
  declare(graph: GraphProto, scope: Scope): void;
  run(nodes: readonly NodeProto[], scope: Scope, sink: Sink, prefix: string): void;
  /** Runs something whose notes and contradictions count only if they are kept. */
  aside<T>(work: () => T): Aside<T>;
  keep(aside: Aside<unknown>): void;
  /** Asks for room for so many operators of repeated bodies. */
  claim(operators: number): boolean;
}

/** One run of a body. */
interface Body {
  readonly record: RecordedBody;
  /** The tensors that it is given, by position. */
  readonly given: readonly Storage[];
  readonly outputs: readonly Value[];
}

/** Bodies are written out up to so many operators; those of longer loops are one operator of all their work. */
const maxRepeated = 100_000;

/**
 * Imports If, Loop and Scan. An If is replaced by the branch that runs: where only the run decides, by the one that can
 * be (the shapes of the other contradict each other), else by the dearer one, after an operator that waits for the
 * condition. Loop and Scan are written out, iteration by iteration, or one operator at the cost of all of them where
 * these are very many; a number of iterations that only the run decides counts as 1, with a warning.
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
  const [yes, no] = [node.graph("then_branch"), node.graph("else_branch")];
  if (!yes || !no) throw new ShapeProblem("a branch is missing");
  const known = node.data(0)?.[0];
  if (known !== undefined) {
    const body = known === 0 ? no : yes;
    const inner = new Scope(scope);
    importer.declare(body, inner);
    importer.run(body.nodes, inner, sink, `${name}/`);
    return outputsOf(body, inner);
  }
  const chosen = chooseBranch(importer, yes, no, scope, name);
  const decision = sink.op({ kind: "if", shape: { branches: 2 }, dtype: "bool", readBytes: node.input(0).storage.bytes, writeBytes: 1 }, name, [node.input(0).storage]);
  const bindings: Bindings = new Map();
  chosen.record.write(sink, bindings, { after: sink.output(decision, 1, `${name}/decided`) });
  return bound(chosen.outputs, bindings);
}

/** The branch that can be, or the dearer one. */
function chooseBranch(importer: BodyImporter, yes: GraphProto, no: GraphProto, scope: Scope, name: string): Body {
  const attempts = [yes, no].map((branch) => importer.aside(() => attempt(() => runBody(importer, branch, scope, name, []))));
  const [a, b] = attempts.map(({ result, contradictions }) => (result.body === undefined ? Infinity : contradictions)) as [number, number];
  if (a === Infinity && b === Infinity) throw attempts[0]!.result.error;
  const possible = attempts.filter((_, i) => [a, b][i] === (a === 0 || b === 0 ? 0 : Math.min(a, b)));
  const work = (at: (typeof attempts)[number]): number => at.result.body!.record.total("flops");
  const chosen = possible.reduce((most, next) => (work(next) > work(most) ? next : most));
  importer.keep(chosen);
  if (possible.length > 1) importer.notes.add("if", name, (count, first) => ({ code: "assumed-control-flow", message: `If, ${nodesText(count, first)}: the condition is computed at run time: costed as the dearer branch` }));
  else importer.notes.add("if possible", name, (count, first) => ({ code: "assumed-control-flow", message: `If, ${nodesText(count, first)}: the condition is computed at run time: the shapes of one branch contradict each other, so the other one is taken` }));
  return chosen.result.body!;
}

/** A branch that contradicts itself is one that never runs. */
function attempt(work: () => Body): { readonly body?: Body; readonly error?: InputError } {
  try {
    return { body: work() };
  } catch (error) {
    if (error instanceof ShapeProblem || (error instanceof InputError && error.issues.every(({ code }) => code === "bad-shape"))) return { error: error as InputError };
    throw error;
  }
}

/** Inputs: trip count, condition, carried values. Body: iteration, condition, carried → condition, carried, scanned. */
function loop(importer: BodyImporter, node: NodeView, scope: Scope, sink: Sink, name: string): readonly Value[] {
  const body = node.graph("body");
  if (!body) throw new ShapeProblem("the body is missing");
  const carried = node.inputs.slice(2);
  const one = runBody(importer, body, scope, name, [scalar("iteration", i64), scalar("condition", bool), ...carried]);
  const known = node.data(0)?.[0];
  const trips = known !== undefined && known >= 0 && known <= 1e9 ? known : assumeOne(importer, "Loop", name);
  // What is carried is the second and further inputs, and the first and further outputs, after the condition.
  const results = one.outputs.slice(1).map((value, i) => (i < carried.length ? value : stacked(value, trips, 0)));
  return repeat(importer, sink, name, { ...one, outputs: one.outputs.slice(1), given: one.given.slice(2) }, { trips, carried: carried.length, initial: carried, counted: one.given.slice(0, 2), results });
}

/** Inputs: states, then sequences that are cut along an axis. Body: states, one element of each → states, scanned. */
function scan(importer: BodyImporter, node: NodeView, scope: Scope, sink: Sink, name: string): readonly Value[] {
  if (node.opset < 9) throw new ShapeProblem("the form of Scan before opset 9 is not known", true);
  const body = node.graph("body");
  const count = node.int("num_scan_inputs", 0);
  const inputs = node.inputs.filter((value): value is Value => value !== undefined);
  if (!body || !(count >= 1 && count <= inputs.length)) throw new ShapeProblem("the body or its scan inputs are missing");
  const states = inputs.slice(0, -count);
  const sequences = inputs.slice(-count);
  const axes = sequences.map(({ dims }, i) => axisOf(node.ints("scan_input_axes")?.[i] ?? 0, dims.length));
  const trips = sequences[0]!.dims[axes[0]!]!;
  const elements = sequences.map((value, i): Value => ({ ...scalar(value.name, value.type), dims: value.dims.filter((_, at) => at !== axes[i]), storage: value.storage }));
  const one = runBody(importer, body, scope, name, [...states, ...elements]);
  const results = one.outputs.map((value, i) => (i < states.length ? value : stacked(value, trips, node.ints("scan_output_axes")?.[i - states.length] ?? 0)));
  return repeat(importer, sink, name, one, { trips, carried: states.length, initial: [...states, ...sequences], results });
}

/** A value of each iteration, joined along a new axis. */
function stacked(value: Value, trips: number, axis: number): Value {
  const dims = [...value.dims];
  dims.splice(axisOf(axis, dims.length + 1), 0, trips);
  return { ...value, dims };
}

interface Repetition {
  readonly trips: number;
  /** The first so many inputs and outputs of the body go from one iteration to the next. */
  readonly carried: number;
  /** What the body's inputs stand for at first. */
  readonly initial: readonly (Value | undefined)[];
  /** Further inputs, which the loop itself makes: its counter and condition. */
  readonly counted?: readonly Storage[];
  /** What comes out at last: what is carried, and what each iteration adds to. */
  readonly results: readonly Value[];
}

function repeat(importer: BodyImporter, sink: Sink, name: string, body: Body, { trips, carried, initial, counted = [], results }: Repetition): readonly Value[] {
  const { record, given, outputs } = body;
  if (trips * record.size > maxRepeated || !importer.claim(trips * record.size)) return together(sink, name, body, trips, initial, results);
  let states = given.map((_, i) => initial[i]?.storage);
  const made: Storage[][] = outputs.map(() => []);
  const inner = `${name}/`;
  for (let trip = 0; trip < trips; trip++) {
    const bindings: Bindings = new Map([...counted.map((storage) => [storage, undefined] as const), ...given.map((storage, i) => [storage, states[i]] as const)]);
    record.write(sink, bindings, { named: (part) => `${inner}${trip}/${part.startsWith(inner) ? part.slice(inner.length) : part}` });
    const ends = outputs.map(({ storage }) => (bindings.has(storage) ? bindings.get(storage) : storage));
    states = states.map((storage, i) => (i < carried ? ends[i] : storage));
    ends.forEach((storage, i) => storage && made[i]!.push(storage));
  }
  return results.map((value, i) => {
    if (i < carried) return open(value, states[i] ?? value.storage);
    // What the iterations made is joined at the end.
    const bytes = bytesOf(value.dims, value.type);
    const join = sink.op({ kind: "concat", shape: { elements: elementsOf(value.dims) }, dtype: value.type.dtype, readBytes: bytes, writeBytes: bytes }, inner + value.name, [...new Set(made[i])]);
    return open(value, sink.output(join, bytes, value.name));
  });
}

/** All iterations as one operator. */
function together(sink: Sink, name: string, { record }: Body, trips: number, initial: readonly (Value | undefined)[], results: readonly Value[]): readonly Value[] {
  const figure = (which: Parameters<RecordedBody["total"]>[0]): number => trips * record.total(which);
  const init: OpInit = {
    kind: "loop", shape: { times: trips, operators: record.size }, dtype: results[0]?.type.dtype ?? "f32", macs: figure("macs"), flops: figure("flops"),
    readBytes: figure("readBytes"), writeBytes: figure("writeBytes"), parameterBytes: record.total("parameterBytes"),
  };
  const op = sink.op(init, name, [...new Set([...initial.flatMap((value) => (value ? [value.storage] : [])), ...record.captured])]);
  return results.map((value) => open(value, sink.output(op, bytesOf(value.dims, value.type), value.name)));
}

function assumeOne(importer: BodyImporter, opType: string, name: string): number {
  importer.notes.add(opType, name, (count, first) => ({ code: "assumed-control-flow", message: `${opType}, ${nodesText(count, first)}: the number of iterations is decided at run time: 1 is assumed` }));
  return 1;
}

function runBody(importer: BodyImporter, body: GraphProto, scope: Scope, name: string, values: readonly (Value | undefined)[]): Body {
  const inner = new Scope(scope);
  const record = new RecordedBody();
  importer.declare(body, inner);
  const given = body.inputs.map((info, i) => {
    const value = values[i] ?? scalar(info.name ?? "", elementTypeOf(info.type?.tensor?.elementType) ?? f32);
    // Values that change from one iteration to the next are not known, whatever the first one is.
    const { data: _, ...rest } = value;
    const storage = record.own({ ...value.storage, origin: "op" });
    if (info.name) inner.set(info.name, { ...rest, storage, assumed: true });
    return storage;
  });
  importer.run(body.nodes, inner, record, `${name}/`);
  return { record, given, outputs: outputsOf(body, inner) };
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

/** What a body gives to the graph around it. */
function bound(values: readonly Value[], bindings: Bindings): readonly Value[] {
  return values.map((value) => open(value, bindings.get(value.storage) ?? value.storage));
}

/** Its elements and extents may be others in another run. */
function open({ data: _, ...value }: Value, storage: Storage): Value {
  return { ...value, assumed: true, storage };
}
