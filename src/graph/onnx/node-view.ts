import type { OpInit } from "../builder.ts";
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from "./schema.ts";
import { ShapeProblem, type ElementType, type Value } from "./value.ts";

/** What a rule says of one output of a node. */
export interface Output {
  readonly dims: readonly number[];
  /** Default: that of the first input. */
  readonly type?: ElementType;
  /** The elements, when the rule knows them. */
  readonly data?: readonly number[];
  /** Set when the output is a view: it shares this value's storage. */
  readonly viewOf?: Value;
}

/** What a rule says of a node. */
export interface Outcome {
  readonly outputs: readonly (Output | undefined)[];
  /** Work; absent for views and constants. Bytes and dtype are filled in from the tensors, but where `ownBytes` is set. */
  readonly op?: OpInit;
  /** Inputs that the operator reads as data; default: all that are present. */
  readonly reads?: readonly (Value | undefined)[];
  /** The op's own bytes hold: it touches only a part of its inputs. */
  readonly ownBytes?: boolean;
  /** Set when the shapes rest on an assumption: what was assumed, for a warning; empty where that is already said. */
  readonly assumption?: string;
}

/** From a node with known inputs to its outputs and its work. @throws {ShapeProblem} */
export type Rule = (node: NodeView) => Outcome;
/** Operator type → rule. */
export type Rules = Readonly<Record<string, Rule>>;

/** What rules are told of the model around a node. */
export interface NodeSetting {
  /** Version of the standard operator set. */
  readonly opset: number;
  /** Channels in a block of the blocked layout; 1 where there is none. */
  readonly channelBlock: number;
  /** The shape that the file states for a tensor, when it states all of it. */
  declared(name: string): readonly number[] | undefined;
}

/** A node as rules see it: its attributes by name and its inputs by position. */
export class NodeView {
  readonly opType: string;
  /** Empty for the standard domain. */
  readonly domain: string;
  readonly opset: number;
  /** As {@link NodeSetting.channelBlock}. */
  readonly channelBlock: number;
  /** By position; undefined where an optional input is left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputCount: number;
  readonly #node: NodeProto;
  readonly #setting: NodeSetting;

  constructor(node: NodeProto, inputs: readonly (Value | undefined)[], setting: NodeSetting) {
    this.#node = node;
    this.#setting = setting;
    this.opType = node.opType ?? "";
    this.domain = node.domain ?? "";
    this.opset = setting.opset;
    this.channelBlock = setting.channelBlock;
    this.inputs = inputs;
    this.outputCount = node.outputs.length;
  }

  /** A required input. @throws {ShapeProblem} when it is missing. */
  input(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw new ShapeProblem(`input ${index} is missing`);
    return value;
  }

  /** The same node with another tensor in the place of an input. */
  withInput(index: number, value: Value): NodeView {
    return new NodeView(this.#node, this.inputs.map((input, i) => (i === index ? value : input)), this.#setting);
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  /** True when the node names its output at this position. */
  gives(index: number): boolean {
    return (this.#node.outputs[index] ?? "") !== "";
  }

  /** The elements of an input, when they are known. */
  data(index: number): readonly number[] | undefined {
    return this.inputs[index]?.data;
  }

  /** The shape that the file states for an output, when it states all of it. */
  declared(index: number): readonly number[] | undefined {
    const name = this.#node.outputs[index];
    return name === undefined ? undefined : this.#setting.declared(name);
  }

  int(name: string, otherwise: number): number {
    return this.#attribute(name)?.i ?? otherwise;
  }
  float(name: string, otherwise: number): number {
    return this.#attribute(name)?.f ?? otherwise;
  }
  text(name: string, otherwise: string): string {
    const bytes = this.#attribute(name)?.s;
    return bytes ? new TextDecoder().decode(bytes.subarray(0, 1000)) : otherwise;
  }
  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.ints;
  }
  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.floats;
  }
  tensor(name: string): TensorProto | undefined {
    return this.#attribute(name)?.t;
  }
  graph(name: string): GraphProto | undefined {
    return this.#attribute(name)?.g;
  }
  attribute(name: string): AttributeProto | undefined {
    return this.#attribute(name);
  }

  /** Integers given as an attribute in old opsets and as an input in new ones. */
  intsOrInput(name: string, index: number): readonly number[] | undefined {
    return this.ints(name) ?? this.data(index);
  }

  #attribute(name: string): AttributeProto | undefined {
    return this.#node.attributes.find((attribute) => attribute.name === name);
  }
}
