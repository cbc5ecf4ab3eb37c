import { InputError, type Issue } from "../base/errors.ts";
import { ownValue } from "../base/own-value.ts";
import { nearest, suggestion } from "../base/registry.ts";
import type { CostModel, Estimate } from "../cost/cost-model.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { OperatorGraph } from "../graph/graph.ts";
import { opOfShape } from "../graph/op-of-shape.ts";
import type { Device, Machine } from "../machine/machine.ts";
import { quote } from "./source-tree.ts";
import type { InlineGraph, InlineOp } from "./workload-schema.ts";

/** Edges that cannot be read are told up to about this number. */
const issueLimit = 20;

/** A duration everywhere, or by device name or device kind. In ns. */
export type GivenTime = number | Readonly<Record<string, number>>;

/** A graph written in a scenario, and the durations given there. */
export interface InlineWorkload {
  readonly graph: OperatorGraph;
  /** `times[op.shape.given]`; operators without that extent are left to the cost model. */
  readonly times: readonly GivenTime[];
  /** Operator that gave each of `times`, for messages. */
  readonly timedOps: readonly string[];
}

/**
 * Builds a graph from `workload: {graph: …}`. Operators keep the order in which they are written. What is not written of
 * an operator's work and bytes follows from its kind and shape where the catalogue knows them and it has no time.
 * @throws {InputError} for edges that cannot be read or name no operator, and for cycles; paths are relative to `graph`.
 * @example
 * buildInlineGraph("two", { ops: { a: 3e6, b: 1e6 }, edges: ["a -> b"] }).graph.opCount; // 2
 */
export function buildInlineGraph(name: string, spec: InlineGraph): InlineWorkload {
  const names = Object.keys(spec.ops);
  const index = new Map(names.map((op, id) => [op, id]));
  if (names.length === 0) throw new InputError({ code: "empty-graph", message: "the graph has no operators", path: ["ops"] });
  const edges = readEdges(spec.edges, index);

  const ops = Object.values(spec.ops).map((op): InlineOp => (typeof op === "number" ? { kind: "op", time: op } : op));
  const derived = ops.map(({ kind, shape, dtype, time }) => (time === undefined && shape ? opOfShape(kind, shape, dtype ?? "f32") : undefined));
  const inputBytes = new Float64Array(ops.length);
  const ownBytes = new Float64Array(ops.length);
  for (const { from, bytes } of edges) ownBytes[from]! += bytes ?? 0;
  const outputBytes = ops.map(({ output, write }, id) => output ?? (write === undefined && ownBytes[id] === 0 ? derived[id]?.writeBytes : undefined) ?? 0);
  for (const { from, to, bytes } of edges) inputBytes[to]! += bytes ?? outputBytes[from]!;
  const builder = new GraphBuilder(name);
  const times: GivenTime[] = [];
  const timedOps: string[] = [];
  const given = new Map<string, number>();
  for (const [id, op] of ops.entries()) {
    let shape = op.shape ?? {};
    if (op.time !== undefined) {
      const key = JSON.stringify(op.time);
      if (!given.has(key)) {
        given.set(key, times.push(op.time) - 1);
        timedOps.push(names[id]!);
      }
      shape = { ...shape, given: given.get(key)! };
    }
    const { kind, dtype = "f32", parameters: parameterBytes = derived[id]?.parameterBytes ?? 0 } = op;
    // Work that is written in either way is all there is of it.
    const work = op.flops === undefined && op.macs === undefined ? derived[id] : undefined;
    const macs = op.macs ?? work?.macs ?? 0;
    const flops = op.flops ?? work?.flops ?? 2 * macs;
    // Operands that come from outside the graph are on no edge.
    const readBytes = op.read ?? Math.max(inputBytes[id]! + parameterBytes, derived[id]?.readBytes ?? 0);
    const writeBytes = op.write ?? outputBytes[id]! + ownBytes[id]!;
    builder.op({ kind, shape, dtype, flops, macs, readBytes, writeBytes, parameterBytes }, names[id]);
    if (op.deadline !== undefined) builder.deadline(id, op.deadline);
  }
  const outputs = new Map<number, number>();
  for (const { from, to, bytes } of edges) {
    if (bytes !== undefined) {
      builder.edge(from, to, bytes);
      continue;
    }
    let output = outputs.get(from);
    if (output === undefined) outputs.set(from, (output = builder.output(from, outputBytes[from]!)));
    builder.feed(output, to);
  }
  // What nobody reads is a result of the graph.
  for (const [id, bytes] of outputBytes.entries()) if (bytes > 0 && !outputs.has(id)) builder.output(id, bytes);
  return { graph: builder.build(), times, timedOps };
}

interface InlineEdge {
  readonly from: number;
  readonly to: number;
  /** Of a tensor of its own; undefined = the output of `from`. */
  readonly bytes?: number;
}

function readEdges(written: InlineGraph["edges"], index: ReadonlyMap<string, number>): InlineEdge[] {
  const edges: InlineEdge[] = [];
  const issues: Issue[] = [];
  const chain = (text: string, bytes: number | undefined, path: (string | number)[]): void => {
    const steps = text.split("->").map((step) => step.trim());
    if (steps.length < 2 || steps.includes("")) {
      issues.push({ code: "bad-edge", message: `${quote(text)} is not an edge`, path, hint: "for example a -> b, or a -> b: 4MiB" });
      return;
    }
    const ids = steps.map((step) => {
      const id = index.get(step);
      if (id === undefined) issues.push({ code: "unknown-op", message: `there is no operator ${quote(step)}`, path, hint: sizeHint(text, step, index) ?? nearHint(step, index) });
      return id;
    });
    for (let i = 1; i < ids.length; i++) if (ids[i - 1] !== undefined && ids[i] !== undefined) edges.push({ from: ids[i - 1]!, to: ids[i]!, ...(bytes !== undefined && { bytes }) });
  };
  for (const [i, edge] of written.entries()) {
    if (issues.length >= issueLimit) break;
    if (typeof edge === "string") chain(edge, undefined, ["edges", i]);
    else for (const [text, bytes] of Object.entries(edge)) chain(text, bytes, ["edges", i, text]);
  }
  if (issues.length > 0) throw new InputError(issues);
  return edges;
}

/** Where a size was taken for a part of the last name, because the edge stands in quotes. */
function sizeHint(text: string, step: string, index: ReadonlyMap<string, number>): string | undefined {
  const [name, size] = step.split(/:\s*/, 2);
  return size !== undefined && index.has(name!) ? `write it without quotes: ${text}` : undefined;
}

function nearHint(name: string, index: ReadonlyMap<string, number>): string {
  const names = [...index.keys()].slice(0, 10_000);
  return names.length <= 20 ? suggestion(name, names) : nearest(name, names).length > 0 ? suggestion(name, names) : "operators are named under workload.graph.ops";
}

/**
 * Answers with the durations given in the scenario, and asks `rest` for the other operators.
 * @throws {InputError} when a duration is given for a device that the machine does not have.
 */
export function givenTimes({ times, timedOps }: InlineWorkload, machine: Machine, rest: CostModel): CostModel {
  const known = [...new Set(machine.devices.flatMap((device) => [device.name, device.kind]))];
  const issues = times.flatMap((time, i) =>
    typeof time === "number" ? [] : Object.keys(time).filter((key) => !known.includes(key)).map((key) => ({
      code: "unknown-device", message: `${machine.name} has no device ${quote(key)}`, path: ["ops", timedOps[i]!, "time", key], hint: suggestion(key, known),
    })));
  if (issues.length > 0) throw new InputError(issues);
  return {
    name: times.length > 0 ? `given, ${rest.name}` : rest.name,
    estimate(op, device, width) {
      const time = op.shape["given"] === undefined ? undefined : times[op.shape["given"]];
      return time === undefined ? rest.estimate(op, device, width) : estimateOf(time, device);
    },
  };
}

function estimateOf(time: GivenTime, device: Device): Estimate | undefined {
  const ns = typeof time === "number" ? time : (ownValue(time, device.name) ?? time[device.kind]);
  return ns === undefined ? undefined : { ns, fixedNs: ns, sigma: 0, memoryBytesPerNs: 0, limit: "given", source: "scenario", extrapolated: false };
}
