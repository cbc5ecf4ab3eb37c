import { GraphBuilder } from "./builder.ts";
import { isElementwise } from "./catalogue.ts";
import { TensorOrigin, type OperatorGraph } from "./graph.ts";

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
] as const satisfies readonly FusionRule[];

export type FusionRuleName = (typeof fusionRules)[number]["name"];

/** One fused operator: its name (that of its first member), all members in order, and their kinds joined with "+". */
export interface MergedOp {
  readonly into: string;
  readonly members: readonly string[];
  readonly pattern: string;
}

const activations: ReadonlySet<string> = new Set([
  "relu", "leaky-relu", "prelu", "thresholded-relu", "elu", "celu", "selu", "clip", "sigmoid", "hard-sigmoid", "hard-swish", "silu", "gelu", "mish", "softplus", "softsign", "tanh",
]);
const convolutions: ReadonlySet<string> = new Set(["conv", "depthwise-conv", "conv-transpose"]);

/** How far along its pattern a group is: an operator joins only what comes later. */
const Stage = { head: 0, normalized: 1, added: 2, activated: 3 } as const;

/**
 * Merges operators as runtimes do, so that launches and memory traffic are not overcounted. An operator joins the group
 * of a producer whose only reader it is, so what is merged has no use elsewhere; of two such producers the later one is
 * taken. The fused operator keeps the first member's kind, shape and dtype, sums the work, drops the traffic of the
 * intermediate tensors, and lists the kinds in `fused`. Linear in the size of the graph.
 * @example
 * const { graph: fused, merged } = fuseGraph(graph);
 * merged[0]; // { into: "conv1", members: ["conv1", "bn1", "relu1"], pattern: "conv+batch-norm+relu" }
 */
export function fuseGraph(graph: OperatorGraph, options: { rules?: readonly FusionRuleName[] } = {}): { graph: OperatorGraph; merged: MergedOp[] } {
  const rules = new Set(options.rules ?? fusionRules.map(({ name }) => name));
  const groups = new Groups(graph, rules);
  for (const op of graph.topo) groups.place(op);
  return groups.count === graph.opCount ? { graph, merged: [] } : rebuild(graph, groups);
}

/** Operators in groups; a group is a chain from its head to its tail. */
class Groups {
  count = 0;
  /** Next member of the same group; -1 at the tail. */
  readonly next: Int32Array;
  /** First member of the group. */
  readonly head: Uint32Array;
  /** The intermediate tensor through which an operator joined its group; -1 for heads. */
  readonly via: Int32Array;
  readonly #graph: OperatorGraph;
  readonly #rules: ReadonlySet<string>;
  /** Reads of any output of an operator. */
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
    const sameExtent = writeBytes === tensorBytes[tensor] || (shape["elements"] !== undefined && shape["elements"] === from.shape["elements"]);
    if (!sameExtent) return undefined;
    const stage = this.#stage[producer]!;
    if (convolutions.has(headKind)) {
      if (!this.#rules.has("conv")) return undefined;
      if (kind === "batch-norm" && stage < Stage.normalized) return Stage.normalized;
      if (kind === "add" && stage < Stage.added) return Stage.added;
      return activations.has(kind) && stage < Stage.activated ? Stage.activated : undefined;
    }
    if (headKind === "matmul") {
      if (!this.#rules.has("matmul")) return undefined;
      if (kind === "add" && stage < Stage.added && this.#addsWeight(op, tensor)) return Stage.added;
      return activations.has(kind) && stage < Stage.activated ? Stage.activated : undefined;
    }
    return this.#rules.has("elementwise") && isElementwise(headKind) && isElementwise(kind) ? Stage.head : undefined;
  }

  /** A bias: every operand but the product is a weight. */
  #addsWeight(op: number, product: number): boolean {
    const { inputs, tensorOrigin } = this.#graph;
    for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
      const tensor = inputs.item[i]!;
      if (tensor !== product && tensorOrigin[tensor] !== TensorOrigin.weight) return false;
    }
    return true;
  }

  /** An operator that comes fused from its file has part of the pattern behind it. */
  #initialStage(op: number): number {
    const fused = this.#graph.classes[this.#graph.classOf[op]!]!.fused;
    if (!fused) return Stage.head;
    if (fused.length > 1 && fused.at(-1) !== "add" && fused.at(-1) !== "batch-norm") return Stage.activated;
    return fused.includes("add") ? Stage.added : fused.includes("batch-norm") ? Stage.normalized : Stage.head;
  }
}

/** Writes each group where its last member stood, so that an order that was sorted stays so. */
function rebuild(graph: OperatorGraph, groups: Groups): { graph: OperatorGraph; merged: MergedOp[] } {
  const builder = new GraphBuilder(graph.name);
  const merged: MergedOp[] = [];
  const classes = new FusedClasses(graph, groups, builder);
  const classOf = new Int32Array(graph.classes.length).fill(-1);
  const newOp = new Uint32Array(graph.opCount);
  const newTensor = new Int32Array(graph.tensorCount).fill(-1);
  const inner = new Uint8Array(graph.tensorCount);
  for (const tensor of groups.via) if (tensor >= 0) inner[tensor] = 1;

  for (const tail of graph.topo) {
    if (groups.next[tail]! >= 0) continue;
    const head = groups.head[tail]!;
    let id: number;
    if (head === tail) {
      const old = graph.classOf[head]!;
      if (classOf[old]! < 0) classOf[old] = builder.class(graph.classes[old]!);
      id = builder.opOfClass(classOf[old]!, graph.opName(head));
    } else {
      const members: number[] = [];
      for (let op = head; op >= 0; op = groups.next[op]!) members.push(op);
      const { classId, pattern } = classes.of(members);
      id = builder.opOfClass(classId, graph.opName(head));
      merged.push({ into: graph.opName(head), members: members.map((op) => graph.opName(op)), pattern });
    }
    for (let op = head; op >= 0; op = groups.next[op]!) newOp[op] = id;
  }
  for (let tensor = 0; tensor < graph.tensorCount; tensor++) {
    if (inner[tensor] === 1) continue;
    const producer = graph.tensorProducer[tensor]!;
    const name = graph.tensorName(tensor);
    const bytes = graph.tensorBytes[tensor]!;
    if (producer >= 0) newTensor[tensor] = builder.output(newOp[producer]!, bytes, name === `${graph.opName(producer)}:out` ? undefined : name);
    else newTensor[tensor] = builder.source(graph.tensorOrigin[tensor] === TensorOrigin.input ? "input" : "weight", bytes, name === `tensor#${tensor}` ? undefined : name);
  }
  for (const op of graph.topo) {
    for (let i = graph.inputs.start[op]!; i < graph.inputs.start[op + 1]!; i++) {
      const tensor = newTensor[graph.inputs.item[i]!]!;
      if (tensor >= 0) builder.feed(tensor, newOp[op]!);
    }
  }
  return { graph: builder.build(), merged };
}

/** The classes of fused operators; groups that look alike share one, and it is made once. */
class FusedClasses {
  readonly #graph: OperatorGraph;
  readonly #groups: Groups;
  readonly #builder: GraphBuilder;
  readonly #known = new Map<string, { readonly classId: number; readonly pattern: string }>();
  /** Last member, plus 1, of the last group that read each tensor. */
  readonly #readBy: Uint32Array;

  constructor(graph: OperatorGraph, groups: Groups, builder: GraphBuilder) {
    this.#graph = graph;
    this.#groups = groups;
    this.#builder = builder;
    this.#readBy = new Uint32Array(graph.tensorCount);
  }

  of(members: readonly number[]): { readonly classId: number; readonly pattern: string } {
    const traffic = this.#traffic(members);
    let key = `${traffic.readBytes} ${traffic.writeBytes} ${traffic.parameterBytes}`;
    for (const op of members) key += ` ${this.#graph.classOf[op]!}`;
    let known = this.#known.get(key);
    if (!known) {
      const each = members.map((op) => this.#graph.classes[this.#graph.classOf[op]!]!);
      const { kind, shape, dtype } = each[0]!;
      const fused = each.flatMap((own) => own.fused ?? [own.kind]);
      const [flops, macs] = [each.reduce((sum, own) => sum + own.flops, 0), each.reduce((sum, own) => sum + own.macs, 0)];
      known = { classId: this.#builder.class({ kind, shape, dtype, flops, macs, ...traffic, fused }), pattern: fused.join("+") };
      this.#known.set(key, known);
    }
    return known;
  }

  /** Each intermediate tensor is neither written nor read, and what several members read is read once. */
  #traffic(members: readonly number[]): { readBytes: number; writeBytes: number; parameterBytes: number } {
    const { classes, classOf, inputs, tensorBytes, tensorOrigin } = this.#graph;
    let [readBytes, writeBytes, parameterBytes] = [0, 0, 0];
    const group = members.at(-1)! + 1;
    for (const op of members) {
      const own = classes[classOf[op]!]!;
      readBytes += own.readBytes;
      writeBytes += own.writeBytes;
      parameterBytes += own.parameterBytes;
      const via = this.#groups.via[op]!;
      if (via >= 0) writeBytes -= tensorBytes[via]!;
      for (let i = inputs.start[op]!; i < inputs.start[op + 1]!; i++) {
        const tensor = inputs.item[i]!;
        if (tensor !== via && this.#readBy[tensor] !== group) {
          this.#readBy[tensor] = group;
          continue;
        }
        readBytes -= tensorBytes[tensor]!;
        if (tensorOrigin[tensor] === TensorOrigin.weight) parameterBytes -= tensorBytes[tensor]!;
      }
    }
    // Hand-made graphs may state less traffic than their tensors have.
    return { readBytes: Math.max(0, readBytes), writeBytes: Math.max(0, writeBytes), parameterBytes: Math.max(0, parameterBytes) };
  }
}
