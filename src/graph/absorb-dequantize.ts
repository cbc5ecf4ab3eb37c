import { GraphBuilder } from "./builder.ts";
import { carryTensors } from "./carry-tensors.ts";
import { activations } from "./fusion-groups.ts";
import { TensorOrigin, type OpClass, type OperatorGraph } from "./graph.ts";

/** A graph in which operators read quantized tensors themselves. */
export interface AbsorbedDequantize {
  readonly graph: OperatorGraph;
  /** Names of the dequantizations that became part of an operator, by that operator's id. */
  readonly taken: ReadonlyMap<number, readonly string[]>;
}

/**
 * Makes one integer operator of an operator and the dequantizations before it, as runtimes do with files in which
 * quantization stands beside the operators. It is one where all its operands but weights come dequantized, and where it
 * multiplies, or its result is quantized again: what stays in floating point in between gains nothing. It keeps its
 * work, and has the element type of what it reads. A dequantization goes when all its readers take it in; the first of
 * them has its work.
 *
 * Weights are taken for quantized where the operands are. A graph without dequantizations is given back as it is.
 */
export function absorbDequantize(graph: OperatorGraph): AbsorbedDequantize {
  if (!graph.classes.some(({ kind }) => kind === "dequantize")) return { graph, taken: new Map() };
  const absorber = new Absorber(graph);
  return absorber.any ? absorber.build() : { graph, taken: new Map() };
}

class Absorber {
  any = false;
  readonly #graph: OperatorGraph;
  /** Readers of each tensor, and one of them; that it is a result of the model counts as a reader. */
  readonly #reads: Uint32Array;
  readonly #reader: Int32Array;
  /** Outputs of each operator, and the first of them; -1 = none. */
  readonly #outputs: Uint32Array;
  readonly #output: Int32Array;
  /** 1 = reads quantized tensors. */
  readonly #isInteger: Uint8Array;
  /** Of the output of a dequantization: readers that do not take it in. */
  readonly #floatReads: Uint32Array;

  constructor(graph: OperatorGraph) {
    this.#graph = graph;
    this.#reads = graph.kept ? Uint32Array.from(graph.kept) : new Uint32Array(graph.tensorCount);
    this.#reader = new Int32Array(graph.tensorCount).fill(-1);
    this.#outputs = new Uint32Array(graph.opCount);
    this.#isInteger = new Uint8Array(graph.opCount);
    this.#output = new Int32Array(graph.opCount).fill(-1);
    for (const [tensor, producer] of graph.tensorProducer.entries()) if (producer >= 0 && this.#outputs[producer]!++ === 0) this.#output[producer] = tensor;
    for (let op = 0; op < graph.opCount; op++) {
      for (const tensor of this.#inputsOf(op)) {
        this.#reads[tensor]!++;
        this.#reader[tensor] = op;
      }
    }
    for (let op = 0; op < graph.opCount; op++) this.#isInteger[op] = this.#takesIn(op) ? 1 : 0;
    this.any = this.#isInteger.includes(1);
    this.#floatReads = this.#reads.slice();
    for (let op = 0; op < graph.opCount; op++) if (this.#isInteger[op] === 1) for (const tensor of this.#inputsOf(op)) this.#floatReads[tensor]!--;
  }

  build(): AbsorbedDequantize {
    const graph = this.#graph;
    const builder = new GraphBuilder(graph.name);
    const taken = new Map<number, string[]>();
    const newOp = new Int32Array(graph.opCount).fill(-1);
    const gone = new Uint8Array(graph.tensorCount);
    const isTaken = new Uint8Array(graph.opCount);
    for (const op of graph.topo) {
      const own = graph.classes[graph.classOf[op]!]!;
      const output = this.#output[op]!;
      if (own.kind === "dequantize" && this.#outputs[op] === 1 && this.#reads[output]! > 0 && this.#floatReads[output] === 0) {
        gone[output] = 1;
        continue;
      }
      if (this.#isInteger[op] === 0) {
        newOp[op] = builder.op(own, graph.opName(op));
      } else {
        const dequantizations = this.#dequantizationsOf(op);
        const here = dequantizations.filter((other) => gone[this.#output[other]!] === 1 && isTaken[other] === 0);
        newOp[op] = builder.op(this.#integerClass(own, dequantizations, here), graph.opName(op));
        for (const other of here) isTaken[other] = 1;
        if (here.length > 0) taken.set(newOp[op], here.map((other) => graph.opName(other)));
      }
      const deadlineNs = graph.deadlineNs?.[op];
      if (deadlineNs !== undefined && deadlineNs < Infinity) builder.deadline(newOp[op], deadlineNs);
    }
    const instead = (tensor: number, op: number): readonly number[] | undefined => {
      const producer = graph.tensorProducer[tensor]!;
      return this.#isInteger[op] === 1 && producer >= 0 && this.#classOf(producer).kind === "dequantize" ? this.#inputsOf(producer) : undefined;
    };
    carryTensors(graph, builder, { newOp, gone, instead });
    return { graph: builder.build(), taken };
  }

  #integerClass(own: OpClass, dequantizations: readonly number[], here: readonly number[]): OpClass {
    const { tensorBytes, tensorOrigin } = this.#graph;
    let { flops, readBytes, parameterBytes } = own;
    const read = new Set<number>();
    for (const other of dequantizations) {
      readBytes -= tensorBytes[this.#output[other]!]!;
      for (const tensor of this.#inputsOf(other)) {
        // Scales and zero points are often shared; what is read twice is read once.
        if (read.has(tensor)) continue;
        read.add(tensor);
        readBytes += tensorBytes[tensor]!;
        if (tensorOrigin[tensor] === TensorOrigin.weight) parameterBytes += tensorBytes[tensor]!;
      }
    }
    for (const other of here) flops += this.#classOf(other).flops;
    return {
      ...own, dtype: this.#classOf(dequantizations[0]!).dtype, flops, readBytes: Math.max(0, readBytes), parameterBytes,
      fused: [...dequantizations.map(() => "dequantize"), ...(own.fused ?? [own.kind])],
    };
  }

  #takesIn(op: number): boolean {
    const { kind, macs } = this.#classOf(op);
    if (kind === "dequantize" || kind === "quantize") return false;
    let any = false;
    for (const tensor of this.#inputsOf(op)) {
      if (this.#graph.tensorOrigin[tensor] === TensorOrigin.weight) continue;
      const producer = this.#graph.tensorProducer[tensor]!;
      if (producer < 0 || this.#classOf(producer).kind !== "dequantize") return false;
      any = true;
    }
    return any && (macs > 0 || this.#isQuantizedAgain(op));
  }

  /** Its only output goes to a quantization, directly or through activations. */
  #isQuantizedAgain(op: number): boolean {
    for (let at = op; ; ) {
      const output = this.#output[at]!;
      if (this.#outputs[at] !== 1 || this.#reads[output] !== 1) return false;
      at = this.#reader[output]!;
      const { kind } = this.#classOf(at);
      if (kind === "quantize") return true;
      if (!activations.has(kind)) return false;
    }
  }

  #dequantizationsOf(op: number): number[] {
    return this.#inputsOf(op).flatMap((tensor) => {
      const producer = this.#graph.tensorProducer[tensor]!;
      return producer >= 0 && this.#classOf(producer).kind === "dequantize" ? [producer] : [];
    });
  }

  #classOf(op: number): OpClass {
    return this.#graph.classes[this.#graph.classOf[op]!]!;
  }

  #inputsOf(op: number): number[] {
    const { start, item } = this.#graph.inputs;
    return [...item.subarray(start[op]!, start[op + 1]!)];
  }
}
