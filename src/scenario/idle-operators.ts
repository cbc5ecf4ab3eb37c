import { InputError, type Issue, type Warning } from "../base/errors.ts";
import { counted } from "../base/units.ts";
import type { CostModel } from "../cost/cost-model.ts";
import type { OpClass, OperatorGraph } from "../graph/graph.ts";
import { categoryOf } from "../graph/op-kinds.ts";
import { extentsOf } from "../graph/op-of-shape.ts";
import type { Machine } from "../machine/machine.ts";
import { quote } from "./source-tree.ts";

/**
 * The warning `idle-operator` for the operators of a graph written in the scenario that have neither flops nor bytes nor
 * a time, and so cost nothing but their launch: one for each kind, which names the first. Tables and profiles may know
 * them all the same; views do nothing, and are meant to.
 * @throws {InputError} for those whose shape lacks an extent from which their work would follow; paths are relative to `graph`.
 */
export function idleOperators(graph: OperatorGraph, { devices }: Machine, costs: CostModel): Warning[] {
  const isIdle = graph.classes.map((op) => hasNothing(op) && devices.every((device) => {
    const estimate = costs.estimate(op, device, device.width);
    return estimate === undefined || (estimate.limit !== "given" && estimate.limit !== "measured");
  }));
  const idle = new Map<string, number[]>();
  const issues: Issue[] = [];
  for (let op = 0; op < graph.opCount; op++) {
    if (!isIdle[graph.classOf[op]!]!) continue;
    const { kind, shape } = graph.at(op);
    const missing = Object.keys(shape).length === 0 ? [] : (extentsOf(kind) ?? []).filter((extent) => shape[extent] === undefined);
    if (missing.length > 0) issues.push({ code: "missing-extent", message: `the shape of a ${kind} needs ${missing.join(", ")} too`, path: ["ops", graph.at(op).name, "shape"], hint: `its work and bytes follow from ${extentsOf(kind)!.join(", ")}; or write flops, read and write` });
    else if (idle.get(kind)?.push(op) === undefined) idle.set(kind, [op]);
  }
  if (issues.length > 0) throw new InputError(issues.slice(0, mostIssues));
  return [...idle].map(([kind, ops]) => {
    const who = ops.length === 1 ? `operator ${quote(graph.at(ops[0]!).name)} has` : `${counted(ops.length, "operator")} of kind ${quote(kind)}, ${quote(graph.at(ops[0]!).name)} first, have`;
    const extents = extentsOf(kind);
    const way = extents ? `shape: {${extents.join(", ")}} says how much it does` : "write time: 0ns where that is meant";
    return { code: "idle-operator", message: `${who} neither flops, bytes nor a time, and ${ops.length === 1 ? "costs" : "cost"} nothing: ${way}` };
  });
}

/** Errors of one kind that are told together. */
const mostIssues = 20;

function hasNothing({ kind, shape, flops, readBytes, writeBytes }: OpClass): boolean {
  return flops === 0 && readBytes === 0 && writeBytes === 0 && shape["given"] === undefined && categoryOf(kind) !== "view";
}
