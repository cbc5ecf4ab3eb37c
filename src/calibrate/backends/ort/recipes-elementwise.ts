import { lastAxis } from "../layouts.ts";
import type { Recipe } from "./recipes.ts";

const contrib = "com.microsoft";
type Unary = readonly [opType: string, reference: ((x: number) => number) | undefined, domain?: string, positive?: boolean];

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const unaries: Readonly<Record<string, Unary>> = {
  relu: ["Relu", (x) => Math.max(0, x)],
  "leaky-relu": ["LeakyRelu", (x) => (x < 0 ? 0.01 * x : x)],
  sigmoid: ["Sigmoid", logistic],
  tanh: ["Tanh", Math.tanh],
  gelu: ["Gelu", undefined, contrib],
  silu: ["QuickGelu", undefined, contrib],
  exp: ["Exp", Math.exp],
  erf: ["Erf", undefined],
  neg: ["Neg", (x) => -x],
  abs: ["Abs", Math.abs],
  sqrt: ["Sqrt", undefined, "", true],
  log: ["Log", undefined, "", true],
  elu: ["Elu", (x) => (x < 0 ? Math.exp(x) - 1 : x)],
  softplus: ["Softplus", (x) => Math.log1p(Math.exp(x))],
  "hard-sigmoid": ["HardSigmoid", (x) => Math.max(0, Math.min(1, 0.2 * x + 0.5))],
  reciprocal: ["Reciprocal", (x) => 1 / x],
};

const unary = ([opType, reference, domain, positive = false]: Unary): Recipe => (site, { shape }) => {
  const dims = rows(shape["elements"]!);
  const x = positive ? site.positive(dims) : site.activation(dims);
  return { result: site.op(opType, [x], opType === "QuickGelu" ? { alpha: { f: 1 } } : {}, domain), rank: 2, ...(reference && { first: () => reference(site.read(x)(0)) }) };
};

const binaries: Readonly<Record<string, readonly [opType: string, reference: (x: number, y: number) => number]>> = {
  add: ["Add", (x, y) => x + y], sub: ["Sub", (x, y) => x - y], mul: ["Mul", (x, y) => x * y], div: ["Div", (x, y) => x / y],
  max: ["Max", Math.max], min: ["Min", Math.min],
};

/** Of two activations; of one and a row of so many columns of weights where the extents say `inputs: 1`. */
const binary = (kind: string): Recipe => (site, { shape }) => {
  const [opType, reference] = binaries[kind]!;
  const dims = rows(shape["elements"]!, shape["columns"]);
  const x = site.activation(dims);
  const y = shape["inputs"] === 1 ? site.weight([dims[1]]) : site.activation(dims);
  return { result: site.op(opType, [x, y]), rank: 2, first: () => reference(site.read(x)(0), site.read(y)(0)) };
};

/** The square. */
const pow: Recipe = (site, { shape }) => {
  const x = site.activation(rows(shape["elements"]!));
  return { result: site.op("Pow", [x, site.constant([2])]), rank: 2, first: () => site.read(x)(0) ** 2 };
};

/** From below. */
const clip: Recipe = (site, { shape }) => {
  const x = site.activation(rows(shape["elements"]!));
  const least = site.weight([]);
  return { result: site.op("Clip", [x, least]), rank: 2, first: () => Math.max(site.read(x)(0), site.read(least)(0)) };
};

function rows(elements: number, columns = lastAxis(elements)): [number, number] {
  return [elements / columns, columns];
}

export const elementwiseRecipes: Readonly<Record<string, Recipe>> = {
  ...Object.fromEntries(Object.entries(unaries).map(([kind, entry]) => [kind, unary(entry)])),
  ...Object.fromEntries(Object.keys(binaries).map((kind) => [kind, binary(kind)])),
  pow, clip,
};
