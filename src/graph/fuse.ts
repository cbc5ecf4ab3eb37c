import { GraphBuilder } from "./builder.ts";
import { FusionGroups, fusionRules, type FusionRuleName } from "./fusion-groups.ts";
import { TensorOrigin, type OperatorGraph } from "./graph.ts";

export { fusionRules, type FusionRule, type FusionRuleName } from "./fusion-groups.ts";

/** One fused operator: its name (that of its first member), all members in order, and their kinds joined with "+". */
export interface MergedOp {
  readonly into: string;
  readonly members: readonly string[];
  readonly pattern: string;
}

/**
 * Merges operators as runtimes do, so that launches and memory traffic are not overcounted. An operator joins the group
 * of a producer whose only reader it is, so what is merged has no use elsewhere; of two such producers the later one is
 * taken. The fused operator keeps the first member's kind, shape and dtype, sums the work, drops the traffic of the
 * intermediate tensors, and lists the kinds in `fused`; it has the earliest deadline of its members. Linear in the size of the graph.
 * @example
 * const { graph: fused, merged } = fuseGraph(graph);
 * merged[0]; // { into: "conv1", members: ["conv1", "bn1", "relu1"], pattern: "conv+batch-norm+relu" }
 */
export function fuseGraph(graph: OperatorGraph, options: { rules?: readonly FusionRuleName[] } = {}): { graph: OperatorGraph; merged: MergedOp[] } {
  const rules = new Set(options.rules ?? fusionRules.map(({ name }) => name));
  const groups = new FusionGroups(graph, rules);
  for (const op of graph.topo) groups.place(op);
  return groups.count === graph.opCount ? { graph, merged: [] } : rebuild(graph, groups);
}

/** Writes each group where its last member stood, so that an order that was sorted stays so. */
function rebuild(graph: OperatorGraph, groups: FusionGroups): { graph: OperatorGraph; merged: MergedOp[] } {
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
    let deadlineNs = Infinity;
    for (let op = head; op >= 0; op = groups.next[op]!) {
      newOp[op] = id;
      deadlineNs = Math.min(deadlineNs, graph.deadlineNs?.[op] ?? Infinity);
    }
    if (deadlineNs < Infinity) builder.deadline(id, deadlineNs);
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
  readonly #groups: FusionGroups;
  readonly #builder: GraphBuilder;
  readonly #known = new Map<string, { readonly classId: number; readonly pattern: string }>();
  /** Last member, plus 1, of the last group that read each tensor. */
  readonly #readBy: Uint32Array;

  constructor(graph: OperatorGraph, groups: FusionGroups, builder: GraphBuilder) {
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
