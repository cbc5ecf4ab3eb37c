import { isElementwise } from "./catalogue.ts";
import { dtypeBytes, TensorOrigin, type OperatorGraph } from "./graph.ts";

/** A family of fusions, chosen by name. */
export interface FusionRule {
  readonly name: string;
  readonly summary: string;
}

/** What runtimes commonly merge; all are on by default. */
export const fusionRules = [
  { name: "conv", summary: "convolution, then batch norm, then a residual addition, then an activation; each optional" },
  { name: "matmul", summary: "matrix product, then a bias, then an activation; each optional" },
  { name: "elementwise", summary: "chains of element-wise operators over the same number of elements" },
  { name: "quantized", summary: "dequantizations, then one operator with what joins it, then a quantization: one integer operator" },
] as const satisfies readonly FusionRule[];

export type FusionRuleName = (typeof fusionRules)[number]["name"];

/** Operators of one operand that runtimes apply to a result before they write it. */
export const activations: ReadonlySet<string> = new Set([
  "relu", "leaky-relu", "prelu", "thresholded-relu", "elu", "celu", "selu", "clip", "sigmoid", "hard-sigmoid", "hard-swish", "silu", "gelu", "mish", "softplus", "softsign", "tanh",
]);
const convolutions: ReadonlySet<string> = new Set(["conv", "depthwise-conv", "conv-transpose"]);

/** How far along its pattern a group is: an operator joins only what comes later. */
const Stage = { head: 0, normalized: 1, added: 2, activated: 3, quantized: 4 } as const;

/** Operators in groups; a group is a chain from its head to its tail. */
export class FusionGroups {
  count = 0;
  /** Next member of the same group; -1 at the tail. */
  readonly next: Int32Array;
  /** First member of the group. */
  readonly head: Uint32Array;
  /** The intermediate tensor through which an operator joined its group; -1 for heads. */
  readonly via: Int32Array;
  readonly #graph: OperatorGraph;
  readonly #rules: ReadonlySet<string>;
  /** Reads of any output of an operator; that it is a result of the model counts as one. */
  readonly #reads: Uint32Array;
  readonly #stage: Uint8Array;
  readonly #position: Uint32Array;

  constructor(graph: OperatorGraph, rules: ReadonlySet<string>) {
    this.#graph = graph;
    this.#rules = rules;
    this.next = new Int32Array(graph.opCount).fill(-1);
    this.via = new Int32Array(graph.opCount).fill(-1);
    this.head = new Uint32Array(graph.opCount);
    this.#stage = new Uint8Array(graph.opCount);
    this.#reads = new Uint32Array(graph.opCount);
    for (const tensor of graph.inputs.item) {
      const producer = graph.tensorProducer[tensor]!;
      if (producer >= 0) this.#reads[producer]!++;
    }
    graph.kept?.forEach((kept, tensor) => {
      const producer = graph.tensorProducer[tensor]!;
      if (kept === 1 && producer >= 0) this.#reads[producer]!++;
    });
    this.#position = new Uint32Array(graph.opCount);
    graph.topo.forEach((op, i) => (this.#position[op] = i));
  }

  /** Puts an operator into the group of one of its producers, or into one of its own. */
  place(op: number): void {
    const { inputs, tensorProducer } = this.#graph;
    let best = -1;
    let stage = 0;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      const producer = tensorProducer[tensor]!;
      if (producer < 0 || this.#reads[producer] !== 1) continue;
      if (best >= 0 && this.#position[producer]! < this.#position[tensorProducer[best]!]!) continue;
      const reached = this.#joins(op, tensor, producer);
      if (reached === undefined) continue;
      best = tensor;
      stage = reached;
    }
    if (best < 0) {
      this.count++;
      this.head[op] = op;
      this.#stage[op] = this.#initialStage(op);
      return;
    }
    const producer = tensorProducer[best]!;
    this.next[producer] = op;
    this.via[op] = best;
    this.head[op] = this.head[producer]!;
    this.#stage[op] = stage;
  }

  /** The stage the group reaches with this operator; undefined when it does not belong there. */
  #joins(op: number, tensor: number, producer: number): number | undefined {
    const { classes, classOf, tensorBytes } = this.#graph;
    const { kind, shape, writeBytes } = classes[classOf[op]!]!;
    const headKind = classes[classOf[this.head[producer]!]!]!.kind;
    const from = classes[classOf[producer]!]!;
    const stage = this.#stage[producer]!;
    if (kind === "quantize" && this.#isInteger(this.head[producer]!)) {
      const elements = tensorBytes[tensor]! / dtypeBytes[classes[classOf[op]!]!.dtype];
      return stage < Stage.quantized && shape["elements"] === elements ? Stage.quantized : undefined;
    }
    // What is quantized is written: the next operator that reads it so starts anew.
    if (stage === Stage.quantized) return undefined;
    const sameExtent = writeBytes === tensorBytes[tensor] || (shape["elements"] !== undefined && shape["elements"] === from.shape["elements"]);
    if (!sameExtent) return undefined;
    if (convolutions.has(headKind)) {
      if (!this.#rules.has("conv")) return undefined;
      if (kind === "batch-norm" && stage < Stage.normalized) return Stage.normalized;
      if (kind === "add" && stage < Stage.added) return Stage.added;
      return activations.has(kind) && stage < Stage.activated ? Stage.activated : undefined;
    }
    if (headKind === "matmul") {
      if (!this.#rules.has("matmul")) return undefined;
      if (kind === "add" && stage < Stage.added && this.#addsBias(op, tensor)) return Stage.added;
      return activations.has(kind) && stage < Stage.activated ? Stage.activated : undefined;
    }
    return this.#rules.has("elementwise") && isElementwise(headKind) && isElementwise(kind) ? Stage.head : undefined;
  }

  /** Takes in what is dequantized: see `absorbDequantize`. */
  #isInteger(op: number): boolean {
    const { kind, fused } = this.#graph.classes[this.#graph.classOf[op]!]!;
    return kind !== "dequantize" && fused?.[0] === "dequantize";
  }

  /** A bias: every operand but the product is a weight, or smaller than the product and so broadcast to it. */
  #addsBias(op: number, product: number): boolean {
    const { inputs, tensorOrigin, tensorBytes } = this.#graph;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (tensor !== product && tensorOrigin[tensor] !== TensorOrigin.weight && tensorBytes[tensor]! >= tensorBytes[product]!) return false;
    }
    return true;
  }

  /** An operator that comes fused from its file has part of the pattern behind it. */
  #initialStage(op: number): number {
    const fused = this.#graph.classes[this.#graph.classOf[op]!]!.fused?.filter((kind) => kind !== "dequantize");
    if (!fused) return Stage.head;
    if (fused.length > 1 && fused.at(-1) !== "add" && fused.at(-1) !== "batch-norm") return Stage.activated;
    return fused.includes("add") ? Stage.added : fused.includes("batch-norm") ? Stage.normalized : Stage.head;
  }
}
