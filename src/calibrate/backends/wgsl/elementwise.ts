import { elementTypeOf, extent, folded, UnsupportedKernel, values, type Program, type ProgramMaker } from "./program.ts";

interface Operation {
  /** In WGSL, over `x` and `y` (vec4f). */
  readonly code: string;
  /** The same in JavaScript. */
  of(x: number, y: number): number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** √(2/π), of the tanh form of GELU. */
const geluFactor = 0.7978845608;

const unary: Readonly<Record<string, Operation>> = {
  relu: { code: "max(x, vec4f(0))", of: (x) => Math.max(x, 0) },
  gelu: { code: `0.5 * x * (1 + tanh(${geluFactor} * (x + 0.044715 * x * x * x)))`, of: (x) => 0.5 * x * (1 + Math.tanh(geluFactor * (x + 0.044715 * x ** 3))) },
  sigmoid: { code: "1 / (1 + exp(-x))", of: sigmoid },
  silu: { code: "x / (1 + exp(-x))", of: (x) => x * sigmoid(x) },
  tanh: { code: "tanh(x)", of: Math.tanh },
  exp: { code: "exp(x)", of: Math.exp },
  sqrt: { code: "sqrt(abs(x))", of: (x) => Math.sqrt(Math.abs(x)) },
  neg: { code: "-x", of: (x) => -x },
  abs: { code: "abs(x)", of: Math.abs },
};

const binary: Readonly<Record<string, Operation>> = {
  add: { code: "x + y", of: (x, y) => x + y },
  sub: { code: "x - y", of: (x, y) => x - y },
  mul: { code: "x * y", of: (x, y) => x * y },
  // Kept away from 0, where a quotient has no digits that could be compared.
  div: { code: "x / (y + 2)", of: (x, y) => x / (y + 2) },
  min: { code: "min(x, y)", of: Math.min },
  max: { code: "max(x, y)", of: Math.max },
};

/** Kinds that {@link elementwiseProgram} makes. */
export const elementwiseKinds: readonly string[] = [...Object.keys(unary), ...Object.keys(binary)];

const threads = 256;

/** Element-wise operators of one or two full operands. */
export const elementwiseProgram: ProgramMaker = (kernel, limits): Program => {
  const elements = extent(kernel, "elements");
  const two = Object.hasOwn(binary, kernel.kind);
  const operation = two ? binary[kernel.kind] : unary[kernel.kind];
  if (operation === undefined) throw new UnsupportedKernel(`there is no kernel for ${kernel.kind}`);
  const vectors = Math.ceil(elements / 4);
  const [left, right] = [values(elements, 1), values(elements, 2)];
  return {
    file: "elementwise.wgsl", elementType: elementTypeOf(kernel), workgroupSize: [threads, 1], workgroupBytes: 0,
    prelude: [`const threads = ${threads}u;`, `const binary = ${two};`, `fn operation(x: vec4f, y: vec4f) -> vec4f { return ${operation.code}; }`],
    // One operand is bound twice: a binding may not be left open.
    inputs: [left, two ? right : { ...right, elements: 1 }], outputs: elements, size: [vectors],
    dispatches: [{ entry: "main", groups: folded(Math.ceil(vectors / threads), limits.groups) }],
    expected: (position) => operation.of(left.at(position), right.at(position)), steps: 1, magnitude: 1,
  };
};
