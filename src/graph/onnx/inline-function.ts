import { nodeName } from "./scope.ts";
import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from "./schema.ts";

/** The body of a function as nodes of its caller's graph. */
export interface InlinedFunction {
  readonly nodes: readonly NodeProto[];
  /** Names of the function's inputs and outputs in those nodes; an input that the caller leaves out is "". */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** How much was written: nodes with their inputs, outputs and attributes, those of bodies within included. */
  readonly size: number;
}

/**
 * Writes out one call of a function. Inner tensors get names of their own, outputs those that the caller gives them, and
 * attributes that stand for the caller's take its values.
 */
export function inlineFunction(fn: FunctionProto, caller: NodeProto, name: string): InlinedFunction {
  const names = new Map<string, string>([["", ""]]);
  fn.outputs.forEach((output, i) => names.set(output, caller.outputs[i] || `${name}/${output}`));
  fn.inputs.forEach((input, i) => names.set(input, caller.inputs[i] ? `${name}/${input}` : ""));
  const attributes = new Map([...fn.defaults, ...caller.attributes].map((attribute) => [attribute.name ?? "", attribute]));
  const rename = (tensor: string): string => names.get(tensor) ?? `${name}/${tensor}`;
  let size = attributes.size;

  const renamed = <T extends { readonly name?: string }>(item: T): T => (item.name === undefined ? item : { ...item, name: rename(item.name) });
  const graph = (body: GraphProto): GraphProto => {
    size += body.initializers.length + body.inputs.length + body.outputs.length + body.valueInfo.length;
    return {
      ...body, nodes: body.nodes.map(node), initializers: body.initializers.map(renamed), inputs: body.inputs.map(renamed), outputs: body.outputs.map(renamed), valueInfo: body.valueInfo.map(renamed),
    };
  };
  const attribute = (own: AttributeProto): AttributeProto[] => {
    if (own.g) return [{ ...own, g: graph(own.g) }];
    if (!own.refersTo) return [own];
    const source = attributes.get(own.refersTo);
    return source ? [{ ...source, ...(own.name !== undefined && { name: own.name }) }] : [];
  };
  function node(each: NodeProto): NodeProto {
    size += 1 + each.inputs.length + each.outputs.length + each.attributes.length;
    // A node without a name is called by what it makes, as the function's author wrote it: the caller's name comes in front.
    return { ...each, name: nodeName(each), inputs: each.inputs.map(rename), outputs: each.outputs.map(rename), attributes: each.attributes.flatMap(attribute) };
  }
  const nodes = fn.nodes.map(node);
  return { nodes, inputs: fn.inputs.map(rename), outputs: fn.outputs.map(rename), size };
}
