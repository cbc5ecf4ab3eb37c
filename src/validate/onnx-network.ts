import { randomSource } from "../base/random.ts";

type Attribute = number | string | readonly number[] | { readonly float: number };

/** Types of tensors, as ONNX numbers them. */
const f32 = 1;
const i64 = 7;

/**
 * Writes networks as ONNX files that runtimes can execute: each call adds a node, and returns the name of its output.
 * Weights are small random numbers, the same at each call.
 * @example
 * const net = new OnnxNetwork("linear");
 * net.output(net.op("MatMul", [net.input("x", [1, 64]), net.weight([64, 10])]), [1, 10]);
 * const bytes = await net.bytes();
 */
export class OnnxNetwork {
  readonly name: string;
  readonly #random: () => number;
  readonly #nodes: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  readonly #weights: object[] = [];

  constructor(name: string) {
    this.name = name;
    this.#random = randomSource(0, `weights of ${name}`);
  }

  input(name: string, dims: readonly number[]): string {
    this.#inputs.push(valueInfo(name, dims, f32));
    return name;
  }

  /** A whole number an element: tokens of a text. */
  indices(name: string, dims: readonly number[]): string {
    this.#inputs.push(valueInfo(name, dims, i64));
    return name;
  }

  /** A weight, scaled so that what it is multiplied with keeps its size: the last axes but the first are summed over. */
  weight(dims: readonly number[], scale = 1 / Math.sqrt(dims.length > 1 ? size(dims) / dims[dims.length > 2 ? 0 : 1]! : 100)): string {
    return this.#initializer(dims, f32, Float32Array.from({ length: size(dims) }, () => (2 * this.#random() - 1) * scale));
  }

  /** Fractions that the network computes with. */
  numbers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#initializer(dims, f32, Float32Array.from(values));
  }

  /** Whole numbers: a shape, axes. */
  integers(...values: number[]): string {
    return this.#initializer([values.length], i64, BigInt64Array.from(values, BigInt));
  }

  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.ops(opType, inputs, 1, attributes)[0]!;
  }

  /** A node with several outputs. */
  ops(opType: string, inputs: readonly string[], outputs: number, attributes: Readonly<Record<string, Attribute>> = {}): string[] {
    const name = `${opType}_${this.#nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? `${name}:0` : `${name}:${i}`));
    this.#nodes.push({ name, opType, input: inputs, output, attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)) });
    return output;
  }

  output(name: string, dims: readonly number[]): void {
    this.#outputs.push(valueInfo(name, dims, f32));
  }

  /** The ONNX file (operator set 17). */
  async bytes(): Promise<Uint8Array> {
    const { default: { onnx } } = await import("onnx-proto");
    const graph = { name: this.name, node: this.#nodes, input: this.#inputs, output: this.#outputs, initializer: this.#weights };
    return onnx.ModelProto.encode(onnx.ModelProto.fromObject({ irVersion: 8, producerName: "heddle", opsetImport: [{ domain: "", version: 17 }], graph })).finish();
  }

  #initializer(dims: readonly number[], dataType: number, data: Float32Array | BigInt64Array): string {
    const name = `weight_${this.#weights.length}`;
    this.#weights.push({ name, dims, dataType, rawData: new Uint8Array(data.buffer) });
    return name;
  }
}

function size(dims: readonly number[]): number {
  return dims.reduce((all, extent) => all * extent, 1);
}

function valueInfo(name: string, dims: readonly number[], elemType: number): object {
  return { name, type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } } };
}

function attribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: 3 };
  return "float" in value ? { name, f: value.float, type: 1 } : { name, ints: value, type: 7 };
}
