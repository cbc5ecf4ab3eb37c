import { InputError, type Issue } from "../../base/errors.ts";
import { nearest } from "../../base/registry.ts";
import { GraphBuilder } from "../builder.ts";
import type { GraphProto, NodeProto } from "./schema.ts";
import type { Value } from "./value.ts";

/** The tensors that a graph's nodes can name: its own, and for a body those of the graph around it. */
export class Scope {
  readonly #values = new Map<string, Value>();
  readonly #parent: Scope | undefined;

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  get(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#parent?.get(name);
  }

  /** True when this graph itself names such a tensor. */
  owns(name: string): boolean {
    return this.#values.has(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}

/** More than these are not worth reading, nor finding the nearest names for. */
const maxIssues = 20;

/** How a node is called in messages and in the graph: its name, else its first output. */
export function nodeName(node: NodeProto): string {
  return node.name || node.outputs.find((output) => output !== "") || node.opType || "node";
}

/**
 * The nodes in an order in which every tensor is made before it is read: the file's own where that is one.
 * @throws {InputError} for a tensor that two nodes make or none does, and for a cycle (with its path).
 */
export function orderNodes(nodes: readonly NodeProto[], scope: Scope): readonly NodeProto[] {
  const issues: Issue[] = [];
  const producer = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const name of node.outputs) {
      if (name === "") continue;
      const other = producer.get(name);
      if (other !== undefined || scope.owns(name)) {
        if (issues.length >= maxIssues) continue;
        const rival = other === undefined ? "an input or weight of the graph" : `node "${nodeName(nodes[other]!)}"`;
        issues.push({ code: "duplicate-tensor", message: `tensor "${name}" is made by node "${nodeName(node)}" and by ${rival}`, hint: "every tensor has one producer" });
      } else producer.set(name, i);
    }
  });
  let sorted = true;
  const reads = nodes.map((node, i) => {
    const from: number[] = [];
    for (const name of node.inputs) {
      const made = producer.get(name);
      if (made !== undefined) from.push(made);
      else if (name !== "" && !scope.get(name) && issues.length < maxIssues) issues.push(missing(name, node, producer));
    }
    for (const name of capturedNames(node)) {
      const made = producer.get(name);
      if (made !== undefined && made !== i) from.push(made);
    }
    if (from.some((made) => made >= i)) sorted = false;
    return from;
  });
  if (issues.length > 0) throw new InputError(issues);
  if (sorted) return nodes;

  const builder = new GraphBuilder("order");
  for (const node of nodes) builder.op({ kind: "node" }, nodeName(node));
  const made = nodes.map((_, i) => builder.output(i, 0));
  reads.forEach((from, i) => from.forEach((producerId) => builder.feed(made[producerId]!, i)));
  return [...builder.build().topo].map((i) => nodes[i]!);
}

function missing(name: string, node: NodeProto, producer: ReadonlyMap<string, number>): Issue {
  const near = producer.size <= 10_000 ? nearest(name, [...producer.keys()]) : [];
  return {
    code: "missing-tensor", message: `node "${nodeName(node)}" (${node.opType ?? "?"}) reads "${name}", which nothing makes`,
    hint: near.length > 0 ? `did you mean "${near.join('" or "')}"?` : "it is no output of a node, no input and no weight of the graph",
  };
}

/** Every name that the bodies of a node mention; those that the graph around it makes must exist before the node runs. */
function capturedNames(node: NodeProto): readonly string[] {
  const bodies: GraphProto[] = node.attributes.flatMap(({ g }) => (g ? [g] : []));
  const names: string[] = [];
  for (let body = bodies.pop(); body; body = bodies.pop()) {
    for (const inner of body.nodes) {
      for (const name of inner.inputs) names.push(name);
      for (const { g } of inner.attributes) if (g) bodies.push(g);
    }
    for (const { name } of body.outputs) if (name) names.push(name);
  }
  return names;
}
