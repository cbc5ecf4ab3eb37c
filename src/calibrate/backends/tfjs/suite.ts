import { convLayout, lastAxis, poolLayout, swapLayout } from "../layouts.ts";
import type { Kernel } from "../../sample.ts";
import type { Tf, TfTensor } from "./engine.ts";

/** What a kernel reads, and what is called. Images have their channels last. */
export interface Call {
  /** Extents of each operand; `below` = whole numbers below it. */
  readonly operands: readonly { readonly dims: readonly number[]; readonly below?: number }[];
  run(tf: Tf, operands: readonly TfTensor[]): TfTensor;
  /** The first number of the result, from the numbers of the operands. */
  readonly first?: (operands: readonly Float32Array[]) => number;
}

type Extents = Readonly<Record<string, number>>;
type Operator = (...args: unknown[]) => TfTensor;

const call = (tf: Tf, name: string, ...args: readonly unknown[]): TfTensor => (tf[name] as Operator)(...args);
const rows = (elements: number): [number, number] => [elements / lastAxis(elements), lastAxis(elements)];

const unaries: Readonly<Record<string, (x: number) => number>> = {
  relu: (x) => Math.max(0, x), sigmoid: (x) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh, exp: Math.exp, neg: (x) => -x, abs: Math.abs, elu: (x) => (x < 0 ? Math.exp(x) - 1 : x), softplus: (x) => Math.log1p(Math.exp(x)),
};
const binaries: Readonly<Record<string, readonly [string, (x: number, y: number) => number]>> = {
  add: ["add", (x, y) => x + y], sub: ["sub", (x, y) => x - y], mul: ["mul", (x, y) => x * y], div: ["div", (x, y) => x / y], max: ["maximum", Math.max], min: ["minimum", Math.min],
};

const makers: Readonly<Record<string, (shape: Extents) => Call | undefined>> = {
  matmul: ({ batch, m, n, k }) => ({
    operands: batch === 1 ? [{ dims: [m!, k!] }, { dims: [k!, n!] }] : [{ dims: [batch!, m!, k!] }, { dims: [batch!, k!, n!] }],
    run: (tf, [a, b]) => call(tf, "matMul", a, b),
    first: ([a, b]) => {
      let sum = 0;
      for (let i = 0; i < k!; i++) sum += a![i]! * b![i * n!]!;
      return sum;
    },
  }),
  conv: (shape) => {
    const { n, cIn, cOut, h, w, kh, kw, groups = 1 } = shape;
    const layout = convLayout(shape);
    return groups === 1 ? { operands: [{ dims: [n!, h!, w!, cIn!] }, { dims: [kh!, kw!, cIn!, cOut!] }], run: (tf, [x, f]) => call(tf, "conv2d", x, f, layout.strides, padding(layout.pads)) } : undefined;
  },
  "depthwise-conv": (shape) => {
    const { n, cIn, h, w, kh, kw } = shape;
    const layout = convLayout(shape);
    return { operands: [{ dims: [n!, h!, w!, cIn!] }, { dims: [kh!, kw!, cIn!, 1] }], run: (tf, [x, f]) => call(tf, "depthwiseConv2d", x, f, layout.strides, padding(layout.pads)) };
  },
  ...Object.fromEntries(Object.entries(unaries).map(([kind, reference]) => [kind, ({ elements }: Extents): Call => ({ operands: [{ dims: rows(elements!) }], run: (tf, [x]) => call(tf, kind, x), first: ([x]) => reference(x![0]!) })])),
  ...Object.fromEntries(Object.entries(binaries).map(([kind, [name, reference]]) => [kind, ({ elements, inputs, columns = lastAxis(elements!) }: Extents): Call => ({
    operands: [{ dims: [elements! / columns, columns] }, { dims: inputs === 1 ? [columns] : [elements! / columns, columns] }], run: (tf, [x, y]) => call(tf, name, x, y), first: ([x, y]) => reference(x![0]!, y![0]!),
  })])),
  softmax: ({ rows: count, columns }) => ({ operands: [{ dims: [count!, columns!] }], run: (tf, [x]) => call(tf, "softmax", x) }),
  reduce: ({ inputs, outputs }) => (inputs! % outputs! === 0 ? { operands: [{ dims: [outputs!, inputs! / outputs!] }], run: (tf, [x]) => call(tf, "mean", x, -1) } : undefined),
  "max-pool": (shape) => pool("maxPool", shape),
  "average-pool": (shape) => pool("avgPool", shape),
  transpose: (shape) => {
    const dims = swapLayout(shape);
    return dims && { operands: [{ dims }], run: (tf, [x]) => call(tf, "transpose", x, [0, 2, 1, 3]), first: ([x]) => x![0]! };
  },
  concat: ({ elements }) => {
    const [count, columns] = rows(elements!);
    const half = Math.floor(count / 2);
    return half === 0 ? undefined : { operands: [{ dims: [half, columns] }, { dims: [count - half, columns] }], run: (tf, parts) => call(tf, "concat", parts, 0), first: ([x]) => x![0]! };
  },
  gather: ({ rows: count, columns }) => ({ operands: [{ dims: [4096, columns!] }, { dims: [count!], below: 4096 }], run: (tf, [table, at]) => call(tf, "gather", table, at) }),
};

/** How to run a kernel with the TensorFlow.js API; undefined where there is no way. */
export function callOf({ kind, shape, variant }: Kernel): Call | undefined {
  return variant === undefined && Object.hasOwn(makers, kind) ? makers[kind]!(shape) : undefined;
}

function padding([top, left, bottom, right]: readonly number[]): unknown {
  return [[0, 0], [top, bottom], [left, right], [0, 0]];
}

function pool(name: string, shape: Extents): Call | undefined {
  const layout = poolLayout(shape);
  if (layout === undefined) return undefined;
  const { channels, size, kernel, strides, pads } = layout;
  return { operands: [{ dims: [1, size, size, channels] }], run: (tf, [x]) => call(tf, name, x, kernel, strides, pads.every((side) => side === 0) ? "valid" : "same") };
}
