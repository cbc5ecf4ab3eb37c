import type { DataPool } from "../data-pool.ts";
import { attribute, elementType, valueMessage, type NodeMessage, type TensorMessage, type ValueMessage } from "./onnx.ts";

/** What is fed to a run: by input name. */
export interface Feed {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Opsets that the models use. */
const opsets = [{ domain: "", version: 17 }, { domain: "com.microsoft", version: 1 }];
type AttributeValue = Parameters<typeof attribute>[1];

/** An ONNX model in the making: nodes with made-up weights and inputs. */
export class ModelParts {
  readonly #pool: DataPool;
  readonly #nodes: NodeMessage[] = [];
  readonly #inputs: ValueMessage[] = [];
  readonly #outputs: ValueMessage[] = [];
  readonly #initializers: TensorMessage[] = [];
  readonly feeds = new Map<string, Feed>();
  /** Bytes of inputs and weights. */
  bytes = 0;

  constructor(pool: DataPool) {
    this.#pool = pool;
  }

  /** A graph input with made-up numbers. */
  input(name: string, dims: readonly number[]): string {
    const data = this.#pool.take(product(dims));
    this.bytes += data.byteLength;
    return this.feed(name, { dims, data });
  }

  /** A graph input of whole numbers below `limit`. */
  indices(name: string, count: number, limit: number): string {
    return this.feed(name, { dims: [count], data: BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 7919) % limit)) });
  }

  /** A graph input that is fed with these numbers. */
  feed(name: string, feed: Feed): string {
    this.#inputs.push(valueMessage(name, feed.dims, feed.data instanceof BigInt64Array ? elementType.i64 : elementType.f32));
    this.feeds.set(name, feed);
    return name;
  }

  /** A weight with made-up numbers; all above 0 where they are variances. */
  weight(name: string, dims: readonly number[], positive = false): string {
    const numbers = this.#pool.take(product(dims));
    const data = positive ? numbers.map((value) => Math.abs(value) + 0.1) : numbers;
    this.bytes += data.byteLength;
    return this.#initializer(name, dims, elementType.f32, data);
  }

  /** A list of whole numbers that is part of the model. */
  constant(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#initializer(name, dims, elementType.i64, BigInt64Array.from(values, BigInt));
  }

  /** A node with one output, named like the node. */
  node(opType: string, name: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}, domain = ""): string {
    this.#nodes.push({ opType, name, input: inputs, output: [name], attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)), domain });
    return name;
  }

  /** An output of the model. */
  output(name: string, dims: readonly number[]): void {
    this.#outputs.push(valueMessage(name, dims, elementType.f32));
  }

  /** The numbers of a weight or an input. */
  values(name: string): Float32Array {
    const feed = this.feeds.get(name)?.data;
    if (feed instanceof Float32Array) return feed;
    const { rawData } = this.#initializers.find((tensor) => tensor.name === name)!;
    return new Float32Array(rawData.buffer, rawData.byteOffset, rawData.byteLength / 4);
  }

  /** The model as a plain object, for `onnx.ModelProto.create`. */
  message(): object {
    return { irVersion: 8, producerName: "heddle", opsetImport: opsets, graph: { name: "kernels", node: this.#nodes, input: this.#inputs, output: this.#outputs, initializer: this.#initializers } };
  }

  #initializer(name: string, dims: readonly number[], dataType: number, data: Float32Array | BigInt64Array): string {
    this.#initializers.push({ name, dims, dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return name;
  }
}

export function product(dims: readonly number[]): number {
  return dims.reduce((all, extent) => all * extent, 1);
}
