import { axisSwap } from "../axis-swap.ts";
import { GraphBuilder, type OpInit } from "../builder.ts";
import * as catalogue from "../catalogue.ts";
import { dtypeBytes, type DType, type OperatorGraph } from "../graph.ts";

/** A tensor with its extents. */
export interface Value {
  readonly tensor: number;
  readonly dims: readonly number[];
}

/** Options of {@link Network.conv}; defaults: stride 1, "same" padding for odd kernels, no bias, one group. */
export interface ConvOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

/**
 * Builds networks layer by layer: each call adds one operator with its weights, and returns its output. Convolutional
 * layers take [batch, channels, height, width], the others [batch, sequence, width] or [batch, width]. Names are those
 * of the layers, weights add ".weight", ".bias" …
 */
export class Network {
  readonly dtype: DType;
  readonly #builder: GraphBuilder;

  constructor(name: string, dtype: DType) {
    this.#builder = new GraphBuilder(name);
    this.dtype = dtype;
  }

  build(): OperatorGraph {
    return this.#builder.build();
  }

  input(name: string, dims: readonly number[], dtype = this.dtype): Value {
    return { tensor: this.#builder.source("input", product(dims) * dtypeBytes[dtype], name), dims };
  }

  weight(name: string, dims: readonly number[]): Value {
    return { tensor: this.#builder.source("weight", product(dims) * dtypeBytes[this.dtype], name), dims };
  }

  /** Adds any operator that reads `inputs` and makes one tensor of `dims`. */
  op(name: string, init: OpInit, inputs: readonly Value[], dims: readonly number[]): Value {
    const op = this.#builder.op(init, name);
    for (const input of inputs) this.#builder.feed(input.tensor, op);
    return { tensor: this.#builder.output(op, product(dims) * dtypeBytes[this.dtype]), dims };
  }

  conv(name: string, x: Value, cOut: number, options: ConvOptions): Value {
    const { kernel, stride = 1, padding = kernel - 1, groups = 1, bias = false } = options;
    const [n, cIn, h, w] = x.dims as [number, number, number, number];
    const [hOut, wOut] = [h, w].map((size) => catalogue.windowOutput(size, kernel, { stride, padding })) as [number, number];
    const weights = [this.weight(`${name}.weight`, [cOut, cIn / groups, kernel, kernel]), ...(bias ? [this.weight(`${name}.bias`, [cOut])] : [])];
    const init = catalogue.conv({ n, cIn, cOut, h, w, hOut, wOut, kh: kernel, kw: kernel, groups, bias, dtype: this.dtype });
    return this.op(name, init, [x, ...weights], [n, cOut, hOut, wOut]);
  }

  /**
   * A convolution with batch normalization and an activation, if one is given. `folded`: the normalization is merged into
   * the weights and a bias, as it is in deployed networks.
   */
  convNorm(name: string, x: Value, cOut: number, options: ConvOptions & { readonly folded?: boolean; readonly activation?: "relu" | "clip" }): Value {
    const { folded = false, activation } = options;
    const raw = this.conv(`${name}.conv`, x, cOut, { ...options, bias: folded });
    const normal = folded ? raw : this.batchNorm(`${name}.norm`, raw);
    return activation ? this.elementwise(`${name}.${activation}`, activation, normal) : normal;
  }

  /** Scale, shift, mean and variance a channel. */
  batchNorm(name: string, x: Value): Value {
    const channels = x.dims[1]!;
    const weights = ["weight", "bias", "running-mean", "running-variance"].map((part) => this.weight(`${name}.${part}`, [channels]));
    return this.op(name, catalogue.normalization("batch-norm", { elements: product(x.dims), parameters: 4 * channels, dtype: this.dtype }), [x, ...weights], x.dims);
  }

  /** Over the last axis. */
  layerNorm(name: string, x: Value): Value {
    const columns = x.dims.at(-1)!;
    const weights = ["weight", "bias"].map((part) => this.weight(`${name}.${part}`, [columns]));
    return this.op(name, catalogue.normalization("layer-norm", { elements: product(x.dims), parameters: 2 * columns, dtype: this.dtype }), [x, ...weights], x.dims);
  }

  /** An element-wise operator of one or more values of the first one's extents: "relu", "add" … */
  elementwise(name: string, kind: string, ...inputs: readonly [Value, ...Value[]]): Value {
    const { dims } = inputs[0];
    return this.op(name, catalogue.elementwise(kind, { elements: product(dims), inputs: inputs.length, dtype: this.dtype }), inputs, dims);
  }

  /** An element-wise operator with one operand that is a weight, repeated over the leading axes. */
  withWeight(name: string, kind: string, x: Value, weight: Value): Value {
    const init = catalogue.elementwise(kind, { elements: product(x.dims), parameters: product(weight.dims), dtype: this.dtype });
    return this.op(name, init, [x, weight], x.dims);
  }

  /** An element-wise operator whose second operand is smaller and repeated: position embeddings, masks. */
  broadcast(name: string, kind: string, x: Value, small: Value): Value {
    const init = catalogue.elementwise(kind, { elements: product(x.dims), inputs: 2, dtype: this.dtype });
    const readBytes = (product(x.dims) + product(small.dims)) * dtypeBytes[this.dtype];
    return this.op(name, { ...init, readBytes }, [x, small], x.dims);
  }

  pool(name: string, kind: "max-pool" | "average-pool", x: Value, { kernel, stride, padding = 0 }: { kernel: number; stride: number; padding?: number }): Value {
    const [n, c, h, w] = x.dims as [number, number, number, number];
    const dims = [n, c, ...[h, w].map((size) => catalogue.windowOutput(size, kernel, { stride, padding }))];
    return this.op(name, catalogue.pool(kind, { inputs: product(x.dims), outputs: product(dims), window: kernel * kernel, dtype: this.dtype }), [x], dims);
  }

  /** Mean over all positions; the result is [batch, channels], since flattening is only another view. */
  globalPool(name: string, x: Value): Value {
    const [n, c, h, w] = x.dims as [number, number, number, number];
    return this.op(name, catalogue.pool("global-pool", { inputs: product(x.dims), outputs: n * c, window: h * w, dtype: this.dtype }), [x], [n, c]);
  }

  /** A linear layer over the last axis. `weight`: one that is shared with another layer. */
  linear(name: string, x: Value, n: number, { bias = true, weight }: { bias?: boolean; weight?: Value } = {}): Value {
    const k = x.dims.at(-1)!;
    const dims = [...x.dims.slice(0, -1), n];
    const weights = [weight ?? this.weight(`${name}.weight`, [n, k]), ...(bias ? [this.weight(`${name}.bias`, [n])] : [])];
    return this.op(name, catalogue.matmul({ m: product(dims) / n, n, k, weight: true, bias, dtype: this.dtype }), [x, ...weights], dims);
  }

  /** Products of matrices, one for each index of the leading axes. */
  matmul(name: string, a: Value, b: Value): Value {
    const [m, k] = a.dims.slice(-2) as [number, number];
    const n = b.dims.at(-1)!;
    const lead = a.dims.slice(0, -2);
    return this.op(name, catalogue.matmul({ batch: product(lead), m, n, k, dtype: this.dtype }), [a, b], [...lead, m, n]);
  }

  softmax(name: string, x: Value): Value {
    const columns = x.dims.at(-1)!;
    return this.op(name, catalogue.softmax({ rows: product(x.dims) / columns, columns, dtype: this.dtype }), [x], x.dims);
  }

  /** Rows of `table` chosen by `ids`; without ids, its first `rows` rows. */
  embedding(name: string, table: Value, ids: Value | { readonly dims: readonly number[] }): Value {
    const columns = table.dims.at(-1)!;
    const init = catalogue.gather({ rows: product(ids.dims), columns, weight: true, dtype: this.dtype });
    return this.op(name, init, "tensor" in ids ? [ids, table] : [table], [...ids.dims, columns]);
  }

  /** The axes of a value, seen with these extents, in another order. */
  transpose(name: string, x: Value, extents: readonly number[], order: readonly number[]): Value {
    const op = catalogue.movement("transpose", { read: product(extents), write: product(extents), dtype: this.dtype });
    return this.op(name, { ...op, shape: { ...op.shape, ...axisSwap(extents, order) } }, [x], order.map((axis) => extents[axis]!));
  }

  /** Moves bytes: "concat", "split", "slice" … */
  move(name: string, kind: string, inputs: readonly Value[], dims: readonly number[]): Value {
    const read = inputs.reduce((sum, { dims: extents }) => sum + product(extents), 0);
    return this.op(name, catalogue.movement(kind, { read, write: product(dims), dtype: this.dtype }), inputs, dims);
  }

  /** Cuts the last axis into `parts` equal ones. */
  split(name: string, x: Value, parts: number): Value[] {
    const dims = [...x.dims.slice(0, -1), x.dims.at(-1)! / parts];
    const op = this.#builder.op(catalogue.movement("split", { read: product(x.dims), write: product(x.dims), dtype: this.dtype }), name);
    this.#builder.feed(x.tensor, op);
    return Array.from({ length: parts }, () => ({ tensor: this.#builder.output(op, product(dims) * dtypeBytes[this.dtype]), dims }));
  }

  /** A whole recurrent layer over [sequence, batch, input]. */
  lstm(name: string, x: Value, hidden: number, directions: 1 | 2): Value {
    const [seq, batch, input] = x.dims as [number, number, number];
    const gates = 4 * hidden * directions;
    const weights = [this.weight(`${name}.input-weight`, [gates, input]), this.weight(`${name}.hidden-weight`, [gates, hidden]), this.weight(`${name}.bias`, [2 * gates])];
    return this.op(name, catalogue.lstm({ seq, batch, input, hidden, directions, dtype: this.dtype }), [x, ...weights], [seq, batch, hidden * directions]);
  }
}

/** The same bytes under other extents: no operator. */
export function reshape(x: Value, dims: readonly number[]): Value {
  return { tensor: x.tensor, dims };
}

function product(dims: readonly number[]): number {
  return dims.reduce((size, extent) => size * extent, 1);
}
